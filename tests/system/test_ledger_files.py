"""The real program on ledgers that were damaged, by hand or by a bad card."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.ledger import schema
from tests.system.program import Program, entries, hailong, kinds

SETTINGS = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}


def truncate(path: Path) -> None:
    os.truncate(path, 100)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"SQLite format 3\0" + bytes(5000))


def vote(program: Program, level: str) -> int:
    program.key(level)
    line = program.until("rating_stored")
    assert line["level"] == int(level)
    return int(line["seq"])


def salvaged(data: Path) -> list[int]:
    """The old seqs of what was salvaged."""
    return [body["seq"] for _, kind, body in entries(data) if kind == "salvaged" and "stored" in body]


def until_salvaged(program: Program, data: Path, expected: list[int]) -> None:
    end_s = time.monotonic() + 30
    while not set(expected) <= set(read_salvaged(data)):
        assert time.monotonic() < end_s, (
            f"salvaged {read_salvaged(data)}, not all of {expected}; {program.log}"
        )
        time.sleep(0.1)


def read_salvaged(data: Path) -> list[int]:
    """While the program runs, as an auditor reads."""
    path = data / "ledger" / "ledger.db"
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        sql = "SELECT json_extract(CAST(payload AS TEXT), '$.seq') FROM entry WHERE kind = 'salvaged' ORDER BY seq"
        return [seq for (seq,) in connection.execute(sql) if seq is not None]
    finally:
        connection.close()


@pytest.mark.parametrize("damage", [truncate, empty, delete, replace])
def test_a_ledger_lost_while_running_is_replaced_at_the_next_press_and_salvaged(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        old = [vote(program, level) for level in "135"]
        damage(tmp_path / "ledger" / "ledger.db")
        new = vote(program, "2")
        assert vote(program, "4") == new + 1
        until_salvaged(program, tmp_path, old)
        assert program.end() == 0
    assert (tmp_path / "ledger" / "ledger.db.closed-1").exists()
    found = salvaged(tmp_path)
    assert len(found) == len(set(found))
    assert found == sorted(found)


def test_bytes_overwritten_while_running_are_noticed_and_nothing_is_lost(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        old = [vote(program, level) for level in "135"]
        with (tmp_path / "ledger" / "ledger.db").open("r+b") as file:
            file.write(os.urandom(4096))
        end_s = time.monotonic() + 60
        while not (tmp_path / "ledger" / "ledger.db.closed-1").exists():
            assert time.monotonic() < end_s
            time.sleep(0.2)
        vote(program, "2")
        until_salvaged(program, tmp_path, old)
        assert program.end() == 0


@pytest.mark.parametrize(("offset", "damage"), [(1000, b"\xff"), (60, os.urandom(3000)), (33, b"\x55" * 8)])
def test_a_log_that_was_written_into_costs_no_vote_not_even_when_the_power_goes(
    tmp_path: Path, offset: int, damage: bytes
) -> None:
    """SQLite would believe the log while it runs, and drop everything behind the wound at the next start."""
    log = tmp_path / "ledger" / "ledger.db-wal"
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        old = [vote(program, level) for level in "135"]
        with log.open("r+b") as file:
            file.seek(offset)
            file.write(damage)
        new_ledger = tmp_path / "ledger" / "ledger.db.closed-1"
        end_s = time.monotonic() + 60
        while log.stat().st_size > 0 and not new_ledger.exists():
            assert time.monotonic() < end_s, program.log
            time.sleep(0.2)
        time.sleep(2)
        vote(program, "2")
        program.process.kill()
        program.wait()
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        vote(program, "4")
        end_s = time.monotonic() + 30
        while not set(old) <= set(read_salvaged(tmp_path)) | set(ratings(tmp_path)):
            assert time.monotonic() < end_s, program.log
            time.sleep(0.2)
        assert program.end() == 0


def ratings(data: Path) -> list[int]:
    """The seqs of the ratings in the ledger in use, while the program runs."""
    connection = sqlite3.connect(f"{(data / 'ledger' / 'ledger.db').as_uri()}?mode=ro", uri=True)
    try:
        return [seq for (seq,) in connection.execute("SELECT seq FROM entry WHERE kind = 'rating'")]
    finally:
        connection.close()


def test_a_lock_that_was_removed_lets_nobody_else_in(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as first:
        first.until("ready")
        vote(first, "3")
        (tmp_path / "ledger" / "ledger.lock").unlink()
        vote(first, "4")
        with hailong("run", "--headless", data=tmp_path) as second:
            assert second.wait() == 1
        vote(first, "5")
        assert first.end() == 0


@pytest.mark.parametrize("damage", [truncate, empty, delete, replace])
def test_a_ledger_damaged_before_the_start_does_not_stop_the_voting(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        vote(program, "3")
        assert program.end() == 0
    damage(tmp_path / "ledger" / "ledger.db")
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        vote(program, "4")
        assert program.end() == 0
    assert entries(tmp_path)[0][2]["continues"]["file"] == "ledger.db.closed-1"


def test_a_changed_level_is_found_at_the_start_and_votes_meanwhile_are_kept(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        seqs = [vote(program, level) for level in "135"]
        assert program.end() == 0
    connection = sqlite3.connect(tmp_path / "ledger" / "ledger.db")
    with connection:
        connection.execute("DROP TRIGGER entry_is_never_changed")
        sql = "UPDATE entry SET payload = CAST(replace(CAST(payload AS TEXT), ?, ?) AS BLOB) WHERE seq = ?"
        connection.execute(sql, ('"level":1', '"level":5', seqs[0]))
    connection.close()
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        vote(program, "2")
        until_salvaged(program, tmp_path, seqs)
        assert program.end() == 0
    right = {b["seq"]: b["right"] for _, kind, b in entries(tmp_path) if kind == "salvaged" and "stored" in b}
    assert [right[seq] for seq in seqs] == [False, True, True]
    verdicts = [body for _, kind, body in entries(tmp_path) if kind == "verified"]
    assert verdicts[0]["intact"] is False
    assert verdicts[0]["first_bad"] == seqs[0]


def test_a_newer_ledger_is_refused_untouched(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path) as program:
        program.until("ready")
        assert program.end() == 0
    path = tmp_path / "ledger" / "ledger.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with hailong("run", "--headless", data=tmp_path) as program:
        assert program.wait() == 1
        assert str(path) in program.log
        assert program.lines == []
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.closed-*"))


def test_a_ledger_of_a_hundred_thousand_entries_starts_at_once_and_is_checked_behind_the_screen(
    tmp_path: Path, large_ledger: Path
) -> None:
    shutil.copytree(large_ledger, tmp_path / "ledger")
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        vote(program, "3")
        end_s = time.monotonic() + 60
        while "verified" not in kinds_while_running(tmp_path):
            assert time.monotonic() < end_s
            time.sleep(0.2)
        assert program.end() == 0
    assert kinds(tmp_path)[-1] == "shutdown"


def kinds_while_running(data: Path) -> list[str]:
    path = data / "ledger" / "ledger.db"
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return [kind for (kind,) in connection.execute("SELECT kind FROM entry ORDER BY seq DESC LIMIT 20")]
    finally:
        connection.close()
