"""The whole of provisioning as a technician lives it, without a terminal."""

import unicodedata
from dataclasses import replace

import pytest

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.model import OPTIONS, begin, page_of, step
from kiosk.provision.saved import Saved, encoded, saved_of
from kiosk.provision.steps import Answer, Back, Event, Mark, Skip, State, Status, Step
from kiosk.provision.works import (
    Checked,
    Connect,
    Disconnect,
    Done,
    Enrol,
    Enrolment,
    Failed,
    Finish,
    HidePanel,
    InputsTried,
    Network,
    Online,
    OptionsSet,
    Outcome,
    Panel,
    SetOptions,
    SetTime,
    SheetWritten,
    Time,
    Wifi,
    Work,
    WriteSheet,
)

BUILT_IN: dict[str, Value] = {
    "language": "vi",
    "screen.panel_mm": (),
    "screen.rotation": 0,
    "inputs.touch": True,
    "inputs.keyboard": True,
    "gpio.enabled": False,
    "pad.enabled": False,
    "pad.port": "",
    "sync.proxy": "",
}
NAMES = {"vi": "Tiếng Việt", "en": "English"}
BY_CABLE = Network(Online.YES, "ethernet", address="192.168.1.7/24", has_wifi=True)
IN_THE_AIR = replace(BY_CABLE, wifi=(Wifi("UBND", 80, True), Wifi("Khách", 30, False)))
WELL = Checked(True, ("✓ Sổ: tốt",), (Phrase("{text}", {"text": "hailong 0.1.0"}),))


class Technician:
    """Answers, and does what is to be done with what is expected to come of it."""

    def __init__(self, at: Step | None = Step.LANGUAGE, **options: Value) -> None:
        self.state, self.works = begin({}, {}, at, BUILT_IN | options, NAMES)
        self.done: list[Work] = []

    def says(self, *events: Event) -> "Technician":
        for event in events:
            self.state, self.works = step(self.state, event)
            self._set()
        return self

    def answers(self, *values: str) -> "Technician":
        return self.says(*(Answer(value) for value in values))

    def _set(self) -> None:
        """Options are always written."""
        self.done += self.works
        while self.works and isinstance(self.works[-1], SetOptions):
            self.state, self.works = step(self.state, OptionsSet(self.works[-1].values))
            self.done += self.works

    def todo(self) -> tuple[Work, ...]:
        return self.works

    @property
    def question(self) -> tuple[Step | None, str]:
        return self.state.at, self.state.question

    def status(self, one: Step) -> Status:
        return self.state.marks[one].status


def test_a_terminal_is_set_up_from_the_first_step_to_the_last() -> None:
    t = Technician()
    t.answers("vi").says(Panel((1280, 800), 0.17))
    t.answers("right").says(Done())
    t.answers("gpio", "begin").says(InputsTried(True, ("✓ nút: đủ cả năm",)))
    t.says(BY_CABLE).answers("keep", "none")
    t.says(Time("26/11/2026 14:05", True)).answers("right")
    t.says(Enrolment()).answers("https://danhgia.example.vn", "7K3F-9Q2M-XPTB")
    assert t.todo() == (Enrol("https://danhgia.example.vn 7K3F-9Q2M-XPTB"),)
    t.says(Enrolment("https://danhgia.example.vn", "ABCDEFGHJK", ("Được công nhận",)))
    t.says(WELL)
    assert isinstance(t.todo()[0], WriteSheet)
    t.says(SheetWritten(("/var/lib/hailong/ket-qua.txt",))).answers("accept")
    assert {mark.status for mark in t.state.marks.values()} == {Status.DONE}
    assert t.answers("finish").todo() == (Finish(),)
    assert t.says(Done()).state.ended


@pytest.mark.parametrize("one", list(Step))
def test_every_step_can_be_left_out_with_a_reason_and_the_next_one_comes(one: Step) -> None:
    t = Technician(one).says(Done())
    if t.state.work is not None or not t.state.question:
        t = Technician(one).says(_found(one))
    t.says(Skip())
    assert t.question == (one, "skip")
    t.answers("later")
    assert t.status(one) is Status.SKIPPED
    assert t.state.marks[one].reason == Phrase("Is done later")
    assert t.state.at is (None if one is Step.CHECK else list(Step)[list(Step).index(one) + 1])


def _found(one: Step) -> Outcome:
    found: dict[Step, Outcome] = {
        Step.PANEL: Panel(None),
        Step.NETWORK: BY_CABLE,
        Step.TIME: Time("26/11/2026 14:05", False),
        Step.ENROLMENT: Enrolment(),
        Step.CHECK: WELL,
    }
    return found.get(one, Done())


def test_a_reason_is_not_left_out() -> None:
    t = Technician(Step.INPUTS).says(Skip()).answers("other", "  ")
    assert t.question == (Step.INPUTS, "skip_typed")
    assert t.state.problem is not None
    t.answers(unicodedata.normalize("NFD", "chờ nút bấm"))  # as some keyboards write it
    assert t.state.marks[Step.INPUTS].reason == Phrase("{text}", {"text": "chờ nút bấm"})


def test_a_step_is_repeated_and_undone_from_the_list_and_options_are_as_before() -> None:
    t = Technician().answers("en")
    assert t.state.options["language"] == "en"
    t.says(Panel((1280, 800), 0.17), Back()).answers("language", "undo")
    assert t.state.options["language"] == "vi"
    assert t.status(Step.LANGUAGE) is Status.OPEN
    t.answers("language", "en", "right")  # the screen's step follows
    assert t.status(Step.LANGUAGE) is Status.DONE


def test_undoing_goes_back_to_what_was_there_before_the_first_time() -> None:
    t = Technician().answers("en").says(Panel(None), Back())
    t.answers("language", "repeat", "vi").says(Panel(None), Back())
    t.answers("language", "repeat", "en").says(Panel(None), Back())
    t.answers("language", "undo")
    assert t.state.options["language"] == "vi"


def test_undoing_the_network_takes_the_connection_and_the_proxy_back() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("ethernet", "automatic", "http://10.0.0.1:3128")
    assert t.todo() == (Connect(),)
    t.says(BY_CABLE)
    assert t.status(Step.NETWORK) is Status.DONE
    t.says(Time("x", True), Back()).answers("network", "undo")
    assert t.todo() == (Disconnect(),)
    t.says(Done())
    assert t.state.options["sync.proxy"] == ""
    assert t.status(Step.NETWORK) is Status.OPEN


def test_what_was_checked_is_open_again_when_something_changes_afterwards() -> None:
    t = Technician(Step.CHECK).says(WELL, SheetWritten(("x",))).answers("accept")
    assert t.status(Step.CHECK) is Status.DONE
    t.answers("language", "en")
    assert t.status(Step.CHECK) is Status.OPEN


def test_a_line_that_is_too_short_makes_the_panel_larger_and_is_measured_again() -> None:
    t = Technician(Step.PANEL).says(Panel((1280, 800), 0.17))
    assert page_of(t.state).ruler_mm_per_px == 0.17
    t.answers("40,0")
    assert t.state.options["screen.panel_mm"] == (174, 109)
    t.says(Panel((1280, 800), 0.136))
    assert t.question == (Step.PANEL, "again")
    t.answers("right")
    assert t.status(Step.PANEL) is Status.DONE
    assert HidePanel() in t.done


@pytest.mark.parametrize("typed", ["", "fifty", "5", "900", "-50", "50 50"])
def test_a_length_that_cannot_be_is_asked_again(typed: str) -> None:
    t = Technician(Step.PANEL).says(Panel((1280, 800), 0.17)).answers(typed)
    assert t.state.problem is not None
    assert t.question == (Step.PANEL, "ruler")
    assert not t.todo()


def test_without_a_screen_in_reach_the_size_is_typed() -> None:
    t = Technician(Step.PANEL).says(Panel(None)).answers("217")
    assert t.state.problem is not None
    t.answers("217 x 136 mm")
    assert t.state.options["screen.panel_mm"] == (217, 136)
    assert t.status(Step.PANEL) is Status.DONE


def test_a_button_that_was_not_heard_is_tried_again() -> None:
    t = Technician(Step.INPUTS).answers("as_it_is", "begin").says(InputsTried(False, ("! nút 3",)))
    assert t.question == (Step.INPUTS, "missing")
    assert t.answers("again").says(InputsTried(True, ())).status(Step.INPUTS) is Status.DONE


def test_a_pad_is_asked_for_its_port() -> None:
    t = Technician(Step.INPUTS).answers("pad", "/dev/ttyUSB0")
    assert t.state.options["pad.port"] == "/dev/ttyUSB0"
    assert t.question == (Step.INPUTS, "ready")


def test_a_wrong_wifi_password_is_asked_again_and_nothing_else() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("wifi").says(IN_THE_AIR)
    t.answers("=UBND", "mat khau sai", "automatic", "none")
    assert t.todo() == (Connect("UBND", "mat khau sai"),)
    wrong = Phrase("The password of the Wi-Fi is not right.")
    t.says(Failed(wrong, "password"))
    assert t.question == (Step.NETWORK, "password")
    assert page_of(t.state).problem == wrong
    t.answers("mat khau dung", "automatic", "none")
    assert t.todo() == (Connect("UBND", "mat khau dung"),)
    assert t.says(replace(BY_CABLE, way="wifi", name="UBND")).status(Step.NETWORK) is Status.DONE


def test_an_open_wifi_is_asked_no_password_and_a_login_page_is_told_plainly() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("wifi").says(IN_THE_AIR)
    t.answers("=Khách", "automatic", "none").says(replace(BY_CABLE, online=Online.PORTAL))
    assert t.question == (Step.NETWORK, "portal")
    assert "login" in page_of(t.state).lines[0].msgid
    t.answers("again").says(BY_CABLE)
    assert t.status(Step.NETWORK) is Status.DONE


def test_a_hidden_wifi_with_a_fixed_address() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("wifi").says(IN_THE_AIR)
    t.answers("other", "Nội bộ", "12345678", "fixed", "10.1.2.3")
    assert t.question == (Step.NETWORK, "fixed")
    t.answers("10.1.2.3/24", "10.1.9.1")
    assert t.question == (Step.NETWORK, "gateway")
    t.answers("10.1.2.1", "10.1.2.1 8.8.8.8", "none")
    assert t.todo() == (Connect("Nội bộ", "12345678", True, "10.1.2.3/24", "10.1.2.1", "10.1.2.1,8.8.8.8"),)


def test_a_proxy_with_a_password_is_refused_as_the_configuration_does() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("keep", "http://an:mat@10.0.0.1:3128")
    assert t.question == (Step.NETWORK, "proxy")
    assert t.state.problem is not None


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("26/11/2026 14:05", "2026-11-26 14:05:00"),
        ("2026-11-26 9:05", "2026-11-26 09:05:00"),
        ("14h05 26/11/2026", "2026-11-26 14:05:00"),
        ("31/2/2026 10:00", None),
        ("26/11/1999 14:05", None),
        ("hôm nay", None),
    ],
)
def test_the_time_is_typed_as_people_write_it(typed: str, moment: str | None) -> None:
    t = Technician(Step.TIME).says(Time("1970", False)).answers("wrong", typed)
    assert t.todo() == (() if moment is None else (SetTime(moment),))
    assert (t.state.problem is None) is (moment is not None)


def test_a_code_that_has_expired_at_the_last_step_leaves_everything_and_is_asked_anew() -> None:
    t = Technician().answers("vi").says(Panel(None), Skip()).answers("later")
    t.says(Skip()).answers("later").says(BY_CABLE).answers("keep", "none")
    t.says(Time("x", True)).answers("right").says(Enrolment())
    before = t.state.marks
    t.answers("https://danhgia.example.vn 7K3F-9Q2M-XPTB ab12-cd34-ef56-7890")
    expired = Phrase(
        "The code was not taken. Please compare it with the sheet, letter by letter, and type it again. Where it is "
        "the same there, it has been used or has expired: please ask the administrator for a new one."
    )
    t.says(Failed(expired))
    assert t.question == (Step.ENROLMENT, "ticket")
    assert page_of(t.state).problem == expired
    assert t.state.marks == before
    t.answers("https://danhgia.example.vn 8K3F-9Q2M-XPTB").says(
        Enrolment("https://d.vn", "ABCDEFGHJK", ("x",))
    )
    assert t.status(Step.ENROLMENT) is Status.DONE


def test_a_terminal_that_belongs_somewhere_is_left_there_or_asked_how_it_leaves() -> None:
    belongs = Enrolment("https://d.vn", "ABCDEFGHJK")
    assert Technician(Step.ENROLMENT).says(belongs).answers("keep").status(Step.ENROLMENT) is Status.DONE
    for answer, flags in (("replace", (True, False)), ("repaired", (False, True))):
        t = Technician(Step.ENROLMENT).says(belongs).answers(answer, "https://d.vn 7K3F9Q2MXPTB")
        assert t.todo() == (Enrol("https://d.vn 7K3F9Q2MXPTB", *flags),)


def test_the_way_back_goes_question_by_question_and_out_of_the_step() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("ethernet", "fixed", "10.1.2.3/24")
    walked = []
    for _ in range(4):
        walked.append(t.question)
        t.says(Back())
    assert walked == [(Step.NETWORK, q) for q in ("gateway", "fixed", "address", "way")]
    assert t.question == (None, "")


def test_a_work_that_fails_before_anything_was_asked_says_why_and_the_step_can_be_left_out() -> None:
    why = Phrase("The network cannot be seen.")
    t = Technician(Step.NETWORK).says(Failed(why))
    assert t.question == (Step.NETWORK, "broken")
    assert page_of(t.state).problem == why
    t.answers("repeat").says(Failed(why), Skip()).answers("later")
    assert t.status(Step.NETWORK) is Status.SKIPPED


def test_what_cannot_be_taken_back_is_said_in_the_list() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("keep", "none")
    t.says(Time("x", True), Back()).answers("network", "undo").says(Failed(Phrase("The network is gone.")))
    assert t.question == (None, "")
    assert page_of(t.state).problem == Phrase("The network is gone.")


def test_while_something_is_done_nothing_can_be_answered() -> None:
    t = Technician(Step.NETWORK)
    before = t.state
    assert page_of(before).busy
    assert t.says(Answer("ethernet"), Skip(), Back()).state == before


def test_something_that_is_no_choice_is_asked_again() -> None:
    t = Technician().answers("fr")
    assert t.question == (Step.LANGUAGE, "language")
    assert t.state.problem is not None


def test_a_password_or_a_code_reaches_neither_the_file_nor_a_log() -> None:
    t = Technician(Step.NETWORK).says(BY_CABLE).answers("wifi").says(IN_THE_AIR)
    t.answers("=UBND", "rất bí mật 1", "automatic", "none")
    assert b"b\xc3\xad m\xe1\xba\xadt" not in encoded(saved_of(t.state))
    assert "bí mật" not in repr(t.state) + repr(t.works) + repr(Answer("rất bí mật"))


def test_the_options_of_the_model_are_all_that_its_steps_set() -> None:
    assert set(BUILT_IN) == set(OPTIONS)


def test_provisioning_goes_on_after_a_power_cut_with_the_step_that_was_taken() -> None:
    t = Technician().answers("en").says(Panel((1280, 800), 0.17)).answers("right").says(Done())
    saved = saved_of(t.state)
    state, works = begin(saved.marks, saved.options, saved.at, t.state.options, NAMES)
    assert (state.at, state.question, works) == (Step.INPUTS, "inputs", ())
    assert state.marks == t.state.marks
    assert state.before == t.state.before


def test_a_terminal_that_was_seen_to_begins_with_the_list() -> None:
    marks = {one: Mark(Status.DONE) for one in Step}
    state, works = begin(marks, {}, None, BUILT_IN, NAMES)
    assert (state.at, works) == (None, ())
    assert page_of(state).choices[0].key == "finish"


def test_nothing_saved_is_a_beginning() -> None:
    saved = Saved()
    state, _ = begin(saved.marks, saved.options, saved.at, BUILT_IN, NAMES)
    assert state.at is Step.LANGUAGE


def test_a_state_without_steps_has_a_page_all_the_same() -> None:
    assert page_of(State({one: Mark() for one in Step})).title


@pytest.mark.parametrize(("points", "rotation"), [("right", 270), ("left", 90), ("down", 180)])
@pytest.mark.parametrize("before", [0, 90, 180, 270])
def test_a_panel_that_hangs_another_way_is_turned_until_the_arrow_points_up(
    before: int, points: str, rotation: int
) -> None:
    t = Technician(Step.PANEL, **{"screen.rotation": before})
    t.says(Panel((1280, 800), 0.17)).answers("turn")
    assert page_of(t.state).arrow
    t.answers(points)
    assert SetOptions({"screen.rotation": (before + rotation) % 360}) in t.done
    t.says(Panel((1280, 800), 0.17))
    assert page_of(t.state).arrow  # asked anew, on the turned picture
    assert t.answers("up").question == (Step.PANEL, "ruler")


def test_what_is_set_now_is_offered_once_and_first() -> None:
    as_set = Technician(Step.INPUTS, **{"inputs.keyboard": False})
    keys = [choice.key for choice in page_of(as_set.state).choices]
    assert keys[0] == "touch"
    assert len(set(keys)) == len(keys) == 5
    other = Technician(Step.INPUTS)
    assert page_of(other.state).choices[0].key == "as_it_is"
