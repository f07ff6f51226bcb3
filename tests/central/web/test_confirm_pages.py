"""From the square on a terminal's screen to an accepted terminal, by a telephone."""

import json

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from central import registry
from central.models import AuditLog, Device, DeviceStatus, EnrolmentCode
from sync import links
from tests.central import makers
from tests.central.terminal import Terminal, enrolled, problem
from tests.central.web.browser import browser

pytestmark = pytest.mark.usefixtures("database")


def path(terminal: Terminal) -> str:
    return links.link("", terminal.key.public.raw)


def confirm(client: Client, terminal: Terminal, **said: object) -> HttpResponse:
    answer = client.post(path(terminal), {"compared": "on", **said})
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_terminal_is_enrolled_and_accepted_once_its_key_was_confirmed(client: Client) -> None:
    terminal, counter = Terminal(), makers.counter()
    assert problem(terminal.enrol_confirmed()) == "403.5"
    page = client.get(path(terminal)).content.decode()
    key_id = terminal.key.public.key_id
    assert "-".join(key_id[n : n + 4] for n in range(0, 16, 4)) in page
    assert confirm(client, terminal, counter=counter.pk).status_code == 302
    said = json.loads(terminal.enrol_confirmed().content)
    device = Device.objects.get()
    assert (said["device"], said["status"], device.status) == (device.pk, "accepted", "accepted")
    assert (device.counter, said["config"] is None) == (counter, False)
    assert terminal.heartbeat().status_code == 200
    line = AuditLog.objects.get(action="confirm")
    assert (line.actor, line.object_id, line.after) == ("quản trị", device.pk, {"key": key_id})


def test_an_answer_that_was_lost_is_given_again(client: Client) -> None:
    terminal = Terminal()
    confirm(client, terminal, counter=makers.counter().pk)
    first, second = terminal.enrol_confirmed(), terminal.enrol_confirmed()
    assert json.loads(first.content)["first_key"] == json.loads(second.content)["first_key"]


def test_a_photograph_of_the_square_lets_nobody_in(client: Client) -> None:
    terminal, other = Terminal(), Terminal()
    confirm(client, terminal, counter=makers.counter().pk)
    assert problem(other.enrol_confirmed()) == "403.5"
    assert problem(other.enrol_confirmed(public_key=terminal.key.public.raw.hex())) == "401.1"
    assert terminal.enrol_confirmed().status_code == 200


def test_nothing_is_confirmed_without_the_promise_the_counter_the_login_and_the_right(client: Client) -> None:
    terminal, counter = Terminal(), makers.counter()
    assert client.post(path(terminal), {"counter": counter.pk}).status_code == 200
    assert confirm(client, terminal).status_code == 200
    assert confirm(client, terminal, counter="nothing").status_code == 200
    stranger = browser().get(path(terminal))
    assert stranger.status_code == 302
    assert stranger.headers["Location"] == f"/admin/login/?next={path(terminal)}"  # and comes back afterwards
    clerk = browser()
    clerk.force_login(
        User.objects.create_user("thư ký", is_staff=True), "django.contrib.auth.backends.ModelBackend"
    )
    assert confirm(clerk, terminal, counter=counter.pk).status_code == 403
    assert not EnrolmentCode.objects.exists()
    assert not Device.objects.exists()


def test_an_id_that_waits_at_the_counter_is_used_once(client: Client) -> None:
    waiting = makers.device(status=DeviceStatus.RESERVED)
    first, second = Terminal(), Terminal()
    for terminal in (first, second):
        confirm(client, terminal, counter=waiting.counter_id)
        terminal.enrol_confirmed()
    assert json.loads(first.enrol_confirmed().content)["device"] == waiting.pk
    assert json.loads(second.enrol_confirmed().content)["device"] != waiting.pk


def test_a_key_that_was_confirmed_twice_is_let_in_where_it_was_confirmed_last(client: Client) -> None:
    terminal, wrong, right = Terminal(), makers.counter("Quầy 1"), makers.counter("Quầy 2")
    confirm(client, terminal, counter=wrong.pk)
    confirm(client, terminal, counter=right.pk)
    said = json.loads(terminal.enrol_confirmed().content)
    assert Device.objects.get(pk=said["device"]).counter == right
    assert EnrolmentCode.objects.filter(burnt_at=None).count() == 1


def test_a_terminal_that_waits_to_be_accepted_is_accepted_by_the_same_link(client: Client) -> None:
    terminal = Terminal()
    device = enrolled(terminal, accept=False)["device"]
    page = client.get(path(terminal)).content.decode()
    assert device in page
    assert 'name="counter"' not in page
    confirm(client, terminal)
    assert json.loads(terminal.heartbeat().content)["status"] == "accepted"


def test_a_terminal_that_was_repaired_goes_on_as_the_same_one(client: Client) -> None:
    terminal = Terminal()
    device = enrolled(terminal)["device"]
    assert "đã được chấp nhận" in client.get(path(terminal)).content.decode()
    confirm(client, terminal)
    assert json.loads(terminal.enrol_confirmed(board_serial="2").content)["device"] == device


def test_a_revoked_key_is_not_confirmed(client: Client) -> None:
    terminal = Terminal()
    device = enrolled(terminal)["device"]
    registry.revoke(device, registry.Actor())
    assert "đã bị thu hồi" in client.get(path(terminal)).content.decode()
    assert confirm(client, terminal).status_code == 302
    assert Device.objects.get().status == "revoked"
    assert problem(terminal.enrol_confirmed()) == "403.5"


def test_what_is_no_key_is_no_page(client: Client) -> None:
    assert client.get("/admin/k/abc").status_code == 404
