"""The log of changes: one line for each, in the transaction that makes it."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from django.db.models import Model

from central import clock
from central.models import AuditLog

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

TERMINAL = "terminal {}"
COMMAND = "command"


def record(
    actor: str,
    action: str,
    about: Model | str,
    before: Mapping[str, Json] | None,
    after: Mapping[str, Json] | None,
) -> None:
    """Note a change.

    Args:
        actor: A user's name, `COMMAND`, or a terminal.
        action: One word, such as `create`, `change`, `accept`, `revoke`.
        about: What was changed; a word where it is no single row.
        before: Its values before, of the fields that changed; None = it was not there.
        after: The same fields afterwards.
    """
    AuditLog.objects.create(
        at=clock.now(),
        actor=actor,
        action=action,
        object_type=about if isinstance(about, str) else about._meta.label_lower.removeprefix("central."),
        object_id="" if isinstance(about, str) else _identity(about.pk),
        before=before if before is None else dict(before),
        after=after if after is None else dict(after),
    )


def _identity(pk: object) -> str:
    """A key of one column or of several; bytes in hexadecimal."""
    parts = pk if isinstance(pk, tuple) else (pk,)
    return " ".join(
        bytes(part).hex() if isinstance(part, bytes | memoryview) else str(part) for part in parts
    )


SECRET = frozenset({"password", "proof", "first_key", "digest"})


def values(about: Model) -> dict[str, Json]:
    """A row's values, as JSON has them; of secrets only that they have changed can be seen."""
    found = {field.attname: _json(field.value_from_object(about)) for field in about._meta.concrete_fields}
    return {name: _veiled(value) if name in SECRET else value for name, value in found.items()}


def changed(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Of two states of a row, only what differs."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _veiled(value: Json) -> Json:
    return f"#{hashlib.sha256(str(value).encode()).hexdigest()[:8]}"


def _json(value: object) -> Json:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes() | memoryview():
            return bytes(value).hex()
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return [_json(item) for item in value]
        case dict():
            return {str(name): _json(item) for name, item in value.items()}
        case _:
            return str(value)
