"""What the service menu asks is done beside the screen, answered, and never ends the terminal."""

import queue
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.config.load import load
from kiosk.config.model import Config
from kiosk.config.phrase import Phrase
from kiosk.handover import Answer as Written
from kiosk.handover import Handover, Request
from kiosk.leaf import (
    Answer,
    ChangeSetting,
    Errand,
    Export,
    Leaf,
    PinTried,
    SeeDelivery,
    SeeSetting,
    SeeStick,
    Setting,
    Told,
    TryPin,
)
from kiosk.service.adjusted import Adjusted
from kiosk.service.attendant import Attendant, Hands
from kiosk.service.backlight import Backlight
from kiosk.service.gate import NAME, Gate
from kiosk.service.pin import hash_of
from kiosk.service.stick import NO_ANSWER, NO_STICK, NoStick, UsbStick
from tests.kiosk.fakes import FakeClock

SOON_S = 60.0
UNIT = Path(__file__).parents[3] / "systemd" / "hailong-brightness.service"


def hands(folder: Path) -> Hands:
    return Hands(Gate(hash_of("4711", 2), folder / NAME, FakeClock()))


def answer(hands: Hands, errand: Errand) -> Answer:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    Attendant(hands).attend(errand, answers.put)
    return answers.get(timeout=SOON_S)


def said(*lines: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print({chr(10).join(lines)!r})")


@dataclass
class Drawer:
    """A stick that is there, or breaks."""

    there: bool = True
    result: Callable[[], tuple[bool, Phrase]] = field(default=lambda: (True, Phrase("done")))

    def is_there(self) -> bool:
        return self.there

    def export(self) -> tuple[bool, Phrase]:
        return self.result()


def test_pins_are_looked_at(tmp_path: Path) -> None:
    assert answer(hands(tmp_path), TryPin("4711")) == PinTried(right=True)
    assert answer(hands(tmp_path), TryPin("0000")) == PinTried(right=False)


def test_the_delivery_says_its_own_lines_at_most_twelve(tmp_path: Path) -> None:
    told = answer(replace(hands(tmp_path), delivery=said("Một.", "", "Hai.", *"x" * 20)), SeeDelivery())
    assert isinstance(told, Told)
    assert [line.values["text"] for line in told.lines][:2] == ["Một.", "Hai."]
    assert len(told.lines) == 12


@pytest.mark.parametrize("command", [("/nonexistent",), (sys.executable, "-c", "raise SystemExit(3)")])
def test_a_delivery_that_cannot_be_asked_is_said_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    told = answer(replace(hands(tmp_path), delivery=command), SeeDelivery())
    assert isinstance(told, Told)
    assert "cannot be found out" in told.lines[0].render(Texts("en"))


def test_a_stick_is_seen_and_written_to(tmp_path: Path) -> None:
    with_one = replace(hands(tmp_path), stick=Drawer())
    seen, done = answer(with_one, SeeStick()), answer(with_one, Export())
    assert isinstance(seen, Told)
    assert isinstance(done, Told)
    assert seen.offers
    assert (done.done, done.lines) == (True, (Phrase("done"),))
    assert answer(hands(tmp_path), SeeStick()) == Told(Leaf.EXPORT, (NO_STICK,))


def test_a_stick_that_is_pulled_out_meanwhile_is_told_and_the_next_errand_is_done(tmp_path: Path) -> None:
    def pulled() -> tuple[bool, Phrase]:
        raise OSError(5, "Input/output error")

    broken = replace(hands(tmp_path), stick=Drawer(result=pulled))
    told = answer(broken, Export())
    assert isinstance(told, Told)
    assert told.done is False
    assert answer(broken, TryPin("4711")) == PinTried(right=True)


def test_the_installed_stick_is_another_file_system_and_is_asked_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    handover = Handover(tmp_path / "request", tmp_path / "answer")
    assert not UsbStick(handover, tmp_path / "stick").is_there()
    assert not UsbStick(handover, tmp_path / "nothing").is_there()
    assert UsbStick(handover, Path("/proc")).is_there()

    def answered(_seconds: float) -> None:
        request = Request.read(tmp_path / "request")
        assert request is not None
        Written(request.id, True, "Đã ghi xong.").write(tmp_path / "answer")

    assert UsbStick(handover, sleep=answered).export() == (True, Phrase("{text}", {"text": "Đã ghi xong."}))
    assert UsbStick(handover, sleep=lambda _seconds: None).export() == (False, NO_ANSWER)
    assert isinstance(UsbStick.of({}), NoStick)
    assert isinstance(UsbStick.of({"RUNTIME_DIRECTORY": "/run/hailong"}), UsbStick)


def backlight(folder: Path, now: str = "128", most: str = "255") -> Backlight:
    device = folder / "sys/class/backlight/panel"
    device.mkdir(parents=True)
    (device / "brightness").write_text(now)
    (device / "max_brightness").write_text(most)
    found = Backlight.find({"RUNTIME_DIRECTORY": str(folder)}, folder)
    assert found is not None
    return found


def test_brightness_is_read_from_the_panel_and_asked_for_by_a_file(tmp_path: Path) -> None:
    of = replace(hands(tmp_path), backlight=backlight(tmp_path))
    assert answer(of, SeeSetting(Leaf.BRIGHTNESS)) == Setting(Leaf.BRIGHTNESS, 50)
    attendant = Attendant(of)
    attendant.attend(ChangeSetting(Leaf.BRIGHTNESS, 80), lambda _answer: None)
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    attendant.attend(TryPin("4711"), answers.put)  # in order: the one before is done
    assert answers.get(timeout=SOON_S) == PinTried(right=True)
    assert (tmp_path / "brightness.request").read_text() == "80\n"


@pytest.mark.parametrize(("now", "most"), [("x", "255"), ("1", "0"), ("", "")])
def test_a_panel_that_does_not_tell_is_not_guessed(tmp_path: Path, now: str, most: str) -> None:
    assert backlight(tmp_path, now, most).percent() is None


def test_without_a_panel_or_a_supervisor_there_is_no_brightness(tmp_path: Path) -> None:
    assert Backlight.find({"RUNTIME_DIRECTORY": "/run/hailong"}, tmp_path) is None
    (tmp_path / "sys/class/backlight/panel").mkdir(parents=True)
    (tmp_path / "sys/class/backlight/panel/max_brightness").touch()
    assert Backlight.find({}, tmp_path) is None


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [("80", "204"), ("10", "25"), ("100", "255"), ("0", "128"), ("$(id)", "128"), ("", "128")],
)
def test_the_unit_sets_what_was_asked_and_nothing_else(tmp_path: Path, asked: str, becomes: str) -> None:
    backlight(tmp_path)
    (tmp_path / "brightness.request").write_text(f"{asked}\n")
    text = UNIT.read_text(encoding="utf-8").replace("\\\n", "")
    line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    script = line.removeprefix("ExecStart=/bin/sh -c '").removesuffix("'").replace("$$", "$")
    script = script.replace("/run/hailong", str(tmp_path)).replace("/sys/", f"{tmp_path}/sys/")
    subprocess.run(["/bin/sh", "-c", script], check=False)
    assert (tmp_path / "sys/class/backlight/panel/brightness").read_text().strip() == becomes


def test_the_volume_that_was_set_here_outlives_a_restart(tmp_path: Path) -> None:
    file, config = tmp_path / "adjusted.json", load(environment={}, system_file=None).config
    assert Adjusted(file).over(config) == config
    Adjusted(file).set_volume(20)
    assert volume_of(Adjusted(file), config) == 20


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"sound.volume": 101}', b'{"sound.volume": "loud"}', b"\xff"]
)
def test_a_volume_that_cannot_be_read_is_that_of_the_configuration(tmp_path: Path, content: bytes) -> None:
    file, config = tmp_path / "adjusted.json", load(environment={}, system_file=None).config
    file.write_bytes(content)
    assert volume_of(Adjusted(file), config) == config.sound.volume


def volume_of(adjusted: Adjusted, config: Config) -> int:
    return adjusted.over(config).sound.volume


def test_the_menu_has_what_the_terminal_has(tmp_path: Path) -> None:
    assert hands(tmp_path).items == (Leaf.STATUS, Leaf.INPUTS, Leaf.DELIVERY, Leaf.EXPORT, Leaf.RESTART)
    everything = replace(hands(tmp_path), backlight=backlight(tmp_path), volume=lambda: 60)
    assert set(everything.items) == set(Leaf) - {Leaf.PIN, Leaf.MENU}
