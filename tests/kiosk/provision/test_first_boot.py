"""What a boot partition or a stick brings, whatever it is like and whenever the power fails."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kiosk.config.load import load
from kiosk.ledger.disk import replace_file
from kiosk.ledger.membership import Enrolment, Membership
from kiosk.provision.first_boot import (
    AUTHORITY,
    KEPT_AUTHORITY,
    NOTE,
    OPTIONS,
    RESULT,
    TICKET,
    FirstBoot,
    wipe,
)
from kiosk.provision.processes import Ran
from kiosk.provision.saved import MARKER
from tests.kiosk.fakes import FakeClock
from tests.sync.certificates import Authority

TEXT = "https://danhgia.example.vn 7K3F9Q2MXPTB ab12cd34ef567890\n"
BROUGHT = '[texts]\nunit = "UBND phường Sông Công"\n[screen]\nrotation = 90\n'
REFUSED = "Mã không đúng, đã dùng rồi hoặc đã hết hạn."


class Cut(Exception):
    """The power fails."""


@dataclass
class Box:
    """A terminal and a stick.

    Attributes:
        used: The tickets that the server has seen.
        answer: Instead of taking the ticket.
        cut_after_enrolling: The power fails before the command has ended.
    """

    root: Path
    used: list[bytes] = field(default_factory=list)
    answer: Ran | None = None
    cut_after_enrolling: bool = False

    def __post_init__(self) -> None:
        for name in ("stick", "etc", "data"):
            (self.root / name).mkdir()
        self.config.write_text("[inputs]\nkeyboard = false  # như đã cài\n", encoding="utf-8")

    @property
    def stick(self) -> Path:
        return self.root / "stick"

    @property
    def config(self) -> Path:
        return self.root / "etc" / "hailong.toml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    def brings(self, ticket: bytes | str | None = TEXT, options: bytes | str | None = None) -> "Box":
        for name, content in ((TICKET, ticket), (OPTIONS, options)):
            if content is not None:
                (self.stick / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def enrol(self, ticket: Path) -> Ran:
        self.used.append(ticket.read_bytes())
        if self.answer is not None:
            return self.answer
        membership = Membership(self.data / "ledger")
        (self.data / "ledger").mkdir(exist_ok=True)
        membership.said(Enrolment("4T8JQ2ZK7M", "https://danhgia.example.vn", bytes(32)), None)
        if self.cut_after_enrolling:
            raise Cut
        return Ran(0, "Đã đăng ký\n", "")

    def taking(self) -> FirstBoot:
        return FirstBoot(
            self.stick,
            self.config,
            self.data,
            lambda: load(environment={}, system_file=self.config),
            self.enrol,
            FakeClock(),
        )

    def boots(self) -> bool:
        return self.taking().run()

    @property
    def result(self) -> str:
        return (self.stick / RESULT).read_text(encoding="utf-8-sig")

    @property
    def is_provisioned(self) -> bool:
        return (self.data / MARKER).exists()


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def as_expected(box: Box) -> None:
    config = load(environment={}, system_file=box.config).config
    assert (config.texts.unit, config.screen.rotation) == ("UBND phường Sông Công", 90)
    assert not config.inputs.keyboard, "what the package has set stays"
    assert not (box.stick / TICKET).exists()
    assert box.is_provisioned
    assert "Mọi việc đã xong" in box.result
    assert "7K3F" not in box.result
    assert b"7K3F" not in (box.data / NOTE).read_bytes()


def test_a_terminal_is_set_up_without_anybody(box: Box) -> None:
    assert box.brings(options=BROUGHT).boots()
    as_expected(box)
    assert box.used == [TEXT.encode()]
    assert (box.stick / RESULT).read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in (box.stick / RESULT).read_bytes()


@pytest.mark.parametrize("stages", range(7))
def test_a_power_cut_between_any_two_stages_leads_to_the_same_end(box: Box, stages: int) -> None:
    box.brings(options=BROUGHT)
    for stage in box.taking().stages()[:stages]:
        stage()
    assert box.taking().has_something
    assert box.boots()
    as_expected(box)
    assert len(box.used) == 1, "the code was used once"


def test_a_power_cut_after_the_enrolment_and_before_anybody_knew_asks_for_no_other_code(box: Box) -> None:
    box.brings(options=BROUGHT).cut_after_enrolling = True
    with pytest.raises(Cut):
        box.boots()
    assert box.boots()
    as_expected(box)
    assert len(box.used) == 1


def test_a_power_cut_in_the_middle_of_wiping_leaves_nothing_to_ask_for(box: Box) -> None:
    box.brings(options=BROUGHT)
    for stage in box.taking().stages()[:3]:
        stage()
    (box.stick / TICKET).write_bytes(b"\0" * len(TEXT))
    assert box.boots()
    as_expected(box)


def test_a_code_is_overwritten_before_its_file_is_gone(tmp_path: Path) -> None:
    file, kept = tmp_path / TICKET, tmp_path / "link"
    file.write_text(TEXT, encoding="utf-8")
    kept.hardlink_to(file)
    wipe(file)
    assert not file.exists()
    assert set(kept.read_bytes()) == {0}
    assert len(kept.read_bytes()) == len(TEXT)


@pytest.mark.parametrize(
    "content",
    [
        BROUGHT.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + BROUGHT.encode(),
        b"\xef\xbb\xbf" + BROUGHT.replace("\n", "\r\n").encode(),
        BROUGHT.rstrip().encode(),
    ],
    ids=["windows line ends", "mark", "both", "no last line end"],
)
def test_what_an_editor_on_windows_makes_of_it_is_taken(box: Box, content: bytes) -> None:
    assert box.brings(options=content).boots()
    as_expected(box)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[screen]\nrotaton = 90\n", "rotation"),
        (b"[gpio]\npins = [5, 5, 6, 13, 19]\n", "gpio.pins"),
        (b'[texts]\nunit = "UBND ph', "hailong.toml"),
        (BROUGHT.encode() + b"\0" * 512, "hailong.toml"),
        ("[texts]\nunit = 'UBND'".encode("utf-16"), "UTF-8"),
        (b"x" * 1_000_001, "1000000"),
        (b'data_dir = "/tmp/x"\n', "data_dir"),
    ],
    ids=["unknown", "one pin twice", "half-written", "zeros behind", "utf-16", "too large", "data_dir"],
)
def test_a_configuration_with_errors_is_taken_not_at_all_and_no_code_is_used(
    box: Box, content: bytes, said: str
) -> None:
    before = box.config.read_bytes()
    assert not box.brings(options=content).boots()
    assert box.config.read_bytes() == before
    assert said in box.result
    assert "Chưa nhận cấu hình" in box.result or "data_dir" in box.result
    assert box.used == []
    assert (box.stick / TICKET).exists()
    assert not box.is_provisioned
    box.brings(options=BROUGHT)
    assert box.boots(), "corrected, it is taken"
    as_expected(box)


def test_a_code_that_is_refused_stays_and_is_said_and_tried_again(box: Box) -> None:
    box.brings(options=BROUGHT).answer = Ran(4, "", f"INFO sync: x\n{REFUSED}\n")
    assert not box.boots()
    assert REFUSED in box.result
    assert "INFO" not in box.result
    assert not box.is_provisioned
    assert (box.stick / TICKET).exists()
    box.answer = None
    assert box.boots()
    as_expected(box)


def test_a_code_for_another_terminal_is_neither_used_nor_wiped(box: Box) -> None:
    assert box.brings().boots()
    box.brings("https://danhgia.example.vn 8K3F9Q2MXPTB ab12cd34ef567890\n")
    assert not box.boots()
    assert len(box.used) == 1
    assert "mã khác" in box.result
    assert (box.stick / TICKET).exists()


@pytest.mark.parametrize("content", [b"", b"\0" * 80, b"\r\n"])
def test_an_empty_file_is_said_to_be_one(box: Box, content: bytes) -> None:
    assert not box.brings(content).boots()
    assert "rỗng" in box.result
    assert box.used == []


def test_a_configuration_alone_leaves_the_rest_to_a_technician(box: Box) -> None:
    assert box.brings(None, BROUGHT).boots()
    assert not box.is_provisioned


def test_the_agency_s_own_authority_is_kept_and_believed_from_then_on(box: Box) -> None:
    (box.stick / AUTHORITY).write_text(Authority().pem, encoding="utf-8")
    assert box.boots()
    kept = box.config.parent / KEPT_AUTHORITY
    assert kept.read_bytes() == (box.stick / AUTHORITY).read_bytes()
    config = load(environment={}, system_file=box.config).config
    assert config.sync.ca_file == str(kept)
    assert not config.inputs.keyboard, "what the package has set stays"
    assert not box.is_provisioned


@pytest.mark.parametrize("content", [b"", b"\0" * 80, Authority().pem.encode()[:300], b"\xff\xfe"])
def test_what_is_no_certificate_is_said_to_be_none_and_no_code_is_used(box: Box, content: bytes) -> None:
    (box.stick / AUTHORITY).write_bytes(content)
    assert not box.brings().boots()
    assert f"{AUTHORITY} không phải là chứng thư" in box.result
    assert not (box.config.parent / KEPT_AUTHORITY).exists()
    assert load(environment={}, system_file=box.config).config.sync.ca_file == ""
    assert box.used == []


def test_a_terminal_whose_server_fetches_needs_no_code(box: Box) -> None:
    assert box.brings(None, f'[pull]\nserver_key = "{"ab" * 32}"\n').boots()
    assert box.is_provisioned


def test_a_terminal_whose_own_configuration_is_wrong_says_so_beside_what_was_brought(box: Box) -> None:
    box.config.write_text("[inputs]\nkeyboard = 3\n", encoding="utf-8")
    assert not box.brings().boots()
    assert "inputs.keyboard" in box.result
    assert box.used == []
    assert not box.is_provisioned


def test_nothing_brought_is_nothing_to_do(box: Box) -> None:
    assert not box.taking().has_something


def test_taken_again_it_changes_nothing(box: Box) -> None:
    box.brings(options=BROUGHT).boots()
    before = {path: path.read_bytes() for path in box.root.rglob("*") if path.is_file()}
    assert box.boots()
    after = {path: path.read_bytes() for path in box.root.rglob("*") if path.is_file()}
    assert {path: content for path, content in after.items() if path.name != RESULT} == {
        path: content for path, content in before.items() if path.name != RESULT
    }


def test_a_stick_that_cannot_be_written_stops_nothing(
    box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real: Callable[..., None] = replace_file

    def refuses(path: Path, content: bytes, **more: bool) -> None:
        if path.parent == box.stick:
            raise OSError(30, "Read-only file system")
        real(path, content, **more)

    monkeypatch.setattr("kiosk.provision.first_boot.replace_file", refuses)
    assert box.brings(options=BROUGHT).boots()
    assert box.is_provisioned
    assert "cannot be written" in caplog.text


def test_a_damaged_note_is_a_note_of_nothing(box: Box) -> None:
    box.brings()
    (box.data / NOTE).write_text("{", encoding="utf-8")
    assert box.boots()
    assert json.loads((box.data / NOTE).read_bytes())["ticket"]
