"""What central says reaches the ledger, what anybody else says does not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger.errors import LedgerLocked, StoreFailed
from kiosk.ledger.evolve import begin
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Json, Kind, own_fields
from kiosk.ledger.membership import Membership
from kiosk.ledger.office import Office, opened
from kiosk.messages import wire
from kiosk.messages.statements import ConfigStatement
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import DEVICE, FIRST_KEY, NOW_MS, STATEMENT, Central, revised, unsigned
from tests.kiosk.ledger.terminal import intact, salvage_all, stored, vote, votes


def shown(statement: ConfigStatement | None) -> dict[str, Json]:
    """A terminal with words of its own, of which central replaces some."""
    unit = "" if statement is None else statement.unit
    return {"unit": unit or "own unit", "question": (statement and statement.question) or "own question"}


class Terminal:
    """A keeper and its office, which may be started again."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.folder, self.clock = folder, clock
        self._start()

    def _start(self) -> None:
        self.keeper = Keeper(self.folder, self.clock, "hailong test", shown)
        self.keeper.open()
        self.office = Office(self.keeper)

    def restart(self, *, clean: bool = False) -> None:
        self.keeper.close(clean=clean)
        self._start()

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


@pytest.fixture
def terminal(folder: Path, clock: FakeClock) -> Iterator[Terminal]:
    started = Terminal(folder, clock)
    yield started
    started.keeper.close(clean=False)


@pytest.fixture
def central() -> Central:
    return Central()


@pytest.fixture
def enrolled(terminal: Terminal, central: Central) -> Terminal:
    terminal.done(central.enrolment())
    return terminal


def expected_tag(folder: Path, first_key: bytes = FIRST_KEY) -> str:
    """The tag of the last entry, by the formula of docs/protocol.md from the entries alone."""
    entries = stored(folder)
    seq = next(entry.seq for entry in entries if entry.kind == Kind.ENROLLED)
    state = begin(first_key, seq)
    for entry in entries[seq - 1 :]:
        state = state.after(entry.hash)
    return state.tag.hex()


# --- the head


def test_before_an_enrolment_the_head_has_neither_device_nor_tag(terminal: Terminal) -> None:
    entry = votes(terminal.keeper, 3)[-1]
    assert terminal.keeper.ledger_id is not None
    assert terminal.head() == wire.Head(terminal.keeper.ledger_id.hex(), entry.seq, entry.hash.hex())


def test_after_it_the_head_says_everything_and_the_tag_is_that_of_the_formula(enrolled: Terminal) -> None:
    votes(enrolled.keeper, 3)
    head = enrolled.head()
    assert (head.device, head.config_revision) == (DEVICE, 1)
    assert head.tag == expected_tag(enrolled.folder)


# --- enrolment


def test_an_enrolment_is_two_entries_and_a_record_beside_the_ledger(
    enrolled: Terminal, central: Central
) -> None:
    last = stored(enrolled.folder)[-2:]
    assert [entry.kind for entry in last] == ["enrolled", "config"]
    assert own_fields(last[0].payload) == {
        "device": DEVICE,
        "url": "https://central.example",
        "central": central.key.public.name,
        "public_key": central.key.public.raw.hex(),
        "evolve_check": "09759aed142d846e",
    }
    assert own_fields(last[1].payload) == {
        "origin": "central",
        "unit": STATEMENT.unit,
        "question": STATEMENT.question,
        "revision": 1,
        "signed": central.config(STATEMENT),
    }
    record = json.loads((enrolled.folder / "enrolment.json").read_text())
    assert (record["device"], record["public_key"]) == (DEVICE, central.key.public.raw.hex())
    assert FIRST_KEY.hex() not in (enrolled.folder / "enrolment.json").read_text()


def test_a_pending_terminal_is_enrolled_without_a_configuration(terminal: Terminal, central: Central) -> None:
    terminal.done(central.enrolment(None))
    assert (terminal.head().device, terminal.head().config_revision) == (DEVICE, 0)
    assert [body["origin"] for body in terminal.bodies(Kind.CONFIG)] == ["local"]


def test_the_same_enrolment_again_is_done_already(enrolled: Terminal, central: Central) -> None:
    before = enrolled.state()
    enrolled.done(central.enrolment())
    assert enrolled.state() == before


def test_the_same_enrolment_again_brings_a_configuration_that_is_newer(
    terminal: Terminal, central: Central
) -> None:
    terminal.done(central.enrolment(None))
    terminal.done(central.enrolment())
    assert terminal.head().config_revision == 1
    assert len(terminal.bodies(Kind.ENROLLED)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"device": "9876543210"},
        {"url": "https://elsewhere.example"},
        {"central_public_key": Central().key.public.raw.hex()},
        {"first_key": bytes(32).hex()},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_second_enrolment_is_refused(enrolled: Terminal, central: Central, other: dict[str, str]) -> None:
    enrolled.refused(central.enrolment(None, **other))


def test_unless_it_is_meant_to_replace_the_first(enrolled: Terminal) -> None:
    votes(enrolled.keeper, 3)
    other, key = Central(), bytes(range(1, 33))
    enrolled.done(other.enrolment(None, device="ABCDEFGH00", first_key=key.hex(), replace=True))
    votes(enrolled.keeper, 2)
    head = enrolled.head()
    assert (head.device, head.config_revision) == ("ABCDEFGH00", 0)
    entries = stored(enrolled.folder)
    seq = max(entry.seq for entry in entries if entry.kind == Kind.ENROLLED)
    state = begin(key, seq)
    for entry in entries[seq - 1 :]:
        state = state.after(entry.hash)
    assert head.tag == state.tag.hex()
    assert enrolled.bodies(Kind.CONFIG)[-1] == {"origin": "local", **shown(None)}


@pytest.mark.parametrize(
    "other",
    [
        {"device": "short"},
        {"device": "OOOOOOOOOO"},
        {"url": "ftp://central.example"},
        {"url": "https://central.example/\nx"},
        {"central_public_key": "00"},
        {"central_public_key": "zz" * 32},
        {"first_key": "00ff"},
        {"config": "not a note"},
    ],
    ids=str,
)
def test_an_enrolment_that_cannot_be_right_is_refused(
    terminal: Terminal, central: Central, other: dict[str, str]
) -> None:
    terminal.refused(central.enrolment(STATEMENT, **other))


def test_an_enrolment_with_a_forged_configuration_is_refused_altogether(
    terminal: Terminal, central: Central
) -> None:
    terminal.refused(central.enrolment(config=unsigned(central.config(STATEMENT))))
    terminal.refused(central.enrolment(replace(STATEMENT, device="ABCDEFGH00")))
    assert terminal.head().device is None


def test_it_is_known_after_a_start_by_the_ledger_or_by_the_record(
    enrolled: Terminal, central: Central
) -> None:
    for lost in (None, "enrolment.json"):
        votes(enrolled.keeper, 2)
        enrolled.restart()
        enrolled.restart()
        if lost:
            (enrolled.folder / lost).unlink()
            enrolled.restart()
            assert (enrolled.folder / lost).exists()
        head = enrolled.head()
        assert (head.device, head.config_revision) == (DEVICE, 1)
        assert head.tag == expected_tag(enrolled.folder)
        enrolled.done(central.enrolment())
    assert len(enrolled.bodies(Kind.ENROLLED)) == 1
    assert len(enrolled.bodies(Kind.CONFIG)) == 2  # no start appends what is said already


def test_a_record_that_is_nonsense_does_not_stop_a_start(enrolled: Terminal) -> None:
    for nonsense in (
        "",
        "{",
        "[]",
        "null",
        '{"device": 7}',
        '{"device": "x", "url": "y", "public_key": "z"}',
    ):
        (enrolled.folder / "enrolment.json").write_text(nonsense)
        enrolled.restart()
        assert enrolled.head().device == DEVICE


def test_what_central_configures_can_be_read_before_the_ledger_is_opened(enrolled: Terminal) -> None:
    seen = Membership(enrolled.folder)
    seen.load()
    assert seen.statement == STATEMENT


# --- a key that was lost


def test_without_the_key_everything_goes_on_but_the_tags(enrolled: Terminal, central: Central) -> None:
    for harm in (Path.unlink, lambda path: path.write_bytes(b"")):
        harm(enrolled.folder / "evolve.key")
        enrolled.restart()
        votes(enrolled.keeper, 1)
        assert (enrolled.head().tag, enrolled.head().device) == (None, DEVICE)
    enrolled.done(central.enrolment())  # the answer of central again brings the tags back
    assert enrolled.head().tag == expected_tag(enrolled.folder)


# --- configuration


def test_a_newer_configuration_is_appended_and_an_older_one_refused(
    enrolled: Terminal, central: Central
) -> None:
    enrolled.done(wire.PutConfig(central.config(revised(4, question="Mới?"))))
    assert enrolled.head().config_revision == 4
    body = enrolled.bodies(Kind.CONFIG)[-1]
    assert (body["question"], body["signed"]) == ("Mới?", central.config(revised(4, question="Mới?")))
    enrolled.refused(wire.PutConfig(central.config(revised(3))))
    enrolled.refused(wire.PutConfig(central.config(revised(4, question="Khác?"))))
    before = enrolled.state()
    enrolled.done(wire.PutConfig(central.config(revised(4, question="Mới?"))))
    assert enrolled.state() == before


def test_configurations_of_others_change_nothing(enrolled: Terminal, central: Central) -> None:
    newer = central.config(revised(2))
    enrolled.refused(wire.PutConfig(unsigned(newer)))
    enrolled.refused(wire.PutConfig(central.config(replace(revised(2), device="ABCDEFGH00"))))
    enrolled.refused(wire.PutConfig(newer.replace("Quầy 1", "Quầy 2")))
    enrolled.refused(wire.PutConfig(central.time("00" * 16)))
    enrolled.refused(wire.PutConfig("x" * 70_000))
    enrolled.refused(wire.PutConfig(""))


def test_before_an_enrolment_nobody_can_sign_anything(terminal: Terminal, central: Central) -> None:
    terminal.refused(wire.PutConfig(central.config(STATEMENT)))
    terminal.refused(wire.PutAnchor(central.time(terminal.nonce())))
    terminal.refused(wire.PutReceipt(central.receipt_for(terminal.keeper)))
    terminal.refused(wire.PutFork(central.receipt_for(terminal.keeper)))


def test_a_local_change_is_recorded_and_keeps_the_counter(
    folder: Path, clock: FakeClock, central: Central
) -> None:
    terminal = Terminal(folder, clock)
    terminal.done(central.enrolment(replace(STATEMENT, question="")))
    terminal.keeper.close(clean=False)
    other = Keeper(
        folder, clock, "hailong test", lambda statement: {**shown(statement), "question": "changed"}
    )
    other.open()
    other.close(clean=False)
    body = own_fields([entry for entry in stored(folder) if entry.kind == Kind.CONFIG][-1].payload)
    assert (body["question"], body["origin"]) == ("changed", "central")
    assert body["signed"] == central.config(replace(STATEMENT, question=""))


# --- in a command's own process


def test_a_command_that_has_the_right_to_write_does_the_same(
    folder: Path, clock: FakeClock, central: Central
) -> None:
    with opened(folder.parent, clock, "hailong enrol") as office:
        assert office.handle(central.enrolment()) == wire.Done()
        head = office.handle(wire.GetHead())
        assert isinstance(head, wire.Head)
        assert [entry.seq for entry in office.entries_after(1, 10)] == [2, 3]
        with pytest.raises(LedgerLocked), opened(folder.parent, clock, "another"):
            pass
    assert [entry.kind for entry in stored(folder)] == ["boot", "enrolled", "config", "shutdown"]
    assert head.tag is not None
    # Nothing was shown by it, so nothing is said of that; the kiosk says it when it shows it.
    assert set(own_fields(stored(folder)[2].payload)) == {"origin", "revision", "signed"}
    terminal = Terminal(folder, clock)
    assert terminal.bodies(Kind.CONFIG)[-1]["unit"] == STATEMENT.unit
    assert terminal.head().tag == expected_tag(folder)
    terminal.keeper.close(clean=False)


def test_a_disk_that_refuses_is_told_to_the_caller(
    enrolled: Terminal, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFailed(FaultCode.DISK_FULL, "full")

    monkeypatch.setattr(enrolled.keeper.ledger, "append", full)
    with pytest.raises(StoreFailed):
        enrolled.ask(wire.PutConfig(central.config(revised(2))))
    assert enrolled.head().config_revision == 1
    monkeypatch.undo()
    enrolled.done(wire.PutConfig(central.config(revised(2))))


# --- time


def test_an_anchor_is_about_the_middle_of_asking_and_seeing(enrolled: Terminal, central: Central) -> None:
    nonce, given_ns = enrolled.nonce(), enrolled.clock.now_ns
    enrolled.clock.advance(0.5)
    enrolled.done(wire.PutAnchor(central.time(nonce)))
    (body,) = enrolled.bodies(Kind.CLOCK_ANCHOR)
    assert body == {
        "source": "central",
        "at_ns": given_ns + 250_000_000,
        "utc_ms": NOW_MS,
        "error_ms": 251,
        "signed": central.time(nonce),
    }


def test_time_statements_of_others_or_for_other_nonces_change_nothing(
    enrolled: Terminal, central: Central
) -> None:
    earlier, nonce = enrolled.nonce(), enrolled.nonce()
    enrolled.refused(wire.PutAnchor(unsigned(central.time(nonce))))
    enrolled.refused(wire.PutAnchor(central.time(earlier)))
    enrolled.refused(wire.PutAnchor(central.time("00" * 16)))
    enrolled.refused(wire.PutAnchor(central.config(STATEMENT)))
    enrolled.done(wire.PutAnchor(central.time(nonce)))
    enrolled.refused(wire.PutAnchor(central.time(nonce)))  # used


def test_a_time_statement_that_took_minutes_is_refused(enrolled: Terminal, central: Central) -> None:
    nonce = enrolled.nonce()
    enrolled.clock.advance(121)
    enrolled.refused(wire.PutAnchor(central.time(nonce)))


def test_an_anchor_is_appended_when_it_says_something(enrolled: Terminal, central: Central) -> None:
    def anchors_after(seconds: float) -> int:
        enrolled.clock.advance(seconds)
        enrolled.done(wire.PutAnchor(central.time(enrolled.nonce(), NOW_MS)))
        return len(enrolled.bodies(Kind.CLOCK_ANCHOR))

    assert anchors_after(1) == 1
    assert anchors_after(60) == 1
    assert anchors_after(3_600) == 2  # an hour of drift is more than the way to central
    enrolled.restart()
    assert anchors_after(60) == 2  # what this boot has said is known after a start
    enrolled.clock.reboot("second-boot")
    enrolled.restart()
    assert anchors_after(1) == 3


def test_a_clock_that_is_synchronised_makes_an_anchor_of_its_own(terminal: Terminal) -> None:
    terminal.office.upkeep()
    assert terminal.bodies(Kind.CLOCK_ANCHOR) == []
    terminal.clock.synced = True
    for _ in range(3):
        terminal.office.upkeep()
        terminal.clock.advance(15)
    (body,) = terminal.bodies(Kind.CLOCK_ANCHOR)
    assert (body["source"], body["utc_ms"]) == ("ntp", 1_795_309_200_000)
    assert body["error_ms"] == 5_001
    assert "signed" not in body


# --- receipts, and a ledger that contradicts one


def test_a_receipt_is_remembered_only_for_what_this_ledger_holds(
    enrolled: Terminal, central: Central
) -> None:
    votes(enrolled.keeper, 2)
    ledger_id, head = enrolled.keeper.ledger_id, enrolled.keeper.head
    assert ledger_id is not None
    enrolled.refused(wire.PutReceipt(central.receipt(ledger_id, head.seq, bytes(32))))
    enrolled.refused(wire.PutReceipt(central.receipt(ledger_id, head.seq + 1, head.hash)))
    enrolled.refused(wire.PutReceipt(central.receipt(bytes(16), head.seq, head.hash)))
    enrolled.refused(wire.PutReceipt(Central().receipt(ledger_id, head.seq, head.hash)))
    enrolled.refused(wire.PutReceipt(central.device_key.sign("x\n").render()))
    enrolled.done(wire.PutReceipt(central.receipt(ledger_id, 0, bytes(32))))
    assert enrolled.keeper.lasting.receipts.of(ledger_id) is None
    enrolled.done(wire.PutReceipt(central.receipt_for(enrolled.keeper)))
    assert enrolled.keeper.lasting.receipts.of(ledger_id) == head


def test_what_has_a_receipt_stays_where_it_is_when_the_ledger_is_closed(
    enrolled: Terminal, central: Central
) -> None:
    votes(enrolled.keeper, 3)
    enrolled.done(wire.PutReceipt(central.receipt_for(enrolled.keeper)))
    size = enrolled.keeper.head.seq
    beyond = votes(enrolled.keeper, 2)
    enrolled.keeper.condemn("a test")
    salvage_all(enrolled.keeper)
    brought = [body for body in enrolled.bodies(Kind.SALVAGED) if "stored" in body]
    assert [(body["seq"], body["hash"]) for body in brought] == [(e.seq, e.hash.hex()) for e in beyond]
    last = enrolled.bodies(Kind.SALVAGED)[-1]
    assert (last["entries"], last["held"], last["missing"]) == (2, size, 0)


def test_a_fork_closes_the_ledger_and_the_next_one_says_everything_again(
    enrolled: Terminal, central: Central
) -> None:
    votes(enrolled.keeper, 3)
    enrolled.done(wire.PutReceipt(central.receipt_for(enrolled.keeper)))
    old_id, head = enrolled.keeper.ledger_id, votes(enrolled.keeper, 2)[-1]
    assert old_id is not None
    enrolled.refused(wire.PutFork(central.receipt_for(enrolled.keeper)))
    enrolled.refused(wire.PutFork(central.receipt(bytes(16), 5, bytes(32))))
    enrolled.refused(wire.PutFork(Central().receipt(old_id, head.seq, bytes(32))))
    enrolled.done(wire.PutFork(central.receipt(old_id, head.seq + 10, b"\1" * 32)))
    assert enrolled.keeper.ledger_id != old_id
    salvage_all(enrolled.keeper)
    opening = stored(enrolled.folder)[:3]
    assert [entry.kind for entry in opening] == ["boot", "enrolled", "config"]
    assert own_fields(opening[0].payload)["continues"] == {
        "file": "ledger.db.closed-1",
        "reason": f"central holds another entry {head.seq + 10} of it",
        "ledger": old_id.hex(),
        "seq": head.seq,
    }
    assert "evolve_check" not in own_fields(opening[1].payload)
    assert own_fields(opening[2].payload)["signed"] == central.config(STATEMENT)
    assert [body["seq"] for body in enrolled.bodies(Kind.SALVAGED) if "stored" in body] == [
        head.seq - 1,
        head.seq,
    ]
    assert enrolled.head().device == DEVICE
    enrolled.done(central.enrolment())
    enrolled.restart()
    assert len(enrolled.bodies(Kind.ENROLLED)) == 1
    assert intact(enrolled.folder)


def test_another_entry_at_the_same_place_is_a_fork_too(enrolled: Terminal, central: Central) -> None:
    ledger_id, entry = enrolled.keeper.ledger_id, votes(enrolled.keeper, 3)[1]
    assert ledger_id is not None
    enrolled.done(wire.PutFork(central.receipt(ledger_id, entry.seq, b"\1" * 32)))
    assert enrolled.keeper.ledger_id != ledger_id


# --- a ledger that was put back while nobody looked


def test_an_older_copy_of_the_ledger_is_put_aside_and_the_tags_go_on(enrolled: Terminal) -> None:
    votes(enrolled.keeper, 3)
    enrolled.keeper.close(clean=False)
    copies = {file.name: file.read_bytes() for file in enrolled.folder.glob("ledger.db*")}
    enrolled._start()
    votes(enrolled.keeper, 5)
    head = enrolled.head()
    enrolled.keeper.close(clean=False)
    for name, content in copies.items():
        (enrolled.folder / name).write_bytes(content)
    enrolled._start()
    enrolled.keeper.append([vote()])
    opening = own_fields(stored(enrolled.folder)[0].payload)
    assert isinstance(opening["continues"], dict)
    assert (opening["continues"]["ledger"], opening["continues"]["seq"]) == (head.ledger_id, head.seq)
    assert enrolled.head().tag is not None
