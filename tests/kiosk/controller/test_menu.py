"""The menu behind the technician's page: who may, what is kept of it, and how it ends."""

from dataclasses import replace

import pytest

from hardware.events import Level, Press, Source, Tap
from kiosk.config.phrase import Phrase
from kiosk.controller.rules import S
from kiosk.controller.state import Attend, Attended, Examined, Restart
from kiosk.leaf import (
    BACK,
    CLOSE,
    ENTER,
    ERASE,
    LESS,
    MENU,
    MORE,
    RUN,
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
from kiosk.ledger.kinds import Kind
from kiosk.view import Menu, ScreenName
from tests.kiosk.controller.terminal import FACTS, Terminal

ITEMS = tuple(leaf for leaf in Leaf if leaf not in (Leaf.PIN, Leaf.MENU))
LINE = Phrase("There is no fault.")


class Technician:
    """In front of a terminal whose page is open."""

    def __init__(self, items: tuple[Leaf, ...] = ITEMS, until_ns: int = 0) -> None:
        self.t = Terminal().gesture()
        self.t.tell(Examined(replace(FACTS, items=items, pin_until_ns=until_ns)))

    def touch(self, *buttons: str) -> "Technician":
        for button in buttons:
            self.t.tell(Tap(button, self.t.now_ns, Source.TOUCH)).after(0.2)
        return self

    def answer(self, answer: Answer) -> "Technician":
        self.t.tell(Attended(answer)).after(1.0)
        return self

    def enter(self) -> "Technician":
        self.touch(MENU, *"4711", ENTER).answer(PinTried(right=True))
        assert self.menu.leaf is Leaf.MENU
        return self

    @property
    def errands(self) -> list[Errand]:
        return [effect.errand for effect in self.t.asked if isinstance(effect, Attend)]

    @property
    def menu(self) -> Menu:
        assert self.t.view.service is not None
        return self.t.view.service.menu

    @property
    def kept(self) -> list[dict[str, object]]:
        self.t.after(2.0)
        return [dict(body) for body in self.t.of(Kind.SERVICE) if "menu" in body]


def test_the_pin_opens_the_menu_and_only_its_length_is_shown() -> None:
    at = Technician().touch(MENU, *"4711")
    assert (at.menu.leaf, at.menu.digits) == (Leaf.PIN, 4)
    assert "4711" not in repr(at.t.view)
    at.touch(ENTER)
    assert at.errands == [TryPin("4711")]
    assert "4711" not in repr(at.errands) + repr(at.t.state)
    assert at.menu.busy
    at.answer(PinTried(right=True))
    assert at.menu == Menu(Leaf.MENU)
    assert at.kept == [{"menu": "entered"}]


def test_a_wrong_pin_is_kept_as_such_and_the_digits_are_gone() -> None:
    at = Technician().touch(MENU, *"0000", ENTER).answer(PinTried(right=False))
    assert at.menu == Menu(Leaf.PIN, wrong=True)
    assert at.kept == [{"menu": "wrong_pin"}]


def test_while_a_wait_lasts_no_digit_is_taken_and_its_seconds_are_shown() -> None:
    at = Technician().touch(MENU, *"0000", ENTER)
    at.t.tell(Attended(PinTried(right=False, until_ns=at.t.now_ns + 30 * S)))
    assert at.menu.wait_s == 30
    at.touch(*"4711", ENTER)
    assert at.menu.digits == 0
    assert len(at.errands) == 1
    at.t.after(10)
    assert at.menu.wait_s == 19
    at.t.after(20)
    at.touch(*"4711", ENTER)
    assert len(at.errands) == 2


def test_a_wait_from_before_a_restart_goes_on() -> None:
    now_ns = Terminal().now_ns
    at = Technician(until_ns=now_ns + 20 * S).touch(MENU, *"4711", ENTER)
    assert at.errands == []
    assert at.menu.wait_s > 0


def test_a_thousand_wrong_pins_open_nothing() -> None:
    at = Technician().touch(MENU)
    for _ in range(1000):
        for button in (*"0000", ENTER):
            at.t.tell(Tap(button, at.t.now_ns, Source.TOUCH))
        at.t.tell(Attended(PinTried(right=False)))
        assert at.menu.leaf is Leaf.PIN
        at.t.after(0.25)
    assert {str(body["menu"]) for body in at.kept} == {"wrong_pin"}


def test_digits_are_at_least_four_at_most_eight_and_can_be_taken_back() -> None:
    at = Technician().touch(MENU, *"123", ENTER)
    assert at.errands == []
    at.touch(*"456789")
    assert at.menu.digits == 8
    at.touch(ERASE)
    assert at.menu.digits == 7
    at.touch("x", "12", "٣")
    assert at.menu.digits == 7


def test_without_a_pin_there_is_no_menu() -> None:
    at = Technician(items=()).touch(MENU, *"4711", ENTER)
    assert at.menu == Menu()
    assert at.errands == []


def test_items_that_this_terminal_has_not_open_nothing() -> None:
    at = Technician(items=(Leaf.INPUTS,)).enter().touch(Leaf.BRIGHTNESS, Leaf.PIN, "nonsense")
    assert at.menu.leaf is Leaf.MENU


def test_the_pin_is_asked_anew_when_the_page_was_closed_and_not_before() -> None:
    at = Technician().enter().touch(BACK)
    assert at.menu == Menu()
    at.touch(MENU)
    assert at.menu == Menu(Leaf.MENU)
    at.touch(CLOSE)
    assert at.t.shows(ScreenName.IDLE)
    at.t.gesture().tell(Examined(replace(FACTS, items=ITEMS)))
    at.touch(MENU)
    assert at.menu.leaf is Leaf.PIN


def test_an_answer_that_comes_when_the_page_was_opened_anew_lets_nobody_in() -> None:
    at = Technician().touch(MENU, *"4711", ENTER, CLOSE)
    at.t.gesture().tell(Examined(replace(FACTS, items=ITEMS)))
    at.touch(MENU).answer(PinTried(right=True))
    assert at.menu.leaf is Leaf.PIN


@pytest.mark.parametrize("leaf", [Leaf.PIN, *ITEMS[1:]])
def test_every_leaf_leaves_by_itself_after_a_minute(leaf: Leaf) -> None:
    at = Technician()
    if leaf is Leaf.PIN:
        at.touch(MENU, *"47")
    else:
        at.enter().touch(leaf)
    assert at.menu.leaf is leaf
    at.t.after(59.0)
    assert at.t.shows(ScreenName.SERVICE)
    at.t.after(1.5)
    assert at.t.shows(ScreenName.IDLE)
    assert at.t.of(Kind.SERVICE)[-1] == {"page": "closed", "by": "time"}


@pytest.mark.parametrize("leaf", ITEMS)
def test_every_item_that_is_opened_is_an_entry_and_leads_back(leaf: Leaf) -> None:
    at = Technician().enter().touch(leaf)
    assert at.menu.leaf is leaf
    assert {"menu": leaf.value} in at.kept
    at.touch(MENU if leaf is Leaf.STATUS else BACK)
    assert at.menu.leaf is Leaf.MENU


def test_presses_on_the_leaf_of_the_inputs_are_shown_and_kept_as_tests() -> None:
    at = Technician().enter().touch(Leaf.INPUTS)
    for level, source in ((2, Source.GPIO), (4, Source.TOUCH), (2, Source.GPIO)):
        at.t.press(level, source).after(0.6)
    assert at.menu.tried == ((Source.TOUCH, Level.GOOD), (Source.GPIO, Level.POOR))
    assert [body["level"] for body in at.t.of(Kind.TEST)] == [2, 4, 2]
    assert at.t.counted() == {}
    at.touch(BACK)
    at.t.press(1, Source.GPIO)
    assert not at.menu.tried


def test_the_delivery_is_looked_up_and_told() -> None:
    at = Technician().enter().touch(Leaf.DELIVERY)
    assert at.errands[-1] == SeeDelivery()
    assert at.menu.busy
    at.answer(Told(Leaf.DELIVERY, (LINE,)))
    assert (at.menu.lines, at.menu.busy) == ((LINE,), False)


def test_what_comes_for_another_leaf_is_not_shown() -> None:
    at = Technician().enter().touch(Leaf.DELIVERY, BACK, Leaf.RESTART).answer(Told(Leaf.DELIVERY, (LINE,)))
    assert at.menu == Menu(Leaf.RESTART)


def test_an_export_needs_a_stick_and_what_became_of_it_is_an_entry() -> None:
    at = Technician().enter().touch(Leaf.EXPORT).answer(Told(Leaf.EXPORT, (LINE,), offers=False))
    at.touch(RUN)
    assert at.errands[-2:] == [SeeStick(), SeeStick()]
    at.answer(Told(Leaf.EXPORT, (LINE,), offers=True)).touch(RUN, RUN)
    assert at.errands[3:] == [Export()], "a second touch asks for no second export"
    at.answer(Told(Leaf.EXPORT, (LINE,), offers=True, done=True))
    assert at.kept[-1] == {"menu": "export", "done": True}


def test_an_export_that_ends_after_the_page_was_closed_is_an_entry_all_the_same() -> None:
    at = Technician().enter().touch(Leaf.EXPORT).answer(Told(Leaf.EXPORT, (LINE,), offers=True))
    at.touch(RUN, CLOSE).answer(Told(Leaf.EXPORT, (LINE,), done=False))
    assert at.kept[-1] == {"menu": "export", "done": False}
    assert at.t.shows(ScreenName.IDLE)


@pytest.mark.parametrize(("leaf", "least"), [(Leaf.BRIGHTNESS, 10), (Leaf.VOLUME, 0)])
def test_brightness_and_volume_go_by_tens_between_their_ends(leaf: Leaf, least: int) -> None:
    at = Technician().enter().touch(leaf)
    at.touch(MORE)
    assert at.errands[1:] == [SeeSetting(leaf)], "how it is set is not known yet"
    at.answer(Setting(leaf, 95)).touch(MORE, MORE, LESS)
    assert at.errands[2:] == [ChangeSetting(leaf, 100), ChangeSetting(leaf, 90)]
    at.touch(*[LESS] * 12)
    assert at.errands[-1:] == [ChangeSetting(leaf, least)]
    assert at.kept[-1] == {"menu": leaf.value, "percent": least}


def test_the_program_is_started_again_once_and_that_is_an_entry() -> None:
    at = Technician().enter().touch(Leaf.RESTART, RUN, BACK)
    assert [effect for effect in at.t.asked if isinstance(effect, Restart)] == [Restart()]
    assert {"menu": "restart", "done": True} in at.kept


def test_touches_where_the_page_is_not_open_mean_nothing() -> None:
    t = Terminal()
    for button in (MENU, *"4711", ENTER, Leaf.RESTART, RUN, CLOSE):
        t.tell(Tap(button, t.now_ns, Source.TOUCH))
    assert t.shows(ScreenName.IDLE)
    assert t.entries == []
    t.tell(Press(Level.GOOD, Source.TOUCH, t.now_ns))
    assert t.counted() == {1: 4}
