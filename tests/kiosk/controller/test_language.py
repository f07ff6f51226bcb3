"""Another language: for the citizen who asked for it, and back for the next."""

from hardware.events import Source, Switch, TroubleKind
from kiosk.controller.rules import Rules
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Kind
from kiosk.view import ScreenName
from tests.kiosk.controller.terminal import Terminal

TWO = Rules(languages=("vi", "en"))
THREE = Rules(languages=("vi", "en", "km"))


def switched(t: Terminal) -> Terminal:
    return t.tell(Switch(t.now_ns, Source.TOUCH))


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


def test_a_sixth_button_that_chatters_is_a_quiet_fault_of_its_own_and_the_screen_keeps_still() -> None:
    t = Terminal(rules=TWO)
    for _ in range(30):
        t.tell(Switch(t.now_ns, Source.PAD)).after(0.2)
    assert [body["code"] for body in t.of(Kind.FAULT)] == ["H3"]
    assert "level" not in t.of(Kind.FAULT)[0]
    assert t.view.attention
    changes = t.changes
    for _ in range(1000):
        t.tell(Switch(t.now_ns, Source.PAD)).after(0.2)
    assert t.changes <= changes + 1, "the own language came back, once"
    t.press(4, Source.PAD)
    assert t.shows(ScreenName.THANKED)
    t.after(61.0).tell(Switch(t.now_ns, Source.PAD))
    assert (t.view.language, t.view.attention) == ("en", False)
    assert [body["active"] for body in t.of(Kind.FAULT)] == [True, False]


def test_glass_and_keys_never_chatter() -> None:
    for source in (Source.TOUCH, Source.MOUSE, Source.KEY):
        t = Terminal(rules=TWO)
        for _ in range(200):
            t.tell(Switch(t.now_ns, source)).after(0.1)
        assert not t.entries


def test_a_stuck_sixth_button_is_told_without_a_level_and_ends() -> None:
    t = Terminal(rules=TWO).trouble(TroubleKind.STUCK, Source.GPIO, active=True)
    marks = [t.view.attention]
    t.press(5).after(10.0).trouble(TroubleKind.STUCK, Source.GPIO, active=False)
    assert [*marks, t.view.attention] == [True, False]
    assert t.of(Kind.FAULT) == [
        {"code": "H2", "active": active, "source": "gpio"} for active in (True, False)
    ]
    assert len(t.of(Kind.RATING)) == 1
