"""A disk that stalls or refuses: nothing is promised, nothing is forgotten."""

from hardware.events import Level, Press, Source, TroubleKind
from kiosk.controller.rules import S
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Kind
from kiosk.view import ScreenName
from tests.kiosk.controller.terminal import Terminal

WEEKEND_S = 60 * 60 * 60


def test_a_card_that_stalls_four_seconds_asks_to_wait_and_then_thanks() -> None:
    t = Terminal(commit_s=4.0).press(4).after(2.9)
    assert t.shows(ScreenName.SAVING)
    assert t.after(0.2).shows(ScreenName.WAIT)
    assert t.view.pressed == 4
    assert t.after(1.0).shows(ScreenName.THANKED)


def test_a_card_that_stalls_twelve_seconds_is_a_fault_and_the_late_vote_counts_without_thanks() -> None:
    t = Terminal(commit_s=12.0).press(4).after(10.1)
    assert t.shows(ScreenName.FAULT)
    assert t.view.fault == FaultCode.CARD_SLOW
    t.after(2.0)
    assert t.shows(ScreenName.IDLE)
    assert t.of(Kind.RATING) == [{"level": 4, "source": "touch"}]
    assert ScreenName.THANKED not in [view.name for view in t.seen]
    t.after(20)
    assert t.of(Kind.FAULT) == [{"code": "D4", "active": True}, {"code": "D4", "active": False}]


def test_counts_of_a_visit_that_a_slow_card_ended_are_written_when_it_answers() -> None:
    t = Terminal().press(1)
    t.commit_s = 12.0
    t.press(1).press(2).after(100)
    assert t.of(Kind.CORRECTION) == [{"of": 1, "level": 2, "source": "touch"}]
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"1": 1}}]


def test_presses_while_a_vote_is_being_saved_are_refused_and_counted() -> None:
    t = Terminal(commit_s=4.0).press(4).after(1.0).press(2).after(1.0).press(2).after(20)
    assert len(t.of(Kind.RATING)) == 1
    assert t.of(Kind.REFUSED) == [{"counts": {"2": 2}, "ambiguous": 0}]


def test_a_refused_store_is_a_fault_and_never_a_thank_you() -> None:
    t = Terminal(fails=FaultCode.DISK_FULL).press(4)
    assert t.shows(ScreenName.FAULT)
    assert t.view.fault == FaultCode.DISK_FULL
    assert ScreenName.THANKED not in [view.name for view in t.seen]


def test_when_the_disk_recovers_the_refused_press_is_counted_and_the_next_vote_is_stored() -> None:
    t = Terminal(fails=FaultCode.READ_ONLY).press(4).after(2).press(5).after(2)
    t.fails = None
    t.available()
    assert t.shows(ScreenName.IDLE)
    assert t.of(Kind.REFUSED) == [{"counts": {"4": 1, "5": 1}, "ambiguous": 0}]
    assert t.press(3).of(Kind.RATING) == [{"level": 3, "source": "touch"}]


def test_a_vote_that_reached_the_disk_after_all_is_a_rating_and_nothing_else() -> None:
    t = Terminal(commit_s=None).press(4)
    _, request = t.waiting[0]
    t.answer(FaultCode.LEDGER_ERROR)
    assert t.shows(ScreenName.FAULT)
    t._answer(request, None)  # late
    t.commit_s = 0.0
    t.available()
    assert t.of(Kind.RATING) == [{"level": 4, "source": "touch"}]
    assert t.of(Kind.REFUSED) == []
    assert ScreenName.THANKED not in [view.name for view in t.seen]


def test_outages_leave_nothing_behind_in_memory() -> None:
    t = Terminal()
    for _ in range(100):
        t.fails = FaultCode.DISK_FULL
        t.press(4).after(6)
        t.fails = None
        t.available().after(6)
    assert not t.state.flights
    assert t.presses_kept() == 100


def test_counts_that_could_not_be_written_are_written_later() -> None:
    t = Terminal().press(4).after(1.0).press(4)
    t.fails = FaultCode.READ_ONLY
    t.after(10)
    assert t.shows(ScreenName.FAULT)
    t.fails = None
    t.available()
    assert t.of(Kind.REPEAT) == [{"of": 1, "counts": {"4": 1}}]
    assert t.presses_kept() == 2


def test_a_correction_that_cannot_be_stored_is_counted_and_the_first_level_stands() -> None:
    t = Terminal().press(4).after(1.0)
    t.fails = FaultCode.DISK_FULL
    t.press(2)
    assert t.shows(ScreenName.FAULT)
    t.fails = None
    t.available()
    assert t.of(Kind.RATING) == [{"level": 4, "source": "touch"}]
    assert t.of(Kind.CORRECTION) == []
    assert t.presses_kept() == 2


def test_a_correction_waiting_for_its_turn_when_the_disk_breaks_is_counted() -> None:
    t = Terminal().press(4).after(0.1).press(2)
    t.broke(FaultCode.DISK_FULL).available().after(10)
    assert t.presses_kept() == 2


def test_on_a_full_disk_refused_presses_are_written_into_the_room_of_the_ballast() -> None:
    t = Terminal().broke(FaultCode.DISK_FULL).press(4).after(70)
    assert t.of(Kind.REFUSED) == [{"counts": {"4": 1}, "ambiguous": 0}]
    assert t.shows(ScreenName.FAULT)


def test_two_buttons_at_once_store_nothing_and_are_counted_in_the_next_refused() -> None:
    t = Terminal().both(2, 4)
    assert t.shows(ScreenName.AMBIGUOUS)
    assert t.after(2.5).shows(ScreenName.IDLE)
    t.after(10)
    assert t.of(Kind.RATING) == []
    assert t.of(Kind.REFUSED) == [{"counts": {"2": 1, "4": 1}, "ambiguous": 2}]


def test_after_two_buttons_at_once_one_button_votes_at_once() -> None:
    assert Terminal().both(2, 4).after(0.5).press(4).shows(ScreenName.THANKED)


def test_thirty_repeats_in_a_minute_from_one_button_are_a_fault_of_that_button_only() -> None:
    t = Terminal().press(1, Source.GPIO)
    for _ in range(40):
        t.after(1.0).press(1, Source.GPIO)
    assert t.view.attention
    assert t.of(Kind.FAULT) == [{"code": "H3", "active": True, "source": "gpio", "level": 1}]
    t.after(6).press(5, Source.GPIO)
    assert t.of(Kind.RATING)[-1]["level"] == 5


def test_touch_and_keys_never_chatter() -> None:
    t = Terminal().press(1)
    for _ in range(100):
        t.after(0.5).press(1)
    assert t.of(Kind.FAULT) == []


def test_a_chattering_button_is_believed_again_after_a_minute_of_quiet() -> None:
    t = Terminal().press(1, Source.PAD)
    for _ in range(32):
        t.after(1.0).press(1, Source.PAD)
    assert t.after(59).view.attention
    assert not t.after(1).view.attention
    ratings = len(t.of(Kind.RATING))
    assert len(t.press(1, Source.PAD).of(Kind.RATING)) == ratings + 1


def test_a_contact_that_chatters_all_weekend_leaves_few_entries_and_hinders_nobody() -> None:
    t = Terminal()
    for n in range(WEEKEND_S // 2):
        t.press(3, Source.GPIO).after(2.0)
        if n % 18_000 == 9_000:
            t.press(5, Source.GPIO)
    t.after(120)
    assert t.presses_kept() == WEEKEND_S // 2 + 6
    assert [body["level"] for body in t.of(Kind.RATING)].count(5) == 6
    assert [body["level"] for body in t.of(Kind.RATING)].count(3) == 1
    assert len(t.entries) < WEEKEND_S / 60 + 100


def test_a_lost_pad_beside_a_touch_screen_is_a_quiet_mark() -> None:
    t = Terminal(inputs=frozenset({Source.TOUCH, Source.PAD}))
    t.trouble(TroubleKind.LOST, Source.PAD, active=True)
    assert t.shows(ScreenName.IDLE)
    assert t.view.attention
    assert not t.trouble(TroubleKind.LOST, Source.PAD, active=False).view.attention
    assert [body["active"] for body in t.of(Kind.FAULT)] == [True, False]


def test_a_terminal_that_has_lost_its_only_input_says_so() -> None:
    t = Terminal(inputs=frozenset({Source.PAD}))
    t.trouble(TroubleKind.LOST, Source.PAD, active=True)
    assert t.shows(ScreenName.FAULT)
    assert t.view.fault == FaultCode.NO_INPUT
    assert t.trouble(TroubleKind.LOST, Source.PAD, active=False).shows(ScreenName.IDLE)


def test_a_plug_that_wobbles_does_not_fill_the_ledger() -> None:
    t = Terminal(inputs=frozenset({Source.TOUCH, Source.PAD}))
    for _ in range(600):
        t.trouble(TroubleKind.LOST, Source.PAD, active=True).after(0.5)
        t.trouble(TroubleKind.LOST, Source.PAD, active=False).after(0.5)
    assert len(t.of(Kind.FAULT)) <= 2 * 11


def test_a_stuck_button_is_told_once_and_the_others_go_on() -> None:
    t = Terminal().press(2, Source.GPIO).after(30)
    t.trouble(TroubleKind.STUCK, Source.GPIO, active=True, level=2)
    t.trouble(TroubleKind.STUCK, Source.GPIO, active=True, level=2)
    assert t.of(Kind.FAULT) == [{"code": "H2", "active": True, "source": "gpio", "level": 2}]
    assert t.press(5, Source.GPIO).shows(ScreenName.THANKED)


def test_a_press_with_a_time_before_the_last_one_is_of_the_same_visit() -> None:
    t = Terminal().press(4)
    t.tell(Press(Level.POOR, Source.GPIO, t.now_ns - 1 * S)).after(10)
    assert len(t.of(Kind.RATING)) == 1
    assert t.presses_kept() == 2
