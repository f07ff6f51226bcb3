"""Counting what has just come, and what that changes of what was counted before.

The same as `central.counting.project` would find, without reading everything again.
"""

from collections.abc import Iterator, Sequence

from central.arrays import BigInts, Bools
from central.counting import reading, rows
from central.counting.derived import Derived
from central.counting.meaning import Anchored, Corrected, Meaning, Rated, Trust, Voided
from central.counting.projection import Rater, RatingRow, Record, Survey, rated
from central.counting.rows import Owner
from central.session import Session

# Ratings that a new anchor, or a longer boot, may place anew: those between its neighbours in the same boot, and those
# in boots without anchors on either side.
_TOUCHED = """
WITH mine AS NOT MATERIALIZED (
    SELECT boot_n, at_ns FROM central_anchor
     WHERE device_id = %(device)s AND ledger_id = %(ledger)s AND binding AND seq <= %(size)s
), changed AS (
    SELECT s.boot_n, s.anchored,
           (SELECT max(at_ns) FROM mine WHERE boot_n = s.boot_n AND at_ns < s.low_ns) AS low_ns,
           (SELECT min(at_ns) FROM mine WHERE boot_n = s.boot_n AND at_ns > s.high_ns) AS high_ns,
           (SELECT boot_n FROM mine WHERE boot_n < s.boot_n ORDER BY boot_n DESC LIMIT 1) AS before,
           (SELECT boot_n FROM mine WHERE boot_n > s.boot_n ORDER BY boot_n LIMIT 1) AS after
      FROM unnest(%(boots)s, %(lows)s, %(highs)s, %(anchored)s)
           AS s(boot_n, low_ns, high_ns, anchored)
)
SELECT DISTINCT r.seq
  FROM changed c
  JOIN central_boot b
    ON b.device_id = %(device)s AND b.ledger_id = %(ledger)s
   AND (c.anchored AND b.boot_n = c.boot_n
     OR c.anchored AND b.boot_n > coalesce(c.before, -1) AND b.boot_n < c.boot_n
     OR b.boot_n > c.boot_n AND b.boot_n < coalesce(c.after, 9223372036854775807))
  JOIN central_rating r
    ON r.device_id = %(device)s AND r.ledger_id = %(ledger)s
   AND r.seq BETWEEN b.first_seq AND least(b.last_seq, %(size)s) AND r.boot_n = b.boot_n
 WHERE b.boot_n <> c.boot_n
    OR r.boottime_ns BETWEEN coalesce(c.low_ns, 0) AND coalesce(c.high_ns, 9223372036854775807)
"""
# A void may be of a correction: then it is about the rating that that one is of.
_ABOUT = """
SELECT DISTINCT r.seq FROM central_rating r
 WHERE r.device_id = %(device)s AND r.ledger_id = %(ledger)s AND r.seq <= %(size)s
   AND r.seq IN (SELECT unnest(%(about)s)
                 UNION ALL SELECT p.of FROM central_press p
                  WHERE p.device_id = %(device)s AND p.ledger_id = %(ledger)s AND p.seq = ANY(%(about)s)
                    AND p.level IS NOT NULL)
"""
_PRESSES = """
WITH about AS (
    SELECT seq, of, level FROM central_press
     WHERE device_id = %(device)s AND ledger_id = %(ledger)s AND of = ANY(%(ratings)s)
)
SELECT seq, of, level FROM about
UNION ALL
SELECT v.seq, v.of, v.level FROM central_press v, about a
 WHERE v.device_id = %(device)s AND v.ledger_id = %(ledger)s AND v.of = a.seq
   AND v.level IS NULL AND a.level IS NOT NULL
"""


class News:
    """What a batch adds to a ledger.

    Args:
        owner: Whose ledger.
        size: The last seq before it.
        records: What is new, in order; not empty.
        survey: What was known of their surroundings; learns them.
        last_boot: The last boot that was known before; None where there was none.
    """

    def __init__(
        self, owner: Owner, size: int, records: Sequence[Record], survey: Survey, last_boot: int | None
    ) -> None:
        self._owner, self._size, self._records = owner, size, records
        self._last_boot = last_boot
        self.survey = survey
        self.derived = Derived()
        self.meanings: list[tuple[Record, Meaning]] = []
        for record in records:
            configs = len(survey.configs)
            meaning = survey.learn(record)
            self.derived.learn(record, meaning, in_force=len(survey.configs) > configs)
            self.meanings.append((record, meaning))

    def ratings(self) -> list[RatingRow]:
        """The new ratings as they stand."""
        rater = Rater(self.survey)
        return [
            rater.rate(record, meaning.level)
            for record, meaning in self.meanings
            if isinstance(meaning, Rated)
        ]

    def touched(self, session: Session) -> list[int]:
        """Seqs of ratings that were counted before and may have to be counted otherwise now.

        `derived` has been stored.
        """
        where: dict[str, object] = {
            "device": self._owner.device,
            "ledger": self._owner.ledger_id,
            "size": self._size,
        }
        asked = []
        if about := self._about():
            asked.append(session.run(_ABOUT, where | {"about": BigInts(about)}))
        if moved := self._moved():
            boots, lows, highs, anchored = zip(*moved, strict=True)
            spans = {
                "boots": BigInts(boots),
                "lows": BigInts(lows),
                "highs": BigInts(highs),
                "anchored": Bools(anchored),
            }
            asked.append(session.run(_TOUCHED, where | spans))
        return sorted({seq for cursor in asked for (seq,) in cursor})

    def _about(self) -> list[int]:
        """Seqs before the batch that its corrections and voids are about."""
        return [
            meaning.of
            for _, meaning in self.meanings
            if isinstance(meaning, Corrected | Voided) and meaning.of <= self._size
        ]

    def _moved(self) -> list[tuple[int, int, int, bool]]:
        """Boots of which more is known: boot, first and last new anchor, whether there is one."""
        anchors: dict[int, list[int]] = {}
        for record, meaning in self.meanings:
            if isinstance(meaning, Anchored) and meaning.binding:
                anchors.setdefault(record.boot_n, []).append(meaning.anchor.at_ns)
        found = [(boot, min(at_ns), max(at_ns), True) for boot, at_ns in anchors.items()]
        # A boot that goes on although a later one had begun: it happens only in ledgers that nobody should write.
        if self._last_boot is not None:
            late = {
                record.boot_n for record in self._records if record.boot_n < self._last_boot
            } - anchors.keys()
            found += [(boot, 0, 0, False) for boot in sorted(late)]
        return found


def recounted(session: Session, owner: Owner, seqs: Sequence[int], trust: Trust) -> Iterator[rows.Change]:
    """Some ratings that were counted before, as they were and as they are now.

    Args:
        session: The transaction.
        owner: Whose ledger.
        seqs: Of the ratings, in order.
        trust: Whose word is believed.
    """
    records = reading.some(session, owner, seqs)
    asked = reading.Asked(session, owner, reading.spans_of(records))
    where = {"device": owner.device, "ledger": owner.ledger_id, "ratings": BigInts(seqs)}
    presses = session.run(_PRESSES, where)
    before = session.run(f"{rows.SELECT} AND seq = ANY(%s) ORDER BY seq, hash", (*owner, BigInts(seqs)))
    found = asked.survey(trust, reading.configs(session, owner))
    for seq, of, level in presses:
        found.press(seq, of, level)
    return rows.changes(map(rows.row_of, before), rated(records, found))
