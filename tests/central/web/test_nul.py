"""A NUL character anywhere in what a browser sends is refused plainly."""

import pytest
from django.test import Client
from django.urls import reverse

from central.models import Device
from tests.central import makers

ADDRESSES = (
    "/%00", "/admin/%00/", "/admin/central/device/%00/change/", "/admin/central/device/a%00b/ticket/",
    "/admin/central/device/?q=%00", "/admin/central/device/?unit=%00", "/admin/central/device/?program=a%00",
    "/admin/central/device/?%00=1", "/admin/central/alarm/?device__id__exact=%00",
    "/admin/central/auditlog/?object_id=%00",
    "/admin/central/unit/?q=%00", "/admin/autocomplete/?app_label=central&model_name=counter&field_name=unit&term=%00",
    "/admin/completeness/?device=%00", "/admin/completeness/?unit=x%00", "/admin/login/?next=%00",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_in_an_address_or_a_query(client: Client, address: str) -> None:
    client.raise_request_exception = False
    assert client.get(address).status_code == 400


def test_in_a_form(client: Client) -> None:
    client.raise_request_exception = False
    device = makers.device()
    for page, said in (
        ("central_device_changelist", {"action": "tickets", "_selected_action": ["\0"]}),
        ("central_unit_add", {"name": "a\0b", "kind": "commune"}),
        ("central_device_tickets", {"devices": ["\0"]}),
        ("central_readtoken_add", {"name": "a\0b", "purpose": "read", "days": 1}),
        ("login", {"username": "\0", "password": "x"}),
    ):
        assert client.post(reverse(f"admin:{page}"), said).status_code == 400, page
    assert Device.objects.get() == device


def test_whoever_sends_none_is_answered(client: Client) -> None:
    assert client.get("/admin/central/device/?q=UBND").status_code == 200
