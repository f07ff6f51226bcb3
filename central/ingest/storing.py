"""Putting a batch into the database, in the transaction that holds the terminal."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.utils import timezone

from central import alarms, clock
from central.audit import Json
from central.counting import project, reading, rows
from central.counting.change import News, recounted
from central.counting.meaning import Carried, Continues, Trust
from central.counting.projection import Record, Survey
from central.counting.rows import Owner
from central.ingest.following import Followed
from central.ingest.held import HeldLedger
from central.models import AlarmKind, Device, Ledger
from central.session import Session
from kiosk.ledger.chain import Entry

# Without ON CONFLICT: nobody else stores for this terminal meanwhile, so a conflict is a mistake, and must be seen.
_ENTRIES = """
INSERT INTO central_entry (device_id, ledger_id, received_at, seq, boot_n, boottime_ns, kind, payload, hash)
SELECT %s, %s, %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[])
"""
_CARRIED = """
INSERT INTO central_salvaged (device_id, ledger_id, seq, boot_n, boottime_ns, kind, payload, prev, hash, carrier_ledger,
                              carrier_seq, received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_HEAD = """
UPDATE central_ledger
   SET size = %s, head = %s, recorded = greatest(recorded, %s), tag_seq = %s, tag_key = %s, tag = %s, tag_state = %s,
       refused_presses = refused_presses + %s, uncountable = uncountable + %s,
       first_received_at = coalesce(first_received_at, %s), last_received_at = %s, gap_since = NULL
 WHERE device_id = %s AND ledger_id = %s
"""
_CONTINUES = """
UPDATE central_ledger SET continues_ledger = %s, continues_seq = %s WHERE device_id = %s AND ledger_id = %s
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
_RATED_SINCE = (
    "SELECT seq FROM central_rating WHERE device_id = %s AND ledger_id = %s AND seq > %s ORDER BY seq"
)
_RATED_AFTER = (
    "SELECT seq FROM central_rating WHERE device_id = %s AND ledger_id = %s AND seq > %s ORDER BY seq"
)
_CARRIED_AFTER = """
SELECT DISTINCT ledger_id FROM central_salvaged WHERE device_id = %s AND carrier_ledger = %s AND carrier_seq > %s
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

    def begin(self) -> None:
        """A ledger that nobody announced: it is kept, and waits until an administrator admits it."""
        Ledger.objects.create(device_id=self._owner.device, ledger_id=self._owner.ledger_id)
        self._alarm(AlarmKind.LEDGER, self._owner.ledger_id)

    def entries(self, new: Sequence[Entry], survey: Survey, followed: Followed) -> None:
        """Keep new entries, what they say, and count them.

        Args:
            new: Not empty; they continue what is held.
            survey: What is known of their surroundings.
            followed: What the evolving key says of them.
        """
        fields = ("seq", "boot_n", "boottime_ns", "kind", "payload", "hash")
        columns = ([getattr(entry, name) for entry in new] for name in fields)
        self._session.run(_ENTRIES, (*self._owner, self._now, *columns))
        news = News(
            self._owner, self._ledger.size, self._records(new, followed), survey, self._ledger.last_boot
        )
        news.derived.store(self._session, self._owner)
        origins = self._carried(news)
        self._count(news)
        self._replace(origins)
        self._doubt(followed)
        self._head(new[-1], survey, followed)
        self._histories(news)

    def tag_alone(self, followed: Followed) -> None:
        """Nothing was new but what the tag says."""
        if followed.state != self._ledger.state or followed.tag_state != self._ledger.tag_state:
            self._write_head(self._ledger.size, self._ledger.head, 0, 0, followed)
            if followed.doubted_since is not None:
                self._again(
                    [
                        seq
                        for (seq,) in self._session.run(_RATED_SINCE, (*self._owner, followed.doubted_since))
                    ]
                )

    def receipt(self, size: int, head: bytes, note: str) -> None:
        """Keep the receipt that will be given."""
        today = self._now.astimezone(timezone.get_default_timezone()).date()
        self._session.run(_RECEIPT, (*self._owner, today, size, head, note, self._now))
        self._session.run(_SEEN, (self._now, self._owner.device, self._now - _SEEN_EVERY))

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

    def _count(self, news: News) -> None:
        if self._ledger.overlaid:
            project.replace(self._session, self._owner, self._trust)
        elif self._ledger.admitted:
            rows.apply(self._session, self._owner, [(None, row) for row in news.ratings()])
            self._again(news.touched(self._session))

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
        """A tag does not fit: what was counted since the last one that did is flagged."""
        if followed.doubted_since is None:
            return
        after = followed.doubted_since
        self._alarm(AlarmKind.TAG, self._owner.ledger_id, after=after)
        if self._ledger.overlaid:
            project.replace(self._session, self._owner, self._trust)
        else:
            self._again([seq for (seq,) in self._session.run(_RATED_AFTER, (*self._owner, after))])
        carried = self._session.run(_CARRIED_AFTER, (*self._owner, after)).fetchall()
        self._replace(origin for (origin,) in carried)

    def _carried(self, news: News) -> set[bytes]:
        """Keep the entries of closed ledgers that these carry; says of which ledgers."""
        origins = set()
        for record, meaning in news.meanings:
            if not isinstance(meaning, Carried):
                continue
            entry = meaning.entry
            origins.add(meaning.ledger_id)
            self._session.run(
                _CARRIED,
                (
                    self._owner.device,
                    meaning.ledger_id,
                    entry.seq,
                    entry.boot_n,
                    entry.boottime_ns,
                    entry.kind,
                    entry.payload,
                    entry.prev,
                    entry.hash,
                    self._owner.ledger_id,
                    record.seq,
                    self._now,
                ),
            )
        return origins

    def _head(self, last: Entry, survey: Survey, followed: Followed) -> None:
        self._write_head(last.seq, last.hash, survey.refused, survey.uncountable, followed)

    def _write_head(self, size: int, head: bytes, refused: int, uncountable: int, followed: Followed) -> None:
        state = followed.state
        key = (None, None, None) if state is None else (state.seq, state.key, state.tag)
        values = (size, head, size, *key, followed.tag_state, refused, uncountable, self._now, self._now)
        self._session.run(_HEAD, (*values, *self._owner))
        if self._ledger.gap:
            self._session.run(_GAP_ENDS, (self._now, *self._owner))

    def _histories(self, news: News) -> None:
        """Whether two copies of the terminal are alive: a ledger that had ended goes on."""
        for _, meaning in news.meanings:
            if isinstance(meaning, Continues):
                self._session.run(_CONTINUES, (meaning.ledger_id, meaning.seq, *self._owner))
                self._session.run(_ENDED, (self._now, self._owner.device, meaning.ledger_id))
        if self._ledger.ended:
            self._alarm(AlarmKind.CLONE, self._owner.ledger_id)

    def _alarm(self, kind: AlarmKind, ledger_id: bytes, **detail: Json) -> None:
        alarms.open_alarm(kind, Device(pk=self._owner.device), ledger_id, detail)
