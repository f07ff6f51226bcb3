"""Terminals for many counters at once, and their tickets in three forms; codes are shown once."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from central import clock, codes, handing_out
from central.models import AuditLog, Counter, Device, EnrolmentCode
from central.web import bulk_pages
from sync import tickets
from tests.central import makers
from tests.central.imports.sheets import HEAD, csv_of

pytestmark = pytest.mark.usefixtures("database")

_SEALED = re.compile('name="sealed" value="([^"]+)"')


def _counters(client: Client, n: int) -> list[int]:
    rows = [("UBND phường Sông Công", "05518", "", "", f"Quầy {number}", "") for number in range(1, n + 1)]
    file = SimpleUploadedFile("bảng.csv", csv_of((HEAD, *rows)))
    page = client.post(reverse("admin:central_unit_import"), {"file": file, "import": "1"}).content.decode()
    return [int(pk) for pk in re.findall('name="counters" value="([0-9]+)"', page)]


def _made(client: Client, counters: list[int], **more: str) -> str:
    answer = client.post(reverse("admin:central_device_batch"), {"counters": counters, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_table_becomes_terminals_with_sheets_labels_and_files_that_terminals_take(client: Client) -> None:
    counters = _counters(client, 3)
    assert len(counters) == 3
    asked = _made(client, counters, ask="1")
    assert "Quầy 3" in asked
    assert not Device.objects.exists()

    page = _made(client, counters, accept="on")
    assert Device.objects.count() == 3
    assert page.count("<section>") == 3
    sealed = _SEALED.findall(page)[0]
    labels = client.post(reverse("admin:central_device_ticket_forms", args=("labels",)), {"sealed": sealed})
    assert labels.content.decode().count("<section>") == 3
    files = client.post(reverse("admin:central_device_ticket_forms", args=("files",)), {"sealed": sealed})
    with zipfile.ZipFile(io.BytesIO(files.content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(handing_out.FILE_NAME)]
        read = [tickets.read(tickets.decoded(archive.read(name))) for name in names]
        listed = list(csv.reader(io.StringIO(archive.read("terminals.csv").decode("utf-8-sig"))))
    assert all(name.isascii() for name in names)
    assert [row[3] for row in listed] == ["Quầy", "Quầy 1", "Quầy 2", "Quầy 3"]
    with transaction.atomic():
        proved = [codes.prove(ticket.code or "") for ticket in read]
    assert all(code is not None and code.accept for code in proved)
    assert len(proved) == 3
    assert AuditLog.objects.filter(object_type="device", action="create").count() == 3
    assert AuditLog.objects.filter(object_type="device", action="code").count() == 3


def test_counters_are_listed_as_people_count_them(client: Client) -> None:
    page = _made(client, _counters(client, 11), ask="1")
    assert re.findall("<li>(Quầy [0-9]+)", page) == [f"Quầy {n}" for n in range(1, 12)]


def test_codes_are_not_had_again_after_an_hour_nor_from_a_text_that_somebody_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = _SEALED.findall(_made(client, [makers.counter().pk]))[0]
    path = reverse("admin:central_device_ticket_forms", args=("files",))
    assert client.post(path, {"sealed": sealed[:-1]}).status_code == 302
    assert client.post(path).status_code == 302
    monkeypatch.setattr(handing_out, "GOOD_FOR_S", -1)
    answer = client.post(path, {"sealed": sealed}, follow=True)
    assert "không xem lại được" in answer.content.decode()


def test_who_has_a_terminal_is_said_and_too_many_are_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    counters = _counters(client, 2)
    _made(client, counters[:1])
    assert _made(client, counters, ask="1").count("đã có thiết bị") == 1
    monkeypatch.setattr(bulk_pages, "MOST", 1)
    answer = client.post(reverse("admin:central_device_batch"), {"counters": counters}, follow=True)
    assert "tối đa 1" in answer.content.decode()
    assert Device.objects.count() == 1


def test_counters_without_a_terminal_are_found_and_chosen_in_their_list(client: Client) -> None:
    counters = _counters(client, 2)
    _made(client, counters[:1])
    listed = reverse("admin:central_counter_changelist")
    page = client.get(listed, {"terminal": "no"}).content.decode()
    assert ("Quầy 2" in page, "Quầy 1" in page) == (True, False)
    page = client.get(listed, {"terminal": "yes"}).content.decode()
    assert ("Quầy 2" in page, "Quầy 1" in page) == (False, True)
    chosen = {"action": "terminals", "_selected_action": counters[1:]}
    assert "Quầy 2" in client.post(listed, chosen).content.decode()


def test_a_counter_that_has_ended_is_given_no_terminal(client: Client) -> None:
    counter = makers.counter()
    Counter.objects.filter(pk=counter.pk).update(valid_to=clock.now().date() - timedelta(days=1))
    assert client.post(reverse("admin:central_device_batch"), {"counters": [counter.pk]}).status_code == 302
    assert not EnrolmentCode.objects.exists()
