"""Settings in the administration; and of two people who edit one thing the second is told."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from central import configs, configuring, registry
from central.models import AuditLog, Counter, Device, DeviceStatus, IssuedConfig, Unit
from central.web.links import BACKEND
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import config_of
from sync.settings import REMOTE
from tests.central import makers
from tests.central.web.browser import browser
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")

SEEN = re.compile(r'name="seen" value="([^"]*)"')
QUIET = {"quiet": "some", "sound.quiet_from": "11:30", "sound.quiet_until": "13:00"}


def address(row: Device | Counter | Unit, page: str = "settings") -> str:
    return reverse(f"admin:central_{row._meta.model_name}_{page}", args=(row.pk,))


def seen(client: Client, url: str) -> str:
    found = SEEN.search(client.get(url).content.decode())
    assert found is not None
    return found[1]


def save(client: Client, url: str, **said: str) -> str:
    """The page that answers; empty where it was saved."""
    return send(client, url, seen(client, url), said)


def send(client: Client, url: str, token: str, said: dict[str, str]) -> str:
    answer = client.post(url, {"seen": token} | said)
    assert answer.status_code in (200, 302), answer.content
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_page_has_every_option_and_what_stands_behind_it(client: Client) -> None:
    device = makers.device()
    Unit.objects.update(settings={"screen.theme": "contrast", "sound.volume": 15})
    page = client.get(address(device)).content.decode()
    for option in REMOTE:
        assert f'name="{option.key}"' in page
    assert "— tương phản: trắng và vàng trên nền đen, theo UBND phường Sông Công —" in page
    assert "— 15, theo UBND phường Sông Công —" in page
    assert "— theo thiết bị —" in page


def test_what_is_entered_is_signed_for_the_terminal_and_shown_again(client: Client) -> None:
    device = makers.device()
    said = {
        "language": "en",
        "languages": "vi,en",
        "sound.enabled": "false",
        "visit.thanks_s": "2,5",
        **QUIET,
    }
    assert save(client, address(device), **said) == ""
    statement = config_of(parse_note(IssuedConfig.objects.get().note))
    assert statement.settings == {
        "language": "en",
        "languages": ["vi", "en"],
        "sound.enabled": False,
        "sound.quiet_from": "11:30",
        "sound.quiet_until": "13:00",
        "visit.thanks_s": 2.5,
    }
    page = client.get(address(device)).content.decode()
    for shown in ('value="vi,en" selected', 'value="false" selected', 'value="2.5"', 'value="11:30"'):
        assert shown in page
    assert save(client, address(device), quiet="none") == ""
    device.refresh_from_db()
    assert device.settings == {"sound.quiet_from": "", "sound.quiet_until": ""}
    assert save(client, address(device)) == ""
    device.refresh_from_db()
    assert device.settings == {}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sound.volume": "101"}, "Phải là số nguyên từ 0 đến 100"),
        ({"sound.volume": "x"}, "Phải là số nguyên từ 0 đến 100"),
        ({"visit.thanks_s": "2;5"}, "Phải là số từ 1 đến 5"),
        ({"screen.theme": "dark"}, "dark"),
        ({"quiet": "some", "sound.quiet_from": "11:30"}, "giờ"),
        ({"visit.repeat_interval_s": "2"}, "3 giây"),
        ({"labels.level_1": "x" * 10_000}, "40"),
        ({"texts.question": "a\u202eb"}, "ký tự điều khiển"),
        ({"texts.question": "a\x07b"}, "ký tự điều khiển"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    client: Client, said: dict[str, str], words: str
) -> None:
    device = makers.device()
    page = save(client, address(device), **{"language": "en", **said})
    assert "Xin sửa những chỗ được đánh dấu" in page
    assert words in page
    device.refresh_from_db()
    assert (device.settings, IssuedConfig.objects.count()) == ({}, 0)


def test_a_unit_and_a_counter_speak_for_their_terminals(client: Client) -> None:
    device = makers.device()
    counter, unit = device.counter, device.counter.unit
    assert 'name="texts.question"' not in client.get(address(counter)).content.decode()
    assert 'name="texts.counter"' not in client.get(address(unit)).content.decode()
    assert save(client, address(unit), **{"labels.level_1": "Kém", "screen.theme": "contrast"}) == ""
    assert save(client, address(counter), **{"sound.volume": "30"}) == ""
    device.refresh_from_db()
    assert device.config_due
    issued = configs.newest(device)
    assert issued is not None
    statement = config_of(parse_note(issued.note))
    assert statement.settings == {"screen.theme": "contrast", "sound.volume": 30}
    assert statement.labels[0] == "Kém"
    configuring.configure_device(
        device.pk, {"visit.repeat_interval_s": 1, "visit.correction_window_s": 1}, registry.Actor()
    )
    Device.objects.update(settings={"visit.repeat_interval_s": 4.5})
    page = save(client, address(unit), **{"visit.correction_window_s": "5"})
    assert f"không khớp với cấu hình của thiết bị đánh giá {device.pk}" in page, re.findall(
        "errornote.*|errorlist.*", page
    )


def test_the_terminals_page_says_what_is_used_and_what_was_refused(client: Client) -> None:
    device = makers.device()
    change = address(device, "change")
    assert "Chưa dùng bản cấu hình nào" in client.get(change).content.decode()
    Device.objects.update(config_revision=5)
    assert "Bản cấu hình đang chờ thiết bị báo về." in client.get(change).content.decode()
    Device.objects.update(config_used=4)
    assert "đang chờ thiết bị báo về; hiện dùng bản số 4" in client.get(change).content.decode()
    Device.objects.update(config_refused=5, config_reason="sound.volume: <b>không hiểu</b>")
    page = client.get(change).content.decode()
    assert "Bản cấu hình số 5 bị từ chối" in page
    assert "&lt;b&gt;không hiểu&lt;/b&gt;" in page
    listed = reverse("admin:central_device_changelist")
    assert device.pk in client.get(f"{listed}?configuration=refused").content.decode()
    assert "1</strong> thiết bị từ chối" in client.get(reverse("admin:index")).content.decode()
    Device.objects.update(config_refused=None, config_used=5)
    assert device.pk not in client.get(f"{listed}?configuration=refused").content.decode()
    assert device.pk not in client.get(f"{listed}?configuration=waiting").content.decode()


def test_who_may_not_change_terminals_may_not_set_them(client: Client) -> None:  # noqa: ARG001
    device = makers.device()
    user = User.objects.create_user("xem", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_device"))
    other = browser()
    other.force_login(user, BACKEND)
    for row in (device, device.counter, device.counter.unit):
        assert other.get(address(row)).status_code == 403
        assert other.post(address(row), {}).status_code == 403


def test_what_is_not_there_is_not_found_and_a_revoked_terminal_is_said(client: Client) -> None:
    for name, pk in (("device", "xy"), ("unit", "x"), ("counter", "9" * 30)):
        assert client.get(reverse(f"admin:central_{name}_settings", args=(pk,))).status_code == 404
    revoked = makers.device(status=DeviceStatus.REVOKED)
    assert "đã bị thu hồi" in save(client, address(revoked), **{"sound.volume": "3"})


# --- two at once


def second(client: Client) -> Client:
    """Another administrator's browser."""
    del client
    found = browser()
    found.force_login(User.objects.create_superuser("người thứ hai"), BACKEND)
    return found


Change = Callable[[], tuple[Device | Counter | Unit, str, dict[str, str], dict[str, str], str]]


def _device() -> tuple[Device | Counter | Unit, str, dict[str, str], dict[str, str], str]:
    device, other, third = makers.device(), makers.counter("Quầy 2"), makers.counter("Quầy 3")
    return device, "change", {"counter": str(other.pk)}, {"counter": str(third.pk)}, "Quầy 2"


def _counter() -> tuple[Device | Counter | Unit, str, dict[str, str], dict[str, str], str]:
    counter = makers.counter()
    common = {"unit": str(counter.unit_id), "name": counter.name}
    labels = {"labels_0": "Rất kém"}
    return counter, "change", common | labels, common | {"question": "Hài lòng không?"}, "Rất kém / – / –"


def _unit() -> tuple[Device | Counter | Unit, str, dict[str, str], dict[str, str], str]:
    unit = makers.counter().unit
    return (
        unit,
        "change",
        {"name": "UBND A", "kind": "commune"},
        {"name": "UBND B", "kind": "commune"},
        "UBND A",
    )


def _settings() -> tuple[Device | Counter | Unit, str, dict[str, str], dict[str, str], str]:
    return makers.device(), "settings", {"sound.volume": "5"}, {"screen.theme": "calm"}, "sound.volume = 5"


@pytest.mark.parametrize("change", [_device, _counter, _unit, _settings])
def test_the_second_of_two_is_told_what_the_first_has_done_and_overwrites_nothing(
    client: Client, change: Change
) -> None:
    row, page, first, later, now = change()
    url, other = address(row, page), second(client)
    mine, theirs = seen(client, url), seen(other, url)
    assert send(client, url, mine, first) == ""
    before = type(row).objects.values().get(pk=row.pk)
    lines = AuditLog.objects.count()
    answer = send(other, url, theirs, later)
    assert "Trong lúc đó quản trị đã sửa mục này" in answer
    assert now in answer
    assert type(row).objects.values().get(pk=row.pk) == before
    assert AuditLog.objects.count() == lines
    assert send(other, url, theirs, later) != "", "however often it is sent"
    assert send(other, url, seen(other, url), later) == "", "it is saved when it was seen"
    for bad in ("", "x", mine[:-1]):
        assert "Trang này đã cũ" in send(client, url, bad, first)


def test_what_a_terminal_says_meanwhile_stands_in_nobodys_way_and_is_not_undone(client: Client) -> None:
    device, other = makers.device(), makers.counter("Quầy 2")
    url = address(device, "change")
    token = seen(client, url)
    Device.objects.update(waiting=7, config_used=3, program="hailong 9")
    assert send(client, url, token, {"counter": str(other.pk)}) == ""
    device.refresh_from_db()
    assert (device.counter_id, device.waiting, device.config_used) == (other.pk, 7, 3)


def test_of_many_who_save_in_the_same_moment_one_is_first_and_all_others_are_told(client: Client) -> None:
    device = makers.device()
    url = address(device)
    token, answers = seen(client, url), []
    User.objects.create_superuser("nhiều người")

    def save_it(volume: int) -> None:
        try:
            own = browser()
            own.force_login(User.objects.get(username="nhiều người"), BACKEND)
            answers.append((volume, send(own, url, token, {"sound.volume": str(volume)})))
        finally:
            connection.close()

    at_once([partial(save_it, volume) for volume in range(8)])
    (first,) = [volume for volume, answer in answers if answer == ""]
    device.refresh_from_db()
    assert device.settings == {"sound.volume": first}
    assert all("Trong lúc đó" in answer for volume, answer in answers if volume != first)
    assert AuditLog.objects.filter(action="settings").count() == IssuedConfig.objects.count() == 1


def test_a_form_of_a_megabyte_is_refused(client: Client) -> None:
    device = makers.device()
    token = seen(client, address(device))
    said = {"seen": token, "labels.level_1": "x" * 3_000_000}
    assert client.post(address(device), said).status_code == 400
    said["labels.level_1"] = "x" * 1_000_000
    assert "Xin sửa những chỗ được đánh dấu" in client.post(address(device), said).content.decode()
    device.refresh_from_db()
    assert device.settings == {}
