"""The pages of a provisioning that a technician meets, for pictures and for measuring."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.provision.fakes import FakeMachine
from kiosk.provision.page import Page
from kiosk.provision.saved import NAME
from kiosk.provision.session import Session
from kiosk.provision.steps import Answer, Back, Event, Skip
from kiosk.provision.works import Checked, InputsTried, Online
from kiosk.wizard.keyboard import Typing, begin

SYNCHRONISE = (
    "Xin nối mạng cho thiết bị: đồng hồ sẽ tự chỉnh theo máy chủ. Trong lúc đó lượt đánh giá vẫn được lưu, giờ ghi "
    "chưa chắc chắn."
)


def _after(session: Session, *events: Event) -> Page:
    for event in (None, *events):
        if event is not None:
            session.take(event)
        while session.works:
            session.take(session.work())
    return session.page


def _home(session: Session) -> Page:
    while session.page.step is not None:
        _after(session, Back())
    return session.page


def _accepting(folder: Path) -> Page:
    """Of a server that lets a code in only as far as to wait for its administrator."""
    machine = FakeMachine()
    machine.enrolment.waits = True
    session = Session(folder / "waits.json", machine.ports)
    address, code = Answer("https://danhgia.example.vn"), Answer("7K3F-9Q2M-XPTB")
    return _after(_home_of(session), Answer("enrolment"), address, code)


def _missing(folder: Path) -> Page:
    """Of a test of the inputs in which one was never heard."""
    machine = FakeMachine()
    said = ("✓ Cảm ứng: cả năm nút đều tốt.", "✗ Nút GPIO: không nhận được lượt bấm nào.")
    machine.inputs.tries = [InputsTried(False, said)]
    session = Session(folder / "missing.json", machine.ports)
    return _after(_home_of(session), Answer("inputs"), Answer("touch_gpio"), Answer("begin"))


def _warned(folder: Path) -> Page:
    """Of a last check that has warnings alone, as a terminal without a prompt shows them."""
    machine = FakeMachine()
    said = (
        "! Âm thanh: cảnh báo: Không có thiết bị âm thanh.",
        "    → Nếu cần có tiếng, xin nối loa rồi tắt mở lại thiết bị. Không có tiếng, thiết bị vẫn nhận đánh giá.",
        "! Đồng hồ: cảnh báo: Đồng hồ chỉ 2026-11-26 20:00 +07:00; từ khi máy khởi động chưa được đồng bộ.",
        f"    → {SYNCHRONISE}",
        "Số lỗi: 0. Số cảnh báo: 2.",
        "Đã gửi: có biên nhận cho mọi mục đến số 21. Còn 0 lượt đánh giá đang chờ.",
    )
    machine.check.found = [Checked(True, said)]
    session = Session(folder / "warned.json", machine.ports)
    return _after(_home_of(session), Answer("check"))


def _unsure(folder: Path) -> Page:
    """Of a fixed address from which nothing is reached."""
    machine = FakeMachine()
    machine.network.online = Online.LINK
    session = Session(folder / "unsure.json", machine.ports)
    typed = ("192.168.1.20/24", "192.168.1.1", "", "none")
    address = (Answer("network"), Answer("ethernet"), Answer("fixed"))
    return _after(_home_of(session), *address, *(Answer(one) for one in typed))


def _home_of(session: Session) -> Session:
    _home(session)
    return session


def walk() -> Mapping[str, Page]:
    """Every kind of page, as a machine on which all is well shows it."""
    with TemporaryDirectory() as folder:
        session = Session(Path(folder) / NAME, FakeMachine().ports)
        pages = {"language": _after(session)}
        pages["panel"] = _after(session, Answer("vi"))
        pages["turn"] = _after(session, Answer("turn"))
        _after(session, Answer("up"))
        pages["inputs"] = _after(session, Answer(session.page.choices[0].key))
        pages["inputs-missing"] = _missing(Path(folder))
        pages["steps"] = _home(session)
        pages["network"] = _after(session, Answer("network"))
        pages["fixed"] = _after(session, Answer("ethernet"), Answer("fixed"))
        _after(session, Answer("192.168.1.20/24"))
        pages["gateway-wrong"] = _after(session, Answer("192.168.2.1"))
        pages["unsure"] = _unsure(Path(folder))
        _home(session)
        _after(session, Answer("network"))
        pages["wifi"] = _after(session, Answer("wifi"))
        pages["password"] = _after(session, Answer("=UBND"))
        pages["password-wrong"] = _after(session, Answer("short"))
        _home(session)
        pages["address"] = _after(session, Answer("enrolment"))
        pages["code"] = _after(session, Answer("https://danhgia.example.vn"))
        pages["code-wrong"] = _after(session, Answer("0000-0000-0000"))
        pages["phone"] = _after(session, Answer("by phone"))
        _home(session)
        pages["accept"] = _accepting(Path(folder))
        _after(session, Answer("enrolment"), Answer("https://danhgia.example.vn"))
        pages["why"] = _after(session, Skip())
        pages["reason"] = _after(session, Answer("other"))
        _home(session)
        pages["check"] = _after(session, Answer("check"))
        pages["check-warnings"] = _warned(Path(folder))
        return pages


TYPED = {
    "fixed": "192.168.1.20/24",
    "gateway-wrong": "192.168.2.1",
    "panel": "49.5",
    "reason": "Thiếu dây mạng",
    "password": "mat khau dung",
    "address": "https://danhgia.thainguyen.gov.vn",
    "code": "7K3F-9Q2M",
}


def typing_of(name: str, page: Page) -> Typing | None:
    """As if something had been typed already."""
    if page.entry is None:
        return None
    return begin(page.entry.keys, TYPED.get(name, page.entry.value), secret=page.entry.secret)
