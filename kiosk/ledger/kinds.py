"""The kinds of entry that exist so far, and what a draft of one looks like before it is stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class Kind(StrEnum):
    """What an entry says. A kind that this program does not know is kept as bytes and never counted."""

    BOOT = "boot"  # a program became the writer: boot_id, version; in a new ledger, what it continues
    SHUTDOWN = "shutdown"  # it stopped in good order
    VERIFIED = "verified"  # result of the check at start
    RATING = "rating"
    CORRECTION = "correction"  # `of` a rating's seq: the citizen changed the level within the window
    REPEAT = "repeat"  # one a visit: counts per level of the presses that were not counted
    VOID = "void"  # `of` a rating's or a correction's seq: takes back that press; only the service gesture makes it
    REFUSED = "refused"  # presses that could not be kept, counted per level
    TEST = "test"  # a technician's presses
    SERVICE = "service"  # the technician's page was opened or closed
    FAULT = "fault"
    CONFIG = "config"
    ENROLLED = "enrolled"  # central took this terminal in: its id there, central's key; again in a new ledger
    CLOCK_ANCHOR = "clock_anchor"  # ties CLOCK_BOOTTIME of this boot to the time of the world
    KEY_ROTATION = "key_rotation"  # the terminal replaces its key; signed by both
    SALVAGED = "salvaged"  # an entry of a closed ledger, with its own hash


VOTES = frozenset({Kind.RATING, Kind.CORRECTION})
"""The kinds that are thanked for, and so must never be promised on a disk that cannot keep them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that has no place in the chain yet.

    Attributes:
        kind: What it says.
        boottime_ns: CLOCK_BOOTTIME of what happened; None = when it is stored.
        body: The fields of its payload; wall time and its trustworthiness are added when it is stored.
        about: The hash of the entry that `of` names, where naming another one would change what counts: in a ledger
            that replaced the one with that entry, the same seq is another press. There `of` becomes null.
    """

    kind: Kind
    body: Mapping[str, Json] = field(default_factory=dict)
    boottime_ns: int | None = None
    about: bytes | None = None


def serialise(body: Mapping[str, Json], wall: str, synced: bool) -> bytes:
    """The payload's bytes, made once: compact UTF-8 JSON, own fields first, then wall time and its trust."""
    return json.dumps(
        {**body, "wall": wall, "synced": synced}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def parse(payload: bytes) -> dict[str, Json]:
    """A payload's fields; empty where it is not a JSON object (kept as bytes, counted as nothing)."""
    try:
        body = json.loads(payload)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def own_fields(payload: bytes) -> dict[str, Json]:
    """A payload's fields without those that storing it has added."""
    return {name: value for name, value in parse(payload).items() if name not in ("wall", "synced")}
