"""Sit down at an emulated terminal that nobody has set up: ``python -m tests.machine.sit FOLDER COMMAND``, as root.

``open`` makes the room and stays (put it into the background); the other commands are for the same folder. Every
command is noted in FOLDER/log.md, and what the screen shows after it is FOLDER/NUMBER.png.
"""

import argparse
import json
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta, timezone
from pathlib import Path

from PIL import Image as Picture

from tests.machine.central import now
from tests.machine.keyboard import types
from tests.machine.qmp import QmpError
from tests.machine.room import Room, length_mm, room
from tests.machine.vm import MachineError

COMMANDS: Mapping[str, str] = {
    "open": "make the room, wait there for commands until “close”",
    "look": "look at the screen; with a file name: put the picture there, too",
    "touch": "X Y: touch the screen there, in points of the picture (1280 wide, 800 high)",
    "hold": "X Y SECONDS: keep the finger there",
    "corners": "SECONDS: a finger on each of the two upper corners at once",
    "drag": "X Y X Y: from the first place to the second",
    "type": "TEXT: on a USB keyboard",
    "enter": "its Enter key",
    "scan": "the sheet's square code, with a USB scanner",
    "ruler": "X X: hold a ruler to the screen, from one column of points to another",
    "wait": "SECONDS: sit still",
    "sheet": "read what is printed on the sheet of paper",
    "cut": "pull the plug",
    "power": "plug it in again",
    "ssh": "COMMAND: typed by the technician at another computer, which is logged in as root",
    "central": "what the administrator sees at the central server",
    "accept": "ask the administrator to accept the terminal",
    "close": "leave; the room is gone",
}
_VIET_NAM = timezone(timedelta(hours=7))
_ANSWERS_S, _SETTLES_S, _LOOKS_S = 3.0, 12.0, 1.0
"""After so long the screen is looked at until it stands still, for so long at most."""


class Sitting:
    """Does what was said, notes it, looks at the screen.

    Args:
        place: The room.
        folder: For the log and the pictures.
    """

    def __init__(self, place: Room, folder: Path) -> None:
        self._room, self._machine, self._folder = place, place.machine, folder
        self._pictures = 0

    def do(self, command: str, words: Sequence[str]) -> str:
        """One command; what is said back. Raises `ValueError` for one that makes no sense."""
        said = self._done(command, words)
        number = self._look() if self._machine.is_on else 0
        picture = f"{number:03}.png" if number else "-"
        told = f"`{command} {' '.join(words)}`".replace(" `", "`")
        with (self._folder / "log.md").open("a", encoding="utf-8") as log:
            answer = said.replace("\n", " / ")
            log.write(f"| {now().astimezone(_VIET_NAM):%H:%M:%S} | {told} | {answer} | {picture} |\n")
        if command == "look" and words and number:
            (self._folder / picture).rename(words[0])
        return (
            f"{said}\nscreen: {self._folder / picture}" if number else f"{said}\nthe screen is dark: no power"
        )

    def _done(self, command: str, words: Sequence[str]) -> str:
        machine = self._machine
        match command, *words:
            case "look", *_:
                return ""
            case "touch", x, y:
                machine.tap((int(x), int(y)))
            case "hold", x, y, seconds:
                machine.tap((int(x), int(y)), float(seconds))
            case "corners", seconds:
                machine.run(f"python3 /usr/local/lib/finger.py {float(seconds)} 20,20 1260,20")
            case "drag", *numbers if len(numbers) == 4:
                self._drag([int(number) for number in numbers])
            case "type", text:
                self._types(text)
            case ("enter",):
                self._types("\n")
            case ("scan",):
                self._types(f"{self._room.sheet.scanned}\n")
            case "ruler", left, right:
                return f"{length_mm(abs(int(right) - int(left))):.1f} mm"
            case "wait", seconds:
                time.sleep(float(seconds))
            case ("sheet",):
                sheet = self._room.sheet
                return f"{sheet.url}\n{sheet.code}\nsquare code: {sheet.scanned}"
            case "ssh", line:
                return machine.run(line)
            case ("cut",):
                machine.cut()
            case ("power",):
                machine.switch_on()
            case ("central",):
                return self._central()
            case ("accept",):
                return self._room.accept()
            case _:
                raise ValueError(
                    f"{command} {' '.join(words)}: {COMMANDS.get(command, 'there is no such command')}"
                )
        return "done"

    def _types(self, text: str) -> None:
        types(self._machine, text)
        time.sleep(0.1 * len(text))

    def _drag(self, numbers: Sequence[int]) -> None:
        (x, y), (to_x, to_y), steps = numbers[:2], numbers[2:], 10
        for step in range(steps + 1):
            at = x + (to_x - x) * step // steps, y + (to_y - y) * step // steps
            self._machine.press(at, down=True)
            time.sleep(0.05)
        self._machine.press((to_x, to_y), down=False)

    def _central(self) -> str:
        lines = [
            f"{device['unit']}, {device['counter']}: terminal {device['device']}, {device['status']}, key "
            f"{', '.join(device['key_ids']) or '-'}, last seen {device['last_seen'] or 'never'}"
            for device in self._room.devices()
        ]
        votes = self._room.central.votes(self._room.sheet.device)
        return "\n".join([*lines, f"ratings counted: {len(votes)}"])

    def _look(self) -> int:
        """The number of the picture that was kept."""
        time.sleep(_ANSWERS_S)
        end_s = time.monotonic() + _SETTLES_S
        shown, before = self._machine.picture(), None
        while shown != before and time.monotonic() < end_s:
            time.sleep(_LOOKS_S)
            shown, before = self._machine.picture(), shown
        self._pictures += 1
        few = shown.quantize(64, Picture.Quantize.MEDIANCUT)
        few.save(self._folder / f"{self._pictures:03}.png", optimize=True)
        return self._pictures


def keep(folder: Path) -> None:
    """The room, until somebody says “close”."""
    folder.mkdir(parents=True, exist_ok=True)
    door = folder / "door"
    door.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening, room() as place:
        place.machine.switch_on()
        (folder / "log.md").write_text(
            "| time | what was done | answer | screen after it |\n| --- | --- | --- | --- |\n"
        )
        sitting = Sitting(place, folder)
        listening.bind(str(door))
        listening.listen()
        sys.stdout.write(f"the terminal has power; the door is {door}\n")
        sys.stdout.flush()
        is_open = True
        while is_open:
            is_open = _serve(listening, sitting)
        door.unlink()


def _serve(listening: socket.socket, sitting: Sitting) -> bool:
    """One command; whether to go on."""
    with listening.accept()[0] as caller, suppress(BrokenPipeError):
        command, *words = json.loads(caller.makefile("r", encoding="utf-8").readline())
        if command == "close":
            return False
        try:
            said = sitting.do(command, words)
        except (OSError, ValueError, KeyError, MachineError, QmpError, AssertionError) as error:
            said = f"not done: {error}"
        caller.sendall(said.strip().encode() + b"\n")
    return True


def ask(folder: Path, command: str, words: Sequence[str]) -> str:
    """Have it done in the room of that folder; what was said back."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(folder / "door"))
        caller.sendall(json.dumps([command, *words]).encode() + b"\n")
        return caller.makefile("r", encoding="utf-8").read()


def main() -> int:
    """The command line."""
    listed = "\n".join(f"  {name:8} {told}" for name, told in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.machine.sit",
        description=__doc__,
        epilog=f"commands:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="for the log and the pictures; its path must be short")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("words", nargs="*", metavar="WORD")
    asked = parser.parse_args()
    if asked.command == "open":
        keep(asked.folder)
        return 0
    sys.stdout.write(ask(asked.folder, asked.command, asked.words))
    return 0


if __name__ == "__main__":
    sys.exit(main())
