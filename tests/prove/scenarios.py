"""What the program lives through while it is recorded."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.clock import SystemClock
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.schema import PAGE_BYTES
from kiosk.messages import wire
from kiosk.messages.client import Client
from tests.kiosk.ledger.central import Central
from tests.prove.cuts import struck
from tests.prove.program import ProgramMisbehaved
from tests.prove.record import Recorder
from tests.prove.recording import Recording
from tests.prove.recovery import lay_out

# SQLite moves the log into the database once it has 1000 pages; a vote adds one or two.
_CHECKPOINT_PAGES = 1000
_FRAME_BYTES = PAGE_BYTES + 24
# A log of many pages, but a chain that is soon checked.
_FILLER = "·" * 3 * PAGE_BYTES


def fresh(recorder: Recorder, votes: int) -> Recording:
    """From an empty folder: a clean stop, a kill, a start after each."""
    third = max(1, votes // 3)
    recorder.start()
    recorder.vote(third)
    recorder.stop()
    recorder.start()
    recorder.vote(third)
    recorder.kill()
    recorder.start()
    recorder.vote(max(1, votes - 2 * third))
    recorder.stop()
    return recorder.recording()


def again(recorder: Recorder, votes: int) -> Recording:
    """The power fails, and fails again while the program starts on what the first cut has left."""
    before = recorder.another("before")
    before.start()
    before.vote(max(2, votes // 2))
    before.kill()
    before.start()
    before.vote(max(2, votes // 2))
    before.kill()
    tree, promised = struck(before.recording(), "again")
    lay_out(tree, recorder.root)
    recorder.given(promised)
    recorder.start()
    recorder.vote(max(1, votes // 2))
    recorder.stop()
    return recorder.recording()


def checkpoint(recorder: Recorder, votes: int) -> Recording:
    """A killed program's ledger with a long log, which is moved into the database and begun again."""
    _leave_long_log(recorder.root, _CHECKPOINT_PAGES - 10 - min(votes // 3, 30))
    recorder.given()
    recorder.start()
    recorder.vote(votes)
    recorder.kill()
    recorder.start()
    recorder.vote(3)
    recorder.stop()
    return recorder.recording()


def wounded(recorder: Recorder, votes: int) -> Recording:
    """The first page is destroyed between two runs; the program is killed while it salvages the rest."""
    recorder.start()
    recorder.vote(votes)
    recorder.stop()
    recorder.intrude("ledger/ledger.db", b"\x5a" * PAGE_BYTES, excuses=False)
    recorder.start()
    recorder.vote(max(1, votes // 4))
    recorder.kill()
    recorder.start()
    recorder.vote(max(1, votes // 4))
    recorder.wait_salvaged()
    recorder.stop()
    return recorder.recording(may_replace=True)


def removed(recorder: Recorder, votes: int) -> Recording:
    """The file is removed while the program runs, which goes on in a new one and salvages from memory.

    Who removes a file destroys it: until the salvage is done, a power cut may cost the votes it held.
    """
    recorder.start()
    recorder.vote(votes)
    recorder.intrude("ledger/ledger.db", None, excuses=True)
    recorder.vote(max(1, votes // 2))
    recorder.wait_salvaged()
    recorder.vote(max(1, votes // 4))
    recorder.stop()
    return recorder.recording(may_replace=True)


def enrolled(recorder: Recorder, votes: int) -> Recording:
    """Enrolled at a central server, tagged by the evolving key; killed and started again."""
    recorder.start()
    _enrol(recorder.root)
    recorder.vote(max(1, votes // 3))
    recorder.kill()
    recorder.start()
    recorder.vote(max(1, votes // 3))
    recorder.stop()
    recorder.start()
    recorder.vote(max(1, votes // 3))
    recorder.kill()
    return recorder.recording()


def forked(recorder: Recorder, votes: int) -> Recording:
    """Central holds another end of the chain: the ledger is closed while the program runs, and salvaged."""
    recorder.start()
    central = _enrol(recorder.root)
    recorder.vote(max(1, votes // 2))
    with Client(recorder.root) as client:
        head = client.ask(wire.GetHead())
        if not isinstance(head, wire.Head):
            raise ProgramMisbehaved(f"it answers {head}")
        _done(client, wire.PutFork(central.receipt(bytes.fromhex(head.ledger_id), head.seq + 9, bytes(32))))
    recorder.vote(max(1, votes // 4))
    recorder.wait_salvaged()
    recorder.vote(max(1, votes // 4))
    recorder.stop()
    return recorder.recording(may_replace=True)


def _enrol(data: Path) -> Central:
    central = Central()
    with Client(data) as client:
        _done(client, central.enrolment())
    return central


def _done(client: Client, request: wire.Request) -> None:
    answer = client.ask(request)
    if answer != wire.Done():
        raise ProgramMisbehaved(f"it answers {answer}")


SCENARIOS: dict[str, tuple[Callable[[Recorder, int], Recording], float]] = {
    "fresh": (fresh, 0.3),
    "again": (again, 0.1),
    "checkpoint": (checkpoint, 0.15),
    "wounded": (wounded, 0.15),
    "removed": (removed, 0.1),
    "enrolled": (enrolled, 0.1),
    "forked": (forked, 0.1),
}
"""Each with its share of the votes."""


def _leave_long_log(root: Path, pages: int) -> None:
    """Put a ledger into an empty folder as a killed program leaves it, its log so many pages long or longer."""
    with TemporaryDirectory(dir=root.parent) as elsewhere:
        folder = Path(elsewhere) / "ledger"
        keeper = Keeper(folder, SystemClock(), "prove")
        keeper.open()
        while (folder / "ledger.db-wal").stat().st_size < pages * _FRAME_BYTES:
            keeper.append([Draft(Kind.TEST, {"level": 3, "filler": _FILLER})])
        shutil.copytree(folder, root / "ledger", ignore=shutil.ignore_patterns("*-shm"))
        keeper.close(clean=False)
