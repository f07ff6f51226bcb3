"""The firmware for a Pico, run by MicroPython, on a real pty with the real `SerialPad` at the other end."""

import os
import platform
import shutil
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.events import (
    Ambiguous,
    AnyButton,
    Level,
    OtherButton,
    Press,
    Source,
    Switch,
    Trouble,
    TroubleKind,
)
from hardware.pad import Backoff, PadSettings, SerialPad
from hardware.padlink import FramedLink
from tests.hardware.inbox import Inbox, until

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[1] / "hardware" / "firmware"
BUTTON_PINS = (2, 3, 4, 5, 6)
LANGUAGE_PIN = 7
LIGHT_PINS = {10, 11, 12, 13, 14}


def micropython() -> str:
    """The interpreter: of this environment, or of the system."""
    beside = Path(sys.executable).parent / "micropython"
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None and platform.machine() != "x86_64":
        pytest.skip("there is no micropython, and no package of it for this machine")
    assert found is not None, "install the extra “dev”, or micropython"
    return found


class Pico:
    """A Pico with buttons and lights, its cable plugged in from the beginning.

    Args:
        folder: For the board's file, the program, and the link `port`, which stays when it is plugged in again.
        sixth: With a button for the language, and the program told so as README.md says.
    """

    def __init__(self, folder: Path, *, sixth: bool = False) -> None:
        self.port = folder / "pad"
        self._board = folder / "board"
        self._program = folder / "main.py"
        text = (FIRMWARE / "main.py").read_text(encoding="utf-8")
        if sixth:
            assert text.count("LANGUAGE_PIN = None") == 1
            text = text.replace("LANGUAGE_PIN = None", f"LANGUAGE_PIN = {LANGUAGE_PIN}")
        self._program.write_text(text, encoding="utf-8")
        self._pressed: set[AnyButton] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._pty: tuple[int, int] = (-1, -1)
        self.error = ""

    def plug(self) -> "Pico":
        """Give it power and a port."""
        self._write_board()
        self._board.with_suffix(".lights").write_bytes(b"")
        self._pty = os.openpty()
        tty.setraw(self._pty[1])
        fresh = self.port.with_suffix(".new")
        fresh.symlink_to(os.ttyname(self._pty[1]))
        fresh.replace(self.port)
        self._process = subprocess.Popen(
            [micropython(), str(self._program)],
            stdin=self._pty[0],
            stdout=self._pty[0],
            stderr=subprocess.PIPE,
            env=os.environ | {"MICROPYPATH": f"{HERE / 'pico'}:{FIRMWARE}", "PICO_BOARD": str(self._board)},
        )
        return self

    def unplug(self) -> None:
        """Pull the cable. May be called twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        _, error = process.communicate()
        self.error += error.decode()
        self.port.unlink()
        for fd in self._pty:
            os.close(fd)

    def ended(self) -> int | None:
        """The exit code, once it has ended by itself."""
        assert self._process is not None
        return self._process.poll()

    def say(self, data: bytes) -> None:
        """Put bytes on the line towards the terminal."""
        os.write(self._pty[0], data)

    def down(self, *buttons: AnyButton) -> None:
        """Push buttons."""
        self._pressed |= set(buttons)
        self._write_board()

    def up(self, *buttons: AnyButton) -> None:
        """Let go."""
        self._pressed -= set(buttons)
        self._write_board()

    def lights(self) -> list[tuple[int, int]]:
        """Every change of a light so far: (pin, level)."""
        lines = Path(f"{self._board}.lights").read_text().splitlines()
        return [(int(pin), int(level)) for pin, level in (line.split() for line in lines)]

    def _write_board(self) -> None:
        levels = bytearray(b"1" * 30)
        for button in self._pressed:
            levels[(*BUTTON_PINS, LANGUAGE_PIN)[button.value - 1]] = ord("0")
        if not self._board.exists():
            self._board.write_bytes(levels)
        with self._board.open("r+b", buffering=0) as board:
            board.write(levels)  # in one go: two buttons at once are two buttons at once


class Bench:
    """A Pico and the source that reads it."""

    def __init__(self, folder: Path, *, sixth: bool = False) -> None:
        self.pico = Pico(folder, sixth=sixth)
        self.inbox = Inbox()
        self.source = SerialPad(PadSettings(str(self.pico.port)), backoff=Backoff(0.02, 0.1))

    def press(self) -> Press:
        event = self.inbox.next()
        assert isinstance(event, Press), event
        return event

    def trouble(self) -> Trouble:
        event = self.inbox.next()
        assert isinstance(event, Trouble), event
        assert event.kind is TroubleKind.LOST
        return event

    def knows(self, level: Level, *, down: bool) -> bool:
        """Wait until the terminal knows of a button whether it is down."""
        link = self.source._link
        assert isinstance(link, FramedLink)
        return until(lambda: link._logic.is_down(level) == down)


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench(tmp_path, sixth=getattr(request, "param", False))
    bench.pico.plug()
    bench.source.start(bench.inbox)
    assert until(lambda: bench.source._link.up)
    yield bench
    bench.source.close()
    bench.pico.unplug()
    assert bench.pico.error == ""


def test_each_button_is_its_level(bench: Bench) -> None:
    for level in (*Level, *Level):
        bench.pico.down(level)
        assert bench.press().level is level
        bench.pico.up(level)
        assert bench.knows(level, down=False)
        assert bench.inbox.empty()


def test_two_buttons_at_once_are_ambiguous(bench: Bench) -> None:
    bench.pico.down(Level.GOOD, Level.POOR)
    event = bench.inbox.next()
    assert isinstance(event, Ambiguous)
    assert set(event.levels) == {Level.GOOD, Level.POOR}


@pytest.mark.parametrize("bench", [True], indirect=True)
def test_a_sixth_button_asks_for_another_language_and_the_five_are_as_before(bench: Bench) -> None:
    bench.pico.down(OtherButton.LANGUAGE)
    wish = bench.inbox.next()
    assert isinstance(wish, Switch), wish
    assert wish.source is Source.PAD
    for level in Level:  # also while it is held
        bench.pico.down(level)
        assert bench.press().level is level
        bench.pico.up(level)
        assert bench.knows(level, down=False)
        assert bench.inbox.empty()


def test_all_lights_glow_while_presses_are_kept_and_blink_together_when_a_rating_is_stored(
    bench: Bench,
) -> None:
    assert not any(level for _, level in bench.pico.lights())
    bench.source.glow(True)
    assert until(lambda: {pin for pin, level in bench.pico.lights() if level} == LIGHT_PINS)
    before = len(bench.pico.lights())
    bench.pico.down(Level.VERY_POOR)
    bench.press()
    assert len(bench.pico.lights()) == before, "a press alone shows nothing"
    bench.source.acknowledge()
    assert until(lambda: len(bench.pico.lights()) == before + 6 * len(LIGHT_PINS))
    changes = bench.pico.lights()[before:]
    for turn, level in enumerate((0, 1, 0, 1, 0, 1)):
        together = changes[turn * len(LIGHT_PINS) : (turn + 1) * len(LIGHT_PINS)]
        assert {pin for pin, _ in together} == LIGHT_PINS
        assert {found for _, found in together} == {level}
    bench.source.glow(False)
    assert until(lambda: [level for _, level in bench.pico.lights()][-5:] == [0] * 5)


def test_noise_from_the_terminal_s_side_disturbs_nothing(bench: Bench) -> None:
    port = bench.source._port
    assert port is not None
    for _ in range(20):
        os.write(port.fileno(), os.urandom(150) + b"\x03\x04\r\n")  # Ctrl-C and Ctrl-D among it
        bench.pico.say(os.urandom(300))
    bench.pico.down(Level.GOOD)
    assert bench.press().level is Level.GOOD


def test_a_pico_that_is_plugged_in_again_is_back_with_its_first_press(bench: Bench) -> None:
    bench.pico.down(Level.GOOD)
    assert bench.press().level is Level.GOOD
    bench.pico.up(Level.GOOD)
    bench.pico.unplug()
    assert bench.trouble().active
    bench.pico.plug()
    assert not bench.trouble().active
    bench.pico.down(Level.GOOD)
    assert bench.press().level is Level.GOOD


def test_a_terminal_that_starts_later_finds_it_and_a_button_that_is_held_is_no_press(bench: Bench) -> None:
    bench.source.close()
    bench.pico.down(Level.POOR)
    bench.source.start(bench.inbox)
    assert until(lambda: bench.source._link.up)
    assert bench.knows(Level.POOR, down=True)
    bench.pico.down(Level.GOOD)
    assert bench.press().level is Level.GOOD


def test_both_outer_buttons_at_power_on_leave_the_pico_to_whoever_programs_it(tmp_path: Path) -> None:
    pico = Pico(tmp_path)
    pico.down(Level.VERY_POOR, Level.EXCELLENT)
    pico.plug()
    assert until(lambda: pico.ended() == 0)
    pico.unplug()
    assert pico.error == ""
