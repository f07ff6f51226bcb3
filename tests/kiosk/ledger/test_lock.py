"""One writer, known to the kernel."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.ledger.errors import LedgerLocked
from kiosk.ledger.lock import WriterLock

HOLD = (
    "import sys, time, pathlib; from kiosk.ledger.lock import WriterLock;"
    "lock = WriterLock(pathlib.Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
)


def test_the_second_is_refused_and_told_which_file(tmp_path: Path) -> None:
    first = WriterLock(tmp_path / "ledger.lock")
    with pytest.raises(LedgerLocked, match=r"ledger\.lock"):
        WriterLock(tmp_path / "ledger.lock")
    first.close()
    first.close()
    WriterLock(tmp_path / "ledger.lock").close()


def test_the_right_ends_with_a_process_however_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "ledger.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LedgerLocked):
            WriterLock(path)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        WriterLock(path).close()


def test_a_lock_on_a_file_that_is_no_longer_there_is_known_as_such(tmp_path: Path) -> None:
    path = tmp_path / "ledger.lock"
    lock = WriterLock(path)
    assert lock.is_of_the_path()
    path.unlink()
    assert not lock.is_of_the_path()
    path.touch()
    assert not lock.is_of_the_path()
    lock.close()


def test_the_lock_is_not_inherited_by_programs_that_are_started(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "ledger.lock")
    with subprocess.Popen(["sleep", "60"], close_fds=False) as child:
        lock.close()
        WriterLock(tmp_path / "ledger.lock").close()
        child.kill()
