"""The same terminal goes on, on another board or at a new address of central's; a copied card does not deliver."""

from dataclasses import replace
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.ledger.kinds import Kind, parse
from sync import keys
from sync.contact import Settings
from sync.enrolling import Enrolled, enrol, known_address
from sync.errors import (
    AlreadyEnrolled,
    NotEnrolled,
    OtherBoard,
    OtherTerminal,
    SyncError,
    WrongCentral,
)
from sync.once import deliver
from sync.outcome import exit_code, outcome_of
from sync.store import Store
from sync.tickets import Ticket
from sync.words import explained
from tests.sync.pull.puller import answering
from tests.sync.reference import CODE, Problem, Reference, serving
from tests.sync.world import entries, settings, votes

OLD, NEW = "10000000aaaa0001", "10000000bbbb0002"
SECOND_KEY = bytes(range(96, 128))


def _on(where: Settings, board: str | None) -> Settings:
    return replace(where, board=lambda: board)


def _ask(
    where: Settings, central: Reference, *, same_ledger: bool = False, replaced: bool = False
) -> Enrolled:
    ticket = Ticket(central.url, CODE)
    return enrol(where, ticket, where.place.key_or_new(), same_ledger=same_ledger, replace=replaced)


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    return _on(settings(tmp_path / "data"), OLD)


def _enrolled(where: Settings) -> list[dict[str, object]]:
    return [dict(parse(entry.payload)) for entry in entries(where) if entry.kind == Kind.ENROLLED]


def test_a_card_on_another_board_delivers_nothing_until_it_is_enrolled_there_and_then_everything(
    where: Settings,
) -> None:
    with serving(Reference()) as central:
        _ask(where, central)
        votes(where, 2)
        assert deliver(where).waiting.votes == 0
        held = len(next(iter(central.ledgers.values())))

        moved = _on(where, NEW)
        votes(moved, 3)
        with pytest.raises(OtherBoard):
            deliver(moved)
        assert len(next(iter(central.ledgers.values()))) == held

        key, central.first_key = where.place.key().public, SECOND_KEY
        _ask(moved, central, same_ledger=True)
        votes(moved, 1)
        assert deliver(moved).waiting.votes == 0
        assert moved.place.key().public == key
        assert central.boards == [OLD, NEW]
        assert len(central.ledgers) == 1
        assert all(good for _size, good in central.tags)
        with pytest.raises(OtherBoard):
            deliver(where)  # the card went back
    assert [said["board_serial"] for said in _enrolled(where)] == [OLD, NEW]
    assert len({said["evolve_check"] for said in _enrolled(where)}) == 2


@pytest.mark.parametrize(("before", "now"), [(None, NEW), (OLD, None), (None, None), (OLD, OLD)])
def test_where_a_number_is_not_known_nothing_is_refused(
    where: Settings, before: str | None, now: str | None
) -> None:
    with serving(Reference()) as central:
        _ask(_on(where, before), central)
        votes(where, 1)
        assert deliver(_on(where, now)).waiting.votes == 0


def test_a_new_address_of_the_same_server_is_taken_and_receipts_stay_good(where: Settings) -> None:
    with serving(Reference()) as central:
        _ask(where, central)
        votes(where, 2)
        size = deliver(where).size
        first = central.url
    with serving(replace(central, url="", first_key=SECOND_KEY)) as elsewhere:
        assert known_address(where) == first
        _ask(where, elsewhere, same_ledger=True)
        assert known_address(where) == elsewhere.url != first
        with Store(where.place.database) as store:
            assert store.cursor(next(iter(elsewhere.ledgers))).seq == size
        votes(where, 1)
        assert deliver(where).waiting.votes == 0
    assert [said["url"] for said in _enrolled(where)] == [first, elsewhere.url]


def test_an_answer_that_was_lost_is_asked_for_again(where: Settings) -> None:
    with serving(Reference()) as central:
        _ask(where, central)
        central.first_key = SECOND_KEY
        for _ in range(2):
            _ask(where, central, same_ledger=True)
    assert len(_enrolled(where)) == 2


def test_while_it_is_pending_it_keeps_its_configuration(where: Settings) -> None:
    with serving(Reference()) as central:
        _ask(where, central)
        central.first_key, central.status = SECOND_KEY, "pending"
        assert _ask(where, central, same_ledger=True).identity.status == "pending"
        votes(where, 1)
        central.status = "accepted"
        assert deliver(where).waiting.votes == 0
    kinds = [entry.kind for entry in entries(where)]
    assert kinds.count("config") == 1


def test_it_must_be_the_same_server(where: Settings) -> None:
    with serving(Reference()) as central:
        _ask(where, central)
    with (
        serving(replace(central, url="", key=keys.generate("central"))) as stranger,
        pytest.raises(WrongCentral),
    ):
        _ask(where, stranger, same_ledger=True)
    assert len(_enrolled(where)) == 1


def test_it_must_have_been_enrolled(where: Settings) -> None:
    votes(where, 1)
    with serving(Reference()) as central, pytest.raises(NotEnrolled):
        _ask(where, central, same_ledger=True)
    with pytest.raises(NotEnrolled):
        known_address(where)
    assert CODE in central.codes
    assert central.device_key is None


def test_without_saying_so_a_second_enrolment_is_refused(where: Settings) -> None:
    with serving(Reference()) as central:
        _ask(where, central)
        central.first_key = SECOND_KEY
        with pytest.raises(AlreadyEnrolled):
            _ask(where, central)


def test_a_code_for_another_terminal_is_said_to_be_one(where: Settings) -> None:
    def refuse(_method: str, path: str) -> None:
        if path.endswith("/enrol"):
            raise Problem("409.3")

    with serving(Reference()) as central:
        _ask(where, central)
        central.interfere = refuse
        for same in (True, False):
            with pytest.raises(OtherTerminal):
                _ask(where, central, same_ledger=same)


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [(OtherTerminal("x"), 4, "another terminal"), (OtherBoard("x"), 2, "--same-ledger")],
)
def test_both_have_words_and_exit_codes(error: SyncError, code: int, word: str) -> None:
    assert exit_code(error) == code
    assert word in explained(outcome_of(error)).render(Texts("en"))


def test_a_card_on_another_board_is_not_pulled_from_either(where: Settings) -> None:
    with serving(Reference()) as central:
        _ask(where, central)
        votes(where, 1)
        with answering(where, central.key) as puller:
            assert puller.entries()["entries"]
        with answering(_on(where, NEW), central.key) as puller:
            refused = puller.ask("GET", "/v1/entries?after=0")
    assert (refused.status_code, "entries" in refused.text) == (503, False)
