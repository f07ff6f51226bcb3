"""The headphones: the one place where a level is heard, and only when they are there."""

import array
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.events import Level
from kiosk.clock import SystemClock
from kiosk.sound.headphones import MESSAGE, HeadphonesProcess
from kiosk.sound.level_tone import level_tone
from kiosk.sound.player import LATE_NS
from tests.kiosk.fakes import FakeClock

PATIENCE_S = 60.0
EARPIECE = (sys.executable, "-m", "kiosk.sound.earpiece")
SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
ENDS = (sys.executable, "-c", "")


def heard(file: Path) -> list[int]:
    """What came out, from its first sound on."""
    samples = array.array("h", file.read_bytes() if file.exists() else b"").tolist()
    return samples[next((n for n, value in enumerate(samples) if value), len(samples)) :]


def begins_with(file: Path, level: Level) -> bool:
    """Whether what came out is the tone of that level (its last samples may be lost with the device)."""
    wanted = array.array("h", level_tone(level, 60)).tolist()
    wanted = wanted[next(n for n, value in enumerate(wanted) if value) :]
    wanted = wanted[: len(wanted) * 3 // 4]
    return heard(file)[: len(wanted)] == wanted


@pytest.fixture
def disk_driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """SDL's driver that writes each output to the file of its name; the loudspeaker would be the file returned."""
    loudspeaker = tmp_path / "loudspeaker"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(loudspeaker))
    return loudspeaker


def earpiece(device: str, *messages: bytes, environ: dict[str, str] | None = None) -> str:
    """Run the real process on these messages, a second for each; its log."""
    process = subprocess.Popen(
        [*EARPIECE, device, "60"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, text=False
    )
    assert process.stdin is not None
    for message in messages:
        process.stdin.write(message)
        process.stdin.flush()
        time.sleep(2.0)
    _, log = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, log
    return log.decode()


def told(level: Level, late_ns: int = -60_000_000_000) -> bytes:
    """A message; by default one that is not late however long a loaded machine takes to start the process."""
    return MESSAGE.pack(level, SystemClock().boottime_ns() - late_ns)


@pytest.mark.parametrize("level", [Level.VERY_POOR, Level.EXCELLENT])
def test_the_named_output_gets_the_tone_of_the_level_and_the_loudspeaker_nothing(
    level: Level, disk_driver: Path, tmp_path: Path
) -> None:
    headphones = HeadphonesProcess(str(tmp_path / "headphones"), 60, SystemClock())
    for _ in range(20):  # those that come before the process is ready are late
        headphones.prepare()
        headphones.tell(level)
        time.sleep(3.0)
        if heard(tmp_path / "headphones"):
            break
    headphones.close()
    assert begins_with(tmp_path / "headphones", level)
    assert not disk_driver.exists()


def test_an_output_that_is_not_there_is_silence_everywhere_and_one_warning_without_a_level() -> None:
    """SDL's silent driver has one output, the system's own, and refuses every other name."""
    log = earpiece(
        "USB headphones",
        told(Level.GOOD),
        told(Level.GOOD),
        environ=os.environ | {"SDL_AUDIODRIVER": "dummy"},
    )
    assert log.count("WARNING") == 1
    assert "USB headphones cannot be opened" in log
    assert not any(digit in log for digit in "12345")


def test_an_output_that_vanishes_while_it_plays_harms_nothing() -> None:
    environ = os.environ | {"SDL_AUDIODRIVER": "disk"}
    log = earpiece("/dev/full", told(Level.GOOD), told(Level.GOOD), environ=environ)
    assert "Traceback" not in log


def test_what_comes_late_is_nobody_s_business_any_more(disk_driver: Path, tmp_path: Path) -> None:
    earpiece(str(tmp_path / "headphones"), told(Level.GOOD, LATE_NS + 10**9))
    assert not (tmp_path / "headphones").exists()
    assert not disk_driver.exists()


def test_headphones_without_a_name_would_be_the_loudspeaker() -> None:
    with pytest.raises(ValueError, match="by name"):
        HeadphonesProcess("", 60, FakeClock())


@pytest.fixture
def hanging() -> Iterator[HeadphonesProcess]:
    headphones = HeadphonesProcess("x", 60, FakeClock(), SLEEP)
    yield headphones
    headphones.close()


def test_nobody_waits_for_a_process_that_hangs(hanging: HeadphonesProcess) -> None:
    for _ in range(100_000):  # far more than the pipe holds
        hanging.tell(Level.GOOD)
    process = hanging._process
    assert process is not None
    hanging.close()
    assert process.returncode is not None
    hanging.tell(Level.GOOD)
    hanging.close()


def test_a_process_that_has_ended_is_started_again_after_ten_minutes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    headphones = HeadphonesProcess("x", 60, clock, ENDS)
    first = headphones._process
    assert first is not None
    first.wait(PATIENCE_S)
    for _ in range(3):
        headphones.prepare()
        headphones.tell(Level.GOOD)
    assert headphones._process is first
    clock.advance(600)
    headphones.prepare()
    assert headphones._process is not first
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    headphones.close()


def test_a_program_that_cannot_be_started_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    headphones = HeadphonesProcess("x", 60, FakeClock(), ("/nowhere/python",))
    headphones.tell(Level.GOOD)
    headphones.close()
    assert "no tones in the headphones" in caplog.text


def test_the_level_is_in_no_argument_of_the_process(hanging: HeadphonesProcess) -> None:
    process = hanging._process
    assert process is not None
    before = arguments(process)
    hanging.tell(Level.EXCELLENT)
    assert arguments(process) == before


def test_another_volume_is_another_process_and_nobody_waits_for_the_end_of_the_first(
    hanging: HeadphonesProcess,
) -> None:
    first = process_of(hanging)
    hanging.tune(60)
    assert process_of(hanging) is first
    hanging.tune(80)
    second = process_of(hanging)
    assert second is not first
    assert arguments(second)[-1] == b"80"
    first.wait(PATIENCE_S)
    hanging.tune(0)
    hanging.prepare()
    hanging.tell(Level.GOOD)
    assert vars(hanging)["_process"] is None
    second.wait(PATIENCE_S)
    hanging.tune(10)
    assert process_of(hanging) not in (first, second)


def process_of(headphones: HeadphonesProcess) -> subprocess.Popen[bytes]:
    found = headphones._process
    assert found is not None
    return found


def arguments(process: subprocess.Popen[bytes]) -> list[bytes]:
    """What the kernel says a process was started with; nothing in the moment in which it is given its program."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if line := Path(f"/proc/{process.pid}/cmdline").read_bytes():
            return line.rstrip(b"\0").split(b"\0")
        time.sleep(0.01)
    raise AssertionError(f"process {process.pid} got no program")
