"""Buttons and lights on pins, and a pad on USB, as the kernel, udev and the shipped units make them usable."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.events import Level
from tests.machine.breadboard import WIRED, Breadboard, Pressed, configure, wired
from tests.machine.citizen import Citizen, is_kept
from tests.machine.disk import on_disk, ratings
from tests.machine.image import image
from tests.machine.presses import BOUNCE_MS, TORN, bouncing, doubled, missed
from tests.machine.screen import ATTENTION, IDLE, WELL, WRONG_CONFIGURATION
from tests.machine.usbpad import usb_pad
from tests.machine.vm import Machine

PRESSES = 24


def process(machine: Machine) -> str:
    """The kiosk's number."""
    return machine.run("systemctl show --value --property MainPID hailong-kiosk.service").strip()


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Machine, Breadboard]]:
    """A machine of its own, and what is wired to it."""
    with wired(image()) as found:
        yield found


@pytest.fixture
def terminal(both: tuple[Machine, Breadboard]) -> Machine:
    """On, wired, and waiting for the next citizen."""
    Citizen(both[0]).waits_for(IDLE)
    return both[0]


@pytest.fixture
def board(both: tuple[Machine, Breadboard]) -> Breadboard:
    """Its pins."""
    return both[1]


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        ([1, 4, 2], (0, 0)),
        ([1, 4, 4, 2], (0, 0)),  # by the rules, for so long was it open
        ([1, 4, 4, 4, 2], (0, 1)),
        ([1, 1, 4, 2], (0, 1)),
        ([1, 2], (1, 0)),
        ([1, 4, 5], (1, 1)),
        ([], (3, 0)),
    ],
)
def test_a_missed_and_a_doubled_press_are_found(found: list[int], wrong: tuple[int, int]) -> None:
    opened_ms = {Level.VERY_POOR: 3.0, Level.GOOD: 120.0, Level.POOR: 8.0}
    pressed = [Pressed(level, "", blinks=3, open_ms=open_ms) for level, open_ms in opened_ms.items()]
    assert (missed(pressed, found), doubled(pressed, found)) == wrong


def test_every_bouncing_press_is_one_rating_and_the_lights_say_so(
    terminal: Machine, board: Breadboard
) -> None:
    before = len(on_disk(terminal))
    pressed = board.press(bouncing(PRESSES, random.Random(6)))  # noqa: S311 - fingers, no secret
    assert [press for press in pressed if not press.blinks] == []
    found = [said for _, kind, said in on_disk(terminal)[before:] if kind == "rating"]
    assert {said["source"] for said in found} == {"gpio"}
    levels = [int(str(said["level"])) for said in found]
    assert (missed(pressed, levels), doubled(pressed, levels)) == (0, 0), (pressed, levels)


def test_a_press_that_is_two_by_the_rules_and_one_on_a_pin_without_a_button_would_be_noticed(
    terminal: Machine, board: Breadboard
) -> None:
    before = len(ratings(terminal))
    torn = board.press([(Level.GOOD, "torn"), (Level.POOR, "torn")], contacts={"torn": TORN})
    lost = board.press([(Level.ACCEPTABLE, "snap_dome")], pins={Level.ACCEPTABLE: 4}, patience_s=10)
    levels = ratings(terminal)[before:]
    assert levels == [Level.GOOD, Level.GOOD, Level.POOR, Level.POOR]
    as_if_whole = [Pressed(press.level, press.contact, press.blinks, 0) for press in torn]
    assert doubled(as_if_whole, levels) == 2
    assert doubled(torn, levels) == 0
    assert missed(lost, []) == 1
    assert not lost[0].blinks
    assert lost[0].open_ms < BOUNCE_MS < torn[0].open_ms


def test_lgpio_writes_into_the_unit_s_folder_and_needs_nothing_that_the_unit_forbids(
    terminal: Machine,
) -> None:
    files = terminal.run("find / -xdev -name '.lgd*'; find /run -name '.lgd*'").split()
    assert {str(Path(file).parent) for file in files} == {"/run/hailong"}
    limits = "MemoryDenyWriteExecute,ProcSubset,ProtectProc,WorkingDirectory"
    shown = terminal.run(f"systemctl show hailong-kiosk.service --property {limits}").split()
    assert sorted(shown) == [
        "MemoryDenyWriteExecute=yes",
        "ProcSubset=all",
        "ProtectProc=invisible",
        "WorkingDirectory=/run/hailong",
    ]


def test_a_pad_votes_is_missed_when_it_is_pulled_out_and_votes_again_when_it_is_back(
    terminal: Machine, tmp_path: Path
) -> None:
    citizen, before, kiosk = Citizen(terminal), len(ratings(terminal)), process(terminal)
    with usb_pad(terminal, tmp_path) as pad:
        pad.plug_in()
        citizen.waits_for(WELL)
        for level in Level:
            pad.vote(level)
        pad.press(Level.ACCEPTABLE)  # is on its way, or not yet
        pad.pull_out()
        citizen.waits_for(ATTENTION)
        assert "/dev/hailong-pad" in terminal.run("hailong doctor || true")
        pad.plug_in()
        citizen.waits_for(WELL)
        for level in (Level.GOOD, Level.VERY_POOR):
            pad.vote(level)
    found = ratings(terminal)[before:]
    assert is_kept(pad.taps, found), (pad.taps, found)
    assert process(terminal) == kiosk


def test_two_buttons_on_one_pin_are_named_on_the_screen_and_in_the_log_and_cost_no_vote(
    terminal: Machine, board: Breadboard
) -> None:
    before = on_disk(terminal)
    configure(terminal, WIRED.replace("[gpio]", "[gpio]\npins = [5, 6, 13, 19, 5]"), waits=False)
    Citizen(terminal).waits_for(WRONG_CONFIGURATION)
    log = terminal.run("journalctl --boot --unit hailong-kiosk.service --output cat --no-pager")
    said = "gpio.pins: phải là năm số nguyên khác nhau từ 0 đến 27; chân 5 bị dùng chung cho các nút 1, 5."
    assert said in log
    configure(terminal, WIRED)
    Citizen(terminal).waits_for(IDLE)
    assert board.press([(Level.POOR, "snap_dome")])[0].blinks
    after = on_disk(terminal)
    assert after[: len(before)] == before
