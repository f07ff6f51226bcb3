"""The evolving key as central follows it (docs/protocol.md, *Evolving key*). Pure."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from kiosk.ledger.evolve import Evolving, next_key

MOST_STEPS = 2_000_000
"""So far a key is followed through entries that nobody has sent; a second's work."""


class Verdict(Enum):
    """What a tag says of the entries up to it."""

    GOOD = "good"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the state after the entries where it is good."""

    verdict: Verdict
    state: Evolving


def judge(state: Evolving, hashes: Iterable[bytes], tag: bytes) -> Judged:
    """Whether a tag is right.

    Args:
        state: After the last entry whose tag was right.
        hashes: Of the entries after it, up to the one that the tag is of.
        tag: As received.
    """
    now = state.after_all(hashes)
    if hmac.compare_digest(now.tag, tag):
        return Judged(Verdict.GOOD, now)
    return Judged(Verdict.BROKEN, state)


def key_at(seq: int, key: bytes, wanted: int) -> bytes | None:
    """K(wanted) from K(seq); None where it lies before, or too far ahead to be believed."""
    if not 0 <= wanted - seq <= MOST_STEPS:
        return None
    for _ in range(wanted - seq):
        key = next_key(key)
    return key
