"""Another language: for the citizen who asked for it, and back for the next."""

from hardware.events import Switch
from kiosk.controller.rules import Rules
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Kind
from kiosk.view import ScreenName
from tests.kiosk.controller.terminal import Terminal

TWO = Rules(languages=("vi", "en"))
THREE = Rules(languages=("vi", "en", "km"))


def switched(t: Terminal) -> Terminal:
    return t.tell(Switch(t.now_ns))


def test_the_languages_follow_each_other_and_the_first_comes_again() -> None:
    t = Terminal(rules=THREE)
    assert [switched(t).view.language for _ in range(4)] == ["en", "km", "vi", "en"]


def test_a_switch_is_no_rating_and_leaves_the_screen_what_it_is() -> None:
    t = switched(Terminal(rules=TWO))
    assert t.shows(ScreenName.IDLE)
    assert not t.entries


def test_without_a_visit_the_own_language_comes_back_after_half_a_minute() -> None:
    t = switched(Terminal(rules=TWO)).after(29.9)
    assert t.view.language == "en"
    assert t.after(0.2).view.language == "vi"


def test_a_visit_keeps_its_language_and_its_end_brings_the_own_one_back() -> None:
    t = switched(Terminal(rules=TWO)).after(28.0).press(4)
    assert (t.view.name, t.view.language) == (ScreenName.THANKED, "en")
    assert t.after(4.9).view.language == "en"
    assert t.after(0.2).view.language == "vi"


def test_who_pounds_for_minutes_is_thanked_in_one_language() -> None:
    t = switched(Terminal(rules=TWO))
    for _ in range(60):
        assert t.press(3).after(1.0).view.language == "en"
    assert t.after(5.0).view.language == "vi"


def test_the_next_citizen_may_switch_before_the_visit_before_is_over() -> None:
    t = Terminal(rules=TWO).press(4).after(4.0)
    switched(t).after(2.0)
    assert t.of(Kind.RATING)
    assert t.view.language == "en"


def test_switching_back_needs_no_waiting() -> None:
    t = switched(switched(Terminal(rules=TWO)))
    assert t.view.language == "vi"
    assert t.after(60.0).changes == 3


def test_where_nobody_can_vote_nobody_switches() -> None:
    t = switched(Terminal(rules=TWO).broke(FaultCode.DISK_FULL))
    assert t.view.language == "vi"


def test_a_terminal_with_one_language_keeps_it() -> None:
    assert switched(Terminal(rules=Rules(languages=("en",)))).view.language == "en"
