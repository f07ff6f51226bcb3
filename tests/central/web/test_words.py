"""What people read of times and changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from central import audit
from central.models import Alarm, AuditLog
from central.web import words

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=59), "vừa xong"),
        (timedelta(minutes=1), "1 phút trước"),
        (timedelta(minutes=59, seconds=59), "59 phút trước"),
        (timedelta(hours=1), "1 giờ trước"),
        (timedelta(hours=23, minutes=59), "23 giờ trước"),
        (timedelta(days=1), "1 ngày trước"),
        (-timedelta(hours=1), "vừa xong"),
    ],
)
def test_how_long_ago(passed: timedelta, said: str) -> None:
    with translation.override("vi"):
        assert words.ago(NOW - passed, NOW) == said


def test_a_change_is_said_in_words() -> None:
    line = AuditLog(
        actor=audit.TERMINAL.format("ab12"),
        object_type="device",
        object_id="7K3F9Q2MXP",
        before={"status": "pending", "accepted_at": None},
        after={"status": "accepted", "accepted_at": "2026-11-25T00:30:00+00:00"},
    )
    with translation.override("vi"):
        assert words.actor(line) == "thiết bị có khóa ab12"
        assert words.about(line) == "thiết bị đánh giá 7K3F9Q2MXP"
        assert words.difference(line) == (
            "trạng thái: chờ quản trị viên → đã chấp nhận; ngày chấp nhận: – → 07:30 25/11/2026"
        )


def test_a_line_about_something_unknown_is_said_as_it_stands() -> None:
    line = AuditLog(actor="an", object_type="planet", before=None, after={"moons": 2, "x": None})
    assert words.about(line) == "planet"
    assert words.difference(line) == "moons: 2"


def test_what_is_noted_beside_the_columns_is_said_in_words() -> None:
    loaded = AuditLog(actor="command", object_type="organisation", after={"provinces": 34, "communes": 3321})
    code = AuditLog(
        actor="command",
        object_type="device",
        object_id="7K3F9Q2MXP",
        after={"accept": False, "expires_at": "2026-11-26T00:30:00+00:00"},
    )
    with translation.override("vi"):
        assert words.about(loaded) == "danh mục đơn vị hành chính"
        assert words.difference(loaded) == "số tỉnh, thành phố: 34; số xã, phường, đặc khu: 3321"
        assert words.difference(code) == (
            "chấp nhận ngay, không đối chiếu mã khóa: Không; hết hạn: 07:30 26/11/2026"
        )


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        (
            {"size": 10, "head": "a70d" * 16},
            "số mục thiết bị đã ký: 10; mã băm của mục cuối: a70d-a70d-a70d-a70d…",
        ),
        ({"held": 3, "after": 7}, "số mục máy chủ đã nhận: 3; sau mục số: 7"),
        ({"before": "", "now": "10000000abcdef01"}, "trước đây: –; hiện nay: 10000000abcdef01"),
        ({"last_heard": "2026-11-25T00:30:00+00:00"}, "liên lạc gần nhất: 07:30 25/11/2026"),
        ({"waiting_since": None}, "chờ từ: –"),
        (
            {"ledgers": ["00112233445566778899aabbccddeeff", "a70d" * 8]},
            "sổ của cả hai thiết bị: 0011-2233-4455-6677…, a70d-a70d-a70d-a70d…",
        ),
    ],
)
def test_what_is_noted_with_an_alarm_is_said_in_words(noted: dict[str, object], said: str) -> None:
    with translation.override("vi"):
        assert words.detail(Alarm(detail=noted)) == said
