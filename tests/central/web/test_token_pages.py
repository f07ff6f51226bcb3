"""An administrator makes a token, sees it once, and revokes it."""

import re

from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from central.embedded import Cluster
from central.models import AuditLog, ReadToken
from central.web.links import BACKEND
from tests.central import makers
from tests.central.reading.reader import Reader
from tests.central.terminal import problem
from tests.central.web.browser import browser

SHOWN = re.compile('class="token">(hlr_[^<]*)<')


def add(client: Client, **said: object) -> HttpResponse:
    answer = client.post(reverse("admin:central_readtoken_add"), said)
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_token_is_made_shown_once_used_and_revoked(client: Client) -> None:
    unit = makers.counter().unit
    page = client.get(reverse("admin:central_readtoken_add")).content.decode()
    assert "Đọc được dữ liệu của đơn vị này" in page
    answer = add(client, name="Kho dữ liệu tỉnh", purpose="read", unit=unit.pk, days=30)
    found = SHOWN.search(answer.content.decode())
    assert found is not None
    assert "no-store" in answer.headers["Cache-Control"]
    reader, row = Reader(found[1]), ReadToken.objects.get()
    assert (row.unit, row.exact_times, row.created_by) == (unit, False, User.objects.get())
    assert reader.get("ratings").status_code == 200
    for name, about in (("changelist", ()), ("change", (row.pk,))):
        page = client.get(reverse(f"admin:central_readtoken_{name}", args=about)).content.decode()
        assert found[1] not in page
        assert "UBND phường Sông Công" in page
        assert "192.0.2.7" in page
    url = reverse("admin:central_readtoken_revoke", args=[row.pk])
    assert row.finder in client.get(url).content.decode()
    client.post(url)
    assert problem(reader.get("ratings")) == "401.2"
    actions = [
        (line.actor, line.action) for line in AuditLog.objects.filter(object_type="readtoken").order_by("id")
    ]
    assert actions == [("quản trị", "create"), ("quản trị", "revoke")]


def test_what_makes_no_sense_is_said(client: Client) -> None:
    unit = makers.counter().unit
    for said in (
        {"name": "", "purpose": "read", "days": 1},
        {"name": "a", "purpose": "all", "days": 1},
        {"name": "a", "purpose": "read", "days": 5000},
        {"name": "a", "purpose": "read", "days": 1, "unit": 999_999},
        {"name": "a", "purpose": "metrics", "days": 1, "unit": unit.pk},
    ):
        answer = add(client, **said)
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()
    assert not ReadToken.objects.exists()


def test_who_may_only_look_makes_and_revokes_nothing(database: Cluster) -> None:  # noqa: ARG001
    user = User.objects.create_user("người xem", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_readtoken"))
    client = browser()
    client.force_login(user, BACKEND)
    assert client.get(reverse("admin:central_readtoken_changelist")).status_code == 200
    assert add(client, name="a", purpose="read", days=1).status_code == 403
    assert client.post(reverse("admin:central_readtoken_revoke", args=[1])).status_code == 404
