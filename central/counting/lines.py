"""The histories of a ledger of which entries came twice: directly, and as salvaged by a ledger that replaced it.

A ledger that was put back to an older state went on from there, so the same seqs may have been used twice, for other
votes. What belongs to what is told by `prev`: an entry continues the one whose hash that is. Where entries between are
missing, a salvaged one continues what the same salvage brought before it. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from central.counting.meaning import Trust
from central.counting.projection import RatingRow, Record, rated, survey


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A record that another ledger of the terminal carries.

    Attributes:
        carrier: Which ledger, and at which seq.
    """

    record: Record
    carrier: tuple[bytes, int]


@dataclass
class Line:
    """One history.

    Attributes:
        records: In the order of seqs; the first of them may be shared with the line that this one left.
        own: Those whose ratings are this line's.
    """

    records: list[Record] = field(default_factory=list)
    own: list[Record] = field(default_factory=list)

    @property
    def last_seq(self) -> int:
        """0 where there is none."""
        return self.records[-1].seq if self.records else 0

    def append(self, record: Record) -> None:
        """One more."""
        self.records.append(record)
        self.own.append(record)

    def branch(self, after: int) -> "Line":
        """Another history that shares this one up to a seq."""
        return Line([record for record in self.records if record.seq <= after])


def lines(direct: Sequence[Record], salvaged: Iterable[Salvaged], direct_counts: bool) -> list[Line]:
    """All histories; the direct one first.

    Args:
        direct: What came directly, in the order of seqs, without a gap.
        salvaged: What other ledgers carry, in any order. An entry that several carry counts once.
        direct_counts: Whether ratings of what came directly may count. Otherwise it only says what they belong to.
    """
    carried = _once(salvaged)
    main = Line()
    for record in direct:
        again = carried.pop((record.seq, record.hash), None)
        if direct_counts:
            main.append(record)
        elif again is not None:
            main.append(again.record)
        else:
            main.records.append(record)
    found = _Found(main)
    for one in sorted(carried.values(), key=lambda one: (one.record.seq, one.record.hash)):
        found.place(one)
    return found.lines


class _Found:
    def __init__(self, main: Line) -> None:
        self.lines = [main]
        self._line_of = {record.hash: main for record in main.records}
        self._last_of: dict[bytes, Line] = {}

    def place(self, one: Salvaged) -> None:
        carrier, record = one.carrier[0], one.record
        line = self._line_of.get(record.prev) or self._last_of.get(carrier) or self.lines[0]
        if line.last_seq >= record.seq:
            line = line.branch(record.seq - 1)
            self.lines.append(line)
        line.append(record)
        self._line_of[record.hash] = line
        self._last_of[carrier] = line


def _once(salvaged: Iterable[Salvaged]) -> dict[tuple[int, bytes], Salvaged]:
    """Each entry once, as the ledger brought it that central received first."""
    found: dict[tuple[int, bytes], Salvaged] = {}
    for one in sorted(salvaged, key=lambda one: (one.record.received_ms, one.carrier), reverse=True):
        found[one.record.seq, one.record.hash] = one
    return found


def ratings(
    direct: Sequence[Record], salvaged: Iterable[Salvaged], direct_counts: bool, trust: Trust
) -> list[RatingRow]:
    """Every rating of a ledger, by seq and hash. Arguments as for `lines`."""
    rows = [
        row
        for line in lines(direct, salvaged, direct_counts)
        for row in rated(line.own, survey(line.records, trust))
    ]
    return sorted(rows, key=lambda row: (row.seq, row.hash))
