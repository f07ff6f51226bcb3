"""Following the evolving key through what has come; what does not fit is doubted from there on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from central.counting.meaning import Continues, Enrolled, Meaning, Trust, meaning_of
from central.counting.rows import Owner
from central.ingest.held import HeldLedger
from central.ingest.tags import Verdict, judge, key_at
from central.models import TagState
from central.session import Session
from kiosk.ledger.chain import Entry
from kiosk.ledger.evolve import Evolving, begin
from kiosk.ledger.kinds import Kind

_FIRST_KEY = "SELECT first_key FROM central_evolvingkey WHERE device_id = %s AND evolve_check = %s"
_HASHES = """
SELECT hash FROM central_entry
 WHERE device_id = %s AND ledger_id = %s AND seq > %s AND seq <= %s ORDER BY seq
"""
_FOLLOWED = """
SELECT tag_seq, tag_key, continues_ledger, continues_seq FROM central_ledger WHERE device_id = %s AND ledger_id = %s
"""
_ENROLLED = """
SELECT seq, payload FROM central_entry
 WHERE device_id = %s AND ledger_id = %s AND kind = 'enrolled' AND seq <= %s ORDER BY seq DESC
"""
_DOUBT = """
INSERT INTO central_brokentag (device_id, ledger_id, after) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""
_UNFOUNDED = "DELETE FROM central_brokentag WHERE device_id = %s AND ledger_id = %s AND until IS NULL"
_DOUBT_ENDS = """
UPDATE central_brokentag SET until = %s WHERE device_id = %s AND ledger_id = %s AND until IS NULL
"""

MOST_LEDGERS = 100
"""So many ledgers may replace each other before nobody follows a key through them any more."""

MOST_AGAIN = 20_000
"""Over so many entries in doubt a later tag is tried: a tenth of a second's work with each batch."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of the evolving key after a batch.

    Attributes:
        state: After the last entry whose tag was right; None = no key has begun.
        tag_state: What that says of what is held.
        doubted_since: The tag of this batch does not fit: entries after this seq are in doubt.
        cleared_since: It fits over all that was in doubt after this seq: what was wrong was an earlier tag.
        doubtful: Some entry of this ledger may be in doubt.
    """

    state: Evolving | None
    tag_state: str
    doubted_since: int | None
    doubtful: bool
    cleared_since: int | None = None


class Follower:
    """Follows the key of one ledger.

    Args:
        session: The transaction.
        owner: Whose ledger.
        trust: Whose word is believed.
    """

    def __init__(self, session: Session, owner: Owner, trust: Trust) -> None:
        self._session, self._owner, self._trust = session, owner, trust

    def follow(self, ledger: HeldLedger, new: Sequence[Entry], end: int, tag: bytes | None) -> Followed:
        """Take a batch in.

        Args:
            ledger: What was held before.
            new: The entries that are new.
            end: The seq where the batch ends.
            tag: Of the last entry, as received.
        """
        state, tag_state = ledger.state, ledger.tag_state
        for entry in new:
            begun = self._begun(entry)
            if begun is None:
                continue
            if tag_state == TagState.BROKEN:
                self._session.run(_DOUBT_ENDS, (begun.seq, *self._owner))
            state, tag_state = begun, TagState.PENDING.value
        doubtful = ledger.tag_state == TagState.BROKEN
        if state is None or end <= state.seq:
            return Followed(state, tag_state, None, doubtful)
        if tag_state == TagState.BROKEN:
            return self._in_doubt(ledger, state, new, end, tag)
        if tag is None:
            return Followed(state, TagState.PENDING.value, None, doubtful)
        judged = judge(state, self._hashes(state.seq, ledger.size, new, end), tag)
        if judged.verdict is Verdict.BROKEN:
            self._session.run(_DOUBT, (*self._owner, state.seq))
            return Followed(state, TagState.BROKEN.value, state.seq, doubtful=True)
        complete = end >= ledger.size
        tag_state = TagState.GOOD.value if complete else TagState.PENDING.value
        return Followed(judged.state, tag_state, None, doubtful)

    def _in_doubt(
        self, ledger: HeldLedger, state: Evolving, new: Sequence[Entry], end: int, tag: bytes | None
    ) -> Followed:
        """Whether this tag, the last one of all that is held, shows that an earlier one was damaged on its way.

        A tag covers everything since the last one that was right, and cannot be made for entries that were rewritten.
        """
        if tag is not None and end >= ledger.size and end - state.seq <= MOST_AGAIN:
            judged = judge(state, self._hashes(state.seq, ledger.size, new, end), tag)
            if judged.verdict is Verdict.GOOD:
                self._session.run(_UNFOUNDED, self._owner)
                return Followed(judged.state, TagState.GOOD.value, None, False, cleared_since=state.seq)
        return Followed(state, TagState.BROKEN.value, None, doubtful=True)

    def _begun(self, entry: Entry) -> Evolving | None:
        """The state before the first entry with a tag, where this entry says that one begins."""
        if entry.kind != Kind.ENROLLED and not (entry.kind == Kind.BOOT and entry.seq == 1):
            return None
        match _said(entry, self._trust):
            case Enrolled(check):
                first_key = self._first_key(check)
                return None if first_key is None else begin(first_key, entry.seq)
            case Continues(ledger_id, seq) if seq is not None:
                key = self._key_at(Owner(self._owner.device, ledger_id), seq + 1, MOST_LEDGERS)
                return None if key is None else Evolving(seq, key).for_new_ledger(self._owner.ledger_id)
        return None

    def _first_key(self, check: str) -> bytes | None:
        row = self._session.run(_FIRST_KEY, (self._owner.device, check)).fetchone()
        return None if row is None else bytes(row[0])

    def _key_at(self, owner: Owner, seq: int, most: int) -> bytes | None:
        """K(seq) of any ledger of the terminal: from what is known of it, its enrolment, or the one before it."""
        row = self._session.run(_FOLLOWED, owner).fetchone()
        if row is None or not most:
            return None
        tag_seq, tag_key, continues, continues_seq = row
        if tag_seq is not None and tag_seq < seq:
            return key_at(tag_seq + 1, tag_key, seq)
        for enrolled, payload in self._session.run(_ENROLLED, (*owner, seq)).fetchall():
            said = meaning_of(Kind.ENROLLED, payload, enrolled, 0, self._trust)
            first_key = self._first_key(said.check) if isinstance(said, Enrolled) else None
            if first_key is not None:
                return key_at(enrolled, first_key, seq)
        if continues is None or continues_seq is None:
            return None
        older = self._key_at(Owner(owner.device, continues), continues_seq + 1, most - 1)
        if older is None:
            return None
        return key_at(1, Evolving(continues_seq, older).for_new_ledger(owner.ledger_id).key, seq)

    def _hashes(self, after: int, held: int, new: Sequence[Entry], end: int) -> Iterator[bytes]:
        if after < held:
            for (digest,) in self._session.run(_HASHES, (*self._owner, after, min(held, end))):
                yield digest
        for entry in new:
            if entry.seq > after:
                yield entry.hash


def _said(entry: Entry, trust: Trust) -> Meaning:
    return meaning_of(entry.kind, entry.payload, entry.seq, 0, trust)
