"""A real small disk under the real program: full, read-only, stalled. Needs root, as CI is, for the mounts."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.disks import Ext4Disk, SmallDisk
from tests.system.program import PYTHON, Program, entries, hailong, kinds


def until_a_vote_is_stored(program: Program, within_s: float = 30.0) -> None:
    """Press now and then, as citizens do, until a vote is kept again."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        program.key("5")
        try:
            line = program.until("rating_stored", timeout_s=1.0)
        except AssertionError:
            continue
        if line["kind"] == "rating":
            return
    raise AssertionError(f"no vote was stored again; log:\n{program.log}")


def wait_for_log(program: Program, text: str, within_s: float = 30.0) -> None:
    """Until the log says something."""
    end_s = time.monotonic() + within_s
    while text not in program.log:
        if time.monotonic() > end_s:
            raise AssertionError(f"the log never said {text!r}:\n{program.log}")
        time.sleep(0.05)


def faults(data: Path) -> list[tuple[str, bool]]:
    return [(body["code"], body["active"]) for _, kind, body in entries(data) if kind == "fault"]


NOBODY = 65534
_POWERS = "-dac_override,-dac_read_search"
WITHOUT_PRIVILEGE = ("setpriv", f"--bounding-set={_POWERS}", f"--inh-caps={_POWERS}")
"""Root that may read and write only what is root's: a service user that can still reach this Python."""
SETTINGS = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}


def test_a_full_disk_is_a_fault_within_one_press_and_is_recovered_from_alone(small_disk: SmallDisk) -> None:
    data = small_disk.folder / "data"
    with hailong("run", "--headless", data=data, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        program.key("4")
        first = program.until("rating_stored")
        small_disk.fill()
        program.key("3")
        wait_for_log(program, "votes cannot be kept: D2")
        program.key("33")
        program.nothing_stored(3.0)
        small_disk.free()
        wait_for_log(program, "the ledger can be written again")
        program.key("5")
        assert program.until("rating_stored")["level"] == 5
        assert program.end() == 0
    found = entries(data)
    assert [body["level"] for _, kind, body in found if kind == "rating"] == [4, 5]
    assert first["seq"] in [seq for seq, kind, _ in found if kind == "rating"]
    assert sum(sum(body["counts"].values()) for _, kind, body in found if kind == "refused") == 3
    assert faults(data) == [("D2", True), ("D2", False)]


def test_a_disk_that_is_full_at_the_start_is_waited_for(small_disk: SmallDisk) -> None:
    small_disk.fill()
    with hailong(
        "run", "--headless", data=small_disk.folder / "data", keys=True, settings=SETTINGS
    ) as program:
        wait_for_log(program, "votes cannot be kept: D2")
        small_disk.free()
        program.until("ready")
        until_a_vote_is_stored(program)
        assert program.end() == 0


def test_a_disk_that_turns_read_only_is_a_fault_and_recovers_when_it_is_mounted_again(
    failing_disk: Ext4Disk,
) -> None:
    data = failing_disk.folder / "data"
    with hailong("run", "--headless", data=data, keys=True, settings=SETTINGS) as program:
        program.until("ready")
        program.key("4")
        program.until("rating_stored")
        failing_disk.fail_read_only()
        program.key("3")
        wait_for_log(program, "votes cannot be kept: D")
        program.nothing_stored(2.0)
        failing_disk.mount_again()
        wait_for_log(program, "the ledger can be written again")
        program.key("5")
        assert program.until("rating_stored")["level"] == 5
        assert program.end() == 0
    found = entries(data)
    assert [body["level"] for _, kind, body in found if kind == "rating"] == [4, 5]
    assert sum(sum(body["counts"].values()) for _, kind, body in found if kind == "refused") == 1


def test_a_disk_that_is_read_only_at_the_start_is_waited_for(failing_disk: Ext4Disk) -> None:
    folder = failing_disk.folder
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    with hailong("run", "--headless", data=folder / "data", keys=True, settings=SETTINGS) as program:
        wait_for_log(program, "votes cannot be kept: D3")
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        program.until("ready")
        until_a_vote_is_stored(program)
        assert program.end() == 0


@pytest.mark.parametrize(("stall_s", "says"), [(4.0, ""), (12.0, "D4")])
def test_a_card_that_stalls_in_commit_loses_and_doubles_nothing(
    failing_disk: Ext4Disk, stall_s: float, says: str
) -> None:
    """A frozen file system holds every write back, as a card does that tidies up."""
    folder = failing_disk.folder
    with hailong("run", "--headless", data=folder / "data", keys=True) as program:
        program.until("ready")
        subprocess.run(["fsfreeze", "--freeze", str(folder)], check=True)
        try:
            program.key("4")
            program.nothing_stored(stall_s)
            program.key("2")
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", str(folder)], check=True)
        line = program.until("rating_stored")
        assert (line["kind"], line["level"]) == ("rating", 4)
        assert program.end() == 0
    found = entries(folder / "data")
    counted = [body["counts"] for _, kind, body in found if kind in ("refused", "repeat")]
    assert kinds(folder / "data").count("rating") == 1
    assert kinds(folder / "data").count("correction") + sum(sum(c.values()) for c in counted) == 1
    assert ("D4" in program.log) == bool(says)


def test_a_ledger_of_somebody_else_is_a_fault_with_a_name(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with hailong("run", "--headless", data=data) as program:
        program.until("ready")
        assert program.end() == 0
    ledger = data / "ledger" / "ledger.db"
    os.chown(ledger, NOBODY, NOBODY)
    ledger.chmod(0o600)
    with hailong("run", "--headless", data=data, keys=True, command=(*WITHOUT_PRIVILEGE, *PYTHON)) as program:
        wait_for_log(program, "votes cannot be kept: D5")
        assert "ledger.db" in program.log
        os.chown(ledger, os.geteuid(), os.getegid())
        program.until("ready")
        until_a_vote_is_stored(program)
        assert program.end() == 0
