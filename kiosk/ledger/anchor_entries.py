"""Clock anchors as entries, and what a moment between two readings of the clock is about."""

from kiosk.ledger.anchors import Anchor, Source
from kiosk.ledger.kinds import Draft, Json, Kind, parse

NTP_ERROR_MS = 5_000
"""systemd-timesyncd takes no server that is farther from the truth (RootDistanceMaxSec, timesyncd.conf(5))."""

_NS_PER_MS = 1_000_000


def draft_of(anchor: Anchor, signed: str | None = None) -> Draft:
    """The entry of an anchor; `signed` is central's time statement, which no other source has."""
    body: dict[str, Json] = {
        "source": anchor.source.value,
        "at_ns": anchor.at_ns,
        "utc_ms": anchor.utc_ms,
        "error_ms": anchor.error_ms,
    }
    return Draft(Kind.CLOCK_ANCHOR, body if signed is None else body | {"signed": signed})


def anchor_of(payload: bytes) -> Anchor | None:
    """The anchor of an entry; None where it is none that this program knows."""
    body = parse(payload)
    source = next((source for source in Source if source.value == body.get("source")), None)
    at_ns, utc_ms, error_ms = (body.get(name) for name in ("at_ns", "utc_ms", "error_ms"))
    if source is None or type(at_ns) is not int or type(utc_ms) is not int or type(error_ms) is not int:
        return None
    return Anchor(at_ns, utc_ms, error_ms, source)


def between(before_ns: int, after_ns: int) -> tuple[int, int]:
    """What was said between two moments is about their middle: `at_ns`, and half of the time between, plus 1 ms."""
    return (before_ns + after_ns) // 2, -((before_ns - after_ns) // (2 * _NS_PER_MS)) + 1
