"""A thread that hangs is told from one that works, waits for something to do, or waits for a disk."""

import os
import subprocess
import threading
from pathlib import Path

import pytest

from hardware.events import InputEvent, Level
from hardware.fakes.gpio import MockButtons
from hardware.fakes.pad import PtyPad
from hardware.gpio import GpioButtons, GpioSettings
from hardware.pad import PORT_S, PadSettings, SerialPad
from hardware.pulse import LONGEST_S, Pulse
from tests.disks import ext4_disk
from tests.hardware.inbox import until


class Time:
    """Seconds, moved by the test."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_work_hangs_when_its_time_is_over_and_rest_never_does() -> None:
    now = Time()
    pulse = Pulse(now)
    now.s += 10 * LONGEST_S
    assert not pulse.hangs(), "nothing was begun"
    with pulse.working():
        now.s += LONGEST_S - 1
        with pulse.resting():
            now.s += 10 * LONGEST_S
            assert not pulse.hangs()
        assert not pulse.hangs(), "the rest does not count"
        now.s += 1
        assert pulse.hangs()
    assert not pulse.hangs()


def test_a_part_may_take_longer_than_the_whole() -> None:
    now = Time()
    pulse = Pulse(now)
    with pulse.working():
        with pulse.working(10 * LONGEST_S):
            now.s += 9 * LONGEST_S
            assert not pulse.hangs()
        assert not pulse.hangs()


def test_a_thread_that_waits_for_a_disk_does_not_hang(tmp_path: Path) -> None:
    """It could not even be killed; and when the card answers it goes on."""
    if os.geteuid() != 0:
        pytest.skip("a disk that stands still needs root")
    now = Time()
    pulse = Pulse(now)
    (tmp_path / "disk").mkdir()

    def write(file: Path) -> None:
        with pulse.working():
            file.write_bytes(b"a vote")

    with ext4_disk(tmp_path / "disk", tmp_path / "image") as disk:
        subprocess.run(["fsfreeze", "--freeze", str(disk.folder)], check=True)
        try:
            writer = threading.Thread(target=write, args=(disk.folder / "ledger",))
            writer.start()
            assert until(lambda: _state(writer) == "D")
            now.s += 10 * LONGEST_S
            assert not pulse.hangs()
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", str(disk.folder)], check=True)
        writer.join()


def _state(thread: threading.Thread) -> str:
    """As the kernel has it."""
    stat = Path(f"/proc/self/task/{thread.native_id}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0]


class Stuck:
    """Takes an event and does not come back until it is let go."""

    def __init__(self) -> None:
        self.taken, self.go = threading.Event(), threading.Event()

    def __call__(self, _: InputEvent) -> None:
        self.taken.set()
        self.go.wait()


def test_buttons_whose_thread_hangs_are_not_alive() -> None:
    now, stuck = Time(), Stuck()
    settings = GpioSettings((5, 6, 13, 19, 26))
    hand = MockButtons(settings, ())
    buttons = GpioButtons(settings, hand.make_factory, pulse=Pulse(now))
    buttons.start(stuck)
    try:
        now.s += 10 * LONGEST_S
        assert buttons.alive(), "nobody presses, all day"
        hand.tap(Level.GOOD)
        assert stuck.taken.wait(60)
        assert buttons.alive()
        now.s += LONGEST_S
        assert not buttons.alive()
        stuck.go.set()
        assert until(buttons.alive)
    finally:
        stuck.go.set()
        buttons.close()


def test_a_pad_whose_thread_hangs_is_not_alive_and_a_port_may_take_its_time(tmp_path: Path) -> None:
    now, stuck = Time(), Stuck()
    with PtyPad(tmp_path, heartbeat_s=0.1) as pad:
        source = SerialPad(PadSettings(str(tmp_path / "pad")), pulse=Pulse(now))
        source.start(stuck)
        try:
            pad.press(Level.GOOD)
            assert stuck.taken.wait(60)
            now.s += PORT_S - 1
            assert source.alive()
            now.s += 1
            assert not source.alive()
        finally:
            stuck.go.set()
            source.close()
