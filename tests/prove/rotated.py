"""What ``scripts/prove rotation`` records: votes, deliveries and new keys, one after the other.

``python -m tests.prove.rotated FOLDER ROUNDS MUTANT`` in a folder that is enrolled; ``-`` is no mutant.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.office import opened
from sync import contact, keys, rotating
from sync.contact import Settings
from sync.errors import SyncError
from sync.keys import SigningKey
from sync.kiosk import Kiosk
from sync.once import deliver
from sync.place import Place
from sync.rotate import rotate
from sync.source import Opened
from sync.store import Identity, Store

PROGRAM = "hailong prove"


def settings(data: Path) -> Settings:
    """Of a terminal in that folder."""
    return Settings(Place(data), "", "", PROGRAM, SystemClock(), board=lambda: None)


def vote(where: Settings, level: int, *, say: bool = True) -> str:
    """A vote, stored, and acknowledged on standard output; its hash."""
    with opened(where.place.data_dir, where.clock, PROGRAM) as own:
        (entry,) = own._keeper.append([Draft(Kind.RATING, {"level": level, "source": "key"})])
    line = {"event": "rating_stored", "seq": entry.seq, "hash": entry.hash.hex()}
    if say:
        os.write(1, json.dumps(line).encode() + b"\n")
    return entry.hash.hex()


def _without_receipt(place: Place, kiosk: Kiosk, opens: Opened, store: Store, who: Identity) -> SigningKey:
    """The new key is used as soon as it is made."""
    key = rotating.advance(place, kiosk, opens, store, who)
    if place.next_key() is None:
        return key
    place.next_key_file.replace(place.key_file)
    return place.key()


def _in_place(place: Place) -> None:
    """The new key is written over the old one."""
    place.key_file.write_bytes(place.next_key_file.read_bytes())
    place.next_key_file.unlink()


def _removed_first(place: Place) -> None:
    """There is no key for a moment."""
    place.key_file.unlink()
    keys.link_over(place.next_key_file, place.key_file)
    place.next_key_file.unlink()


MUTANTS: dict[str, tuple[object, str, Callable[..., object]]] = {
    "without-receipt": (contact, "advance", _without_receipt),
    "in-place": (Place, "use_next_key", _in_place),
    "removed-first": (Place, "use_next_key", _removed_first),
}
"""What each of them replaces."""


@contextmanager
def weakened(mutant: str | None) -> Iterator[None]:
    """The program as that mutant, until the block ends."""
    if mutant not in MUTANTS:
        yield
        return
    where, name, other = MUTANTS[mutant]
    before = getattr(where, name)
    setattr(where, name, other)
    try:
        yield
    finally:
        setattr(where, name, before)


def main(data: Path, rounds: int, mutant: str) -> None:
    """Live."""
    where = settings(data)
    with weakened(mutant):
        for number in range(rounds):
            vote(where, 1 + number % 5)
            if number % 2:  # begun, and goes on with the next contacts
                where.place.next_key(make=True)
                vote(where, 3)
                deliver(where)
            else:
                rotate(where)
            vote(where, 5)
            deliver(where)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    except SyncError as error:
        sys.stderr.write(f"it ended early: {error}\n")  # a mutant may; its disk is looked at all the same
