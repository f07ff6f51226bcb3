"""The service page: who opens it takes back their own two presses and nobody else's; while it is open nobody votes."""

from dataclasses import asdict

import pytest

from hardware.events import Level, Press, ServiceGesture, Source, Switch, Tap, TroubleKind
from kiosk.app import uncounted
from kiosk.controller.rules import Rules
from kiosk.controller.service import MOST_OWED
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Json, Kind
from kiosk.view import ScreenName, Service
from tests.kiosk.controller.terminal import FACTS, Terminal, hash_of

OPENED: dict[str, Json] = {"page": "opened", "by": "gesture", "source": "gpio"}


def page(t: Terminal) -> Service:
    assert t.shows(ScreenName.SERVICE)
    assert t.view.service is not None
    return t.view.service


def dismiss(t: Terminal) -> Terminal:
    return t.tell(Tap("close", t.now_ns, Source.TOUCH))


# --- what is taken back


def test_the_technicians_own_rating_and_correction_are_taken_back() -> None:
    t = Terminal().hold(1, 5)
    assert [kind for kind, _ in t.entries] == [
        Kind.RATING,
        Kind.CORRECTION,
        Kind.VOID,
        Kind.VOID,
        Kind.SERVICE,
    ]
    assert t.of(Kind.VOID) == [{"of": 1}, {"of": 2}]
    assert t.counted() == {}
    assert t.of(Kind.SERVICE) == [OPENED]


def test_two_presses_at_once_were_refused_and_nothing_is_taken_back() -> None:
    t = Terminal()
    presses = (Press(Level(1), Source.GPIO, t.now_ns), Press(Level(5), Source.GPIO, t.now_ns))
    t.both(1, 5).after(6.0).gesture(*presses, source=Source.GPIO)
    assert t.of(Kind.VOID) == []
    assert t.of(Kind.REFUSED) == [{"counts": {"1": 1, "5": 1}, "ambiguous": 2}]
    assert t.shows(ScreenName.SERVICE)


@pytest.mark.parametrize("before", [1, 2, 3, 4, 5])
def test_the_vote_of_the_citizen_before_stands_with_its_own_level(before: int) -> None:
    """The technician comes within the correction window: their presses are corrections or repeats of that vote."""
    t = Terminal().press(before).after(0.8).hold(1, 5, apart_s=0.9)
    assert t.counted() == {1: before}
    assert len(t.of(Kind.RATING)) == 1


def test_a_citizens_own_correction_between_the_technicians_presses_stands() -> None:
    t = Terminal().press(3).after(0.6)
    first = Press(Level(1), Source.GPIO, t.now_ns)
    t.press(1, Source.GPIO).after(0.6).press(4, Source.TOUCH).after(0.6)
    second = Press(Level(5), Source.GPIO, t.now_ns)
    t.press(5, Source.GPIO).after(6.0).gesture(first, second, source=Source.GPIO)
    assert [body["level"] for body in t.of(Kind.CORRECTION)] == [1, 4, 5]
    assert t.counted() == {1: 4}


def test_a_citizen_who_corrects_the_technicians_rating_has_voted() -> None:
    """The rating is the technician's, the last correction of it somebody else's: what was thanked for stays."""
    t = Terminal()
    first = Press(Level(1), Source.GPIO, t.now_ns)
    t.press(1, Source.GPIO).after(0.6)
    second = Press(Level(5), Source.GPIO, t.now_ns)
    t.press(5, Source.GPIO).after(0.6).press(2, Source.TOUCH).after(6.0)
    t.gesture(first, second, source=Source.GPIO)
    assert t.of(Kind.VOID) == [{"of": 1}, {"of": 2}]
    assert t.counted() == {1: 2}


def test_repeats_stay_counted_as_they_are() -> None:
    t = Terminal().press(3).after(3.5).hold(1, 5)
    assert t.of(Kind.VOID) == []
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"1": 1, "5": 1}}]
    assert t.counted() == {1: 3}


@pytest.mark.parametrize(
    ("level", "source"), [(1, Source.TOUCH), (1, Source.KEY), (1, Source.PAD), (5, Source.GPIO)]
)
def test_only_the_very_presses_of_the_gesture_are_taken_back(level: int, source: Source) -> None:
    """The same level by another wire, and an earlier press of the same button, are somebody else's."""
    t = Terminal(inputs=frozenset(Source)).press(level, source).after(6.0)
    t.hold(1, 5)
    assert t.counted() == {1: level}


@pytest.mark.parametrize("off_ns", [-1, 1])
def test_a_press_of_another_moment_is_not_taken_back(off_ns: int) -> None:
    t = Terminal()
    other = Press(Level(1), Source.GPIO, t.now_ns + off_ns)
    t.press(1, Source.GPIO).after(6.0).gesture(other, source=Source.GPIO)
    assert t.of(Kind.VOID) == []


def test_touch_takes_nothing_back_for_corners_are_no_presses() -> None:
    t = Terminal().press(1).after(7.0).gesture()
    assert t.counted() == {1: 1}
    assert t.of(Kind.SERVICE) == [OPENED | {"source": "touch"}]


def test_the_voids_name_the_entries_by_their_hash() -> None:
    """A ledger that has been replaced meanwhile has another entry under that number."""
    t = Terminal().press(3).after(0.6).hold(1, 5, apart_s=0.6)
    about = {
        draft.body["of"]: draft.about for draft in t.drafts if draft.kind in (Kind.VOID, Kind.CORRECTION)
    }
    assert about == {seq: hash_of(int(str(seq))) for seq in about}
    assert set(about) == {1, 2, 3}


# --- presses that are not stored yet


def test_a_press_that_waits_for_its_turn_is_not_stored_afterwards() -> None:
    t = Terminal(commit_s=7.0).press(3)
    t.after(7.1)
    t.commit_s = None
    first = Press(Level(1), Source.GPIO, t.now_ns)
    t.press(1, Source.GPIO)
    t.gesture(first, source=Source.GPIO)
    t.commit_s = 0.0
    while t.waiting:
        t.answer()
    t.after(100)
    assert t.of(Kind.CORRECTION) == []
    assert t.presses_kept() == 2


def test_a_press_that_is_being_stored_is_taken_back_as_soon_as_it_is() -> None:
    t = Terminal(commit_s=None).hold(1, 5)
    assert t.shows(ScreenName.SERVICE)
    t.commit_s = 0.0
    while t.waiting:
        t.answer()
    t.after(1.0)
    assert t.of(Kind.RATING) == [{"level": 1, "source": "gpio"}]
    assert t.of(Kind.REFUSED) == [{"counts": {"5": 1}, "ambiguous": 0}]
    assert t.counted() == {}
    assert t.shows(ScreenName.SERVICE)
    assert t.acknowledged == []


def test_a_press_that_is_stored_after_all_is_taken_back_as_well() -> None:
    t = Terminal(commit_s=None).hold(1, 5).after(5.0)  # 12 s: the card was given up
    assert page(t).fault is FaultCode.CARD_SLOW
    t.commit_s = 0.0
    t.answer()
    while t.waiting:
        t.answer()
    t.after(1.0)
    assert page(t).fault is None
    assert t.counted() == {}
    assert len(t.of(Kind.VOID)) == 1


def test_a_citizens_press_that_is_being_stored_when_the_page_opens_counts() -> None:
    t = Terminal(commit_s=None).press(4).gesture()
    t.commit_s = 0.0
    while t.waiting:
        t.answer()
    t.after(1.0)
    assert t.counted() == {1: 4}
    assert t.shows(ScreenName.SERVICE)
    assert t.acknowledged == []


def test_a_citizens_correction_that_waits_for_its_turn_when_the_page_opens_is_stored() -> None:
    t = Terminal().press(4).after(0.1).press(2).gesture().after(1.0)
    assert t.counted() == {1: 2}
    assert t.shows(ScreenName.SERVICE)


@pytest.mark.parametrize("code", [FaultCode.DISK_FULL, FaultCode.LEDGER_ERROR])
def test_what_a_broken_disk_does_not_take_is_taken_back_when_it_is_well_again(code: FaultCode) -> None:
    t = Terminal().press(1, Source.GPIO)
    press = Press(Level(1), Source.GPIO, t.now_ns)
    t.after(6.5)
    t.fails = code
    t.gesture(press, source=Source.GPIO)
    assert page(t).fault is code
    assert t.of(Kind.VOID) == []
    t.after(1.0)
    dismiss(t).after(5.0)
    assert t.shows(ScreenName.FAULT)
    t.fails = None
    t.available().after(1.0)
    assert t.of(Kind.VOID) == [{"of": 1}]
    assert [body["page"] for body in t.of(Kind.SERVICE)] == ["opened", "closed"]
    assert t.counted() == {}


def test_what_is_still_to_be_written_at_the_end_of_the_program_is_known() -> None:
    t = Terminal(commit_s=None).press(1, Source.GPIO).answer()
    press = Press(Level(1), Source.GPIO, t.now_ns)
    t.broke(FaultCode.DISK_FULL).after(6.0).gesture(press, source=Source.GPIO)
    assert [draft.kind for draft in uncounted(t.state).drafts()] == [Kind.VOID, Kind.SERVICE]


# --- the page


def test_the_page_says_how_the_machine_and_its_inputs_are() -> None:
    t = Terminal(inputs=frozenset({Source.TOUCH, Source.MOUSE, Source.KEY, Source.GPIO, Source.PAD}))
    t.trouble(TroubleKind.STUCK, Source.GPIO, active=True, level=3)
    t.gesture()
    assert t.examined == 1
    assert page(t).facts == FACTS
    assert page(t).inputs == (
        (Source.TOUCH, None),
        (Source.KEY, None),
        (Source.GPIO, FaultCode.BUTTON_STUCK),
        (Source.PAD, None),
    )
    t.trouble(TroubleKind.LOST, Source.GPIO, active=True)
    assert dict(page(t).inputs)[Source.GPIO] is FaultCode.INPUT_LOST
    t.broke(FaultCode.READ_ONLY)
    assert page(t).fault is FaultCode.READ_ONLY
    t.available()
    assert page(t).fault is None


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_every_press_is_a_test_and_the_page_is_the_same_for_every_level(level: int) -> None:
    t = Terminal().gesture().press(level, Source.GPIO)
    assert page(t).presses == 1
    assert asdict(t.view) == asdict(Terminal().gesture().press(3, Source.GPIO).view)
    t.after(1.0)
    assert t.of(Kind.TEST) == [{"level": level, "source": "gpio"}]
    assert t.counted() == {}
    assert t.heard == []


def test_two_buttons_at_once_are_two_tests() -> None:
    t = Terminal().gesture().both(2, 4).after(1.0)
    assert [body["level"] for body in t.of(Kind.TEST)] == [2, 4]
    assert page(t).presses == 2


def test_presses_between_the_gesture_and_the_closing_are_tests_even_if_they_are_heard_of_later() -> None:
    t = Terminal().gesture().after(1.0)
    made_ns = t.now_ns
    dismiss(t.after(0.04))
    t.tell(Press(Level(2), Source.GPIO, made_ns)).after(1.0)
    assert t.of(Kind.TEST) == [{"level": 2, "source": "gpio"}]
    assert t.shows(ScreenName.IDLE)
    assert t.press(4).counted() == {4: 4}


def test_pounding_on_the_open_page_makes_at_most_two_commits_a_second() -> None:
    t = Terminal(commit_s=0.01).gesture()
    for n in range(200):
        t.press(n % 5 + 1, Source.GPIO).after(0.02)
    t.after(2.0)
    assert t.most_commits_in_a_second() <= 2
    assert len(t.of(Kind.TEST)) == 200


def test_tests_beyond_measure_on_a_card_that_stalls_are_counted() -> None:
    t = Terminal(commit_s=None).gesture().answer()
    for _ in range(MOST_OWED + 200):
        t.press(3, Source.GPIO).after(0.01)
    assert len(t.state.owed) <= MOST_OWED
    t.commit_s = 0.0
    t.after(0.1)
    while t.waiting:
        t.answer()
    dismiss(t).after(70)
    assert t.presses_kept() == MOST_OWED + 200


def test_tests_that_nothing_can_keep_are_counted_as_refused() -> None:
    t = Terminal().broke(FaultCode.DISK_FULL).gesture().press(3, Source.GPIO)
    assert page(t).presses == 1
    t.after(100).available().after(1.0)
    assert t.of(Kind.TEST) == []
    assert t.of(Kind.REFUSED) == [{"counts": {"3": 1}, "ambiguous": 0}]


def test_the_button_closes_it_and_the_next_press_is_a_vote() -> None:
    t = dismiss(Terminal().gesture().after(5.0))
    assert t.shows(ScreenName.IDLE)
    assert t.of(Kind.SERVICE)[1:] == [{"page": "closed", "by": "button"}]
    assert t.press(2).after(1.0).counted() == {3: 2}


def test_the_same_gesture_closes_it_and_its_presses_were_tests() -> None:
    t = Terminal().hold(1, 5).after(3.0).hold(5, 1)
    assert t.shows(ScreenName.IDLE)
    assert len(t.of(Kind.VOID)) == 2
    assert [body["level"] for body in t.of(Kind.TEST)] == [5, 1]
    assert t.after(1.0).of(Kind.SERVICE)[1:] == [{"page": "closed", "by": "gesture", "source": "gpio"}]


def test_it_closes_by_itself_after_a_minute_without_an_input() -> None:
    t = Terminal().gesture().after(59.0).press(3, Source.GPIO).after(59.9)
    assert t.shows(ScreenName.SERVICE)
    t.after(0.1)
    assert t.shows(ScreenName.IDLE)
    assert t.after(1.0).of(Kind.SERVICE)[1:] == [{"page": "closed", "by": "time"}]


def test_it_closes_by_itself_after_ten_minutes_in_any_case() -> None:
    """Citizens who press on without reading must not keep others from voting for ever."""
    t = Terminal().gesture()
    for _ in range(59):
        t.after(10.0).press(4, Source.GPIO)
    assert t.shows(ScreenName.SERVICE)
    t.after(10.0)
    assert t.shows(ScreenName.IDLE)


def test_nothing_of_it_is_closed_twice() -> None:
    t = dismiss(dismiss(Terminal().gesture()))
    assert len(t.after(100).of(Kind.SERVICE)) == 2


def test_it_opens_over_a_fault_and_over_the_start_and_they_go_on_below() -> None:
    t = Terminal(opened=False).gesture()
    assert t.shows(ScreenName.SERVICE)
    t.available()
    assert page(t).fault is None
    assert dismiss(t).shows(ScreenName.IDLE)
    t.broke(FaultCode.DISK_FULL).after(100).gesture()
    assert page(t).fault is FaultCode.DISK_FULL
    assert dismiss(t).shows(ScreenName.FAULT)


def test_the_visit_of_before_is_over_and_its_counts_are_written() -> None:
    t = Terminal().press(4).after(0.5).press(4).after(0.5).gesture()
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"4": 1}}]
    assert dismiss(t.after(0.5)).press(2).counted() == {1: 4, 5: 2}


def test_it_is_in_the_terminals_own_language() -> None:
    t = Terminal(rules=Rules(languages=("vi", "en")))
    t.tell(Switch(t.now_ns, Source.TOUCH))
    assert t.view.language == "en"
    t.gesture()
    assert t.view.language == "vi"
    t.tell(Switch(t.now_ns, Source.GPIO))
    assert t.view.language == "vi"
    assert dismiss(t).view.language == "vi"


def test_the_lights_are_dark_while_it_is_open() -> None:
    t = Terminal().gesture()
    assert not t.glows
    assert dismiss(t).glows


def test_a_chattering_button_does_not_become_well_by_being_tested() -> None:
    t = Terminal()
    for _ in range(31):
        t.press(3, Source.GPIO).after(1.0)
    assert t.view.attention
    t.gesture()
    for _ in range(7):
        t.after(9.0).press(3, Source.GPIO)
    assert dict(page(t).inputs)[Source.GPIO] is FaultCode.BUTTON_CHATTERING


def test_a_gesture_is_not_a_vote_by_any_wire() -> None:
    for source in (Source.GPIO, Source.PAD, Source.TOUCH):
        t = Terminal().tell(ServiceGesture(source, 1000))
        assert t.presses_kept() == 0
