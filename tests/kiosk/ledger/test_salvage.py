"""What could be read of a closed ledger comes into the one in use: in order, every entry once, whatever happens."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.faults import FaultCode
from kiosk.ledger import schema
from kiosk.ledger.errors import StoreFailed
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Kind, parse
from tests.kiosk.ledger.terminal import (
    brought_over,
    intact,
    kept,
    power_cut,
    salvage_all,
    stored,
    tamper,
    votes,
)

VOTES = 450
"""Several pages of entries and several batches of salvage."""


@pytest.fixture
def old(folder: Path) -> Path:
    """A ledger at rest: boot, `VOTES` ratings, shutdown."""
    with kept(folder) as keeper:
        votes(keeper, VOTES, note="x" * 40)
    return folder / "ledger.db"


def identities(folder: Path) -> list[tuple[str, int]]:
    return [(ledger, seq) for ledger, seq, _, _ in brought_over(folder)]


def last_word(folder: Path) -> dict[str, object]:
    bodies = [parse(entry.payload) for entry in stored(folder) if entry.kind == Kind.SALVAGED]
    return dict(next(body for body in reversed(bodies) if "complete" in body))


def condemned_at_rest(folder: Path) -> None:
    """Put the ledger aside as a start does that finds it beyond use, and salvage all of it."""
    with kept(folder) as keeper:
        salvage_all(keeper)
        votes(keeper, 1)
    assert intact(folder)


def overwrite(path: Path, offset: int, number: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xa5" * number)


def test_all_of_a_readable_ledger_comes_over_in_order_with_its_stored_bytes(folder: Path, old: Path) -> None:
    before = stored(folder)
    with kept(folder) as keeper:
        before += stored(folder)[len(before) :]
        keeper.condemn("a test")
        salvage_all(keeper)
    carried = brought_over(folder)
    assert [(seq, payload, right) for _, seq, payload, right in carried] == [
        (e.seq, e.payload, True) for e in before
    ]
    assert len({ledger for ledger, *_ in carried}) == 1
    word = last_word(folder)
    assert (word["complete"], word["entries"], word["missing"]) == ("ledger.db.closed-1", len(before), 0)
    assert (folder / "ledger.db.closed-1.salvaged").exists()
    assert not (folder / "salvage").exists()
    assert old.exists()


def test_a_payload_that_was_changed_is_brought_over_and_marked(folder: Path, old: Path) -> None:
    changed = """replace(CAST(payload AS TEXT), '"level":', '"LEVEL":')"""
    tamper(old, f"UPDATE entry SET payload = CAST({changed} AS BLOB) WHERE seq = 7")
    with kept(folder) as keeper:
        keeper.condemn("the check found it")
        salvage_all(keeper)
    assert [seq for _, seq, _, right in brought_over(folder) if not right] == [7]


def test_a_row_that_was_deleted_is_missing_and_its_neighbours_are_not(folder: Path, old: Path) -> None:
    tamper(old, "DELETE FROM entry WHERE seq = 9")
    with kept(folder) as keeper:
        keeper.condemn("the check found it")
        salvage_all(keeper)
    assert [seq for _, seq in identities(folder)][:12] == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13]
    assert last_word(folder)["missing"] == 1


def test_a_destroyed_first_page_costs_no_entry(folder: Path, old: Path) -> None:
    overwrite(old, 0, schema.PAGE_BYTES)
    condemned_at_rest(folder)
    assert [seq for _, seq in identities(folder)] == list(range(1, VOTES + 3))


def test_a_destroyed_page_in_the_middle_costs_its_own_entries_only(folder: Path, old: Path) -> None:
    pages = old.stat().st_size // schema.PAGE_BYTES
    overwrite(old, (pages // 2) * schema.PAGE_BYTES, schema.PAGE_BYTES)
    condemned_at_rest(folder)  # the newest entries are searched for an enrolment
    seqs = [seq for _, seq in identities(folder)]
    assert seqs == sorted(set(seqs))
    assert VOTES - 40 < len(seqs) < VOTES + 2
    assert last_word(folder)["missing"] == VOTES + 2 - len(seqs)


def test_of_a_file_cut_in_half_what_is_left_comes_over(folder: Path, old: Path) -> None:
    os.truncate(old, old.stat().st_size // 2 + 123)
    condemned_at_rest(folder)
    seqs = [seq for _, seq in identities(folder)]
    assert seqs == sorted(set(seqs))
    assert len(seqs) > VOTES // 4
    assert all(right for *_, right in brought_over(folder))


def test_of_an_emptied_file_its_log_comes_over(folder: Path, tmp_path: Path) -> None:
    with kept(folder) as keeper:
        votes(keeper, 20)
        cut = power_cut(folder, tmp_path / "cut")
    os.truncate(cut / "ledger.db", 0)
    condemned_at_rest(cut)
    assert [seq for _, seq in identities(cut)] == list(range(1, 22))


def test_of_a_removed_file_its_log_comes_over(folder: Path, tmp_path: Path) -> None:
    with kept(folder) as keeper:
        votes(keeper, 20)
        cut = power_cut(folder, tmp_path / "cut")
    (cut / "ledger.db").unlink()
    condemned_at_rest(cut)
    assert [seq for _, seq in identities(cut)] == list(range(1, 22))


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: os.truncate(path, 0)], ids=["removed", "emptied"])
def test_what_a_running_program_still_has_open_comes_over(
    folder: Path, old: Path, harm: Callable[[Path], None]
) -> None:
    with kept(folder) as keeper:
        votes(keeper, 20)
        harm(old)
        votes(keeper, 1)
        salvage_all(keeper)
    seqs = [seq for _, seq in identities(folder)]
    assert seqs == sorted(set(seqs))
    assert seqs[-20:] == list(range(VOTES + 4, VOTES + 24))
    if harm is Path.unlink:
        assert len(seqs) == VOTES + 23
    assert intact(folder)


def test_a_salvage_cut_by_the_power_goes_on_without_doubles(folder: Path, old: Path, tmp_path: Path) -> None:
    where = folder
    overwrite(old, 0, schema.PAGE_BYTES)
    for cut in range(1, 4):
        with kept(where, clean=False) as keeper:
            for _ in range(200):
                keeper.salvage()
                if len(identities(where)) >= cut * 100:
                    break
                threading.Event().wait(0.005)
            assert keeper.has_salvage()
            where = power_cut(where, tmp_path / f"cut-{cut}")
    condemned_at_rest(where)
    assert [seq for _, seq in identities(where)] == list(range(1, VOTES + 3))


def test_a_second_damaged_ledger_gives_back_what_it_carried_for_the_first(folder: Path, old: Path) -> None:
    overwrite(old, 0, schema.PAGE_BYTES)
    with kept(folder) as keeper:
        first = votes(keeper, 3)
        salvage_all(keeper)
        second_id = keeper.ledger_id
        keeper.condemn("a test")
        salvage_all(keeper)
    assert second_id is not None
    found = identities(folder)
    assert len(found) == len(set(found))
    of_the_second = [seq for ledger, seq in found if ledger == second_id.hex()]
    of_the_first = [seq for ledger, seq in found if ledger != second_id.hex()]
    assert of_the_first == list(range(1, VOTES + 3))
    assert {entry.seq for entry in first} <= set(of_the_second)
    assert len({ledger for ledger, _ in found}) == 2


@pytest.mark.parametrize("steps", [0, 1, 3, 4])
def test_a_second_ledger_lost_in_the_middle_of_the_salvage_loses_nothing_of_the_first(
    folder: Path, old: Path, steps: int
) -> None:
    """Also what only the first one's open connection can still read."""
    with kept(folder) as keeper:
        votes(keeper, 5)
        old.unlink()
        votes(keeper, 5)
        for _ in range(steps):
            keeper.salvage()
            threading.Event().wait(0.05)
        old.unlink()
        votes(keeper, 5)
        salvage_all(keeper)
    found = identities(folder)
    assert len(found) == len(set(found))
    first = found[0][0]
    assert [seq for ledger, seq in found if ledger == first] == list(range(1, VOTES + 2 + 1 + 5 + 1))
    assert len({ledger for ledger, _ in found}) == 2
    assert intact(folder)


def test_a_finished_salvage_is_done_again_when_the_ledger_that_took_it_is_lost(
    folder: Path, old: Path
) -> None:
    overwrite(old, 0, schema.PAGE_BYTES)
    condemned_at_rest(folder)
    overwrite(folder / "ledger.db", 0, (folder / "ledger.db").stat().st_size)  # nothing of the second is left
    condemned_at_rest(folder)
    assert [seq for _, seq in identities(folder)] == list(range(1, VOTES + 3))


def test_a_disk_that_fails_under_the_salvage_neither_loses_nor_doubles(
    folder: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overwrite(old, 0, schema.PAGE_BYTES)
    real = Keeper._append
    calls = 0

    def late(self: Keeper, drafts: list[object]) -> object:
        """Every third batch fails: once before the disk has it, once after."""
        nonlocal calls
        calls += 1
        if calls % 6 == 3:
            raise StoreFailed(FaultCode.LEDGER_ERROR, "before")
        stored_now = real(self, drafts)  # type: ignore[arg-type]
        if calls % 6 == 0:
            raise StoreFailed(FaultCode.LEDGER_ERROR, "after")
        return stored_now

    with kept(folder) as keeper:
        with monkeypatch.context() as patch:
            patch.setattr(Keeper, "_append", late)
            for _ in range(300):
                try:
                    keeper.salvage()
                except StoreFailed:
                    continue
                threading.Event().wait(0.002)
        salvage_all(keeper)
    assert [seq for _, seq in identities(folder)] == list(range(1, VOTES + 3))
    assert intact(folder)


def test_no_room_for_a_copy_waits_for_the_next_start_and_the_votes_go_on(
    folder: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overwrite(old, 0, schema.PAGE_BYTES)

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target), None, str(source))

    with kept(folder) as keeper, monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        salvage_all(keeper)
        votes(keeper, 2)
        assert identities(folder) == []
    condemned_at_rest(folder)
    assert [seq for _, seq in identities(folder)] == list(range(1, VOTES + 3))


def test_the_evidence_itself_is_not_touched(folder: Path, old: Path) -> None:
    overwrite(old, 0, schema.PAGE_BYTES)
    evidence = old.read_bytes()
    condemned_at_rest(folder)
    assert (folder / "ledger.db.closed-1").read_bytes() == evidence


def test_the_ledger_in_use_is_never_opened_past_sqlite(folder: Path, old: Path) -> None:
    """Closing such a descriptor would drop SQLite's locks, and another program could take the log away."""
    overwrite(old, 0, schema.PAGE_BYTES)
    with kept(folder) as keeper:
        salvage_all(keeper)
        votes(keeper, 1)
        code = "import sqlite3,sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM entry'); c.close()"
        _in_another_process(code, folder / "ledger.db")
        assert (folder / "ledger.db-wal").exists()
        votes(keeper, 1)
    assert not (folder / "ledger.db.closed-2").exists()


def _in_another_process(code: str, path: Path) -> None:
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


def test_two_histories_of_one_ledger_both_come_over(folder: Path, tmp_path: Path) -> None:
    with kept(folder):
        pass
    image = power_cut(folder, tmp_path / "image")
    names = {f"first {n}" for n in range(3)} | {f"second {n}" for n in range(2)}
    with kept(folder) as keeper:
        for n in range(3):
            votes(keeper, 1, name=f"first {n}")
        keeper.condemn("a test")
        salvage_all(keeper)
    for suffix in ("", "-wal", "-shm"):  # the file of before is put back in the place of the new one
        (folder / f"ledger.db{suffix}").unlink(missing_ok=True)
    shutil.copyfile(image / "ledger.db", folder / "ledger.db")
    with kept(folder) as keeper:
        for n in range(2):
            votes(keeper, 1, name=f"second {n}")
        keeper.condemn("a test")
        salvage_all(keeper)
    found = [parse(payload).get("name") for _, _, payload, _ in brought_over(folder)]
    assert sorted(str(name) for name in found if name is not None) == sorted(names)
