"""What is done with many terminals at once: asked first, each by itself, and said of each that it was not done to."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import registry
from central.models import Device, DeviceStatus
from central.web import words
from central.web.device_pages import actor

MOST = 500
"""Of which somebody can still say that they were looked at."""

LIST = "admin:central_device_changelist"


class DevicesForm(forms.Form):
    """Which terminals."""

    devices = forms.ModelMultipleChoiceField(Device.objects.all(), widget=forms.MultipleHiddenInput)


class ComparedForm(forms.Form):
    """Those whose keys somebody has compared."""

    compared = forms.ModelMultipleChoiceField(Device.objects.all(), required=False)


def too_many(request: HttpRequest) -> None:
    """Say so; the list is shown again."""
    text = _("At most {n} can be chosen at once. Please narrow the list with the filters.")
    messages.error(request, str(text).format(n=MOST))


def chosen(request: HttpRequest, found: QuerySet[Device]) -> Sequence[Device] | None:
    """The terminals that are meant; None where there are too many or none, which is said."""
    rows = list(found.select_related("counter__unit")[: MOST + 1])
    if len(rows) > MOST:
        too_many(request)
    elif not rows:
        messages.warning(request, _("With none of these terminals can that be done now."))
    return rows if 0 < len(rows) <= MOST else None


def rotate(request: HttpRequest, found: QuerySet[Device]) -> None:
    """Ask those that are accepted to replace their keys, and say how many."""
    who, n = actor(request), 0
    for row in chosen(request, found.filter(status=DeviceStatus.ACCEPTED)) or ():
        try:
            registry.rotate(row.pk, who)
        except registry.NotPossible:
            continue
        n += 1
    if n:
        text = _("{n} terminals are asked for another key; each replaces it the next time it is heard.")
        messages.success(request, str(text).format(n=n))


def ask_to_accept(request: HttpRequest, found: QuerySet[Device]) -> HttpResponse | None:
    """Show the keys of those that wait for it."""
    actor(request)
    rows = chosen(request, found.filter(status=DeviceStatus.PENDING).prefetch_related("keys"))
    if rows is None:
        return None
    keys = [
        (row, [words.in_groups(key.key_id) for key in row.keys.all() if key.revoked_at is None])
        for row in rows
    ]
    return _page(request, "central/accept_several.html", _("Accept terminals"), rows=keys)


@never_cache
def accept(request: HttpRequest) -> HttpResponse:
    """Accept those whose keys were compared."""
    who, form = actor(request), ComparedForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return redirect(LIST)
    if not form.cleaned_data["compared"]:
        messages.warning(request, _("No key was marked as compared, so no terminal was accepted."))
        return redirect(LIST)
    text = _("{n} terminals are accepted.")
    return _each(request, form.cleaned_data["compared"], lambda pk: registry.accept(pk, who), text)


def ask_to_revoke(request: HttpRequest, found: QuerySet[Device]) -> HttpResponse | None:
    """Say what it means, and ask."""
    actor(request)
    rows = chosen(request, found.exclude(status=DeviceStatus.REVOKED))
    if rows is None:
        return None
    form = DevicesForm(initial={"devices": rows})
    return _page(request, "central/revoke_several.html", _("Revoke terminals"), rows=rows, form=form)


@never_cache
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke those that were shown."""
    who, form = actor(request), DevicesForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return redirect(LIST)
    text = _("{n} terminals are revoked.")
    return _each(request, form.cleaned_data["devices"], lambda pk: registry.revoke(pk, who), text)


def _each(
    request: HttpRequest, devices: QuerySet[Device], change: Callable[[str], Device], text: Promise
) -> HttpResponse:
    done, not_possible = 0, []
    for device in devices:
        try:
            change(device.pk)
        except registry.NotPossible:
            not_possible.append(device.pk)
        else:
            done += 1
    if done:
        messages.success(request, str(text).format(n=done))
    if not_possible:
        said = str(_("No longer possible, somebody has changed them meanwhile: {devices}."))
        messages.error(request, said.format(devices=", ".join(not_possible)))
    return redirect(LIST)


def _page(request: HttpRequest, template: str, title: Promise, **more: object) -> TemplateResponse:
    context = {**admin.site.each_context(request), "title": title, "opts": Device._meta, **more}
    return TemplateResponse(request, template, context)
