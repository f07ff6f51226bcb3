"""From entries to ratings. Pure: the one rule by which ratings are counted, whoever asks.

Ingest applies it to what has just come and to what that changes; `recount` applies it to everything. A history is a
sequence of records in the order of their seqs.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from central.counting.meaning import (
    UNCOUNTABLE,
    Anchored,
    Configured,
    Corrected,
    Meaning,
    Rated,
    Refused,
    Trust,
    Voided,
    meaning_of,
)
from central.flags import Flag
from kiosk.ledger.anchors import Anchor
from kiosk.ledger.kinds import Kind
from sync.clock import Timeline

_UNANCHORED = int(Flag.UNANCHORED)


class Record(msgspec.Struct, frozen=True, gc=False):
    """An entry in a history.

    Attributes:
        flags: `Flag`s that are known beforehand of a rating in it: salvaged, tag broken.
        received_ms: When central received it.
    """

    seq: int
    boot_n: int
    boottime_ns: int
    kind: str
    payload: bytes
    prev: bytes
    hash: bytes
    received_ms: int
    flags: int = 0


class RatingRow(msgspec.Struct, frozen=True, gc=False):
    """A rating as it stands. Attributes as in `central.models.Rating`; `hour_ms` is None when uncertain."""

    seq: int
    hash: bytes
    boot_n: int
    boottime_ns: int
    level: int
    unit_id: int | None
    counter_id: int | None
    time_low_ms: int | None
    time_high_ms: int
    certain: bool
    hour_ms: int | None
    flags: int
    counted: bool


@dataclass
class Survey:
    """What entries say about others.

    Attributes:
        trust: Whose word is believed.
        configs: Seqs and what was configured there, in order.
        anchors: Those that bind, by boot.
        ends_ns: The last CLOCK_BOOTTIME of each boot.
        corrections: Seqs and levels, by the seq of the rating.
        voided: Seqs of presses that are taken back.
        refused: Presses that could not be kept.
        uncountable: Entries that should say something about a rating and do not.
    """

    trust: Trust
    configs: list[tuple[int, Configured]] = field(default_factory=list)
    anchors: defaultdict[int, list[Anchor]] = field(default_factory=lambda: defaultdict(list))
    ends_ns: dict[int, int] = field(default_factory=dict)
    corrections: defaultdict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    voided: set[int] = field(default_factory=set)
    refused: int = 0
    uncountable: int = 0

    def learn(self, record: Record) -> Meaning:
        """Take one more record in; says what it means."""
        end_ns = self.ends_ns.get(record.boot_n)
        if end_ns is None or end_ns < record.boottime_ns:
            self.ends_ns[record.boot_n] = record.boottime_ns
        meaning = meaning_of(record.kind, record.payload, record.seq, record.received_ms, self.trust)
        match meaning:
            case Rated():
                pass  # by far the most
            case Configured():
                self.configure(record.seq, meaning)
            case Anchored(anchor, binding=True):
                self.anchors[record.boot_n].append(anchor)
            case Corrected(of, level):
                self.press(record.seq, of, level)
            case Voided(of):
                self.press(record.seq, of, None)
            case Refused(presses):
                self.refused += presses
            case _ if meaning is UNCOUNTABLE:
                self.uncountable += 1
        return meaning

    def press(self, seq: int, of: int, level: int | None) -> None:
        """A rating was corrected; or, without a level, a press was taken back."""
        if level is None:
            self.voided.add(of)
        else:
            self.corrections[of][seq] = level

    def configure(self, seq: int, found: Configured) -> bool:
        """A configuration is in force from here, unless one with a higher revision has been before it."""
        if self.configs and self.configs[-1][1].revision > found.revision:
            return False
        self.configs.append((seq, found))
        return True

    def level_of(self, seq: int, own: int) -> int | None:
        """The level of the last press of a rating that is not taken back; None where all are (docs/ledger.md)."""
        if seq not in self.corrections and not self.voided:
            return own
        level = None if seq in self.voided else own
        for correction, corrected in sorted(self.corrections.get(seq, {}).items()):
            if correction not in self.voided:
                level = corrected
        return level


def survey(history: Iterable[Record], trust: Trust) -> Survey:
    """What a whole history says."""
    found = Survey(trust)
    for record in history:
        found.learn(record)
    return found


class Rater:
    """Makes ratings of records, with what was learned.

    Args:
        found: Everything that may be about these records.
    """

    def __init__(self, found: Survey) -> None:
        self._found = found
        self._timeline = Timeline(found.anchors, found.ends_ns)
        self._config_seqs = [seq for seq, _ in found.configs]

    def rate(self, record: Record, own_level: int) -> RatingRow:
        """The rating that a record is.

        Args:
            record: Of kind `rating`.
            own_level: What it says itself.
        """
        level = self._found.level_of(record.seq, own_level)
        config = self._config(record.seq)
        time = self._timeline.interval(record.boot_n, record.boottime_ns, record.received_ms)
        hour_ms = time.hour_ms
        return RatingRow(
            seq=record.seq,
            hash=record.hash,
            boot_n=record.boot_n,
            boottime_ns=record.boottime_ns,
            level=own_level if level is None else level,
            unit_id=None if config is None else config.unit_id,
            counter_id=None if config is None else config.counter_id,
            time_low_ms=time.low_ms,
            time_high_ms=time.high_ms,
            certain=hour_ms is not None,
            hour_ms=hour_ms,
            flags=record.flags if time.anchored else record.flags | _UNANCHORED,
            counted=level is not None and config is not None,
        )

    def _config(self, seq: int) -> Configured | None:
        place = bisect_left(self._config_seqs, seq)
        return self._found.configs[place - 1][1] if place else None


def rated(history: Iterable[Record], found: Survey) -> Iterator[RatingRow]:
    """The ratings of a history, in its order.

    Args:
        history: Records whose ratings are wanted.
        found: What the whole history says that they are part of.
    """
    rater = Rater(found)
    for record in history:
        if record.kind == Kind.RATING:
            meaning = meaning_of(record.kind, record.payload, record.seq, record.received_ms, found.trust)
            if isinstance(meaning, Rated):
                yield rater.rate(record, meaning.level)
