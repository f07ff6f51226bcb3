"""Terminals found by what somebody reads off a screen, a sheet or an alarm."""

import re

from django.db.models import QuerySet
from django.http import HttpRequest

from central.admin.generic import ModelAdmin
from central.models import Device, DeviceKey

_KEY = re.compile("[0-9a-f]{4,16}")


class Search(ModelAdmin[Device]):
    """A base of the page of terminals. Keys are asked for apart: a join with them would double rows."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Device], search_term: str
    ) -> tuple[QuerySet[Device], bool]:
        """Also by the beginning of a key, with or without the dashes that people see."""
        found, doubles = super().get_search_results(request, queryset, search_term)
        key = re.sub("[- ]", "", search_term.lower())
        if _KEY.fullmatch(key):
            found |= queryset.filter(pk__in=DeviceKey.objects.filter(key_id__startswith=key).values("device"))
        return found, doubles
