"""Alarms and the log of changes."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from central import alarms
from central.admin.base import AuditedAdmin
from central.admin.generic import ModelAdmin, ModelForm
from central.models import Alarm, AuditLog
from central.web import alarm_pages, device_pages, words

LONGEST = 200
"""Characters of a difference in the list; all of it is on its own page."""


class StateFilter(admin.SimpleListFilter):
    """New, acknowledged, closed."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """What can be chosen."""
        return [("new", _("new")), ("acknowledged", _("acknowledged")), ("closed", _("closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> QuerySet[Alarm]:  # noqa: ARG002
        """The alarms in that state."""
        match self.value():
            case "new":
                return queryset.filter(closed_at=None, acknowledged_at=None)
            case "acknowledged":
                return queryset.filter(closed_at=None).exclude(acknowledged_at=None)
            case "closed":
                return queryset.exclude(closed_at=None)
            case _:
                return queryset


class AlarmForm(ModelForm[Alarm]):
    """What an administrator says to an alarm."""

    close = forms.BooleanField(
        label=_("The cause is removed: close the alarm"),
        required=False,
        help_text=_("If the same happens again, a new alarm is opened."),
    )
    comment = forms.CharField(label=_("What was found, what was done"), widget=forms.Textarea({"rows": 4}))

    class Meta:
        model = Alarm
        fields = ("comment",)


@admin.register(Alarm)
class AlarmAdmin(AuditedAdmin[Alarm]):
    """Alarms: looked at, acknowledged with a comment, closed."""

    form = AlarmForm
    list_display = (
        "kind",
        "device",
        "counter",
        "opened_at",
        "acknowledged_at",
        "acknowledged_by",
        "closed_at",
    )
    list_filter = (StateFilter, "kind")
    list_select_related = ("device__counter__unit", "acknowledged_by")
    search_fields = ("device__id", "device__counter__name", "device__counter__unit__name")
    readonly_fields = (
        "kind", "device", "counter", "ledger", "details", "evidence", "opened_at", "acknowledged_at", "acknowledged_by",
        "closed_at",
    )  # fmt: skip
    fields = (*readonly_fields, "comment", "close")
    actions = ("acknowledge",)
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    @admin.display(description=_("counter"))
    def counter(self, alarm: Alarm) -> str:
        """Where it stands."""
        return str(alarm.device.counter)

    @admin.display(description=_("ledger"))
    def ledger(self, alarm: Alarm) -> str:
        """Which."""
        return words.ledger(alarm.ledger_id) or "–"

    @admin.display(description=_("detail"))
    def details(self, alarm: Alarm) -> str:
        """What was noted."""
        return words.detail(alarm) or "–"

    @admin.display(description=_("evidence that is kept"))
    def evidence(self, alarm: Alarm) -> int:
        """How much the terminal has signed that contradicts what is held."""
        return alarm.evidence.count()

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Alarms come by themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Alarm | None = None) -> bool:  # noqa: ARG002
        """They stay."""
        return False

    def save_model(self, request: HttpRequest, obj: Alarm, form: ModelForm[Alarm], change: bool) -> None:
        """Who said so first, and when."""
        alarms.mark(obj, device_pages.user(request, "central.change_alarm"), close=form.cleaned_data["close"])
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Several at once have a page of their own."""
        own = path("acknowledge/", self.admin_site.admin_view(alarm_pages.acknowledge), name=alarm_pages.NAME)
        return [own, *super().get_urls()]

    @admin.action(description=_("Acknowledge or close"), permissions=["change"])
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> HttpResponse | None:
        """Ask what was found."""
        return alarm_pages.ask(request, queryset.filter(closed_at=None))


@admin.register(AuditLog)
class AuditLogAdmin(ModelAdmin[AuditLog]):
    """The log of changes: to be read."""

    list_display = ("at", "who", "action", "about", "difference")
    list_filter = ("action",)
    search_fields = ("actor", "object_type", "object_id")
    date_hierarchy = "at"
    fields = ("at", "who", "action", "about", "whole")
    readonly_fields = fields

    @admin.display(description=_("who"), ordering="actor")
    def who(self, line: AuditLog) -> str:
        """Who did it."""
        return words.actor(line)

    @admin.display(description=_("object"), ordering="object_id")
    def about(self, line: AuditLog) -> str:
        """What was changed."""
        return words.about(line)

    @admin.display(description=_("difference"))
    def difference(self, line: AuditLog) -> str:
        """What was and what is, briefly."""
        return Truncator(words.difference(line)).chars(LONGEST)

    @admin.display(description=_("difference"))
    def whole(self, line: AuditLog) -> str:
        """All of it."""
        return words.difference(line)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody writes here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditLog | None = None) -> bool:  # noqa: ARG002
        """Nobody changes it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditLog | None = None) -> bool:  # noqa: ARG002
        """Nobody removes it."""
        return False
