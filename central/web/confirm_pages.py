"""A terminal's key, come by the square on its screen to a telephone: compared, and confirmed for a counter."""

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import registry
from central.models import Counter, Device, DeviceKey, DeviceStatus
from central.web import choosers, words
from central.web.device_pages import CompareForm, actor
from kiosk.messages.notes import PublicKey
from sync import links


class PlaceForm(CompareForm):
    """Where a terminal stands that is not known yet."""

    counter = forms.ModelChoiceField(Counter.objects.filter(valid_to=None), label=_("Counter"))
    field_order = ("counter", "compared")


@never_cache
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Show the key that the link carries, and let in the terminal that has it."""
    who = actor(request)
    try:
        public_key = links.read(key)
    except links.BadLink as error:
        raise Http404 from error
    found = DeviceKey.objects.select_related("device__counter__unit").filter(public_key=public_key).first()
    known = None if found is None else found.device
    form = _form(request, known)
    if request.method == "POST" and form.is_valid():
        counter = form.cleaned_data["counter"] if known is None else known.counter
        try:
            device = registry.confirm(public_key, counter, who)
        except registry.NotPossible:
            messages.error(
                request, _("That is no longer possible: somebody has changed the terminal meanwhile.")
            )
            return redirect(request.path)
        said = _("The key is confirmed for {counter}. The terminal notices it within a minute.")
        messages.success(request, str(said).format(counter=device.counter))
        return redirect("admin:central_device_change", device.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Confirm a terminal"),
        "opts": Device._meta,
        "device": known,
        "good": found is None or (found.revoked_at is None and found.device.status != DeviceStatus.REVOKED),
        "key": words.in_groups(PublicKey("device", public_key).key_id),
        "form": form,
    }
    return TemplateResponse(request, "central/confirm.html", context)


def _form(request: HttpRequest, known: Device | None) -> CompareForm:
    if known is not None:
        return CompareForm(request.POST or None)
    form = PlaceForm(request.POST or None)
    choosers.search(form, "counter", Device, "counter")
    return form
