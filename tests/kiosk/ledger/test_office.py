"""An enrolment and a configuration of central's reach the ledger, what anybody else says does not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger.errors import LedgerLocked, StoreFailed
from kiosk.ledger.evolve import begin
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Kind, own_fields
from kiosk.ledger.membership import Local, Membership
from kiosk.ledger.office import opened
from kiosk.messages import wire
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import DEVICE, FIRST_KEY, STATEMENT, Central, revised, unsigned
from tests.kiosk.ledger.enrolled import Terminal, expected_tag, shown
from tests.kiosk.ledger.terminal import stored, votes

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
    changed = Local(lambda statement: {**shown(statement), "question": "changed"})
    other = Keeper(folder, clock, "hailong test", changed)
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
