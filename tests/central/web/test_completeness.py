"""The page of completeness: shown, printed, taken away signed; what is asked wrongly is said."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from central.models import Counter
from central.web import completeness_pages
from central.web.links import BACKEND
from sync.statements_verifier import verify
from tests.central import makers
from tests.central.completeness.test_unit import lived
from tests.central.delivered import Delivered
from tests.central.web.browser import browser

DAY = date(2026, 10, 26)


def page(client: Client, **asked: str | int) -> str:
    answer = client.get(reverse("admin:completeness"), asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_unit_is_shown_in_words_and_taken_away_signed(client: Client, terminal: Delivered) -> None:
    chain = lived(terminal)
    terminal.send(chain.batch(0, 9))
    with pytest.raises(Exception, match="go back"):
        terminal.send(chain.batch(10))
    unit = terminal.device.counter.unit
    asked: dict[str, str | int] = {"unit": unit.pk, "first": str(DAY), "last": "26/10/2026"}
    shown = page(client, **asked)
    assert "Lượt đánh giá trong ngày 26/10/2026." in shown
    assert "Máy chủ chưa nhận được 2 mục mà thiết bị đã ký xác nhận" in shown
    assert f'href="?device={terminal.device.pk}"' in shown
    note = client.get(reverse("admin:completeness"), asked | {"download": "note"})
    assert note.headers["Content-Disposition"].startswith("attachment; filename=")
    found = verify(note.content.decode())
    assert (found.good, found.said["first"], found.said["missing"]) == (True, "2026-10-26", 2)


def test_a_table_is_harmless(client: Client, terminal: Delivered) -> None:
    lived(terminal)
    terminal.send()
    Counter.objects.update(name="=1+1")
    table = page(client, unit=terminal.device.counter.unit_id, download="csv")
    assert table.startswith("\ufeffrecorded,held,")
    assert ",'=1+1," in table


def test_a_terminal_is_shown_by_ledger(client: Client, terminal: Delivered) -> None:
    assert "Máy chủ chưa nhận được gì" not in page(client, device=terminal.device.pk)
    lived(terminal)
    terminal.send()
    shown = page(client, device=terminal.device.pk.lower(), first=str(DAY))
    assert "Trong những ngày này: 2 lượt đánh giá; thêm 1 lượt" in shown
    table = page(client, device=terminal.device.pk, download="csv")
    assert len(table.splitlines()) == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"unit": "", "device": ""}, "Xin chọn một đơn vị hoặc một thiết bị."),
        ({"device": "0000000000"}, "Không có thiết bị mang mã này."),
        ({"device": "x" * 99}, "errorlist"),
        ({"unit": "999999"}, "errorlist"),
        ({"device": "0000000000", "first": "yesterday"}, "errorlist"),
        ({"device": "0000000000", "first": "0001-01-01"}, "Không có lượt đánh giá nào của năm đó."),
        (
            {"device": "0000000000", "first": "2026-10-27", "last": "2026-10-26"},
            "Ngày cuối đứng trước ngày đầu.",
        ),
    ],
)
def test_what_is_asked_wrongly_is_said(client: Client, asked: dict[str, str], said: str) -> None:
    assert said in page(client, **asked)
    assert said in page(client, **asked, download="note")


def test_who_may_not_look_at_terminals_sees_nothing(terminal: Delivered) -> None:
    found = browser()
    found.force_login(User.objects.create_user("người khác", is_staff=True), BACKEND)
    url = reverse("admin:completeness")
    assert found.get(url, {"device": terminal.device.pk}).status_code == 403
    assert url not in found.get(reverse("admin:index")).content.decode()
    assert browser().get(url).status_code == 302


def test_the_first_page_and_the_terminal_lead_there(client: Client, terminal: Delivered) -> None:
    url = reverse("admin:completeness")
    assert url in client.get(reverse("admin:index")).content.decode()
    device = client.get(reverse("admin:central_device_change", args=[terminal.device.pk])).content.decode()
    assert f"{url}?device={terminal.device.pk}" in device
    assert "Tình trạng đầy đủ" in page(client)


def test_of_very_many_terminals_those_are_shown_to_which_there_is_something_to_say(
    client: Client, terminal: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        makers.device()
    lived(terminal)
    terminal.send()
    monkeypatch.setattr(completeness_pages, "MOST_ROWS", 1)
    shown = page(client, unit=terminal.device.counter.unit_id)
    assert "Bảng dưới đây nêu 1 trong số 4 thiết bị" in shown
    assert f"?device={terminal.device.pk}" in shown
    assert shown.count("?device=") == 1
