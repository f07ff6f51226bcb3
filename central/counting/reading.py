"""What the database knows of a ledger, for counting: a part that is enough for some entries, or everything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from central import clock
from central.arrays import BigInts
from central.counting.lines import Salvaged
from central.counting.meaning import Configured, Trust
from central.counting.projection import Record, Survey
from central.counting.rows import Owner
from central.flags import Flag
from central.session import Row, Session
from kiosk.ledger.anchors import Anchor, Source
from kiosk.ledger.chain import GENESIS

Spans = Mapping[int, tuple[int, int]]
"""First and last CLOCK_BOOTTIME of interest, by boot."""

_CONFIGS = """
SELECT seq, revision, unit_id, counter_id FROM central_configinforce
 WHERE device_id = %s AND ledger_id = %s ORDER BY seq
"""
# Of each boot: its end, and the anchors from the last one before the span to the first one after it. Of the nearest
# boots with anchors before and after: their end and their beginning.
TIMES = """
WITH mine AS NOT MATERIALIZED (
    SELECT boot_n, at_ns, utc_ms, error_ms, source FROM central_anchor
     WHERE device_id = %(device)s AND ledger_id = %(ledger)s AND binding
), span AS (
    SELECT * FROM unnest(%(boots)s, %(lows)s, %(highs)s) AS s(boot_n, low_ns, high_ns)
), wanted AS (
    SELECT * FROM span
    UNION SELECT b.boot_n, b.last_boottime_ns, b.last_boottime_ns
      FROM span s, central_boot b
     WHERE b.device_id = %(device)s AND b.ledger_id = %(ledger)s
       AND b.boot_n = (SELECT boot_n FROM mine WHERE boot_n < s.boot_n ORDER BY boot_n DESC LIMIT 1)
    UNION SELECT (SELECT boot_n FROM mine WHERE boot_n > s.boot_n ORDER BY boot_n LIMIT 1), 0, 0 FROM span s
)
SELECT w.boot_n, b.last_boottime_ns, a.at_ns, a.utc_ms, a.error_ms, a.source
  FROM wanted w
  LEFT JOIN central_boot b
    ON b.device_id = %(device)s AND b.ledger_id = %(ledger)s AND b.boot_n = w.boot_n
  LEFT JOIN mine a
    ON a.boot_n = w.boot_n
   AND a.at_ns >= coalesce((SELECT max(at_ns) FROM mine WHERE boot_n = w.boot_n AND at_ns <= w.low_ns), 0)
   AND a.at_ns <= coalesce(
           (SELECT min(at_ns) FROM mine WHERE boot_n = w.boot_n AND at_ns >= w.high_ns), 9223372036854775807)
 WHERE w.boot_n IS NOT NULL
"""


_ENTRY = """
SELECT seq, boot_n, boottime_ns, kind, payload, hash, received_at FROM central_entry
 WHERE device_id = %s AND ledger_id = %s
"""
ENTRIES = f"{_ENTRY} AND seq > %s ORDER BY seq LIMIT %s"
SOME = f"{_ENTRY} AND seq = ANY(%s) ORDER BY seq"
CARRIED = """
SELECT s.seq, s.boot_n, s.boottime_ns, s.kind, s.payload, s.prev, s.hash, s.received_at, s.carrier_ledger, s.carrier_seq
  FROM central_salvaged s
  JOIN central_ledger l ON l.device_id = s.device_id AND l.ledger_id = s.carrier_ledger
 WHERE s.device_id = %s AND s.ledger_id = %s AND l.admitted
"""
BROKEN = "SELECT after, until FROM central_brokentag WHERE device_id = %s AND ledger_id = %s ORDER BY after"
MANY = 5_000


def configs(session: Session, owner: Owner) -> list[tuple[int, Configured]]:
    """All configurations that were in force in a ledger."""
    return [(seq, Configured(*rest)) for seq, *rest in session.run(_CONFIGS, owner)]


class Asked:
    """Questions that were sent; the answers are there when they are wanted.

    Args:
        session: Its pipeline sends the questions together.
        owner: Whose ledger.
        spans: Where the entries lie that are to be placed.
    """

    def __init__(self, session: Session, owner: Owner, spans: Spans) -> None:
        values: dict[str, object] = {
            "device": owner.device,
            "ledger": owner.ledger_id,
            "boots": BigInts(list(spans)),
            "lows": BigInts([low for low, _ in spans.values()]),
            "highs": BigInts([high for _, high in spans.values()]),
        }
        self._times = session.run(TIMES, values)

    def survey(self, trust: Trust, configs: Iterable[tuple[int, Configured]]) -> Survey:
        """What is known, to be completed by what is new.

        Args:
            trust: Whose word is believed.
            configs: Those that matter: all, or, for entries at the end, the newest.
        """
        found = Survey(trust, list(configs))
        for boot_n, end_ns, at_ns, utc_ms, error_ms, source in self._times:
            if end_ns is not None:
                found.ends_ns[boot_n] = end_ns
            if at_ns is not None:
                found.anchors[boot_n].append(Anchor(at_ns, utc_ms, error_ms, Source(source)))
        return found


@dataclass(frozen=True, slots=True)
class Doubts:
    """Seqs over which the evolving tag does not fit: after one, until another (None = the end)."""

    ranges: Sequence[tuple[int, int | None]]

    def flags(self, seq: int) -> int:
        """What that says of one entry."""
        for after, until in self.ranges:
            if after < seq and (until is None or seq <= until):
                return int(Flag.TAG_BROKEN)
        return 0


def doubts(session: Session, owner: Owner) -> Doubts:
    """Those of a ledger."""
    return Doubts([(after, until) for after, until in session.run(BROKEN, owner)])


class Placed(Protocol):
    """Anything that happened at a moment of a boot."""

    @property
    def boot_n(self) -> int:
        """Which boot."""

    @property
    def boottime_ns(self) -> int:
        """When in it."""


def spans_of(placed: Iterable[Placed]) -> dict[int, tuple[int, int]]:
    """Where entries lie."""
    spans: dict[int, tuple[int, int]] = {}
    for one in placed:
        low, high = spans.get(one.boot_n, (one.boottime_ns, one.boottime_ns))
        spans[one.boot_n] = (min(low, one.boottime_ns), max(high, one.boottime_ns))
    return spans


def direct(session: Session, owner: Owner) -> Iterator[Record]:
    """Every entry that is held of a ledger, in order, a few thousand at a time."""
    doubted = doubts(session, owner)
    prev, after = GENESIS, 0
    while True:
        rows = session.run(ENTRIES, (*owner, after, MANY)).fetchall()
        for row in rows:
            record = _record(row, prev, doubted)
            yield record
            prev, after = record.hash, record.seq
        if len(rows) < MANY:
            return


def some(session: Session, owner: Owner, seqs: Sequence[int]) -> list[Record]:
    """Some of them; `prev` is left out."""
    doubted = doubts(session, owner)
    return [_record(row, b"", doubted) for row in session.run(SOME, (*owner, BigInts(seqs)))]


def _record(row: Row, prev: bytes, doubted: Doubts) -> Record:
    seq, boot_n, boottime_ns, kind, payload, digest, received_at = row
    received_ms = clock.ms_of(received_at)
    return Record(seq, boot_n, boottime_ns, kind, payload, prev, digest, received_ms, doubted.flags(seq))


def carried(session: Session, owner: Owner) -> list[Salvaged]:
    """What admitted ledgers of the same terminal carry of a ledger."""
    found, doubted = [], {}
    for (
        seq,
        boot_n,
        boottime_ns,
        kind,
        payload,
        prev,
        digest,
        received_at,
        carrier,
        carrier_seq,
    ) in session.run(CARRIED, owner).fetchall():
        if carrier not in doubted:
            doubted[carrier] = doubts(session, Owner(owner.device, carrier))
        flags = int(Flag.SALVAGED) | doubted[carrier].flags(carrier_seq)
        record = Record(
            seq, boot_n, boottime_ns, kind, payload, prev, digest, clock.ms_of(received_at), flags
        )
        found.append(Salvaged(record, (carrier, carrier_seq)))
    return found
