"""An operator imports a table in the administration, after trying it."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from central.imports import sheet
from central.models import Unit
from central.web.links import BACKEND
from tests.central.imports.sheets import HEAD, csv_of, xlsx_of
from tests.central.web.browser import browser

pytestmark = pytest.mark.usefixtures("database")


def _sent(client: Client, content: bytes, button: str) -> str:
    file = SimpleUploadedFile("bảng của tôi.xlsx", content)
    answer = client.post(reverse("admin:central_unit_import"), {"file": file, button: "1"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_table_is_tried_and_then_imported(client: Client) -> None:
    assert "Chưa có gì được nhập" in _sent(client, xlsx_of(), "dry")
    assert not Unit.objects.exists()
    assert "Đã nhập bảng" in _sent(client, xlsx_of(), "import")
    assert Unit.objects.count() == 2
    assert (
        reverse("admin:central_unit_import")
        in client.get(reverse("admin:central_unit_changelist")).content.decode()
    )


def test_wrong_rows_are_listed_in_the_reader_s_language_and_nothing_is_imported(client: Client) -> None:
    bad = csv_of((HEAD, ("A", "1", "", "không có", "", ""), ("<b>B</b>", "2", "Huyện", "", "", "")))
    page = _sent(client, bad, "import")
    assert '<td class="number">2</td><td>Trực thuộc</td>' in page
    assert "Không có đơn vị “không có”" in page
    assert "<b>B" not in page
    client.post(reverse("set_language"), {"language": "en"})
    assert "<td>Belongs to</td>" in _sent(client, bad, "import")
    assert not Unit.objects.exists()


def test_what_is_no_table_or_none_at_all_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "tệp mẫu" in _sent(client, b"a,b\n1,2\n", "import")
    assert client.post(reverse("admin:central_unit_import"), {"import": "1"}).status_code == 200
    monkeypatch.setattr(sheet, "MOST_BYTES", 100)
    assert "Tệp quá lớn" in _sent(client, xlsx_of(), "import")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_templates_can_be_downloaded_and_imported(client: Client, kind: str) -> None:
    answer = client.get(reverse("admin:central_unit_template", args=(kind,)))
    assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
    assert "Đã nhập bảng" in _sent(client, answer.content, "import")


def test_who_may_not_change_units_imports_none() -> None:
    clerk = User.objects.create_user("thư ký", is_staff=True)
    other = browser()
    other.force_login(clerk, BACKEND)
    for path in (reverse("admin:central_unit_import"), reverse("admin:central_unit_template", args=("csv",))):
        assert other.get(path).status_code == 403
        assert other.post(path).status_code == 403
