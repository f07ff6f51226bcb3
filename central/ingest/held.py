"""What is held of a terminal and of one of its ledgers, read for one batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from central.counting.meaning import Configured, Trust
from central.counting.rows import Owner
from central.counting.trust import trust_of
from central.ingest.errors import KeyRevoked
from central.models import DeviceStatus, TagState
from central.session import Cursor, Session, reading
from kiosk.ledger.chain import GENESIS
from kiosk.ledger.evolve import Evolving
from kiosk.messages.notes import Note, PublicKey
from sync.protocol import ProtocolError

_KEYS = "SELECT device_id, public_key FROM central_devicekey WHERE key_id = %s"
# All ledgers of a terminal are under this one lock: what one brings over may count in another.
_LOCK = """
SELECT d.status, d.created_at, k.revoked_at IS NOT NULL,
       EXISTS (SELECT 1 FROM central_devicekey o WHERE o.id = k.replaces_id AND o.revoked_at IS NULL)
  FROM central_device d JOIN central_devicekey k ON k.device_id = d.id
 WHERE d.id = %s AND k.key_id = %s FOR NO KEY UPDATE OF d
"""
# One row, whether there is such a ledger or not.
_LEDGER = """
SELECT l.admitted, l.size, l.head, l.tag_seq, l.tag_key, l.tag, l.tag_state, l.ended_at IS NOT NULL,
       l.gap_since IS NOT NULL,
       EXISTS (SELECT 1 FROM central_salvaged s WHERE s.device_id = o.device_id AND s.ledger_id = o.ledger_id),
       (SELECT max(boot_n) FROM central_boot b WHERE b.device_id = o.device_id AND b.ledger_id = o.ledger_id),
       c.seq, c.revision, c.unit_id, c.counter_id
  FROM (SELECT %s::text AS device_id, %s::bytea AS ledger_id) o
  LEFT JOIN central_ledger l ON l.device_id = o.device_id AND l.ledger_id = o.ledger_id
  LEFT JOIN LATERAL (
      SELECT seq, revision, unit_id, counter_id FROM central_configinforce f
       WHERE f.device_id = o.device_id AND f.ledger_id = o.ledger_id ORDER BY seq DESC LIMIT 1) c ON true
"""
_HASHES = """
SELECT hash FROM central_entry
 WHERE device_id = %s AND ledger_id = %s AND seq BETWEEN %s AND %s ORDER BY seq
"""


@dataclass(frozen=True, slots=True)
class HeldLedger:
    """The head of a ledger.

    Attributes as in `central.models.Ledger`, and

    Attributes:
        known: There is a row.
        state: Of the evolving key, after the last entry whose tag was right.
        ended, gap: `ended_at` and `gap_since` are set.
        overlaid: Another ledger carries entries of this one.
        last_boot: The highest boot_n of its entries.
        configs: The newest configuration in force and its seq, if there is one.
    """

    known: bool = False
    admitted: bool = False
    size: int = 0
    head: bytes = GENESIS
    state: Evolving | None = None
    tag_state: str = TagState.NONE.value
    ended: bool = False
    gap: bool = False
    overlaid: bool = False
    last_boot: int | None = None
    configs: tuple[tuple[int, Configured], ...] = ()


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key signed a checkpoint. Whether it may is another question (`accepted`)."""

    device: str
    key: PublicKey


def signer(note: Note, key_ids: Sequence[str]) -> Signer:
    """The terminal that signed a checkpoint.

    Raises:
        ProtocolError: None that is known did (401.1).
        django.db.Error: The database does not answer.
    """
    for key_id in key_ids:
        try:
            found = _known(key_id)
        except LookupError:
            continue
        if note.is_signed_by(found.key):
            return found
    raise ProtocolError("401.1", "the checkpoint is not signed by a key of a terminal that is known here")


@lru_cache(maxsize=50_000)
def _known(key_id: str) -> Signer:
    """Which key has an id, and whose it is: that hardly ever changes, so it is asked once. Raises `LookupError`."""
    with reading() as session:
        row = session.run(_KEYS, (key_id,)).fetchone()
    if row is None:
        raise LookupError(key_id)
    return Signer(row[0], PublicKey("device", row[1]))


def lock(session: Session, signer: Signer) -> Cursor:
    """Hold a terminal: nobody else changes what is held of it. `accepted` reads the answer."""
    return session.run(_LOCK, (signer.device, signer.key.key_id))


class Accepted(NamedTuple):
    """A terminal that may deliver.

    Attributes:
        trust: Whose word is believed about it.
        first_use: Its key takes the place of another, which is good until now.
    """

    trust: Trust
    first_use: bool


def accepted(locked: Cursor, signer: Signer) -> Accepted:
    """Whether a terminal that is held may deliver.

    Raises:
        ProtocolError: It may not deliver (401.1, 403.1, 403.2); `KeyRevoked` among them.
    """
    row = locked.fetchone()
    if row is None:
        _known.cache_clear()  # the database was put back to a backup under us: next time it is asked anew
        raise ProtocolError("401.1", "the terminal is not known here any more")
    status, created_at, revoked, first_use = row
    if status == DeviceStatus.REVOKED:
        raise ProtocolError("403.2", "the device is revoked")
    if revoked:
        raise KeyRevoked(signer.key.key_id)
    if status != DeviceStatus.ACCEPTED:
        raise ProtocolError("403.1", "the device waits until an administrator has compared its key")
    return Accepted(trust_of(signer.device, created_at), first_use)


def ask_ledger(session: Session, owner: Owner) -> Cursor:
    """Ask for the head of a ledger; `ledger_of` reads the answer."""
    return session.run(_LEDGER, owner)


def ledger_of(asked: Cursor) -> HeldLedger:
    """The head of a ledger, and whether there is one."""
    (row,) = asked.fetchall()
    admitted, size, head, tag_seq, tag_key, tag, tag_state, ended, gap, overlaid, last_boot, *config = row
    if admitted is None:
        return HeldLedger(overlaid=overlaid)
    configs = () if config[0] is None else ((config[0], Configured(*config[1:])),)
    state = None if tag_seq is None else Evolving(tag_seq, tag_key, tag)
    return HeldLedger(True, admitted, size, head, state, tag_state, ended, gap, overlaid, last_boot, configs)


def hashes(session: Session, owner: Owner, ledger: HeldLedger, after: int, end: int) -> list[bytes]:
    """Hashes from `after` to `end`, as far as they are held; of seq 0, zeros."""
    if after == ledger.size:
        return [ledger.head]
    found = [digest for (digest,) in session.run(_HASHES, (*owner, after, end))]
    return [GENESIS, *found] if after == 0 else found
