"""What central is known to hold, by its own receipts: a salvage need not bring that over."""

import json
import logging
from pathlib import Path

from kiosk.ledger.disk import replace_file
from kiosk.ledger.store import Head

log = logging.getLogger(__name__)

_MOST_LEDGERS = 16


class Receipts:
    """For each ledger the largest size that has a receipt, with the hash there. Used on the writer thread.

    One that is forgotten costs only the bringing over of entries that central has already.

    Args:
        folder: Of the ledger; they are in ``receipts.json`` there.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "receipts.json"
        self._heads: dict[bytes, Head] = {}
        self._dirty = False

    def load(self) -> None:
        """What the file says; one that cannot be read says nothing."""
        try:
            body = json.loads(self._path.read_text(encoding="ascii"))
            self._heads = {
                bytes.fromhex(ledger): Head(int(said["size"]), bytes.fromhex(said["head"]))
                for ledger, said in body.items()
            }
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            log.warning(
                "%s cannot be read; a salvage may bring over more than it must: %s", self._path, error
            )

    def of(self, ledger_id: bytes) -> Head | None:
        """Up to where central holds a ledger; None = not known."""
        return self._heads.get(ledger_id)

    def put(self, ledger_id: bytes, held: Head) -> None:
        """Central holds a ledger up to there."""
        known = self._heads.get(ledger_id)
        if known is not None and known.seq >= held.seq:
            return
        self._heads.pop(ledger_id, None)
        self._heads[ledger_id] = held
        while len(self._heads) > _MOST_LEDGERS:
            del self._heads[next(iter(self._heads))]
        self._dirty = True

    def forget(self) -> None:
        """Another central server holds nothing of what the one before has signed for; the file says so at once."""
        self._dirty = self._dirty or bool(self._heads)
        self._heads.clear()
        self.save()

    def save(self) -> None:
        """Write the file, if there is something new. While nobody waits."""
        if not self._dirty:
            return
        body = {
            ledger.hex(): {"size": held.seq, "head": held.hash.hex()} for ledger, held in self._heads.items()
        }
        try:
            replace_file(self._path, json.dumps(body, indent=1).encode())
        except OSError as error:
            log.warning("%s cannot be written now: %s", self._path, error)
        else:
            self._dirty = False
