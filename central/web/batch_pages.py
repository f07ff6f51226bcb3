"""Terminals for many counters at once."""

import re
from collections.abc import Sequence

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import handing_out
from central.models import Counter, Device, DeviceStatus
from central.web import bulk_pages, device_pages


class BatchForm(device_pages.AcceptForm):
    """For which counters."""

    counters = forms.ModelMultipleChoiceField(
        Counter.objects.filter(valid_to=None), widget=forms.MultipleHiddenInput
    )


def in_order(counters: QuerySet[Counter]) -> list[Counter]:
    """As people count them: counter 2 before counter 10."""

    def key(counter: Counter) -> tuple[str, list[tuple[int, str]], int]:
        parts = re.findall("[0-9]+|[^0-9]+", counter.name.casefold())
        numbered = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
        return counter.unit.name.casefold(), numbered, counter.pk

    return sorted(counters.select_related("unit", "field"), key=key)


def ask(request: HttpRequest, counters: Sequence[Counter]) -> HttpResponse:
    """Say what making them means, and ask."""
    device_pages.actor(request)
    if len(counters) > bulk_pages.MOST:
        bulk_pages.too_many(request)
        return redirect("admin:central_counter_changelist")
    busy = Device.objects.filter(counter__in=counters).exclude(status=DeviceStatus.REVOKED)
    context = {
        **admin.site.each_context(request),
        "title": _("Terminals for counters"),
        "opts": Device._meta,
        "counters": counters,
        "busy": set(busy.values_list("counter", flat=True)),
        "form": BatchForm(initial={"counters": [counter.pk for counter in counters]}),
    }
    return TemplateResponse(request, "central/batch.html", context)


@never_cache
def batch(request: HttpRequest) -> HttpResponse:
    """Ask (`ask` in the form), or make the terminals and show their tickets."""
    who, form = device_pages.actor(request), BatchForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return redirect("admin:central_counter_changelist")
    counters = in_order(form.cleaned_data["counters"])
    if "ask" in request.POST or len(counters) > bulk_pages.MOST:
        return ask(request, counters)
    return device_pages.show(request, handing_out.make(counters, who, accept=form.cleaned_data["accept"]))
