"""What Prometheus gets: the right form, the right numbers, nothing of a citizen, and nothing without a token."""

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from central import alarms, clock, server
from central.backup.write import LAST, Last
from central.models import AlarmKind, Device, DeviceStatus, Purpose
from tests.central import makers
from tests.central.delivered import Delivered
from tests.central.reading.reader import token


def asked(text: str, **headers: str) -> HttpResponse:
    client = Client(SERVER_NAME="10.1.2.3", raise_request_exception=False)
    found = client.get("/metrics", headers={"Authorization": f"Bearer {text}"} | headers)
    assert isinstance(found, HttpResponse)
    return found


def numbers(answer: HttpResponse) -> dict[tuple[str, frozenset[str]], float]:
    """Each sample by its name and the values of its labels, read by Prometheus' own parser."""
    assert answer.status_code == 200, answer.content
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        assert family.documentation
        assert family.type in ("gauge", "counter", "histogram")
        assert family.name.startswith("hailong_")
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.values())
            assert key not in found, "twice"
            found[key] = sample.value
    return found


def test_numbers_are_those_of_terminals_alarms_entries_and_the_database(terminal: Delivered) -> None:
    chain = terminal.chain
    chain.boot()
    for level in (1, 1, 5):
        chain.rate(level)
    terminal.send(chain.batch(0, 2))
    with pytest.raises(Exception, match="go back"):
        terminal.send(chain.batch(3))
    Device.objects.filter(pk=terminal.device.pk).update(waiting=2)
    makers.device(status=DeviceStatus.RESERVED)
    silent = makers.device()
    alarms.open_alarm(AlarmKind.SILENCE, silent, None, {})
    found = numbers(asked(token(purpose=Purpose.METRICS)))

    def value(name: str, *labels: str) -> float:
        return found[name, frozenset(labels)]

    assert [value("hailong_devices", status) for status in DeviceStatus.values] == [1, 0, 2, 0]
    assert (value("hailong_devices_unheard", "15m"), value("hailong_devices_unheard", "3d")) == (1, 1)
    assert (value("hailong_devices_with_backlog"), value("hailong_backlog_entries")) == (1, 2)
    assert value("hailong_alarms_open", "silence", "false") == 1
    assert value("hailong_alarms_open", "fork", "true") == 0
    assert (value("hailong_entries_held_total"), value("hailong_entries_missing")) == (2, 2)
    assert abs(value("hailong_last_entry_timestamp_seconds") - clock.now().timestamp()) < 600
    assert value("hailong_database_size_bytes") > 1_000_000
    assert value("hailong_oldest_write_seconds") >= 0


def test_no_level_no_counter_no_terminal_is_told(terminal: Delivered) -> None:
    terminal.chain.boot()
    terminal.chain.rate(1)
    terminal.send()
    text = asked(token(purpose=Purpose.METRICS)).content.decode()
    for private in (terminal.device.pk, "Quầy", "Sông Công", "level", "rating"):
        assert private not in text


def test_an_empty_server_has_numbers_too(database: object) -> None:  # noqa: ARG001
    assert numbers(asked(token(purpose=Purpose.METRICS)))["hailong_entries_held_total", frozenset()] == 0


def test_nothing_is_told_without_a_token_of_its_own(database: object) -> None:  # noqa: ARG001
    for text in ("", "x", "hlr_00000000_" + "A" * 43):
        answer = asked(text)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert asked(token()).status_code == 403
    assert asked(token(purpose=Purpose.METRICS), **{"X-Forwarded-For": "127.0.0.1"}).status_code == 200
    assert Client(enforce_csrf_checks=True).post("/metrics").status_code == 405
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 401


def test_when_the_last_backup_was_made_is_told(database: object) -> None:  # noqa: ARG001
    text = token(purpose=Purpose.METRICS)
    name = "hailong_last_backup_timestamp_seconds", frozenset[str]()
    place = server.this().place
    assert name not in numbers(asked(text))
    last = Last("2026-11-26T02:00:00Z", "/srv/backup.hailong", 1234)
    (place.folder / LAST).write_bytes(msgspec.json.encode(last))
    try:
        assert numbers(asked(text))[name] == 1_795_658_400
        (place.folder / LAST).write_bytes(b"{")
        assert name not in numbers(asked(text))
    finally:
        (place.folder / LAST).unlink()
