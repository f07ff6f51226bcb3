"""What pages for people promise whoever looks at their headers."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from central.web.links import BACKEND
from tests.central.web.browser import browser

pytestmark = pytest.mark.usefixtures("database")


def test_nothing_is_loaded_from_elsewhere_and_nobody_frames_it(client: Client) -> None:
    headers = client.get(reverse("admin:index")).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_another_name_is_not_answered_by_pages_but_health_is() -> None:
    assert browser().get(reverse("admin:login"), headers={"Host": "evil.example"}).status_code == 400
    assert browser().get("/api/v1/health", headers={"Host": "10.0.0.5:8080"}).status_code == 200
    assert browser().get(reverse("admin:login"), headers={"Host": "127.0.0.1:8080"}).status_code == 200


def test_it_is_vietnamese_until_somebody_asks_for_english(client: Client) -> None:
    english = {"Accept-Language": "en-US,en"}
    page = client.get(reverse("admin:index"), headers=english).content.decode()
    assert 'lang="vi"' in page
    assert "Thiết bị đánh giá" in page
    client.post(reverse("set_language"), {"language": "en", "next": reverse("admin:index")})
    page = client.get(reverse("admin:index")).content.decode()
    assert 'lang="en"' in page
    assert "Terminals" in page
    client.post(reverse("set_language"), {"language": "xx"})
    assert client.get(reverse("admin:index")).status_code == 200


def test_who_is_not_logged_in_sees_only_the_way_in() -> None:
    for name in (
        "admin:index",
        "admin:central_device_changelist",
        "admin:central_device_tickets",
        "choose_password",
    ):
        answer = browser().get(reverse(name))
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
            302,
            reverse("admin:login"),
        )


def test_who_may_not_change_terminals_makes_no_tickets() -> None:
    clerk = User.objects.create_user("thư ký", is_staff=True)
    client = browser()
    client.force_login(clerk, BACKEND)
    for name in ("admin:central_device_ticket", "admin:central_device_accept", "admin:central_device_revoke"):
        assert client.post(reverse(name, args=("0000000000",))).status_code == 403
    assert client.post(reverse("admin:central_device_tickets")).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["device", "alarm", "counter", "unit", "field", "auditlog"],
)
def test_every_list_and_every_form_opens_in_both_languages(client: Client, name: str) -> None:
    for language in ("vi", "en"):
        client.post(reverse("set_language"), {"language": language})
        assert client.get(reverse(f"admin:central_{name}_changelist"), {"q": "a"}).status_code == 200
        added = client.get(reverse(f"admin:central_{name}_add")).status_code
        assert added == (403 if name in ("alarm", "auditlog") else 200)
