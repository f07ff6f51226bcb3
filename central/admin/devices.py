"""Terminals: where they stand, whether they are heard, their tickets; accepted and revoked with a look at the key."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext_lazy as _

from central import configs, registry
from central.admin.base import AuditedAdmin
from central.admin.device_actions import Actions
from central.admin.device_columns import HEALTH, Columns, with_what_is_shown
from central.admin.device_filters import (
    ConfigurationFilter,
    HealthFilter,
    HeardFilter,
    ProgramFilter,
    UnitFilter,
    WaitingFilter,
)
from central.admin.device_search import Search
from central.admin.generic import ModelForm
from central.admin.watched import WatchedForm
from central.models import Device
from central.pulling.words import explained
from central.web import batch_pages, bulk_pages, device_pages, settings_pages

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec


class DeviceForm(WatchedForm[Device]):
    """Where a terminal stands, and whether it is asked, is all that is chosen."""

    class Meta:
        model = Device
        fields = ("counter", "pull_wanted")


PAGE: "_FieldsetSpec" = (
    (None, {"fields": ("seen", "id", "counter", "status")}),
    (_("Health"), {"fields": HEALTH}),
    (_("Delivery"), {"fields": ("waits", "oldest", "ledgers", "last_receipt")}),
    (_("Fetching"), {"fields": ("pull_wanted", "pull_url", "pulled_at", "not_fetched")}),
    (_("Configuration"), {"fields": ("config_revision", "configuration")}),
    (_("Program and board"), {"fields": ("program", "board_serial", "key_ids")}),
    (_("History"), {"fields": ("created_at", "enrolled_at", "accepted_at", "revoked_at")}),
)
"""What the page of a terminal shows, in groups."""


@admin.register(Device)
class DeviceAdmin(Actions, Columns, Search, AuditedAdmin[Device]):
    """Terminals."""

    form = DeviceForm
    change_form_template = "central/device_change.html"
    list_display = ("id", "counter", "status", "heard", "condition", "waits", "program", "open_alarms")
    list_filter = (
        "status",
        HealthFilter,
        HeardFilter,
        UnitFilter,
        WaitingFilter,
        ConfigurationFilter,
        ProgramFilter,
    )
    show_facets = admin.ShowFacets.NEVER  # each would be counted among thousands
    show_full_result_count = False
    search_fields = ("id", "counter__name", "counter__unit__name")
    search_help_text = _("By terminal, counter, unit or key.")
    autocomplete_fields = ("counter",)
    readonly_fields = (
        "id", "status", "key_ids", *HEALTH, "waits", "oldest", "ledgers", "last_receipt", "config_revision",
        "configuration", "board_serial", "program",
        "created_at", "enrolled_at", "accepted_at", "revoked_at", "pull_url", "pulled_at",
        "not_fetched",
    )  # fmt: skip
    actions = ("tickets", "accept_several", "revoke_several", "rotate_several", "acknowledge_alarms")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        """With what the list shows."""
        return with_what_is_shown(super().get_queryset(request))

    def get_fieldsets(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Device | None = None,
    ) -> "_FieldsetSpec":
        """A new one has only a place."""
        return ((None, {"fields": ("counter",)}),) if obj is None else PAGE

    @admin.display(description=_("why fetching failed"))
    def not_fetched(self, device: Device) -> str:
        """In the reader's language."""
        return explained(device.pull_trouble)

    def has_delete_permission(self, request: HttpRequest, obj: Device | None = None) -> bool:  # noqa: ARG002
        """It is revoked, never removed: its entries are its own."""
        return False

    def save_model(self, request: HttpRequest, obj: Device, form: ModelForm[Device], change: bool) -> None:
        """A new one is reserved; one that moves is told so."""
        if change:
            super().save_model(request, obj, form, change)
            configs.tell(obj.pk)
        else:
            made = registry.reserve(obj.counter, device_pages.actor(request))
            obj.pk, obj.created_at = made.pk, made.created_at

    def response_add(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Device,
        post_url_continue: str | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """On to its ticket."""
        return redirect("admin:central_device_ticket", obj.pk)

    def get_urls(self) -> list[URLPattern]:
        """What can be done with a terminal has pages of its own."""
        wrap = self.admin_site.admin_view
        own = [
            settings_pages.url(wrap, Device),
            path("tickets/", wrap(device_pages.tickets), name="central_device_tickets"),
            re_path(
                "^tickets/(labels|files)/$",
                wrap(device_pages.ticket_forms),
                name="central_device_ticket_forms",
            ),
            path("batch/", wrap(batch_pages.batch), name="central_device_batch"),
            path("accept/", wrap(bulk_pages.accept), name="central_device_accept_several"),
            path("revoke/", wrap(bulk_pages.revoke), name="central_device_revoke_several"),
            path("<str:device_id>/ticket/", wrap(device_pages.ticket), name="central_device_ticket"),
            path("<str:device_id>/accept/", wrap(device_pages.accept), name="central_device_accept"),
            path(
                "<str:device_id>/admit/<str:ledger_id>/",
                wrap(device_pages.admit),
                name="central_device_admit",
            ),
            path("<str:device_id>/revoke/", wrap(device_pages.revoke), name="central_device_revoke"),
        ]
        return own + super().get_urls()
