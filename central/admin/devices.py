"""Terminals: where they stand, whether they are heard, their tickets; accepted and revoked with a look at the key."""

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from central import attention, clock, configs, registry
from central.admin.base import AuditedAdmin
from central.admin.generic import ModelForm
from central.models import Device, DeviceStatus, Ledger
from central.web import batch_pages, device_pages, words


class HeardFilter(admin.SimpleListFilter):
    """Whether a terminal was heard lately."""

    title = _("heard lately")
    parameter_name = "heard"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """What can be chosen."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> QuerySet[Device]:  # noqa: ARG002
        """Those that were, or accepted ones that were not."""
        since = clock.now() - attention.SILENT_AFTER
        match self.value():
            case "yes":
                return queryset.filter(last_seen_at__gte=since)
            case "no":
                return queryset.filter(status=DeviceStatus.ACCEPTED).exclude(last_seen_at__gte=since)
            case _:
                return queryset


class DeviceForm(ModelForm[Device]):
    """Where a terminal stands, and whether it is asked, is all that is chosen."""

    class Meta:
        model = Device
        fields = ("counter", "pull_wanted")


@admin.register(Device)
class DeviceAdmin(AuditedAdmin[Device]):
    """Terminals."""

    form = DeviceForm
    change_form_template = "central/device_change.html"
    list_display = ("id", "counter", "status", "heard", "waiting", "open_alarms")
    list_filter = ("status", HeardFilter)
    list_select_related = ("counter__unit",)
    search_fields = ("id", "counter__name", "counter__unit__name", "keys__key_id")
    autocomplete_fields = ("counter",)
    readonly_fields = (
        "id", "status", "key_ids", "heard", "waiting", "ledgers", "config_revision", "board_serial", "program",
        "created_at", "enrolled_at", "accepted_at", "revoked_at", "pull_url", "pulled_at", "pull_trouble",
    )  # fmt: skip
    actions = ("tickets",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        """With what the list shows."""
        alarms = Count("alarms", filter=Q(alarms__closed_at=None), distinct=True)
        return super().get_queryset(request).annotate(n_alarms=alarms)

    def get_fields(self, request: HttpRequest, obj: Device | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """A new one has only a place."""
        return ("counter",) if obj is None else ("counter", "pull_wanted", *self.readonly_fields)

    @admin.display(description=_("last heard"), ordering="last_seen_at")
    def heard(self, device: Device) -> str:
        """How long ago."""
        if device.last_seen_at is None:
            return str(_("never"))
        return words.ago(device.last_seen_at, clock.now())

    @admin.display(description=_("open alarms"), ordering="n_alarms")
    def open_alarms(self, device: Device) -> str:
        """How many, as a link."""
        n: int = getattr(device, "n_alarms", 0)
        if not n:
            return "0"
        url = f"{reverse('admin:central_alarm_changelist')}?device__id__exact={device.pk}"
        return format_html('<a class="alarms" href="{}">{}</a>', url, n)

    @admin.display(description=_("key"))
    def key_ids(self, device: Device) -> str:
        """To be compared with the one on the terminal's screen."""
        keys = device.keys.filter(revoked_at=None).values_list("key_id", flat=True)
        return ", ".join(words.in_groups(key_id) for key_id in keys)

    @admin.display(description=_("ledgers"))
    def ledgers(self, device: Device) -> str:
        """How much of each is held; one that nobody has announced can be admitted."""
        rows = Ledger.objects.filter(device=device).order_by("first_received_at")
        return format_html_join("", "<div>{}: {} {}</div>", (self._ledger(device, row) for row in rows))

    def _ledger(self, device: Device, row: Ledger) -> tuple[str, str, str]:
        ledger_id, name = bytes(row.ledger_id).hex(), words.ledger(row.ledger_id)
        held = str(_("{held} of {recorded} entries held")).format(held=row.size, recorded=row.recorded)
        if row.admitted:
            return name, held, ""
        url = reverse("admin:central_device_admit", args=(device.pk, ledger_id))
        link = format_html('<a class="alarms" href="{}">{}</a>', url, _("not admitted, is not counted"))
        return name, held, link

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
            path("tickets/", wrap(device_pages.tickets), name="central_device_tickets"),
            re_path(
                "^tickets/(labels|files)/$",
                wrap(device_pages.ticket_forms),
                name="central_device_ticket_forms",
            ),
            path("batch/", wrap(batch_pages.batch), name="central_device_batch"),
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

    @admin.action(description=_("Print tickets"), permissions=["change"])
    def tickets(self, request: HttpRequest, queryset: QuerySet[Device]) -> TemplateResponse:
        """Ask first: codes that were printed before become useless."""
        return device_pages.ask_for_tickets(request, list(queryset))
