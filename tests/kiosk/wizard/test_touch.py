"""A technician sets a terminal up by touching it: the same session as in a terminal, on a machine of fakes."""

import queue
from collections.abc import Iterable
from pathlib import Path

import pygame
import pytest

from assets.texts import Texts
from hardware.keys import KeyDown
from hardware.pointer import FingerDown, FingerUp, Rect, Targets
from kiosk.provision.fakes import FakeMachine
from kiosk.provision.page import Page
from kiosk.provision.saved import NAME
from kiosk.provision.session import Session
from kiosk.provision.steps import Status, Step
from kiosk.provision.works import Connect, Enrol, Enrolment, NotConfirmed, Online
from kiosk.screens.layout import lay_out
from kiosk.screens.type import Type
from kiosk.screens.wizard_sheet import BACK, CHOICE, KEY, MORE, SKIP, wizard_page
from kiosk.wizard.keyboard import LAYERS, Typing
from kiosk.wizard.touch import RETURN, UNTOUCHED_NS, Gone, TextTyped, Wizard

SOON_S = 60.0
SIZE = (800, 480)
MM_PER_PX = 0.192


class Ended(AssertionError):
    """The technician's list is through, and the wizard still asks."""


class Technician:
    """Looks at the page that is shown, and touches what the list says next.

    ``.`` looks on for a few seconds.

    ``=text`` types it on the screen's keyboard, ``>text`` with a scanner, ``!`` pulls the plug, ``?`` does nothing for
    a while, everything else is a button's name.
    """

    def __init__(self, *acts: str) -> None:
        self.acts = list(acts)
        self.titles: list[str] = []
        self.squares = 0
        self._looking = self._found = False
        self._woken: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._targets = Targets((), 0)
        self._page: Page | None = None
        self._typing: Typing | None = None
        self._now_ns = 0
        self.boottime_ns = 0
        pygame.font.init()
        self._type = Type()

    @property
    def size(self) -> tuple[int, int]:
        return SIZE

    def show(self, page: Page, typing: Typing | None, part: int, texts: Texts) -> Targets:
        laid = wizard_page(lay_out(SIZE, MM_PER_PX, header=False), self._type, page, typing, part, texts)
        self._page, self._typing = page, typing
        self.squares += bool(page.square) and not page.busy
        self.titles.append(page.title.render(Texts("en")))
        buttons = tuple((name, Rect(*place)) for name, place in laid.sheet.targets)
        self._targets = Targets((), 26, buttons=buttons)
        return self._targets

    def wait(self, timeout_s: float | None) -> None:
        del timeout_s
        if self._looking:
            self._woken.get(timeout=SOON_S)
            self._looking, self._found = False, True
        elif self._page is not None and self._page.busy:
            self._woken.get(timeout=SOON_S)

    def wake(self) -> None:
        self._woken.put(None)

    def happened(self, now_ns: int) -> Iterable[object]:
        del now_ns
        if self._found:
            self._found = False
            return []
        if self._page is not None and self._page.busy:
            return []
        if not self.acts:
            raise Ended(f"nothing left to do on {self.titles[-1]!r}")
        act = self.acts.pop(0)
        if act == "!":
            return [Gone()]
        if act == "?":
            self.boottime_ns += UNTOUCHED_NS // 2
            return []
        if act == ".":
            self.boottime_ns += 6 * 10**9
            self._looking = True
            return []
        if act.startswith(">"):
            return [TextTyped(act[1:]), KeyDown(RETURN, False, self._later())]
        if act.startswith("="):
            self._spell(act[1:])
            return self.happened(0)
        return self._finger(act)

    def _spell(self, text: str) -> None:
        layer = self._typing.layer if self._typing is not None else "abc"
        acts = []
        for character in text:
            name = "space" if character == " " else character
            if name not in {key.name for row in LAYERS[layer] for key in row}:
                following = next(
                    other
                    for other in LAYERS
                    if name in {key.name for row in LAYERS[other] for key in row}
                    and other in {"abc", "123", "ABC", "#+="}
                )
                if following == "ABC":
                    acts += [] if layer == "abc" else [f"{KEY}abc"]
                    acts.append(f"{KEY}shift")
                    layer = "abc"  # after the one capital
                else:
                    acts.append(f"{KEY}{following}")
                    layer = following
            acts.append(f"{KEY}{name}")
        self.acts = [*acts, f"{KEY}ok", *self.acts]

    def _finger(self, name: str) -> list[object]:
        places = dict(self._targets.buttons)
        assert name in places, f"{name} is not on {self.titles[-1]!r}: {sorted(places)}"
        place = places[name]
        x, y = (place.left + place.width / 2) / SIZE[0], (place.top + place.height / 2) / SIZE[1]
        return [FingerDown(1, 1, x, y, self._later()), FingerUp(1, 1, x, y, self._later())]

    def _later(self) -> int:
        self._now_ns += 10**9
        return self._now_ns


def session_of(folder: Path, machine: FakeMachine) -> Session:
    return Session(folder / NAME, machine.ports)


def run(folder: Path, machine: FakeMachine, *acts: str) -> tuple[Session, bool, Technician]:
    session, technician = session_of(folder, machine), Technician(*acts)
    ended = Wizard(session, technician, lambda: 0).run()
    return session, ended, technician


def test_a_terminal_is_set_up_by_touch_alone(tmp_path: Path) -> None:
    machine = FakeMachine()
    session, ended, technician = run(
        tmp_path,
        machine,
        f"{CHOICE}vi",
        "=50",
        f"{CHOICE}touch",
        f"{CHOICE}begin",
        f"{CHOICE}keep",
        f"{CHOICE}none",
        f"{CHOICE}right",
        "=https://danhgia.vn",
        "=7K3F-9Q2M-XPTB",
        f"{CHOICE}accept",
        f"{CHOICE}finish",
    )
    assert ended
    assert machine.check.finished
    assert machine.enrolment.now.url == "https://danhgia.vn"
    assert all(session.state.marks[step].status is Status.DONE for step in Step), session.state.marks
    assert technician.acts == []


def test_a_scanner_types_the_sheet_in_one_go(tmp_path: Path) -> None:
    machine = FakeMachine()
    run(tmp_path, machine, f"{CHOICE}vi", *_skip(4), ">https://danhgia.vn 7K3F-9Q2M-XPTB", "!")
    assert machine.enrolment.now.url == "https://danhgia.vn"


def _skip(steps: int) -> list[str]:
    return [SKIP, f"{CHOICE}later"] * steps


def test_after_a_power_cut_it_goes_on_with_the_same_step(tmp_path: Path) -> None:
    machine = FakeMachine()
    _, ended, _ = run(tmp_path, machine, f"{CHOICE}vi", "!")
    assert not ended
    _, _, technician = run(tmp_path, machine, "!")
    assert technician.titles[-1] == "Size of the screen"


def test_a_wrong_password_stands_there_to_be_put_right(tmp_path: Path) -> None:
    machine = FakeMachine()
    begun = [f"{CHOICE}vi", *_skip(2), f"{CHOICE}wifi", f"{CHOICE}=UBND"]
    acts = [
        "=mat khau",
        f"{CHOICE}automatic",
        f"{CHOICE}none",
        "= dung",
        f"{CHOICE}automatic",
        f"{CHOICE}none",
        "!",
    ]
    run(tmp_path, machine, *begun, *acts)
    assert [made.password for made in machine.network.connections] == ["mat khau dung"]


def test_a_long_list_is_turned_over(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.network.passwords |= {f"Net {n}": "" for n in range(30)}
    acts = [f"{CHOICE}vi", *_skip(2), f"{CHOICE}wifi", MORE, MORE, "!"]
    _, _, technician = run(tmp_path, machine, *acts)
    assert technician.acts == []


@pytest.mark.parametrize("button", [f"{KEY}a", f"{KEY}ok", MORE, "nonsense"])
def test_a_button_that_is_not_there_does_nothing(tmp_path: Path, button: str) -> None:
    machine = FakeMachine()
    session = session_of(tmp_path, machine)
    wizard = Wizard(session, Technician(), lambda: 0)
    wizard._touched(button)
    assert session.page == session_of(tmp_path, machine).page


def test_where_nobody_touches_it_it_makes_way_and_the_next_start_asks_again(tmp_path: Path) -> None:
    machine, technician = FakeMachine(), Technician(f"{CHOICE}vi", "?", "?", "never reached")
    wizard = Wizard(session_of(tmp_path, machine), technician, lambda: technician.boottime_ns)
    assert not wizard.run()
    assert technician.acts == ["never reached"]
    assert not machine.check.finished
    _, _, technician = run(tmp_path, machine, "!")
    assert technician.titles[-1] == "Size of the screen"


def test_it_makes_way_when_the_terminal_was_set_up_over_the_network(tmp_path: Path) -> None:
    done = iter([False, False, True])
    technician = Technician("?", "?", "?", "never reached")
    session = session_of(tmp_path, FakeMachine())
    assert not Wizard(session, technician, lambda: 0, set_up_elsewhere=lambda: next(done)).run()
    assert technician.acts == ["never reached"]


def by_phone(tmp_path: Path, *acts: str) -> tuple[FakeMachine, Technician, Wizard]:
    """Somebody waits for a telephone, and then does what the list says."""
    machine = FakeMachine()
    begun = [f"{CHOICE}vi", *_skip(4), "=https://danhgia.vn", f"{CHOICE}by phone"]
    technician = Technician(*begun, *acts)
    return (
        machine,
        technician,
        Wizard(session_of(tmp_path, machine), technician, lambda: technician.boottime_ns),
    )


def test_a_telephone_that_confirms_is_noticed_and_the_square_stays_in_sight_until_then(
    tmp_path: Path,
) -> None:
    machine, technician, wizard = by_phone(tmp_path, ".", ".", ".")
    looks, ask = iter([False, False, False, True]), machine.enrolment.enrol

    def enrol(asked: Enrol) -> Enrolment | NotConfirmed:
        machine.enrolment.confirmed = next(looks)
        return ask(asked)

    machine.enrolment.enrol = enrol  # type: ignore[method-assign]
    with pytest.raises(Ended, match="Last check"):
        wizard.run()
    assert machine.enrolment.now.url == "https://danhgia.vn"
    assert technician.squares == 1  # drawn once, however often it looks


def test_what_is_touched_while_it_looks_is_done_when_it_has_looked(tmp_path: Path) -> None:
    machine, _technician, wizard = by_phone(tmp_path, ".", "=7K3F-9Q2M-XPTB")
    looks, ask = iter([None, BACK, None]), machine.enrolment.enrol

    def enrol(asked: Enrol) -> Enrolment | NotConfirmed:
        button = next(looks)
        if button is not None:
            wizard._touched(button)
        return ask(asked)

    machine.enrolment.enrol = enrol  # type: ignore[method-assign]
    with pytest.raises(Ended, match="Last check"):
        wizard.run()
    assert machine.enrolment.now.device == "ABCDEFGHJK"


def test_where_nobody_confirms_the_ratings_do_not_wait_for_it(tmp_path: Path) -> None:
    machine, technician, wizard = by_phone(tmp_path, *["."] * 200)
    assert not wizard.run()
    assert not machine.enrolment.now.url
    assert technician.acts


def test_a_fixed_address_that_leads_nowhere_is_put_right_by_touch(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.network.online = Online.NO
    typed = ["=192.168.1.20/24", "=192.168.7.1", *[f"{KEY}erase"] * 3, "=1.1", "=", f"{CHOICE}none"]
    acts = [f"{CHOICE}vi", *_skip(2), f"{CHOICE}ethernet", f"{CHOICE}fixed", *typed]
    _, _, technician = run(
        tmp_path, machine, *acts, f"{CHOICE}other", f"{CHOICE}automatic", f"{CHOICE}none", "!"
    )
    assert technician.titles[-1] == "Date and time"
    wrong, right = machine.network.connections
    assert (wrong.address, wrong.gateway) == ("192.168.1.20/24", "192.168.1.1")
    assert right == Connect()
