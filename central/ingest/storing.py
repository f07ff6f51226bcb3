"""Putting a batch into the database, in the transaction that holds the terminal."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.utils import timezone

from central import alarms, clock
from central.arrays import BigInts, Blobs, Texts
from central.audit import Json
from central.counting import project, reading, rows
from central.counting.change import News, recounted
from central.counting.meaning import Carried, Continues, Trust
from central.counting.projection import Record, Survey
from central.counting.rows import Owner
from central.ingest import clones
from central.ingest.following import Followed
from central.ingest.held import HeldLedger
from central.models import AlarmKind, Device, Ledger
from central.session import Session, Together
from kiosk.ledger.chain import Entry

# Without ON CONFLICT: nobody else stores for this terminal meanwhile, so a conflict is a mistake, and must be seen.
_ENTRIES = """
INSERT INTO central_entry (device_id, ledger_id, received_at, seq, boot_n, boottime_ns, kind, payload, hash)
SELECT %s, %s, %s, * FROM unnest(%s, %s, %s, %s, %s, %s)
"""
_CARRIED = """
INSERT INTO central_salvaged (device_id, carrier_ledger, received_at, carrier_seq,
                              ledger_id, seq, boot_n, boottime_ns, kind, payload, prev, hash)
SELECT %s, %s, %s, * FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
# Of the closed ledgers, those of which something is brought that is not held and counted already.
_NEWLY_CARRIED = """
SELECT DISTINCT s.ledger_id FROM unnest(%s, %s, %s) AS s(ledger_id, seq, hash)
  LEFT JOIN central_entry e
    ON e.device_id = %s AND e.ledger_id = s.ledger_id AND e.seq = s.seq AND e.hash = s.hash
  LEFT JOIN central_ledger l ON l.device_id = e.device_id AND l.ledger_id = s.ledger_id AND l.admitted
 WHERE l.device_id IS NULL
"""
_HEAD = """
UPDATE central_ledger
   SET size = %s, head = %s, recorded = greatest(recorded, %s), tag_seq = %s, tag_key = %s, tag = %s, tag_state = %s,
       refused_presses = refused_presses + %s, uncountable = uncountable + %s,
       continues_ledger = coalesce(%s, continues_ledger), continues_seq = coalesce(%s, continues_seq),
       first_received_at = coalesce(first_received_at, %s), last_received_at = %s, gap_since = NULL, ended_at = NULL
 WHERE device_id = %s AND ledger_id = %s
"""
_ENDED = (
    "UPDATE central_ledger SET ended_at = %s WHERE device_id = %s AND ledger_id = %s AND ended_at IS NULL"
)
_RECEIPT = """
INSERT INTO central_receipt (device_id, ledger_id, day, size, head, note, at) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (device_id, ledger_id, day) DO UPDATE
   SET size = EXCLUDED.size, head = EXCLUDED.head, note = EXCLUDED.note, at = EXCLUDED.at
 WHERE central_receipt.size <= EXCLUDED.size
"""
_SEEN = "UPDATE central_device SET last_seen_at = %s WHERE id = %s AND (last_seen_at IS NULL OR last_seen_at < %s)"
_SEEN_EVERY = timedelta(seconds=10)
_RATED_AFTER = (
    "SELECT seq FROM central_rating WHERE device_id = %s AND ledger_id = %s AND seq > %s ORDER BY seq"
)
_CARRIED_AFTER = """
SELECT DISTINCT ledger_id FROM central_salvaged WHERE device_id = %s AND carrier_ledger = %s AND carrier_seq > %s
"""
_TAG_FITS = """
UPDATE central_alarm SET closed_at = %s WHERE device_id = %s AND ledger_id = %s AND kind = 'tag' AND closed_at IS NULL
"""
_GAP_ENDS = """
UPDATE central_alarm SET closed_at = %s WHERE device_id = %s AND ledger_id = %s AND kind = 'gap' AND closed_at IS NULL
"""


class Storing:
    """One batch on its way into the database.

    Args:
        session: The transaction.
        owner: Whose ledger.
        trust: Whose word is believed.
        ledger: What was held before.
        received_ms: Now.
    """

    def __init__(
        self, session: Session, owner: Owner, trust: Trust, ledger: HeldLedger, received_ms: int
    ) -> None:
        self._session, self._owner, self._trust = session, owner, trust
        self._ledger, self._received_ms = ledger, received_ms
        self._now = clock.moment(received_ms)
        self._together = Together()

    def begin(self) -> None:
        """A ledger that nobody announced: it is kept, and waits until an administrator admits it."""
        Ledger.objects.create(device_id=self._owner.device, ledger_id=self._owner.ledger_id)
        self._alarm(AlarmKind.LEDGER, self._owner.ledger_id)

    def receipt(self, size: int, head: bytes, note: str) -> None:
        """Keep the receipt that will be given, with what follows."""
        today = self._now.astimezone(timezone.get_default_timezone()).date()
        self._together.run(_RECEIPT, (*self._owner, today, size, head, note, self._now))
        self._together.run(_SEEN, (self._now, self._owner.device, self._now - _SEEN_EVERY))

    def entries(self, new: Sequence[Entry], survey: Survey, followed: Followed) -> None:
        """Keep new entries, what they say, and count them.

        Args:
            new: Not empty; they continue what is held.
            survey: What is known of their surroundings.
            followed: What the evolving key says of them.
        """
        records = self._records(new, followed)
        news = News(self._owner, self._ledger.size, records, survey, self._ledger.last_boot)
        columns = (
            BigInts([entry.seq for entry in new]),
            BigInts([entry.boot_n for entry in new]),
            BigInts([entry.boottime_ns for entry in new]),
            Texts([entry.kind for entry in new]),
            Blobs([entry.payload for entry in new]),
            Blobs([entry.hash for entry in new]),
        )
        self._together.run(_ENTRIES, (*self._owner, self._now, *columns))
        news.derived.store(self._together, self._owner)
        counts_at_once = self._ledger.admitted and not self._ledger.overlaid
        if counts_at_once:
            rows.apply(self._together, self._owner, [(None, row) for row in news.ratings()])
        continues = next((said for _, said in news.meanings if isinstance(said, Continues)), None)
        self._head(new[-1].seq, new[-1].hash, (survey.refused, survey.uncountable), followed, continues)
        self._together.send(self._session)

        if counts_at_once:
            self._again(news.touched(self._session))
        elif self._ledger.overlaid:
            project.replace(self._session, self._owner, self._trust)
        self._replace(self._carried(news))
        self._doubt(followed)
        self._histories(continues)

    def tag_alone(self, followed: Followed) -> None:
        """Nothing was new but, perhaps, what the tag says."""
        if (followed.state, followed.tag_state) != (self._ledger.state, self._ledger.tag_state):
            self._head(self._ledger.size, self._ledger.head, (0, 0), followed, None)
        self._together.send(self._session)
        self._doubt(followed)

    def _head(
        self, size: int, head: bytes, sums: tuple[int, int], followed: Followed, continues: Continues | None
    ) -> None:
        """Where the ledger ends now. `sums`: refused presses and uncountable entries that are new."""
        state = followed.state
        key = (None, None, None) if state is None else (state.seq, state.key, state.tag)
        older = (None, None) if continues is None else (continues.ledger_id, continues.seq)
        values = (size, head, size, *key, followed.tag_state, *sums, *older, self._now, self._now)
        self._together.run(_HEAD, (*values, *self._owner))
        if self._ledger.gap:
            self._together.run(_GAP_ENDS, (self._now, *self._owner))

    def _records(self, new: Sequence[Entry], followed: Followed) -> list[Record]:
        doubted = reading.doubts(self._session, self._owner) if followed.doubtful else reading.Doubts(())
        return [
            Record(
                entry.seq,
                entry.boot_n,
                entry.boottime_ns,
                entry.kind,
                entry.payload,
                entry.prev,
                entry.hash,
                self._received_ms,
                doubted.flags(entry.seq),
            )
            for entry in new
        ]

    def _again(self, seqs: Sequence[int]) -> None:
        """Count ratings that were counted before as they are to be counted now."""
        if seqs:
            found = recounted(self._session, self._owner, seqs, self._trust)
            rows.apply(self._session, self._owner, list(found))

    def _replace(self, origins: Iterable[bytes]) -> None:
        """The same for closed ledgers of which this one carries entries."""
        if self._ledger.admitted:
            for origin in sorted(origins):
                project.replace(self._session, Owner(self._owner.device, origin), self._trust)

    def _doubt(self, followed: Followed) -> None:
        """A tag does not fit: what was counted since the last one that did is flagged. One fits: no more."""
        if followed.doubted_since is not None:
            after = followed.doubted_since
            self._alarm(AlarmKind.TAG, self._owner.ledger_id, after=after)
        elif followed.cleared_since is not None:
            after = followed.cleared_since
            self._session.run(_TAG_FITS, (self._now, *self._owner))
        else:
            return
        if self._ledger.overlaid:
            project.replace(self._session, self._owner, self._trust)
        else:
            self._again([seq for (seq,) in self._session.run(_RATED_AFTER, (*self._owner, after))])
        carried = self._session.run(_CARRIED_AFTER, (*self._owner, after)).fetchall()
        self._replace(origin for (origin,) in carried)

    def _carried(self, news: News) -> list[bytes]:
        """Keep the entries of closed ledgers that these carry; says of which ledgers something is to be counted."""
        found = [(record.seq, said) for record, said in news.meanings if isinstance(said, Carried)]
        if not found:
            return []
        entries = [said.entry for _, said in found]
        ledgers = Blobs([said.ledger_id for _, said in found])
        seqs, hashes = BigInts([entry.seq for entry in entries]), Blobs([entry.hash for entry in entries])
        columns = (
            BigInts([seq for seq, _ in found]),
            ledgers,
            seqs,
            BigInts([entry.boot_n for entry in entries]),
            BigInts([entry.boottime_ns for entry in entries]),
            Texts([entry.kind for entry in entries]),
            Blobs([entry.payload for entry in entries]),
            Blobs([entry.prev for entry in entries]),
            hashes,
        )
        self._session.run(_CARRIED, (*self._owner, self._now, *columns))
        asked = self._session.run(_NEWLY_CARRIED, (ledgers, seqs, hashes, self._owner.device))
        return [ledger_id for (ledger_id,) in asked]

    def _histories(self, continues: Continues | None) -> None:
        """Whether two copies of the terminal are alive: a ledger that had ended goes on."""
        if continues is not None:
            self._session.run(_ENDED, (self._now, self._owner.device, continues.ledger_id))
            clones.name(Owner(self._owner.device, continues.ledger_id))
        if self._ledger.ended:
            clones.note(self._owner)

    def _alarm(self, kind: AlarmKind, ledger_id: bytes, **detail: Json) -> None:
        alarms.open_alarm(kind, Device(pk=self._owner.device), ledger_id, detail)
