"""What a figure is made of: the statement of completeness for people, to be read, printed and taken away signed."""

from collections.abc import Iterator
from datetime import date, datetime

import msgspec
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import cells, days, server
from central.completeness import device as of_device
from central.completeness import note
from central.completeness import unit as of_unit
from central.completeness.device import Statement
from central.completeness.period import Period, between
from central.completeness.unit import DevicePart, UnitStatement
from central.models import AlarmKind, DeviceStatus, Unit
from central.web import words
from central.web.choosers import search_units
from sync.codes import DEVICE_LENGTH


class Day(forms.DateField):
    """A day, written as the language of the page has it: a browser's own field would follow the browser's."""

    widget = AdminDateWidget

    def validate(self, value: date | None) -> None:
        """Within the calendar."""
        super().validate(value)
        if value is not None and not days.FIRST_DAY <= value <= days.LAST_DAY:
            raise ValidationError(_("There are no ratings of that year."))


class AskForm(forms.Form):
    """Of whom, and of which days."""

    unit = forms.ModelChoiceField(Unit.objects.all(), label=_("Unit, with those below"), required=False)
    device = forms.CharField(label=_("or terminal"), max_length=DEVICE_LENGTH, required=False)
    first = Day(label=_("from day"), required=False)
    last = Day(label=_("to day"), required=False)

    def clean(self) -> dict[str, object]:
        """One of both; days in their order."""
        found: dict[str, object] = super().clean() or self.cleaned_data
        if not self.errors and bool(found.get("unit")) == bool(found.get("device")):
            raise ValidationError(_("Choose a unit or a terminal."))
        try:
            found["period"] = between(self.cleaned_data.get("first"), self.cleaned_data.get("last"))
        except ValueError as error:
            raise ValidationError(_("The last day is before the first.")) from error
        return found


@never_cache
def completeness(request: HttpRequest) -> HttpResponse:
    """Ask, and show; or give the signed statement or the table, to be kept."""
    if not request.user.has_perm("central.view_device"):
        raise PermissionDenied
    form = AskForm(request.GET if {"unit", "device"} & set(request.GET) else None)
    search_units(form)
    found = _found(form) if form.is_valid() else None
    if found is not None and (wanted := request.GET.get("download")) in ("note", "csv"):
        return _download(found, wanted)
    more = {} if found is None else _shown(found)
    query = request.GET.copy()
    query.pop("download", None)
    context = {
        **admin.site.each_context(request),
        "title": _("Completeness"),
        "form": form,
        "query": query.urlencode(),
        "key": words.in_groups(server.this().key.public.key_id),
        **more,
    }
    return TemplateResponse(request, "central/completeness.html", context)


def _found(form: AskForm) -> Statement | UnitStatement | None:
    said = form.cleaned_data
    period: Period = said["period"]
    try:
        if said["unit"] is not None:
            return of_unit.statement(said["unit"].pk, period)
        some = None if period == Period() else period
        return of_device.statement(said["device"].strip().upper(), some)
    except LookupError:
        form.add_error("device", _("There is no terminal with this id."))
        return None


def _shown(found: Statement | UnitStatement) -> dict[str, object]:
    more: dict[str, object] = {"at": of_unit.moment(found.at), "said": found}
    if isinstance(found, UnitStatement):
        return more | {
            "rows": _rows(found),
            "first": _day(found.first),
            "last": _day(found.last),
        }
    ledgers = [
        (words.ledger(bytes.fromhex(one.ledger)), one, _moment(one.last_receipt)) for one in found.ledgers
    ]
    more |= {
        "ledgers": ledgers,
        "status": DeviceStatus(found.status).label,
        "heard": _moment(found.last_heard),
    }
    if found.period is not None:
        more |= {"first": _day(found.period.first), "last": _day(found.period.last)}
    return more


MOST_ROWS = 500
"""A page is not for a country; the table and the signed statement have every terminal."""


def _rows(found: UnitStatement) -> "list[Row]":
    """Its terminals; of very many those first to which there is something to say."""
    parts = found.devices
    if len(parts) > MOST_ROWS:
        parts = sorted(
            parts, key=lambda part: not (part.missing or part.alarms or part.uncertain or part.waiting)
        )
    return [Row(part) for part in parts[:MOST_ROWS]]


class Row:
    """A terminal of a unit, in the words of people.

    Args:
        part: What is said of it.
    """

    def __init__(self, part: DevicePart) -> None:
        self.part = part
        self.status = DeviceStatus(part.status).label
        self.heard, self.receipt = _moment(part.last_heard), _moment(part.last_receipt)
        self.alarms = [AlarmKind(kind).label for kind in part.alarms]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else of_unit.moment(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _download(found: Statement | UnitStatement, wanted: str) -> HttpResponse:
    about = str(found.unit) if isinstance(found, UnitStatement) else found.device
    if wanted == "note":
        response = HttpResponse(note.signed(found), content_type="text/plain; charset=utf-8")
    else:
        text = cells.BYTE_ORDER_MARK + "".join(f"{line}\r\n" for line in _table(found))
        response = HttpResponse(text.encode(), content_type="text/csv; charset=utf-8")
    name = f"hailong-complete-{about}-{found.at[:10]}.{'txt' if wanted == 'note' else 'csv'}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _table(found: Statement | UnitStatement) -> Iterator[str]:
    """A line for each terminal or ledger; lists are left to the signed statement."""
    rows = found.devices if isinstance(found, UnitStatement) else found.ledgers
    kind = DevicePart if isinstance(found, UnitStatement) else of_device.LedgerStatement
    names = [name for name in kind.__struct_fields__ if name != "ledgers"]
    yield cells.line(names)
    for row in rows:
        said = msgspec.to_builtins(row)
        yield cells.line(said[name] for name in names)
