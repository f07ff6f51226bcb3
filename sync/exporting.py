"""Writes a sealed export: everything that central has not signed for yet, onto a stick."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.chain import GENESIS
from kiosk.ledger.store import Head
from kiosk.messages import wire
from kiosk.messages.notes import PublicKey
from kiosk.owner import acting_as_owner
from sync import sealing, source, stick
from sync.contact import Settings, refuse_another_board
from sync.errors import Fault, LocalFault, NotEnrolled
from sync.keys import SigningKey
from sync.kiosk import head_of
from sync.plan import end_of, planned
from sync.protocol import MOST_ENTRIES
from sync.resting import MaybeKiosk
from sync.store import read_only


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        path: The file; None where there is nothing that central has not signed for.
        first: The seq of the first entry.
        last: The seq of the last one.
    """

    path: Path | None
    first: int
    last: int


def export(settings: Settings, folder: Path, first: int | None = None) -> Exported:
    """Write the file, beside a kiosk that runs or without one. Nothing on the terminal changes: it waits still.

    Args:
        settings: Of this terminal.
        folder: Of the stick.
        first: The seq to begin with; None = the first one that central has not signed for.

    Raises:
        sync.stick.StickError: It is not on the stick.
        SyncError: Something of this machine is in the way, or the terminal belongs to no central server.
    """
    place = settings.place
    # Root does it as the delivery's user, but for the stick, which may be root's.
    with acting_as_owner(place.folder if place.folder.exists() else place.data_dir):
        made = _made(settings, first)
    if made.content:
        stick.put(folder, made.name, made.content)
        return Exported(folder / made.name, made.first, made.last)
    return Exported(None, made.first, made.last)


@dataclass(frozen=True, slots=True)
class _Made:
    name: str
    first: int
    last: int
    content: bytes


def _made(settings: Settings, first: int | None) -> _Made:
    place = settings.place
    if not place.ledger.exists():
        raise NotEnrolled(f"there is no ledger at {place.ledger}: is this the right data folder?")
    kiosk = MaybeKiosk(place, settings.clock, settings.program)
    try:
        head = head_of(kiosk)
        refuse_another_board(settings.board(), head)
        if head.device is None or head.central is None:
            raise NotEnrolled("only a terminal that is enrolled knows whom to seal for")
        after = _signed_for(settings, kiosk, head) if first is None else first - 1
        if after >= head.seq:
            return _Made("", after + 1, head.seq, b"")
        content = _content(
            kiosk, head.device, PublicKey("central", bytes.fromhex(head.central)), place.key(), head, after
        )
    finally:
        kiosk.close()
    return _Made(sealing.file_name(head.device, head.seq), after + 1, head.seq, content)


def _signed_for(settings: Settings, kiosk: MaybeKiosk, head: wire.Head) -> int:
    """The last entry that central has signed for, as far as the delivery remembers.

    Where this ledger has another one there (it was put back, or changed), 0: central shall see all of it.
    """
    in_use = bytes.fromhex(head.ledger_id)
    with read_only(settings.place.database) as store:
        signed = Head(0, GENESIS) if store is None else store.cursor(in_use)
    with kiosk.opened(in_use) as ledger:
        return signed.seq if ledger.hash_at(signed.seq) == signed.hash else 0


def _content(
    kiosk: MaybeKiosk, device: str, central: PublicKey, key: SigningKey, head: wire.Head, after: int
) -> bytes:
    batches = _batches(kiosk, key, head, after)
    behind = sealing.sealed(batches, central)
    header = sealing.Header(
        device=device,
        device_key=key.public.raw.hex(),
        ledger=head.ledger_id,
        after=after,
        size=head.seq,
        head=head.hash,
        central=central.key_id,
        boxes=len(batches),
        sha256=hashlib.sha256(behind).hexdigest(),
    )
    return sealing.signed_header(header, key.sign) + behind


def _batches(kiosk: MaybeKiosk, key: SigningKey, head: wire.Head, after: int) -> list[bytes]:
    """Up to where the chain ended, as a push would cut it; what comes meanwhile is for the next time."""
    in_use = bytes.fromhex(head.ledger_id)
    tag = None if head.tag is None else (head.seq, head.tag)
    made = []
    with kiosk.opened(in_use) as ledger:
        start = ledger.hash_at(after)
        if start is None:
            raise LocalFault(Fault.LEDGER, f"entry {after} is not there")
        place = Head(after, start)
        while place.seq < head.seq:
            entries = ledger.entries(place.seq, head.seq, MOST_ENTRIES)
            if not entries:
                raise LocalFault(Fault.LEDGER, f"entry {place.seq + 1} is not there")
            source.checked(entries, in_use, place)
            batch = planned(in_use, place.seq, entries, tag, key.sign)
            made.append(batch.body)
            place = end_of(batch)
    return made
