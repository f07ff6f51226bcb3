"""Thousands of terminals are narrowed down, and something is done to many at once, each with its line in the log."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from central import alarms, clock, health
from central.models import Alarm, AlarmKind, AuditLog, Counter, Device, DeviceStatus, Unit, UnitKind
from central.web import bulk_pages
from sync.protocol import Health
from tests.central import makers

pytestmark = pytest.mark.usefixtures("database")

LIST = "admin:central_device_changelist"


def shown(client: Client, **query: str | int) -> set[str]:
    """The terminals that the list shows."""
    answer = client.get(reverse(LIST), query)
    assert isinstance(answer, TemplateResponse)
    assert answer.status_code == 200
    return {device.pk for device in (answer.context_data or {})["cl"].result_list}


def chosen(client: Client, action: str, *devices: Device) -> HttpResponse:
    said = {"action": action, "_selected_action": [device.pk for device in devices]}
    answer = client.post(reverse(LIST), said, follow=True)
    assert isinstance(answer, HttpResponse)
    return answer


def at(unit: Unit) -> Device:
    device = makers.device()
    Device.objects.filter(pk=device.pk).update(counter=Counter.objects.create(unit=unit, name="Quầy 1"))
    return device


def test_a_unit_shows_what_stands_there_and_below_it_and_the_way_back(client: Client) -> None:
    province = Unit.objects.create(name="UBND tỉnh Thái Nguyên", kind=UnitKind.PROVINCE)
    commune = Unit.objects.create(name="UBND phường Mỏ Chè", kind=UnitKind.COMMUNE, parent=province)
    Unit.objects.create(name="UBND phường Không Người", kind=UnitKind.COMMUNE, parent=province)
    above, below, elsewhere = at(province), at(commune), makers.device()
    assert shown(client) == {above.pk, below.pk, elsewhere.pk}
    assert shown(client, unit=province.pk) == {above.pk, below.pk}
    assert shown(client, unit=commune.pk) == {below.pk}
    for nonsense in ("0", "x", "9" * 30, "²"):
        assert shown(client, unit=nonsense) == set()
    page = client.get(reverse(LIST), {"unit": commune.pk}).content.decode()
    assert f'<a href="?unit={province.pk}">UBND tỉnh Thái Nguyên</a>' in page
    assert "Không Người" not in client.get(reverse(LIST), {"unit": province.pk}).content.decode()


def test_what_is_wrong_which_version_and_what_waits(client: Client) -> None:
    old, new, silent = makers.device(), makers.device(), makers.device()
    heard = Device.objects.filter(pk__in=(old.pk, new.pk))
    heard.update(last_seen_at=clock.now(), program="hailong 0.9.2", waiting=0)
    Device.objects.filter(pk=new.pk).update(program="hailong 0.10.0", waiting=120)
    health.note(old.pk, Health(faults=["H2"]))
    assert shown(client, health="ill") == {old.pk, silent.pk}
    assert shown(client, health="faults") == {old.pk}
    assert shown(client, health="well") == {new.pk}
    assert shown(client, heard="no") == shown(client, health="silent") == {silent.pk}
    assert shown(client, heard="yes") == {old.pk, new.pk}
    assert shown(client, program="old") == shown(client, program="hailong 0.9.2") == {old.pk}
    assert shown(client, waiting="0") == {old.pk}
    assert shown(client, waiting="100") == {new.pk}
    assert shown(client, health="nonsense", waiting="nonsense") == {old.pk, new.pk, silent.pk}
    assert "H2" in client.get(reverse(LIST)).content.decode()


def test_a_terminal_is_found_by_its_id_its_place_and_its_key_as_people_read_it(client: Client) -> None:
    device, other = makers.device(), at(Unit.objects.create(name="UBND xã Khác"))
    key_id = device.keys.get().key_id
    in_groups = "-".join(key_id[n : n + 4] for n in range(0, 16, 4))
    for said in (device.pk, "sông công", key_id, in_groups.upper(), in_groups[:9]):
        assert shown(client, q=said) == {device.pk}, said
    assert shown(client, q="quầy 1") == {device.pk, other.pk}
    assert shown(client, q="0000-0000-0000") == set()


def test_the_list_asks_the_database_as_often_for_fifty_as_for_one(client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIST))
        return len(queries)

    for _ in range(2):
        health.note(at(Unit.objects.create(name=f"UBND {_}")).pk, Health())
    client.get(reverse(LIST))
    few = asked()
    for number in range(10):
        at(Unit.objects.create(name=f"UBND xã {number}"))
    assert asked() == few


def test_the_page_of_a_terminal_says_how_it_is(client: Client) -> None:
    device = makers.device()
    Device.objects.filter(pk=device.pk).update(last_seen_at=clock.now() - timedelta(days=2))
    url = reverse("admin:central_device_change", args=(device.pk,))
    assert client.get(url).status_code == 200  # one that has said nothing
    said = Health(10**9, 32 * 10**9, 81.4, True, ["D2", "X99"], "none", 100_000, 7200, "10000000abcdef01")
    health.note(device.pk, said)
    alarms.open_alarm(AlarmKind.SILENCE, device, None, {})
    page = client.get(url).content.decode()
    for words in ("D2 – thẻ nhớ đầy", "X99", "81 °C", "1.000 MB", "32.000 MB", "có lúc quá yếu", "quá nóng", "1 ngày",
                  "2 giờ", "chưa có nguồn nào", "mất liên lạc", "(mới, vừa xong)"):  # fmt: skip
        assert words in page, words
    english = client.get(
        url, headers={"Cookie": f"django_language=en; {client.cookies.output(header='', sep=';')}"}
    )
    assert english.status_code == 200


def test_several_are_accepted_only_those_whose_keys_were_compared(client: Client) -> None:
    pending = [makers.device(status=DeviceStatus.PENDING) for _ in range(3)]
    page = chosen(client, "accept_several", *pending, makers.device()).content.decode()
    assert page.count('name="compared"') == 3
    url = reverse("admin:central_device_accept_several")
    client.post(url, {})
    assert Device.objects.filter(status=DeviceStatus.PENDING).count() == 3
    two = [device.pk for device in pending[:2]]
    for _ in range(2):  # again: said, not done twice
        page = client.post(url, {"compared": two}, follow=True).content.decode()
    assert f"vừa được người khác thay đổi: {', '.join(sorted(two))}" in page
    assert Device.objects.filter(status=DeviceStatus.PENDING).get() == pending[2]
    lines = AuditLog.objects.filter(action="accept")
    assert sorted(lines.values_list("object_id", "actor")) == [(pk, "quản trị") for pk in sorted(two)]
    assert "Hiện không thực hiện được" in chosen(client, "accept_several", pending[0]).content.decode()


def test_several_are_revoked_after_a_question(client: Client) -> None:
    devices = [makers.device() for _ in range(3)]
    assert "Sắp thu hồi 3 thiết bị" in chosen(client, "revoke_several", *devices).content.decode()
    assert not Device.objects.filter(status=DeviceStatus.REVOKED).exists()
    client.post(reverse("admin:central_device_revoke_several"), {"devices": [d.pk for d in devices[:2]]})
    assert Device.objects.filter(status=DeviceStatus.REVOKED).count() == 2
    assert AuditLog.objects.filter(action="revoke").count() == 2


def test_alarms_of_several_terminals_are_acknowledged_then_closed_with_what_was_found(client: Client) -> None:
    devices = [makers.device() for _ in range(3)]
    for device in devices:
        alarms.open_alarm(AlarmKind.SILENCE, device, None, {})
    page = chosen(client, "acknowledge_alarms", *devices[:2]).content.decode()
    assert page.count('name="alarms"') == 2
    url, two = (
        reverse("admin:central_alarm_acknowledge"),
        [a.pk for a in Alarm.objects.filter(device__in=devices[:2])],
    )
    assert client.post(url, {"alarms": two, "comment": " "}).status_code == 200  # a comment is needed
    assert not Alarm.objects.exclude(acknowledged_at=None).exists()
    client.post(url, {"alarms": two, "comment": "Mất điện cả phường"})
    first = Alarm.objects.get(pk=two[0])
    assert (str(first.acknowledged_by), first.comment, first.closed_at) == (
        "quản trị",
        "Mất điện cả phường",
        None,
    )
    other = User.objects.create_superuser("người khác")
    assert alarms.acknowledge(two, other, "Đã có điện", close=True) == 2
    assert alarms.acknowledge(two, other, "Muộn", close=True) == 0  # closed: stays as it is
    first.refresh_from_db()
    assert (str(first.acknowledged_by), first.comment) == ("quản trị", "Mất điện cả phường\nĐã có điện")
    assert first.closed_at is not None
    lines = AuditLog.objects.filter(object_type="alarm").values_list("object_id", "actor")
    assert sorted(lines) == sorted((str(pk), who) for pk in two for who in ("quản trị", "người khác"))
    assert (
        "không có cảnh báo nào đang mở" in chosen(client, "acknowledge_alarms", devices[0]).content.decode()
    )


def test_more_than_somebody_can_look_at_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = [makers.device() for _ in range(3)]
    monkeypatch.setattr(bulk_pages, "MOST", 2)
    for action in ("tickets", "revoke_several"):
        assert "tối đa 2 mục" in chosen(client, action, *devices).content.decode()


def test_whoever_may_only_look_can_do_nothing_to_them(client: Client) -> None:
    viewer = User.objects.create_user("chỉ xem", is_staff=True)
    client.force_login(viewer, "django.contrib.auth.backends.ModelBackend")
    for name in ("device_accept_several", "device_revoke_several", "alarm_acknowledge"):
        assert client.post(reverse(f"admin:central_{name}"), {}).status_code == 403
