"""Values in the words of people."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.apps import apps
from django.db.models import Field, Model
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from central import audit
from central.models import Alarm, AuditLog
from central.web.faults import CLOCKS, FAULTS
from central.web.noted import KINDS, NOTED

_SHOWN = 16
"""Hexadecimal digits of a long number: enough to tell two apart."""

NOTHING: tuple[object, ...] = (None, "", [], [""] * 5)


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, in its largest unit."""
    passed = now - then
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        return _("{n} minutes ago").format(n=passed // timedelta(minutes=1))
    if passed < timedelta(days=1):
        return _("{n} hours ago").format(n=passed // timedelta(hours=1))
    return _("{n} days ago").format(n=passed.days)


def span(seconds: int) -> str:
    """A length of time, in its largest unit."""
    if seconds < 60:
        return _("less than a minute")
    if seconds < 3600:
        return _("{n} minutes").format(n=seconds // 60)
    if seconds < 24 * 3600:
        return _("{n} hours").format(n=seconds // 3600)
    return _("{n} days").format(n=seconds // (24 * 3600))


def number(n: int) -> str:
    """With the thousands apart, as the language has it."""
    return formats.number_format(n, use_l10n=True, force_grouping=True)


def fault(code: str) -> str:
    """A fault's code and words; one of a newer terminal has only its code."""
    return f"{code} – {FAULTS[code]}" if code in FAULTS else code


def clock(source: str) -> str:
    """Who vouches for a terminal's clock."""
    return str(CLOCKS.get(source, source))


def actor(line: AuditLog) -> str:
    """Who did it."""
    if line.actor == audit.COMMAND:
        return _("a command on the server")
    if line.actor.startswith(_TERMINAL):
        return _("terminal with key {key}").format(key=line.actor.removeprefix(_TERMINAL))
    return line.actor


def about(line: AuditLog) -> str:
    """What it was done to."""
    model = _model(line)
    kind = KINDS.get(line.object_type) or (model._meta.verbose_name if model else line.object_type)
    device, _blank, ledger_id = line.object_id.partition(" ")
    if line.object_type == "ledger" and ledger_id:
        return f"{kind} {ledger(bytes.fromhex(ledger_id))} ({device})"
    return f"{kind} {line.object_id}".strip()


def ledger(ledger_id: bytes | memoryview | None) -> str:
    """The beginning of a ledger's id, in groups; nothing where there is none."""
    return "" if ledger_id is None else f"{in_groups(bytes(ledger_id).hex()[:_SHOWN])}…"


def in_groups(number: str) -> str:
    """As people compare it: `ab12-cd34-…`."""
    return "-".join(number[n : n + 4] for n in range(0, len(number), 4))


def detail(alarm: Alarm) -> str:
    """What was noted when it was opened."""
    return "; ".join(
        f"{NOTED.get(name, name)}: {_noted(name, value)}" for name, value in alarm.detail.items()
    )


def _noted(name: str, value: object) -> str:
    if name == "head":
        return f"{in_groups(str(value)[:_SHOWN])}…"
    if name == "ledgers" and isinstance(value, list):
        return ", ".join(f"{in_groups(str(one)[:_SHOWN])}…" for one in value)
    return _said(None, value)


def difference(line: AuditLog) -> str:
    """What was and what is."""
    model = _model(line)
    fields = {} if model is None else {field.attname: field for field in model._meta.concrete_fields}
    before, after = line.before or {}, line.after or {}
    names = [name for name in {**before, **after} if name in before or after[name] not in NOTHING]
    return "; ".join(_change(fields.get(name), name, before, after) for name in names)


_TERMINAL = audit.TERMINAL.format("")


def _model(line: AuditLog) -> type[Model] | None:
    label = line.object_type if "." in line.object_type else f"central.{line.object_type}"
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def _change(
    field: "Field[object, object] | None",
    name: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> str:
    label = str(NOTED.get(name) or (name if field is None else field.verbose_name))
    new = _said(field, after.get(name))
    return f"{label}: {_said(field, before[name])} → {new}" if name in before else f"{label}: {new}"


def _said(field: "Field[object, object] | None", value: object) -> str:
    if value in NOTHING:
        return "–"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    if moment is not None and timezone.is_aware(moment):
        return formats.localize(timezone.localtime(moment)) or ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
