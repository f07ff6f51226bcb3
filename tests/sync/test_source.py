"""What is delivered is read beside the kiosk, and only what continues the chain is sent."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.ledger.chain import GENESIS
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.store import Head
from sync import source
from sync.errors import Fault, KioskAway, LocalFault
from tests.kiosk.ledger.terminal import kept, vote


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def test_it_is_read_while_it_is_written_and_each_entry_is_seen_at_once(folder: Path) -> None:
    with kept(folder) as keeper:
        for number in range(3):
            keeper.append([vote()])
            with source.opened(folder / "ledger.db", keeper.ledger_id) as ledger:
                entries = ledger.entries(0, 100, 500)
                assert [entry.seq for entry in entries] == list(range(1, number + 3))
                assert ledger.hash_at(number + 2) == keeper.head.hash
                assert ledger.hash_at(0) == GENESIS
                assert ledger.hash_at(number + 3) is None
                source.checked(entries, keeper.ledger_id or b"", Head(0, GENESIS))


def test_a_part_is_asked_for_and_got(folder: Path) -> None:
    with kept(folder) as keeper:
        keeper.append([vote() for _ in range(9)])
        with source.opened(folder / "ledger.db") as ledger:
            assert [entry.seq for entry in ledger.entries(3, 8, 3)] == [4, 5, 6]
            assert [entry.seq for entry in ledger.entries(6, 8, 30)] == [7, 8]
            assert ledger.entries(10, 30, 5) == []


def test_without_a_writer_there_is_nothing_to_read_and_nothing_is_made(folder: Path) -> None:
    with pytest.raises(KioskAway), source.opened(folder / "ledger.db"):
        pass
    with kept(folder):
        pass
    before = sorted(folder.iterdir())
    with pytest.raises(KioskAway), source.opened(folder / "ledger.db"):
        pass
    assert sorted(folder.iterdir()) == before


def test_another_ledger_in_its_place_is_not_taken_for_it(folder: Path) -> None:
    with kept(folder), pytest.raises(KioskAway), source.opened(folder / "ledger.db", bytes(16)):
        pass


def test_what_is_no_ledger_is_a_fault(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE another (thing)")
        with pytest.raises(LocalFault) as found, source.opened(folder / "ledger.db"):
            pass
    assert found.value.fault is Fault.LEDGER


def test_what_does_not_continue_the_chain_is_not_sent(folder: Path) -> None:
    with kept(folder) as keeper:
        keeper.append([vote() for _ in range(4)])
        ledger_id = keeper.ledger_id or b""
        with source.opened(folder / "ledger.db") as ledger:
            entries = ledger.entries(0, 100, 500)
    start = Head(0, GENESIS)
    source.checked(entries, ledger_id, start)
    for bad in (
        entries[1:],
        [entries[0], *entries[2:]],
        [entries[0], entries[2], entries[1]],
        [replace(entries[0], payload=b"{}"), *entries[1:]],
        [replace(entries[0], kind="đ"), *entries[1:]],
        [*entries[:2], replace(entries[2], boottime_ns=entries[2].boottime_ns + 1)],
    ):
        with pytest.raises(LocalFault, match="does not continue the chain"):
            source.checked(bad, ledger_id, start)
    with pytest.raises(LocalFault):
        source.checked(entries, bytes(16), start)
    with pytest.raises(LocalFault):
        source.checked(entries, ledger_id, Head(0, b"1" * 32))


def test_anchors_are_not_waited_for_and_votes_are_counted(folder: Path) -> None:
    with kept(folder) as keeper:
        keeper.append([Draft(Kind.CLOCK_ANCHOR), vote(), Draft(Kind.FAULT), vote(), Draft(Kind.CLOCK_ANCHOR)])
        with source.opened(folder / "ledger.db") as ledger:
            for after, entries, votes, oldest in ((0, 4, 2, 3), (3, 2, 1, 5), (5, 0, 0, None)):
                waiting = ledger.waiting(after)
                assert (waiting.entries, waiting.votes) == (entries, votes)
                assert (waiting.oldest.seq if waiting.oldest else None) == oldest
            last = ledger.last(Kind.BOOT)
            assert last is not None
            assert last.seq == 1
            assert ledger.last(Kind.ENROLLED) is None
