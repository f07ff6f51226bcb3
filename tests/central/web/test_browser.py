"""The administration in a real browser: nothing is refused by our own policy, and a ticket fits on one sheet."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from sync import keys, links
from tests.central import served
from tests.central.served import run, said, serving

CHROMIUM = "/usr/bin/chromium"
PAGES = ("", "completeness/", "completeness/?unit=1", "central/device/", "central/device/?unit=1&health=ill",
         "central/device/add/", "central/counter/add/",
         "central/unit/", "central/unit/1/settings/", "central/counter/1/settings/", "central/alarm/",
         "central/readtoken/", "central/readtoken/add/", "central/auditlog/", "auth/user/add/",
         "password_change/")  # fmt: skip


@pytest.fixture(scope="module")
def link_and_device() -> Iterator[tuple[str, str]]:
    """A running server with one terminal that waits for its ticket."""
    with served.data_folder() as data:
        arguments = (
            "device",
            "add",
            "--unit",
            "UBND phường Sông Công",
            "--counter",
            "Quầy 1 – Tư pháp, hộ tịch",
        )
        device = said(*arguments, data=data)["device"]
        assert run("organisation", "load", "--province", "19", data=data).returncode == 0
        with serving(data) as program:
            yield program.lines[0]["admin_login"], device


def chosen(page: Page, link: str) -> str:
    """Log in by the link, and choose a password. Return where the administration is."""
    page.goto(link)
    page.fill("[name=new_password1]", "một mật khẩu rất dài")
    page.fill("[name=new_password2]", "một mật khẩu rất dài")
    page.click("[type=submit].default")
    page.wait_for_url(re.compile("/admin/$"))
    return page.url


def test_every_page_is_shown_whole_and_a_ticket_is_printed_on_one_sheet(
    link_and_device: tuple[str, str], tmp_path: Path
) -> None:
    link, device = link_and_device
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        admin = chosen(page, link)
        for path in PAGES:
            answer = page.goto(admin + path)
            assert answer is not None
            assert answer.status == 200, path
        page.goto(f"{admin}central/device/{device}/ticket/")
        page.click("[type=submit].default")
        assert page.inner_text("h1") == "Phiếu đăng ký thiết bị đánh giá sự hài lòng"
        box = page.locator(".qr svg").bounding_box()
        assert box is not None
        assert box["width"] > 200  # pixels; 62 mm
        sheet = tmp_path / "ticket.pdf"
        page.pdf(path=sheet, prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet.read_bytes())) == 1
        _confirm_by_telephone(page, admin, tmp_path)
        browser.close()
    assert complaints == []


def _confirm_by_telephone(page: Page, admin: str, tmp_path: Path) -> None:
    """The link on a terminal's screen, on the narrow screen of a telephone: the counter is searched for, not typed."""
    key = keys.generate("device").public
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(links.link(admin.removesuffix("/admin/"), key.raw))
    assert key.key_id[:4] in page.inner_text(".key")
    page.click(".select2-selection")
    page.fill(".select2-search__field", "Quầy 1")
    page.click(".select2-results__option--highlighted")
    page.check("[name=compared]")
    page.screenshot(path=tmp_path / "confirm.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.click("[type=submit].default")
    page.wait_for_url(re.compile("/change/$"))
    assert "Đã xác nhận mã khóa" in page.inner_text(".messagelist")
