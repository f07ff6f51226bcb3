"""The proofs and the benches themselves, small: that they run, and that they would notice.

What they find at full size is in docs/evidence/.
"""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import append, idle, start
from tests.bench.program import HEADLESS
from tests.prove import clock, delivery_mutants, fuzz, gesture, mutants, tamper
from tests.prove.cuts import STYLES, Cut, selection_of
from tests.prove.disk import WHOLE, Content, Disk, File, Folder, Rename, Resize, Write
from tests.prove.hands import gaps_s, pounding, together_s
from tests.prove.recovery import LOST, keep, lay_out, recover
from tests.prove.strace_log import LogNotUnderstood, calls
from tests.xdisplay import environment

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600


def prove(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.prove", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_no_power_cut_loses_or_doubles_an_acknowledged_vote(tmp_path: Path) -> None:
    said = prove("powercut", "--images", "1500", "--votes", "60", "--seed", "7", "--keep", str(tmp_path))
    assert int(said.split()[1]) >= 1500


@pytest.mark.parametrize("mutant", mutants.NAMES)
def test_a_program_or_a_disk_that_keeps_no_promise_is_caught(mutant: str) -> None:
    assert f"mutant {mutant}: caught by image " in prove("powercut", "--mutant", mutant)


def test_no_kill_loses_or_doubles_an_acknowledged_vote(tmp_path: Path) -> None:
    assert "kill: 16 kills" in prove("kill", "--kills", "16", "--seed", "7", "--keep", str(tmp_path))


def test_every_vote_of_a_wrong_clock_lies_in_its_interval() -> None:
    assert " 0 outside, 0 unflagged, 0 on a wrong day" in prove("clock", "--votes", "30000", "--seed", "7")


def test_every_vote_reaches_central_once_and_deliveries_that_break_a_promise_are_caught() -> None:
    said = prove("delivery", "--votes", "1500", "--faults", "200", "--kills", "3", "--mutants", "--seed", "7")
    assert " 3 × PostgreSQL" in said
    assert " 0 differences" in said
    for mutant in delivery_mutants.MUTANTS:
        assert f"mutant {mutant}: caught: " in said


def test_push_and_pull_that_race_bring_every_vote_once() -> None:
    said = prove("delivery", "--votes", "250", "--faults", "40", "--kills", "0", "--pull", "--seed", "7")
    assert " 0 differences" in said


def test_without_a_right_to_pull_nobody_gets_a_byte() -> None:
    assert " 0 bytes of data" in prove("pull", "--trials", "96", "--seed", "7")


@pytest.mark.parametrize("mutant", ["nonces", "signatures"])
def test_a_gate_that_does_not_look_is_caught(mutant: str) -> None:
    assert f"mutant {mutant}: caught" in prove("pull", "--trials", "24", "--mutant", mutant)


def test_whoever_changes_something_is_found_out() -> None:
    said = prove("tamper", "--trials", "25", "--seed", "7")
    assert f" {25 * len(tamper.ATTACKS)} of {25 * len(tamper.ATTACKS)} detected" in said


@pytest.mark.parametrize("mutant", tamper.MUTANTS)
def test_attacks_come_through_where_nobody_looks(mutant: str) -> None:
    assert f"mutant {mutant}: caught" in prove("tamper", "--trials", "10", "--mutant", mutant)


def test_whatever_happens_in_whatever_order_no_vote_is_lost_or_doubled() -> None:
    assert ", 0 lost, 0 doubled" in prove("life", "--steps", "500", "--seed", "7")


def test_no_power_cut_in_the_middle_of_a_new_key_leaves_a_terminal_outside() -> None:
    assert "0 × the terminal is not taken any more, 0 × an acknowledged vote is lost" in prove(
        "rotation", "--images", "40", "--seed", "7"
    )


def test_a_central_server_that_forgets_the_old_key_too_early_is_found_out() -> None:
    assert "mutant central-forgets: caught by image " in prove("rotation", "--mutant", "central-forgets")


def test_a_delivery_that_believes_too_early_is_found_out_in_some_life() -> None:
    assert 'caught: ["lost: ' in prove("life", "--steps", "1000", "--mutant")


def test_no_parser_stumbles_and_central_never_answers_with_5xx() -> None:
    said = prove("fuzz", "--runs", "20000", "--cases", "200", "--seed", "7")
    assert said.count("nothing found") == len(fuzz.PARSERS) + 1
    assert "planted mistake: found" in said


@pytest.mark.parametrize("mutant", clock.MUTANTS)
def test_a_program_that_believes_a_wrong_clock_is_caught(mutant: str) -> None:
    assert prove("clock", "--votes", "5000", "--mutant", mutant) == f"mutant {mutant}: caught\n"


def test_the_public_does_not_get_into_the_service_page_by_accident() -> None:
    said = prove("gesture", "--minutes", "80", "--seed", "7")
    assert "0 × the public entered the service page" in said
    assert int(said.split()[1]) >= 80
    assert int(said.split("presses, ")[1].split()[0]) > 100, (
        "both were held for nearly six seconds often enough"
    )


@pytest.mark.parametrize("mutant", gesture.MUTANTS)
def test_a_recognition_of_the_gesture_that_is_too_easy_is_caught(mutant: str) -> None:
    assert f"mutant {mutant}: caught in session " in prove("gesture", "--mutant", mutant)


def test_the_simulated_hands_hold_both_for_nearly_six_seconds_and_never_longer() -> None:
    made = pounding(random.Random(3), 3600, 0.05)  # noqa: S311
    assert 5.89 <= max(together_s(made)) <= 5.9 + 1e-9
    assert 0.05 - 1e-9 <= min(gaps_s(made)) <= 0.051


def test_an_append_and_a_bare_commit_are_measured_in_turn(tmp_path: Path) -> None:
    ours_s, bare_s = append.measure(200, tmp_path)
    assert len(ours_s) == len(bare_s) == 200
    assert min(ours_s + bare_s) > 0


def test_an_idle_window_wakes_up_at_most_twice_a_second(tmp_path: Path) -> None:
    _, wake_ups, threads = idle.measure(10, tmp_path)
    assert threads > 1
    assert wake_ups <= idle.GOAL_WAKE_UPS


def test_a_start_on_a_filled_ledger_is_measured_until_the_chain_was_checked(tmp_path: Path) -> None:
    start.fill(tmp_path / "data" / "ledger", 5_000)
    ((ready_s, verified_s),) = start.measure(tmp_path / "data", 5_000, HEADLESS, environment(":0"), 1)
    assert min(ready_s, verified_s) > 0


def test_a_lost_vote_is_seen(tmp_path: Path) -> None:
    lay_out({}, tmp_path / "data")
    assert [one.kind for one in recover(tmp_path / "data", ["ab" * 32], may_replace=False)] == [LOST]


def test_a_kept_image_is_what_it_was(tmp_path: Path) -> None:
    tree = {"ledger": None, "ledger/ballast": Content.of(bytes(4096)), "starts.json": Content.of(b"{}")}
    keep(tree, ["ab"], False, tmp_path)
    assert (tmp_path / "image" / "ledger" / "ballast").read_bytes() == bytes(4096)
    assert (tmp_path / "image" / "starts.json").read_bytes() == b"{}"


def test_what_was_not_synced_may_be_lost_torn_or_there() -> None:
    disk = Disk({"ledger": Content.of(b"a" * 1024)})
    file = disk.root.now["ledger"]
    assert isinstance(file, File)
    file.do(Write(1, 1, 0, b"b" * 1024))
    images = {
        style: disk.image(selection_of(Cut(0, style, variant), disk.pending(), "seed"))["ledger"]
        for style in STYLES
        for variant in range(20)
    }
    assert all(content is not None for content in images.values())
    assert _text(disk, {}) == b"a" * 1024
    assert _text(disk, {1: WHOLE}) == b"b" * 1024
    assert _text(disk, {1: frozenset({1})}) == b"a" * 512 + b"b" * 512
    disk.sync(file, 2)
    assert _text(disk, {}) == b"b" * 1024


def _text(disk: Disk, selection: dict[int, frozenset[int] | None]) -> bytes:
    content = disk.image(selection)["ledger"]
    assert content is not None
    return content.read(0, content.size)


def test_a_sync_covers_only_what_ended_before_it_began() -> None:
    disk = Disk({"ledger": Content()})
    file = disk.root.now["ledger"]
    assert isinstance(file, File)
    file.do(Write(1, 10, 0, b"early"))
    file.do(Write(2, 30, 0, b"LATER"))
    disk.sync(file, 20)
    assert _text(disk, {}) == b"early"


def test_a_name_is_durable_only_when_its_folder_was_synced() -> None:
    disk = Disk({"old": Content.of(b"x")})
    node = disk.root.now["old"]
    disk.root.do(Rename(1, 1, node, "old", "new"))
    disk.root.do(Rename(2, 2, Folder(), None, "folder"))
    assert set(disk.image({})) == {"old"}
    assert set(disk.image({1: WHOLE, 2: WHOLE})) == {"new", "folder"}
    disk.sync(disk.root, 2)
    assert set(disk.image({})) == {"new"}


def test_a_file_is_cut_off_and_grows_with_zeros() -> None:
    content = Content.of(b"abcdef")
    Resize(1, 1, 3).apply(content)
    Resize(2, 2, 2, grow_only=True).apply(content)
    Resize(3, 3, 5).apply(content)
    assert content.read(0, 10) == b"abc\0\0"


def test_the_same_seed_cuts_the_same_way() -> None:
    ops = [Write(serial, serial, serial * 4096, random.Random(serial).randbytes(4096)) for serial in range(9)]  # noqa: S311
    for style in STYLES:
        assert selection_of(Cut(5, style, 3), ops, "1") == selection_of(Cut(5, style, 3), ops, "1")


def test_a_log_that_is_not_understood_proves_nothing(tmp_path: Path) -> None:
    log = tmp_path / "strace.log"
    log.write_text('7 1.000001 openat(AT_FDCWD, "\\x2f\\x61", O_RDONLY) = 3\n7 1.000002 something else\n')
    with pytest.raises(LogNotUnderstood):
        list(calls(log))


def test_calls_of_two_threads_are_told_apart(tmp_path: Path) -> None:
    log = tmp_path / "strace.log"
    log.write_text(
        '7 1.000001 pwrite64(3, "\\x61", 1, 0 <unfinished ...>\n'
        "8 1.000002 fdatasync(3) = 0\n"
        "7 1.000003 <... pwrite64 resumed>) = 1\n"
        "8 1.000004 +++ exited with 0 +++\n"
    )
    sync, write = calls(log)
    assert (sync.name, sync.begun, sync.ended) == ("fdatasync", 1, 1)
    assert (write.name, write.begun, write.ended, write.result) == ("pwrite64", 0, 2, 1)
