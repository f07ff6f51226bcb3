"""What somebody saw when a form was shown to them: where it is not so any more, nothing of theirs is saved.

Of two people who edit one thing at the same time the second one is told, and by whom; nothing is overwritten unseen.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import Model
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from central import audit
from central.models import AuditLog
from central.web import words

_SIGNER = Signer(salt="central.seen")


def seen_of(row: Model, names: Sequence[str]) -> str:
    """What goes with a form about these fields of a row, and comes back with it."""
    found = audit.values(row)
    return _SIGNER.sign_object({name: found[_column(row, name)] for name in names}, compress=True)


def check(row: Model, seen: str) -> None:
    """Whether a row is still as it was seen.

    Args:
        row: As it is now; locked, so that it stays so until the transaction ends.
        seen: What came back with the form.

    Raises:
        ValidationError: It is not. The message says what has changed, and who did it.
    """
    try:
        before: dict[str, Any] = _SIGNER.unsign_object(seen)
    except (BadSignature, ValueError, TypeError) as error:
        raise ValidationError(_("This page is too old. Please open it anew.")) from error
    now = audit.values(row)
    other = [name for name, value in before.items() if now[_column(row, name)] != value]
    if other:
        raise ValidationError(_said(row, other))


def _column(row: Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "attname", name))


def _said(row: Model, names: Sequence[str]) -> str:
    line = (
        AuditLog.objects.filter(
            object_type=row._meta.label_lower.removeprefix("central."), object_id=str(row.pk)
        )
        .order_by("-id")
        .first()
    )
    who, when = ("?", "") if line is None else (words.actor(line), _time(line))
    changed = "; ".join(f"{_name(row, name)}: {_shown(row, name)}" for name in names)
    return _(
        "Meanwhile {who} has changed this ({when}). It is now: {changed}. Nothing of yours was saved. Please open "
        "the page anew, and enter again what is still right."
    ).format(who=who, when=when, changed=changed)


def _time(line: AuditLog) -> str:
    return formats.date_format(timezone.localtime(line.at), "DATETIME_FORMAT")


def _name(row: Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "verbose_name", name))


def _shown(row: Model, name: str) -> str:
    chosen = getattr(row, f"get_{name}_display", None)
    value = chosen() if callable(chosen) else getattr(row, name)
    if isinstance(value, list):
        value = " / ".join(str(item) or "–" for item in value)
    if isinstance(value, dict):
        value = ", ".join(f"{key} = {item}" for key, item in value.items())
    return "–" if value in (None, "") else str(value)
