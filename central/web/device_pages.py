"""What is done with a terminal: a ticket printed, its key compared, its word no longer believed."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import codes, handing_out, registry
from central.counting import admit as counting
from central.counting.rows import Owner
from central.handing_out import Issued, TooLate
from central.models import Device, DeviceStatus, Ledger
from central.web import words

_HOURS = int(codes.GOOD_FOR.total_seconds()) // 3600


def user(request: HttpRequest, right: str = "central.change_device") -> User:
    """Who asks. Raises `PermissionDenied` for whoever has not this right."""
    found = request.user
    if not isinstance(found, User) or not found.has_perm(right):
        raise PermissionDenied
    return found


def actor(request: HttpRequest) -> registry.Actor:
    """Who asks. Raises `PermissionDenied` for whoever may not change terminals."""
    return registry.Actor(user(request))


class AcceptForm(forms.Form):
    """How a code is made."""

    accept = forms.BooleanField(
        label=_("Accept without comparing keys"),
        required=False,
        help_text=_("Only where the ticket goes straight into the hands of the technician."),
    )


class TicketForm(AcceptForm):
    """For which terminals."""

    devices = forms.ModelMultipleChoiceField(Device.objects.all(), widget=forms.MultipleHiddenInput)


class CompareForm(forms.Form):
    """The promise that somebody has looked."""

    compared = forms.BooleanField(
        label=_("I have compared the key with the one on the terminal's screen; they are the same.")
    )


@never_cache
def ticket(request: HttpRequest, device_id: str) -> HttpResponse:
    """Ask whether to make a ticket for one terminal."""
    actor(request)
    return ask_for_tickets(request, [get_object_or_404(Device, pk=device_id)])


def ask_for_tickets(request: HttpRequest, devices: Sequence[Device]) -> TemplateResponse:
    """Say what making them means, and ask."""
    actor(request)
    revoked = any(device.status == DeviceStatus.REVOKED for device in devices)
    more = {"devices": devices, "revoked": revoked, "form": TicketForm(initial={"devices": devices})}
    return _page(request, "central/ask_for_tickets.html", _("Tickets"), **more)


@never_cache
def tickets(request: HttpRequest) -> HttpResponse:
    """Make codes, and show them: once, for they are not kept."""
    who, form = actor(request), TicketForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return redirect("admin:central_device_changelist")
    made = [
        Issued.of(device, registry.give_code(device, who, accept=form.cleaned_data["accept"]))
        for device in form.cleaned_data["devices"].select_related("counter__unit", "counter__field")
    ]
    return show(request, made)


def show(request: HttpRequest, made: Sequence[Issued]) -> TemplateResponse:
    """Sheets, to be printed, and the ways to have the same tickets as labels or files."""
    context = {"tickets": made, "sealed": handing_out.sealed(made), "hours": _HOURS}
    return TemplateResponse(request, "central/tickets.html", context)


@never_cache
def ticket_forms(request: HttpRequest, kind: str) -> HttpResponse:
    """Tickets that were just made, in another form."""
    actor(request)
    try:
        made = handing_out.unsealed(request.POST.get("sealed", ""))
    except TooLate:
        messages.error(
            request, _("These codes are not kept and cannot be shown again. Please make new tickets.")
        )
        return redirect("admin:central_device_changelist")
    if kind == "labels":
        return TemplateResponse(request, "central/ticket_labels.html", {"tickets": made})
    headers = {"Content-Disposition": f'attachment; filename="hailong-{len(made)}.zip"'}
    return HttpResponse(handing_out.archive(made), "application/zip", headers=headers)


@never_cache
def accept(request: HttpRequest, device_id: str) -> HttpResponse:
    """Compare keys and accept."""
    who, device = actor(request), get_object_or_404(Device, pk=device_id)
    form = CompareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _done(request, device, lambda: registry.accept(device.pk, who), _("The terminal is accepted."))
    keys = [words.in_groups(key.key_id) for key in device.keys.filter(revoked_at=None)]
    return _page(request, "central/accept.html", _("Accept a terminal"), device=device, keys=keys, form=form)


@never_cache
def revoke(request: HttpRequest, device_id: str) -> HttpResponse:
    """Ask, and revoke."""
    who, device = actor(request), get_object_or_404(Device, pk=device_id)
    if request.method == "POST":
        return _done(request, device, lambda: registry.revoke(device.pk, who), _("The terminal is revoked."))
    return _page(request, "central/revoke.html", _("Revoke a terminal"), device=device)


@never_cache
def admit(request: HttpRequest, device_id: str, ledger_id: str) -> HttpResponse:
    """Ask, and let a ledger count."""
    who, device = actor(request), get_object_or_404(Device, pk=device_id)
    rows = {bytes(row.ledger_id).hex(): row for row in Ledger.objects.filter(device=device)}
    if ledger_id not in rows:
        raise Http404
    if request.method == "POST":
        counting.admit(Owner(device.pk, bytes.fromhex(ledger_id)), who.name)
        messages.success(request, _("The ledger is admitted, its ratings count."))
        return redirect("admin:central_device_change", device.pk)
    return _page(
        request,
        "central/admit.html",
        _("Admit a ledger"),
        device=device,
        ledger=words.in_groups(ledger_id),
        row=rows[ledger_id],
    )


def _done(request: HttpRequest, device: Device, change: Callable[[], Device], said: Promise) -> HttpResponse:
    try:
        change()
    except registry.NotPossible:
        messages.error(request, _("That is no longer possible: somebody has changed the terminal meanwhile."))
    else:
        messages.success(request, str(said))
    return redirect("admin:central_device_change", device.pk)


def _page(request: HttpRequest, template: str, title: Promise, **more: object) -> TemplateResponse:
    context = {**admin.site.each_context(request), "title": title, "opts": Device._meta, **more}
    return TemplateResponse(request, template, context)
