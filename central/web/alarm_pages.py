"""Several alarms looked at together: what was found, and whether the cause is removed."""

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import alarms
from central.models import Alarm
from central.web.bulk_pages import MOST, too_many
from central.web.device_pages import user

NAME = "central_alarm_acknowledge"
RIGHT = "central.change_alarm"


class AcknowledgeForm(forms.Form):
    """What is said of all of them."""

    alarms = forms.ModelMultipleChoiceField(Alarm.objects.all(), widget=forms.MultipleHiddenInput)
    comment = forms.CharField(
        label=_("What was found, what was done"), widget=forms.Textarea({"rows": 4}), max_length=2000
    )
    close = forms.BooleanField(
        label=_("The cause is removed: close the alarms"),
        required=False,
        help_text=_("If the same happens again, a new alarm is opened."),
    )


def ask(request: HttpRequest, found: QuerySet[Alarm]) -> HttpResponse | None:
    """Show which they are, and ask; None where there are too many or none, which is said."""
    user(request, RIGHT)
    rows = list(found.select_related("device__counter__unit")[: MOST + 1])
    if len(rows) > MOST:
        too_many(request)
        return None
    if not rows:
        messages.warning(request, _("None of them is an open alarm."))
        return None
    return _page(request, AcknowledgeForm(initial={"alarms": rows}), rows)


@never_cache
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Do it to those that were shown."""
    who, form = user(request, RIGHT), AcknowledgeForm(request.POST or None)
    if request.method != "POST" or "alarms" in form.errors:
        return redirect("admin:central_alarm_changelist")
    if not form.is_valid():
        rows = list(form.cleaned_data["alarms"].select_related("device__counter__unit"))
        return _page(request, form, rows)
    said = form.cleaned_data
    n = alarms.acknowledge((alarm.pk for alarm in said["alarms"]), who, said["comment"], close=said["close"])
    text = _("{n} alarms are closed.") if said["close"] else _("{n} alarms are acknowledged.")
    messages.success(request, str(text).format(n=n))
    return redirect("admin:central_alarm_changelist")


def _page(request: HttpRequest, form: AcknowledgeForm, rows: list[Alarm]) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Acknowledge alarms"),
        "opts": Alarm._meta,
        "form": form,
        "alarms": rows,
    }
    return TemplateResponse(request, "central/acknowledge.html", context)
