"""Reading disturbs nothing and needs no kiosk."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from kiosk.ledger.errors import LedgerForbidden, LedgerMissing, LedgerNewer, LedgerUnreadable
from kiosk.ledger.reader import reading
from kiosk.ledger.verify import rows, verify
from tests.kiosk.ledger.terminal import kept, power_cut, stored, tamper, votes

State: TypeAlias = dict[str, tuple[bytes, os.stat_result]]

HOLD = """
import os, sys, time
from pathlib import Path
from kiosk.clock import SystemClock
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind
keeper = Keeper(Path(sys.argv[1]), SystemClock(), "another process")
keeper.open()
for line in sys.stdin:
    keeper.append([Draft(Kind.RATING, {"level": int(line)})])
    print(keeper.head.seq, flush=True)
"""


@contextmanager
def another_process(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A kiosk in a process of its own; a level on its standard input is a vote. Killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as kiosk:
        yield kiosk
        kiosk.kill()


def vote_there(kiosk: "subprocess.Popen[str]", level: int) -> int:
    assert kiosk.stdin is not None
    assert kiosk.stdout is not None
    kiosk.stdin.write(f"{level}\n")
    kiosk.stdin.flush()
    return int(kiosk.stdout.readline())


def state(folder: Path) -> State:
    """Everything about every file, and which there are."""
    found = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (content, path.stat())
    return found


def same(before: State, after: State) -> bool:
    def facts(state: State) -> dict[str, object]:
        return {name: (content, s.st_ino, s.st_mode, s.st_mtime_ns) for name, (content, s) in state.items()}

    return facts(before) == facts(after)


@pytest.fixture
def rest(folder: Path) -> Path:
    """After a clean end."""
    with kept(folder) as keeper:
        votes(keeper, 10)
    assert not (folder / "ledger.db-shm").exists()
    return folder


@pytest.fixture
def killed(folder: Path, tmp_path: Path) -> Path:
    """After a power cut: log and index lie there."""
    with kept(folder) as keeper:
        votes(keeper, 10)
        return power_cut(folder, tmp_path / "killed")


@pytest.mark.parametrize("fixture", ["rest", "killed"])
def test_reading_without_a_kiosk_leaves_every_file_as_it_was(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(fixture)
    before = state(folder)
    with reading(folder / "ledger.db") as opened:
        verdict = verify(opened.connection)
        assert verdict.intact
        assert opened.head().hash == verdict.head
        assert verdict.entries == 11 + (fixture == "rest")
    assert same(before, state(folder))


def test_reading_beside_a_kiosk_sees_each_vote_at_once_and_leaves_every_file_as_it_was(folder: Path) -> None:
    with another_process(folder) as kiosk:
        seqs = [vote_there(kiosk, level) for level in (1, 2, 3)]
        before = state(folder)
        with reading(folder / "ledger.db") as opened:
            assert opened.in_use
            assert opened.head().seq == seqs[-1]
            assert verify(opened.connection).intact
            assert same(before, state(folder))
            assert vote_there(kiosk, 4) == opened.head().seq
        assert vote_there(kiosk, 5) == seqs[-1] + 2
    assert stored(folder)[-1].seq == seqs[-1] + 2


def test_a_kiosk_can_empty_its_log_after_a_reader_has_gone_and_while_it_reads(folder: Path) -> None:
    with another_process(folder) as kiosk:
        for _ in range(3):
            vote_there(kiosk, 5)
        with reading(folder / "ledger.db") as opened:
            walk = rows(opened.connection)
            next(walk)
            for _ in range(600):
                vote_there(kiosk, 5)
            assert sum(1 for _ in walk) >= 3
        assert verify_alone(folder)


def verify_alone(folder: Path) -> bool:
    with reading(folder / "ledger.db") as opened:
        return verify(opened.connection).intact


def test_a_ledger_that_its_kiosk_was_killed_on_is_read_with_its_log(folder: Path) -> None:
    with another_process(folder) as kiosk:
        last = vote_there(kiosk, 5)
    before = state(folder)
    with reading(folder / "ledger.db") as opened:
        assert opened.head().seq == last
    assert same(before, state(folder))


def test_a_read_connection_cannot_write(rest: Path, killed: Path) -> None:
    for folder in (rest, killed):
        with (
            reading(folder / "ledger.db") as opened,
            pytest.raises(sqlite3.OperationalError, match="readonly"),
        ):
            opened.connection.execute("CREATE TABLE more (x)")


def test_a_kiosk_that_starts_in_the_middle_of_a_copy_is_not_stopped_and_is_read_in_place(
    rest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.copyfile
    with ExitStack() as running:
        kiosks: list[subprocess.Popen[str]] = []

        def interrupted(source: Path, target: Path) -> object:
            copied = real(source, target)
            if not kiosks:
                kiosks.append(running.enter_context(another_process(rest)))
                vote_there(kiosks[0], 3)
            return copied

        monkeypatch.setattr(shutil, "copyfile", interrupted)
        with reading(rest / "ledger.db") as opened:
            assert opened.in_use
            assert verify(opened.connection).entries == 14
            assert vote_there(kiosks[0], 3) == 15


def test_files_that_never_keep_still_are_given_up_with_a_word(
    rest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.copyfile

    def restless(source: Path, target: Path) -> object:
        os.utime(rest / "ledger.db")
        return real(source, target)

    monkeypatch.setattr(shutil, "copyfile", restless)
    with pytest.raises(LedgerUnreadable, match="changed each time"), reading(rest / "ledger.db"):
        pass


def test_what_is_missing_forbidden_or_newer_is_said(tmp_path: Path, rest: Path) -> None:
    with pytest.raises(LedgerMissing, match="does not exist"), reading(tmp_path / "nothing.db"):
        pass
    with pytest.raises(LedgerUnreadable, match="folder"), reading(tmp_path):
        pass
    with closing(sqlite3.connect(rest / "ledger.db")) as newer:
        newer.execute("PRAGMA user_version = 2")
    before = state(rest)
    with pytest.raises(LedgerNewer, match="newer"), reading(rest / "ledger.db"):
        pass
    assert same(before, state(rest))


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + b"\xa5" * 5000, b"\0" * 10_000])
def test_what_is_no_ledger_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with pytest.raises(LedgerUnreadable), reading(path):
        pass
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


def test_another_programs_database_is_not_taken_for_a_ledger(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE entry (seq)")
    with pytest.raises(LedgerUnreadable, match="not a ledger"), reading(tmp_path / "other.db"):
        pass


def test_a_ledger_without_its_id_is_said(rest: Path) -> None:
    tamper(rest / "ledger.db", "DELETE FROM ledger")
    with pytest.raises(LedgerUnreadable, match="without an id"), reading(rest / "ledger.db"):
        pass


def test_no_permission_is_said(rest: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    (rest / "ledger.db").chmod(0o600)
    os.seteuid(65534)
    try:
        with pytest.raises(LedgerForbidden, match="may not be read"), reading(rest / "ledger.db"):
            pass
    finally:
        os.seteuid(0)


def test_the_temporary_copy_is_private_and_does_not_stay(
    rest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with reading(rest / "ledger.db"):
        (made,) = scratch.iterdir()
        assert made.stat().st_mode & 0o777 == 0o700
    assert list(scratch.iterdir()) == []
