"""Units, fields of work and counters."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from central import registry
from central.admin.base import AuditedAdmin, LastingAdmin
from central.admin.generic import ModelForm
from central.admin.watched import WatchedForm
from central.configuring import devices_of
from central.models import Counter, Device, DeviceStatus, Field, Unit
from central.web import batch_pages, import_pages, settings_pages
from kiosk.messages.statements import LEVELS, LONGEST_LABEL

WORST_FIRST = ("Thất vọng", "Chưa tốt", "Chấp nhận", "Tốt", "Yêu thích")
"""What a terminal shows where nothing else is said."""


class UnitForm(WatchedForm[Unit]):
    """A unit that belongs to itself, through however many others, is refused."""

    class Meta:
        model = Unit
        fields = ("name", "kind", "parent", "official_code", "valid_from", "valid_to")

    def clean_parent(self) -> Unit | None:
        """The unit above."""
        parent: Unit | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise ValidationError(_("A unit cannot belong to itself or to a unit below it."))
            above = above.parent
        return parent


@admin.register(Unit)
class UnitAdmin(LastingAdmin[Unit]):
    """Units."""

    form = UnitForm
    change_list_template = "central/unit_list.html"
    change_form_template = "central/settled_change.html"
    list_display = ("name", "kind", "parent", "official_code", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("name", "official_code")
    autocomplete_fields = ("parent",)
    list_per_page = 50

    def get_urls(self) -> list[URLPattern]:
        """Tables have a page of their own."""
        wrap = self.admin_site.admin_view
        own = [
            path("import/", wrap(import_pages.import_table), name="central_unit_import"),
            re_path(
                "^import/template[.](xlsx|csv)$",
                wrap(import_pages.import_template),
                name="central_unit_template",
            ),
            settings_pages.url(wrap, Unit),
        ]
        return own + super().get_urls()

    def save_model(self, request: HttpRequest, obj: Unit, form: ModelForm[Unit], change: bool) -> None:
        """Its terminals show its name."""
        super().save_model(request, obj, form, change)
        registry.tell(Counter.objects.filter(unit=obj))
        if "parent" in form.changed_data:
            devices_of(obj).update(config_due=True)  # they inherit other settings


@admin.register(Field)
class FieldAdmin(AuditedAdmin[Field]):
    """Fields of work."""

    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Field, form: ModelForm[Field], change: bool) -> None:
        """Its terminals show its name."""
        super().save_model(request, obj, form, change)
        registry.tell(Counter.objects.filter(field=obj))


class LabelsWidget(forms.MultiWidget):
    """Five lines, each with the word that stands there when it is left empty."""

    template_name = "central/labels.html"

    def __init__(self) -> None:
        lines = [forms.TextInput({"placeholder": word, "maxlength": LONGEST_LABEL}) for word in WORST_FIRST]
        super().__init__(lines)

    def decompress(self, value: object) -> list[str]:
        """The five words."""
        return list(value) if isinstance(value, list) else [""] * LEVELS


class LabelsField(forms.MultiValueField):
    """Five words, worst level first; empty = the terminal's own."""

    widget = LabelsWidget

    def __init__(self) -> None:
        lines = [forms.CharField(max_length=LONGEST_LABEL, required=False) for _word in WORST_FIRST]
        super().__init__(
            lines, require_all_fields=False, label=capfirst(_("words of the levels")), required=False
        )

    def compress(self, data_list: list[str]) -> list[str]:
        """As the table has them."""
        return list(data_list) or [""] * LEVELS


class CounterForm(WatchedForm[Counter]):
    """The five words of the levels as five lines."""

    class Meta:
        model = Counter
        fields = ("unit", "name", "field", "department", "question", "labels", "valid_from", "valid_to")
        help_texts: ClassVar = {
            "department": _("Empty: what is set at the terminal."),
            "question": _("Empty: the terminal's own."),
        }

    labels = LabelsField()


class TerminalFilter(admin.SimpleListFilter):
    """Whether a counter has a terminal."""

    title = _("has a terminal")
    parameter_name = "terminal"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """What can be chosen."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Counter]) -> QuerySet[Counter]:  # noqa: ARG002
        """One that is not revoked."""
        own = Device.objects.filter(counter=OuterRef("pk")).exclude(status=DeviceStatus.REVOKED)
        match self.value():
            case "yes":
                return queryset.filter(Exists(own))
            case "no":
                return queryset.filter(~Exists(own))
            case _:
                return queryset


@admin.register(Counter)
class CounterAdmin(LastingAdmin[Counter]):
    """Counters."""

    form = CounterForm
    change_list_template = "central/unit_list.html"
    change_form_template = "central/settled_change.html"
    list_display = ("name", "unit", "field", "department", "valid_from", "valid_to")
    list_select_related = ("unit", "field")
    search_fields = ("name", "unit__name", "department")
    autocomplete_fields = ("unit", "field")
    list_filter = (TerminalFilter,)
    actions = ("terminals",)
    list_per_page = 50

    @admin.action(description=_("Make terminals for these counters"))
    def terminals(self, request: HttpRequest, queryset: QuerySet[Counter]) -> HttpResponse:
        """Ask first."""
        return batch_pages.ask(request, batch_pages.in_order(queryset.filter(valid_to=None)))

    def get_urls(self) -> list[URLPattern]:
        """Settings of its terminals have a page of their own."""
        return [settings_pages.url(self.admin_site.admin_view, Counter), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Counter]:
        """With the unit, which is in its name."""
        return super().get_queryset(request).select_related("unit")

    def save_model(self, request: HttpRequest, obj: Counter, form: ModelForm[Counter], change: bool) -> None:
        """Its terminals show all of it."""
        super().save_model(request, obj, form, change)
        registry.tell(Counter.objects.filter(pk=obj.pk))
