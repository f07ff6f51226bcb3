"""What can be done with the terminals that are ticked in the list."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from central.models import Alarm, Device
from central.web import alarm_pages, bulk_pages, device_pages


class Actions:
    """The actions; a base of the page of terminals. Each asks first, on a page of its own."""

    @admin.action(description=_("Print tickets"), permissions=["change"])
    def tickets(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        """Codes that were printed before become useless."""
        rows = bulk_pages.chosen(request, queryset)
        return None if rows is None else device_pages.ask_for_tickets(request, rows)

    @admin.action(description=_("Accept"), permissions=["change"])
    def accept_several(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        """After a look at each key."""
        return bulk_pages.ask_to_accept(request, queryset)

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke_several(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        """Nothing that they say is believed any more."""
        return bulk_pages.ask_to_revoke(request, queryset)

    @admin.action(description=_("Ask for another key"), permissions=["change"])
    def rotate_several(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        """They go on with the old one until the new one is known here: nothing can go wrong, so nothing is asked."""
        bulk_pages.rotate(request, queryset)

    @admin.action(description=_("Acknowledge or close alarms"), permissions=["change"])
    def acknowledge_alarms(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        """Those of them that are open."""
        return alarm_pages.ask(
            request, Alarm.objects.filter(device__in=queryset.values("pk"), closed_at=None)
        )
