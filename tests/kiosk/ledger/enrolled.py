"""A terminal and its office, which may be enrolled and started again."""

from pathlib import Path

from kiosk.ledger.evolve import begin
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Json, Kind, own_fields
from kiosk.ledger.membership import Local
from kiosk.ledger.office import Office
from kiosk.messages import wire
from kiosk.messages.statements import ConfigStatement
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import FIRST_KEY
from tests.kiosk.ledger.terminal import stored


def shown(statement: ConfigStatement | None) -> dict[str, Json]:
    """A terminal with words of its own, of which central replaces some."""
    unit = "" if statement is None else statement.unit
    return {"unit": unit or "own unit", "question": (statement and statement.question) or "own question"}


class Terminal:
    """A keeper and its office, which may be started again."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.folder, self.clock = folder, clock
        self.start()

    def start(self) -> None:
        self.keeper = Keeper(self.folder, self.clock, "hailong test", Local(shown))
        self.keeper.open()
        self.office = Office(self.keeper)

    def restart(self, *, clean: bool = False) -> None:
        self.keeper.close(clean=clean)
        self.start()

    def ask(self, request: wire.Request) -> wire.Answer:
        return self.office.handle(request)

    def done(self, request: wire.Request) -> None:
        assert self.ask(request) == wire.Done()

    def refused(self, request: wire.Request) -> None:
        """It is refused, and not a byte of the folder's lasting files differs."""
        before = self.state()
        answer = self.ask(request)
        assert isinstance(answer, wire.Refused), answer
        assert self.state() == before

    def state(self) -> tuple[object, ...]:
        files = ("enrolment.json", "evolve.key", "receipts.json", "ledger.id")
        present = sorted(path.name for path in self.folder.iterdir())
        contents = [(self.folder / file).read_bytes() for file in files if (self.folder / file).exists()]
        return stored(self.folder), present, contents

    def head(self) -> wire.Head:
        answer = self.ask(wire.GetHead())
        assert isinstance(answer, wire.Head)
        return answer

    def nonce(self) -> str:
        answer = self.ask(wire.GetNonce())
        assert isinstance(answer, wire.Nonce)
        return answer.nonce

    def bodies(self, kind: Kind) -> list[dict[str, Json]]:
        return [own_fields(entry.payload) for entry in stored(self.folder) if entry.kind == kind]


def expected_tag(folder: Path, first_key: bytes = FIRST_KEY) -> str:
    """The tag of the last entry, by the formula of docs/protocol.md from the entries alone."""
    entries = stored(folder)
    seq = next(entry.seq for entry in entries if entry.kind == Kind.ENROLLED)
    state = begin(first_key, seq)
    for entry in entries[seq - 1 :]:
        state = state.after(entry.hash)
    return state.tag.hex()
