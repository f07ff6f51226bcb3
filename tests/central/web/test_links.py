"""A link logs in once, and only whom it is for."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from central import server
from central.models import AuditLog
from central.web import links
from tests.central.web.browser import browser

pytestmark = pytest.mark.usefixtures("database")

PASSWORD = "một mật khẩu rất dài"  # noqa: S105


def path(link: str | None) -> str:
    assert link is not None
    assert link.startswith(server.this().public_url)
    return link.removeprefix(server.this().public_url)


def test_the_first_administrator_comes_in_once_and_chooses_a_password() -> None:
    link, client = path(links.first_link()), browser()
    assert client.get(link).headers["Location"] == reverse("choose_password")
    assert client.get(reverse("admin:index")).status_code == 200
    said = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post(reverse("choose_password"), said).headers["Location"] == reverse("admin:index")
    assert browser().get(link).status_code == 410
    assert links.first_link() is None
    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert user.password.startswith("argon2")
    assert [line.action for line in AuditLog.objects.order_by("id")] == ["login", "password"]


def test_until_there_is_a_password_every_start_gives_a_link_and_each_works_once() -> None:
    first, second = path(links.first_link()), path(links.first_link())
    assert browser().get(first).status_code == 302
    assert browser().get(first).status_code == 410
    assert browser().get(second).status_code == 410
    third = path(links.first_link())
    assert browser().get(third).status_code == 302
    assert browser().get(third).status_code == 410


def test_a_link_is_good_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    link, now = path(links.first_link()), links.TOKENS._now()
    monkeypatch.setattr(links.TOKENS, "_now", lambda: now + timedelta(hours=24, seconds=1))
    assert browser().get(link).status_code == 410


def test_a_link_of_one_is_no_link_of_another_and_none_of_somebody_who_left() -> None:
    first = User.objects.create_superuser("một")
    other = User.objects.create_superuser("hai")
    token = path(links.link_for(first)).rstrip("/").rpartition("/")[2]
    assert browser().get(reverse("login_link", args=(other.pk, token))).status_code == 410
    first.is_active = False
    first.save()
    assert browser().get(reverse("login_link", args=(first.pk, token))).status_code == 410


def test_without_a_link_nobody_changes_a_password_without_knowing_it() -> None:
    user = User.objects.create_superuser("một", password=PASSWORD)
    client = browser()
    client.force_login(user, links.BACKEND)
    answer = client.post(reverse("choose_password"), {"new_password1": "x" * 12, "new_password2": "x" * 12})
    assert answer.headers["Location"] == reverse("admin:password_change")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_password_that_is_too_easy_is_refused_in_vietnamese() -> None:
    client = browser()
    client.get(path(links.first_link()))
    answer = client.post(reverse("choose_password"), {"new_password1": "admin", "new_password2": "admin"})
    assert answer.status_code == 200
    assert "Mật khẩu" in answer.content.decode()
    assert not User.objects.get().has_usable_password()


def test_ten_wrong_passwords_lock_a_name_at_an_address() -> None:
    User.objects.create_superuser("một", password=PASSWORD)
    client, url = browser(), reverse("admin:login")
    for _ in range(10):
        client.post(url, {"username": "một", "password": "sai"})
    locked = client.post(url, {"username": "một", "password": PASSWORD})
    assert locked.status_code == 429
    elsewhere = browser("192.0.2.7")
    assert elsewhere.post(url, {"username": "một", "password": PASSWORD}).status_code == 302
