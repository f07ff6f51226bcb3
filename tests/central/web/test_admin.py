"""What an administrator does, step by step, and the line in the log that each step leaves."""

import json
import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from central import alarms, audit, clock
from central.ingest.errors import OtherHistory
from central.models import (
    Alarm,
    AlarmKind,
    AuditLog,
    Counter,
    Device,
    DeviceStatus,
    EnrolmentCode,
    IssuedConfig,
    Ledger,
    Unit,
)
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import config_of
from tests.central import makers
from tests.central.delivered import Delivered
from tests.central.terminal import Terminal, enrolled
from tests.central.web.browser import browser

pytestmark = pytest.mark.usefixtures("database")


SEEN = re.compile(r'name="seen" value="([^"]*)"')
CODE = re.compile(r'class="mono big">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<')


def post(client: Client, page: str, /, *arguments: object, **said: object) -> HttpResponse:
    url = reverse(f"admin:central_{page}", args=arguments)
    if page.endswith("_change"):
        found = SEEN.search(client.get(url).content.decode())
        said |= {"seen": found[1]} if found else {}
    answer = client.post(url, said)
    assert isinstance(answer, HttpResponse)
    return answer


def actions() -> list[tuple[str, str]]:
    lines = AuditLog.objects.exclude(action="login").order_by("id")
    return [(line.action, line.object_type) for line in lines]


def test_from_a_unit_to_a_printed_ticket_to_an_accepted_terminal(client: Client) -> None:
    post(client, "unit_add", name="UBND phường Sông Công", kind="commune")
    unit = Unit.objects.get()
    post(client, "counter_add", unit=unit.pk, name="Quầy 1", question="Ông/bà có hài lòng không?")
    counter = Counter.objects.get()
    answer = post(client, "device_add", counter=counter.pk)
    device = Device.objects.get()
    assert answer.headers["Location"] == reverse("admin:central_device_ticket", args=(device.pk,))
    assert device.status == DeviceStatus.RESERVED

    page = post(client, "device_tickets", devices=[device.pk]).content.decode()
    assert "UBND phường Sông Công" in page
    assert "<svg" in page
    found = CODE.search(page)
    assert found is not None
    terminal = Terminal()
    assert terminal.enrol(found[1].replace("-", "")).status_code == 200

    assert "1</strong> thiết bị đang chờ" in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:central_device_accept", args=(device.pk,))).content.decode()
    key_id = terminal.key.public.key_id
    assert "-".join(key_id[n : n + 4] for n in range(0, 16, 4)) in page
    post(client, "device_accept", device.pk)  # without the promise
    assert Device.objects.get().status == DeviceStatus.PENDING
    post(client, "device_accept", device.pk, compared="on")
    assert Device.objects.get().status == DeviceStatus.ACCEPTED
    assert config_of(parse_note(IssuedConfig.objects.get().note)).question == "Ông/bà có hài lòng không?"
    assert actions() == [
        ("create", "unit"),
        ("create", "counter"),
        ("create", "device"),
        ("code", "device"),
        ("enrol", "device"),
        ("accept", "device"),
    ]


def test_what_a_terminal_shows_changes_with_its_counter_its_unit_and_its_place(client: Client) -> None:
    device = Device.objects.get(pk=enrolled(Terminal())["device"])
    counter = device.counter
    words = {f"labels_{n}": word for n, word in enumerate(("Rất kém", "Kém", "Được", "Tốt", "Rất tốt"))}
    post(client, "counter_change", counter.pk, unit=counter.unit_id, name="Quầy số 1", **words)
    post(client, "unit_change", counter.unit_id, name="UBND phường Mỏ Chè", kind="commune")
    other = makers.counter("Quầy 2")
    post(client, "device_change", device.pk, counter=other.pk)
    notes = [config_of(parse_note(row.note)) for row in IssuedConfig.objects.order_by("revision")]
    assert [note.revision for note in notes] == [1, 2, 3, 4]
    assert (notes[1].counter, notes[1].labels[0]) == ("Quầy số 1", "Rất kém")
    assert notes[2].unit == "UBND phường Mỏ Chè"
    assert notes[3].counter_id == str(other.pk)
    post(client, "device_change", device.pk, counter=other.pk)  # nothing is different
    assert IssuedConfig.objects.count() == 4


def test_a_unit_below_itself_is_refused(client: Client) -> None:
    above = Unit.objects.create(name="Tỉnh")
    below = Unit.objects.create(name="Phường", parent=above)
    page = post(
        client, "unit_change", above.pk, name="Tỉnh", kind="province", parent=below.pk
    ).content.decode()
    assert "Đơn vị không thể trực thuộc chính mình" in page
    assert Unit.objects.get(pk=above.pk).parent is None


def test_a_counter_that_is_there_already_is_said_not_crashed(client: Client) -> None:
    counter = makers.counter()
    answer = post(client, "counter_add", unit=counter.unit_id, name=counter.name)
    assert answer.status_code == 200
    assert Counter.objects.count() == 1


def test_a_revoked_terminal_is_told_so_until_its_ticket_makes_it_good_again(client: Client) -> None:
    terminal = Terminal()
    device = enrolled(terminal)["device"]
    post(client, "device_revoke", device)
    assert terminal.heartbeat().status_code == 403
    assert actions()[-1] == ("revoke", "device")
    assert post(client, "device_revoke", device).status_code == 302  # again: said, not crashed
    asked = client.get(reverse("admin:central_device_ticket", args=(device,))).content.decode()
    assert "đã bị thu hồi" in asked
    found = CODE.search(post(client, "device_tickets", devices=[device], accept="on").content.decode())
    assert found is not None
    assert json.loads(terminal.enrol(found[1].replace("-", "")).content)["device"] == device
    assert terminal.heartbeat().status_code == 200


def test_tickets_of_several_terminals_are_printed_together_and_old_codes_are_burnt(client: Client) -> None:
    devices = [makers.device(status=DeviceStatus.RESERVED) for _ in range(3)]
    ids = [device.pk for device in devices]
    said = {"action": "tickets", "_selected_action": ids}
    asked = client.post(reverse("admin:central_device_changelist"), said).content.decode()
    assert all(device in asked for device in ids)
    assert EnrolmentCode.objects.count() == 0
    for _ in range(2):
        answer = post(client, "device_tickets", devices=ids, accept="on")
        assert answer.content.decode().count("<section>") == 3
        assert "no-store" in answer.headers["Cache-Control"]
    assert EnrolmentCode.objects.filter(burnt_at=None, accept=True).count() == 3


def test_an_alarm_is_acknowledged_with_a_comment_and_closed(client: Client) -> None:
    device = makers.device()
    alarms.open_alarm(AlarmKind.FORK, device, bytes(16), {"size": 3})
    alarm = Alarm.objects.get()
    assert "1</strong> cảnh báo" in client.get(reverse("admin:index")).content.decode()
    assert post(client, "alarm_change", alarm.pk, comment="").status_code == 200  # a comment is needed
    assert Alarm.objects.get().acknowledged_at is None
    post(client, "alarm_change", alarm.pk, comment="Đã thay thẻ nhớ")
    alarm.refresh_from_db()
    assert (alarm.comment, str(alarm.acknowledged_by)) == ("Đã thay thẻ nhớ", "quản trị")
    assert alarm.closed_at is None
    post(client, "alarm_change", alarm.pk, comment="Đã thay thẻ nhớ", close="on")
    assert Alarm.objects.get().closed_at is not None
    assert actions() == [("change", "alarm"), ("change", "alarm")]
    alarms.open_alarm(AlarmKind.FORK, device, bytes(16), {})
    assert Alarm.objects.filter(closed_at=None).count() == 1


def test_terminals_and_alarms_are_never_removed_and_the_log_is_only_read(client: Client) -> None:
    device = makers.device()
    alarms.open_alarm(AlarmKind.GAP, device, None, {})
    line = AuditLog.objects.latest("id")
    for name, pk in (("device", device.pk), ("alarm", Alarm.objects.get().pk), ("auditlog", line.pk)):
        assert post(client, f"{name}_delete", pk, post="yes").status_code == 403
    assert post(client, "auditlog_change", line.pk, actor="somebody else").status_code == 403
    assert client.get(reverse("admin:central_auditlog_change", args=(line.pk,))).status_code == 200


def test_a_ledger_that_nobody_announced_is_admitted_by_an_administrator(client: Client) -> None:
    device = makers.device()
    Ledger.objects.create(device=device, ledger_id=bytes(16))
    alarms.open_alarm(AlarmKind.LEDGER, device, bytes(16), {})
    arguments = (device.pk, bytes(16).hex())
    url = reverse("admin:central_device_admit", args=arguments)
    assert url in client.get(reverse("admin:central_device_change", args=(device.pk,))).content.decode()
    assert client.get(url).status_code == 200
    assert not Ledger.objects.get().admitted
    post(client, "device_admit", *arguments)
    assert Ledger.objects.get().admitted
    assert Alarm.objects.get().closed_at is not None
    assert actions()[-1] == ("admit", "ledger")
    page = client.get(reverse("admin:central_auditlog_changelist")).content.decode()
    assert f"sổ 0000-0000-0000-0000… ({device.pk})" in page
    assert "được tính: Không → Có" in page
    assert post(client, "device_admit", device.pk, bytes([1] * 16).hex()).status_code == 404


def test_which_terminals_are_heard_and_which_are_not(client: Client) -> None:
    heard, silent = makers.device(), makers.device()
    Device.objects.filter(pk=heard.pk).update(last_seen_at=clock.now())
    url = reverse("admin:central_device_changelist")
    page = client.get(url, {"heard": "no"}).content.decode()
    assert silent.pk in page
    assert heard.pk not in page
    page = client.get(url, {"heard": "yes"}).content.decode()
    assert heard.pk in page


def test_what_happens_to_accounts_is_logged_without_passwords(client: Client) -> None:
    chosen = {
        "password1": "một mật khẩu dài",
        "password2": "một mật khẩu dài",
        "usable_password": "true",
    }
    client.post(reverse("admin:auth_user_add"), {"username": "an", **chosen})
    user = User.objects.get(username="an")
    group = Group.objects.create(name="Cán bộ")
    right = Permission.objects.get(codename="view_device")
    more = {"date_joined_0": "25/11/2026", "date_joined_1": "08:00", "is_staff": "on", "is_active": "on"}
    rights = {"groups": [group.pk], "user_permissions": [right.pk]}
    client.post(reverse("admin:auth_user_change", args=(user.pk,)), {"username": "an", **more, **rights})
    again = {"password1": "mật khẩu khác nữa", "password2": "mật khẩu khác nữa", "usable_password": "true"}
    client.post(reverse("admin:auth_user_password_change", args=(user.pk,)), again)
    assert actions() == [
        ("create", "auth.user"),
        ("change", "auth.user"),
        ("rights", "auth.user"),
        ("password", "auth.user"),
    ]
    logged = str(list(AuditLog.objects.values_list("before", "after")))
    assert "argon2" not in logged
    assert "Cán bộ" in logged


def test_the_history_of_an_object_is_our_log(client: Client) -> None:
    counter = makers.counter()
    post(client, "counter_change", counter.pk, unit=counter.unit_id, name="Quầy 7")
    answer = client.get(reverse("admin:central_counter_history", args=(counter.pk,)), follow=True)
    assert "Quầy 1 → Quầy 7" in answer.content.decode()


def test_an_alarm_and_a_change_are_read_without_knowing_the_tables(
    client: Client, terminal: Delivered
) -> None:
    """Vietnamese words, and the beginning of long numbers: what a clerk reads out over the telephone."""
    chain = terminal.chain
    chain.rate(5)
    terminal.send()
    other = terminal.successor()
    other.ledger_id = chain.ledger_id
    other.rate(1)
    with pytest.raises(OtherHistory):
        terminal.send(other.batch(), other)
    alarm = Alarm.objects.get()
    page = client.get(f"/admin/central/alarm/{alarm.pk}/change/").content.decode()
    assert f"số mục thiết bị đã ký: {alarm.detail['size']}" in page
    assert chain.ledger_id.hex() not in page
    assert alarm.detail["head"] not in page
    audit.record("command", "code", terminal.device, None, {"accept": True})
    line = AuditLog.objects.latest("id")
    page = client.get(f"/admin/central/auditlog/{line.pk}/change/").content.decode()
    assert "chấp nhận ngay, không đối chiếu mã khóa: Có" in page
    assert "{" not in page.partition('id="content-main"')[2].partition("<script")[0]


def test_the_way_in_speaks_both_languages() -> None:
    page = browser().get("/admin/login/").content.decode()
    assert 'name="language" value="en"' in page


def test_what_is_used_is_not_removed_and_no_page_reads_its_ratings(
    client: Client, terminal: Delivered
) -> None:
    counter = terminal.device.counter
    terminal.chain.configure(1, counter.unit_id, counter.pk)
    terminal.chain.rate(5)
    terminal.send()
    for page, row in (("unit", counter.unit), ("counter", counter)):
        assert client.get(reverse(f"admin:central_{page}_delete", args=[row.pk])).status_code == 403
        assert "delete_selected" not in client.get(f"/admin/central/{page}/").content.decode()
        assert (
            'class="deletelink"' not in client.get(f"/admin/central/{page}/{row.pk}/change/").content.decode()
        )
    unused = Unit.objects.create(name="UBND xã gõ nhầm")
    page = client.get(reverse("admin:central_unit_delete", args=[unused.pk])).content.decode()
    assert "Xóa đơn vị “UBND xã gõ nhầm”?" in page
    post(client, "unit_delete", unused.pk, post="yes")
    assert not Unit.objects.filter(pk=unused.pk).exists()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/admin/central/nothing/", 404, "Không có trang này"), ("/x", 404, "Không có trang này")],
)
def test_a_page_that_is_not_there_says_so_in_vietnamese(
    client: Client, path: str, status: int, words: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)


def test_a_form_that_was_open_for_too_long_is_told_of_in_vietnamese() -> None:
    strict = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    answer = strict.post("/admin/login/", {"username": "x", "password": "y"})
    assert (answer.status_code, "Trang đã mở quá lâu" in answer.content.decode()) == (403, True)


def test_who_has_no_right_is_told_so_in_vietnamese(client: Client) -> None:
    clerk = User.objects.create_user("thư ký", is_staff=True)
    client.force_login(clerk, "django.contrib.auth.backends.ModelBackend")
    answer = client.get("/admin/central/device/")
    assert (answer.status_code, "Tài khoản không có quyền" in answer.content.decode()) == (403, True)


def test_pages_about_accounts_are_vietnamese_too(client: Client) -> None:
    user = User.objects.get()
    page = client.get(f"/admin/auth/user/{user.pk}/change/").content.decode()
    page += client.get("/admin/auth/group/add/").content.decode()
    assert "Thiết bị đánh giá: thay đổi" in page
    for english in ("Can add", "Raw passwords", "Reset password", "Choose all"):
        assert english not in page
    wrong = post(client, "unit_add", name="").content.decode()
    assert "Xin sửa lỗi dưới đây" in wrong
    page = client.get("/admin/password_change/").content.decode()
    assert "Mật khẩu phải có ít nhất 12 ký tự." in page
