"""A salvage leaves where it is what central holds, and brings over everything that it may not hold."""

from pathlib import Path

import pytest

from kiosk.ledger.chain import Entry
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Kind, parse
from kiosk.ledger.receipts import Receipts
from kiosk.ledger.salvage import Survey
from kiosk.ledger.store import Head
from kiosk.messages import wire
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import Central
from tests.kiosk.ledger.enrolled import Terminal
from tests.kiosk.ledger.terminal import brought_over, salvage_all, stored, tamper, votes

LEDGER = b"0123456789abcdef"


# --- the file


def test_the_largest_receipt_of_each_ledger_is_remembered(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(LEDGER, Head(5, b"5" * 32))
    receipts.put(LEDGER, Head(9, b"9" * 32))
    receipts.put(LEDGER, Head(7, b"7" * 32))
    receipts.save()
    again = Receipts(tmp_path)
    again.load()
    assert again.of(LEDGER) == Head(9, b"9" * 32)
    assert again.of(bytes(16)) is None


def test_old_ledgers_are_forgotten_one_day(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    for number in range(100):
        receipts.put(bytes([number]) * 16, Head(1, bytes(32)))
    receipts.save()
    assert (tmp_path / "receipts.json").stat().st_size < 4096
    again = Receipts(tmp_path)
    again.load()
    assert again.of(bytes([99]) * 16) is not None
    assert again.of(bytes([0]) * 16) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "7",
        '{"zz": {}}',
        '{"00": 7}',
        '{"00": {"size": "x", "head": "00"}}',
        '{"00": {"size": 1e999, "head": "00"}}',
        "\xff",
    ],
)
def test_a_file_of_nonsense_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "receipts.json").write_text(content, encoding="latin-1")
    receipts = Receipts(tmp_path)
    receipts.load()
    assert receipts.of(LEDGER) is None


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    Receipts(tmp_path).save()
    assert list(tmp_path.iterdir()) == []


# --- what a receipt covers


@pytest.fixture
def chain(folder: Path, clock: FakeClock) -> tuple[bytes, list[Entry]]:
    keeper = Keeper(folder, clock, "hailong test")
    keeper.open()
    votes(keeper, 20)
    ledger_id = keeper.ledger_id
    assert ledger_id is not None
    keeper.close(clean=True)
    return ledger_id, stored(folder)


def covered(ledger_id: bytes, entries: list[Entry], held: Head) -> list[int]:
    survey = Survey(held)
    for entry in entries:
        if not survey.see([entry], ledger_id):
            break
    return list(survey.covered)


def head(entries: list[Entry], seq: int) -> Head:
    return Head(seq, entries[seq - 1].hash)


def test_it_covers_everything_up_to_its_size(chain: tuple[bytes, list[Entry]]) -> None:
    ledger_id, entries = chain
    assert covered(ledger_id, entries, head(entries, 9)) == list(range(1, 10))


def test_it_covers_nothing_where_the_ledger_has_another_entry_there(chain: tuple[bytes, list[Entry]]) -> None:
    ledger_id, entries = chain
    assert covered(ledger_id, entries, Head(9, bytes(32))) == []
    assert covered(ledger_id, entries, Head(99, entries[-1].hash)) == []


def test_it_covers_only_what_leads_to_its_head_without_a_gap(chain: tuple[bytes, list[Entry]]) -> None:
    ledger_id, entries = chain
    damaged = entries.copy()
    del damaged[3]
    assert covered(ledger_id, damaged, head(entries, 9)) == [5, 6, 7, 8, 9]
    changed = entries.copy()
    e = changed[3]
    changed[3] = Entry(e.seq, e.boot_n, e.boottime_ns, e.kind, b"{}", e.prev, e.hash)
    assert covered(ledger_id, changed, head(entries, 9)) == [5, 6, 7, 8, 9]
    changed[8] = changed[3]
    assert covered(ledger_id, changed, head(entries, 9)) == []


# --- the whole way


def test_an_entry_that_was_changed_is_brought_over_although_central_has_the_true_one(
    enrolled: Terminal, central: Central
) -> None:
    votes(enrolled.keeper, 10)
    enrolled.done(_receipt(enrolled, central))
    beyond = votes(enrolled.keeper, 2)
    enrolled.clock.advance(600)
    enrolled.office.upkeep()
    enrolled.keeper.close(clean=False)
    tamper(enrolled.folder / "ledger.db", "UPDATE entry SET payload = x'7b7d' WHERE seq = 7")
    enrolled.start()
    enrolled.keeper.condemn("the check found it")
    salvage_all(enrolled.keeper)
    found = brought_over(enrolled.folder)
    # Those before the wound may have been changed with it; central knows them by their hashes, and keeps each once.
    assert [seq for _, seq, _, _ in found][:7] == [1, 2, 3, 4, 5, 6, 7]
    assert [seq for _, seq, _, right in found if not right] == [7]
    assert [seq for _, seq, _, _ in found][7:9] == [entry.seq for entry in beyond]


def test_what_a_receipt_covers_is_known_after_a_start_too(enrolled: Terminal, central: Central) -> None:
    votes(enrolled.keeper, 10)
    enrolled.done(_receipt(enrolled, central))
    enrolled.keeper.condemn("a test")
    enrolled.restart()
    salvage_all(enrolled.keeper)
    assert brought_over(enrolled.folder) == []
    last = parse([entry for entry in stored(enrolled.folder) if entry.kind == Kind.SALVAGED][-1].payload)
    assert (last["entries"], last["held"], last["missing"]) == (0, 14, 0)


def test_without_any_receipt_everything_comes_over(enrolled: Terminal) -> None:
    votes(enrolled.keeper, 10)
    enrolled.keeper.condemn("a test")
    salvage_all(enrolled.keeper)
    assert len(brought_over(enrolled.folder)) == 14
    last = parse([entry for entry in stored(enrolled.folder) if entry.kind == Kind.SALVAGED][-1].payload)
    assert "held" not in last


def test_a_late_receipt_for_a_closed_ledger_still_counts(enrolled: Terminal, central: Central) -> None:
    votes(enrolled.keeper, 10)
    late = _receipt(enrolled, central)
    enrolled.keeper.condemn("a test")
    enrolled.done(late)
    salvage_all(enrolled.keeper)
    assert brought_over(enrolled.folder) == []


def test_for_another_central_server_everything_comes_over(enrolled: Terminal, central: Central) -> None:
    """What the first one has signed for, the second has not."""
    votes(enrolled.keeper, 10)
    enrolled.done(_receipt(enrolled, central))
    enrolled.office.upkeep()
    second = Central()
    enrolled.done(second.enrolment(None, device="1" * 10, replace=True))
    enrolled.keeper.condemn("a test")
    enrolled.restart()
    salvage_all(enrolled.keeper)
    found = brought_over(enrolled.folder)
    assert [seq for _, seq, _, _ in found] == list(range(1, 17))
    assert sum(b'"level"' in payload for _, _, payload, _ in found) == 10


def _receipt(terminal: Terminal, central: Central) -> wire.PutReceipt:
    return wire.PutReceipt(central.receipt_for(terminal.keeper))
