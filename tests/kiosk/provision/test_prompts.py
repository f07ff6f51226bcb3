"""Plain questions in a terminal, and a power cut between any two of them."""

import json
from pathlib import Path

import pytest

from kiosk.config.phrase import Phrase
from kiosk.provision.errors import PartFailed
from kiosk.provision.fakes import FakeEnrolment, FakeMachine
from kiosk.provision.model import STAGES
from kiosk.provision.prompts import Prompts
from kiosk.provision.session import Session
from kiosk.provision.steps import Status, Step
from kiosk.provision.works import Checked, Connect, InputsTried, Online
from tests.kiosk.provision.console import Typist

TYPED = {
    (Step.LANGUAGE, "language"): "1",
    (Step.PANEL, "ruler"): "48",
    (Step.PANEL, "again"): "1",
    (Step.INPUTS, "inputs"): "3",
    (Step.INPUTS, "ready"): "1",
    (Step.NETWORK, "way"): "3",
    (Step.NETWORK, "ssid"): "1",
    (Step.NETWORK, "password"): "mat khau dung",
    (Step.NETWORK, "address"): "1",
    (Step.NETWORK, "proxy"): "1",
    (Step.TIME, "time"): "1",
    (Step.ENROLMENT, "ticket"): "https://danhgia.example.vn",
    (Step.ENROLMENT, "code"): "7K3F-9Q2M-XPTB",
    (Step.ENROLMENT, "keep"): "1",
    (Step.CHECK, "sheet"): "1",
    (None, ""): "1",  # finish
}
"""What a technician types, whatever is asked first."""


class Knowing(Typist):
    """Types what the question is for, so often; then the power fails."""

    def __init__(self, session: Session, answers: int) -> None:
        super().__init__([])
        self.session, self.left = session, answers

    def read(self, prompt: str, *, secret: bool) -> str | None:
        if self.left == 0:
            return None
        self.left -= 1
        state = self.session.state
        self.lines = [TYPED[state.at, state.question]]
        if state.question == "ruler" and state.options["screen.panel_mm"]:
            self.lines = ["1"]  # it has been put right before the power failed
        return super().read(prompt, secret=secret)


def run(tmp_path: Path, machine: FakeMachine, *lines: str) -> Typist:
    console = Typist(list(lines))
    Prompts(Session(tmp_path / "provision.json", machine.ports), console).run()
    return console


def test_the_whole_way_in_plain_questions(tmp_path: Path) -> None:
    machine = FakeMachine()
    session = Session(tmp_path / "provision.json", machine.ports)
    assert Prompts(session, Knowing(session, 100)).run()
    assert {mark.status for mark in session.state.marks.values()} == {Status.DONE}
    assert machine.options.now["screen.panel_mm"] == (209, 131)
    assert machine.options.now["gpio.enabled"] is True
    assert machine.network.connections == [Connect("UBND", "mat khau dung")]
    assert machine.enrolment.now.url == "https://danhgia.example.vn"
    assert machine.check.finished
    assert not machine.panel.shown


@pytest.mark.parametrize("answers", range(18))
def test_a_power_cut_after_any_answer_costs_nothing_that_was_done(tmp_path: Path, answers: int) -> None:
    machine = FakeMachine()
    file = tmp_path / "provision.json"
    session = Session(file, machine.ports)
    Prompts(session, Knowing(session, answers)).run()
    done = {one for one, mark in session.state.marks.items() if mark.status is Status.DONE}

    again = Session(file, machine.ports)
    assert {one for one, mark in again.state.marks.items() if mark.status is Status.DONE} == done
    assert Prompts(again, Knowing(again, 100)).run()
    assert {mark.status for mark in again.state.marks.values()} == {Status.DONE}
    assert machine.check.finished
    assert machine.enrolment.good == set(), "the code was used once"


@pytest.mark.parametrize("number", range(20))
def test_a_power_cut_after_a_work_and_before_it_is_noted_leads_to_the_same_end(
    tmp_path: Path, number: int
) -> None:
    machine = FakeMachine()
    file = tmp_path / "provision.json"
    session = Session(file, machine.ports)
    works = 0
    console = Knowing(session, 100)
    while not session.ended:
        if session.works:
            outcome = session.work()
            works += 1
            if works > number:
                break  # done, and nobody noted it
            session.take(outcome)
        else:
            event = Prompts(session, console)._event(session.page)
            assert event is not None
            session.take(event)
    again = Session(file, machine.ports)
    assert Prompts(again, Knowing(again, 100)).run()
    assert {mark.status for mark in again.state.marks.values()} == {Status.DONE}
    assert machine.options.now["screen.panel_mm"] == (209, 131)
    assert machine.options.now["gpio.enabled"] is True
    assert machine.check.finished
    assert machine.enrolment.good == set()


def test_undoing_after_a_power_cut_still_knows_what_was_there_before(tmp_path: Path) -> None:
    machine = FakeMachine()
    run(tmp_path, machine, "2")  # English
    assert machine.options.now["language"] == "en"
    run(tmp_path, machine, "<", "1", "2")  # to the list, the first step, undo
    assert machine.options.now["language"] == "vi"


def test_the_technician_is_spoken_to_in_the_language_that_he_chose(tmp_path: Path) -> None:
    said = run(tmp_path, FakeMachine(), "2").text
    assert "Xin chọn ngôn ngữ của thiết bị." in said
    assert "Please measure the line with a ruler" in said


def test_a_wrong_password_and_a_login_page_are_told_in_vietnamese_and_typed_unseen(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.network.online = Online.PORTAL
    console = run(
        tmp_path, machine, "1", "1", ">", "1", "3", "1", "mat khau sai", "1", "1", "mat khau dung", "1", "1"
    )
    assert "Mật khẩu Wi-Fi chưa đúng" in console.text
    assert "Thiết bị không thể tự đăng nhập" in console.text
    assert console.secrets == ["mat khau sai", "mat khau dung"]
    assert "mat khau" not in console.text
    assert "mat khau" not in (tmp_path / "provision.json").read_text(encoding="utf-8")


def test_a_button_that_is_not_heard_is_tried_again_or_left_out_with_a_reason(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.inputs.tries = [InputsTried(False, ("! nút bấm: chưa nhận được nút 3",))]
    console = run(tmp_path, machine, "1", "1", "1", "1", "1", ">", "5", "chờ thay nút 3")
    assert "! nút bấm: chưa nhận được nút 3" in console.text
    kept = json.loads((tmp_path / "provision.json").read_bytes())
    assert kept["marks"]["inputs"]["reason"]["values"] == {"text": "chờ thay nút 3"}


def test_a_code_that_has_expired_at_the_last_step_is_asked_anew(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.enrolment.good = {"8K3F-9Q2M-XPTB"}
    skipped = ["1", "1", ">", "2", ">", "2", ">", "2"]
    ticket = "https://danhgia.example.vn {} ab12-cd34-ef56-7890"
    console = run(
        tmp_path, machine, *skipped, ticket.format("7K3F-9Q2M-XPTB"), ticket.format("8K3F-9Q2M-XPTB")
    )
    assert "hết hạn" in console.text
    assert machine.enrolment.now.device


def test_what_is_not_in_order_at_the_end_is_said_and_can_be_left_to_others(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.check.found = [Checked(False, ("✗ Màn hình: không có",))]
    skipped = ["1", "1", ">", "2", ">", "2", ">", "2", ">", "2"]
    console = run(tmp_path, machine, *skipped, "2", "1")
    assert "✗ Màn hình: không có" in console.text
    assert machine.check.finished
    assert machine.check.sheets


def test_an_answer_that_is_none_is_asked_again(tmp_path: Path) -> None:
    console = run(tmp_path, FakeMachine(), "9", "", "x", "²", "9" * 5_000)
    assert console.text.count("Xin chọn một trong các mục này") == 5


def test_what_a_wifi_calls_itself_cannot_confuse_the_terminal(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.network.passwords = {"\x1b[2Jxấu": ""}
    console = run(tmp_path, machine, "1", "1", ">", "1", "3")
    assert "\x1b" not in console.text


def test_a_disk_that_takes_no_note_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    machine = FakeMachine()
    session = Session(blocked / "provision.json", machine.ports)
    assert Prompts(session, Knowing(session, 100)).run()
    assert "cannot be written" in caplog.text


def test_a_part_that_fails_at_once_is_said_and_the_others_go_on(tmp_path: Path) -> None:
    class NoNetwork:
        def see(self, *, scan: bool) -> None:
            del scan
            raise PartFailed(Phrase("{text}", {"text": "không có NetworkManager"}))

    machine = FakeMachine()
    machine.network.see = NoNetwork().see  # type: ignore[assignment, method-assign]
    console = run(tmp_path, machine, "1", "1", ">", "1", ">", "1")
    assert "! không có NetworkManager" in console.text
    assert "2026-11-26" in console.text  # the step of the time


def test_without_a_screen_the_size_is_typed(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.panel.size_px = None
    run(tmp_path, machine, "1", "217x136")
    assert machine.options.now["screen.panel_mm"] == (217, 136)


def test_every_step_has_its_stage() -> None:
    assert set(STAGES) == set(Step)


class Later(FakeEnrolment):
    """Somebody confirms on the telephone after a while; the network is away meanwhile."""

    def __init__(self, *looks: str, waits: bool = False) -> None:
        super().__init__(waits=waits)
        self.looks = list(looks)

    def _reach(self, about: str) -> None:
        look = self.looks.pop(0)
        self.away, self.confirmed = look == "away", look == "confirmed"
        super()._reach(about)


def test_without_a_code_somebody_confirms_by_telephone_and_it_is_noticed(tmp_path: Path) -> None:
    machine = FakeMachine()
    machine.enrolment = Later("no", "away", "away", "no", "confirmed")
    console = Typist(["1", *[">", "1"] * 4, "https://danhgia.example.vn", "1"], patience=9)
    session = Session(tmp_path / "provision.json", machine.ports)
    assert not Prompts(session, console).run()  # the last check is asked, and nobody is there
    assert machine.enrolment.now.url == "https://danhgia.example.vn"
    assert session.state.marks[Step.ENROLMENT].status is Status.DONE
    link = f"https://danhgia.example.vn/admin/k/{'A' * 43}"
    # Shown anew when the network goes and when it comes back, and not for every look.
    assert console.said.count(link) == 3
    assert console.text.count("Không có mạng") == 1
    assert "ab12-cd34-ef56-7890" in console.text


def test_whoever_tires_of_waiting_goes_back_to_the_code(tmp_path: Path) -> None:
    machine = FakeMachine()
    begun = ["1", *[">", "1"] * 4, "https://danhgia.example.vn", "1"]
    console = Typist([*begun, "<", "7K3F-9Q2M-XPTB"], patience=2)
    Prompts(Session(tmp_path / "provision.json", machine.ports), console).run()
    assert machine.enrolment.now.device == "ABCDEFGHJK"


@pytest.mark.parametrize("later", [False, True])
def test_a_terminal_that_is_to_be_accepted_waits_for_that_or_goes_on(tmp_path: Path, later: bool) -> None:
    machine = FakeMachine()
    machine.enrolment = Later("in", "no", "no", *([] if later else ["confirmed"]), waits=True)
    begun = ["1", *[">", "1"] * 4, "https://danhgia.example.vn", "7K3F-9Q2M-XPTB"]
    console = Typist([*begun, *(["2"] if later else [])], patience=2 if later else 9)
    session = Session(tmp_path / "provision.json", machine.ports)
    Prompts(session, console).run()
    assert session.state.marks[Step.ENROLMENT].status is Status.DONE
    assert machine.enrolment.now.waits is later
