"""Whatever goes wrong, a terminal gets a numbered problem and a nonce, and never a page or a value of a row."""

import gzip
import json

import pytest
from django.db import DataError, IntegrityError, close_old_connections, connection
from django.db.utils import OperationalError
from django.http import HttpResponse
from django.test import Client

from central import clock
from central.api import heartbeat, problems
from central.api.problems import Refusal
from central.models import Device, HourlyCount
from sync.protocol import MOST_BYTES, NONCE_HEADER
from tests.central import makers
from tests.central.terminal import Terminal, problem

pytestmark = pytest.mark.usefixtures("database")

ENROL = "/api/v1/enrol"


def asked(method: str, path: str, body: bytes = b"", **headers: str) -> HttpResponse:
    client = Client(raise_request_exception=False)
    content_type = headers.pop("content_type", "application/json")
    found = client.generic(method, path, body, content_type=content_type, headers=headers)
    assert isinstance(found, HttpResponse)
    return found


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/enrol", "/api/v1/enrol/"])
def test_a_path_that_is_not_there(path: str) -> None:
    assert problem(asked("GET", path)) == "404.1"


def test_a_method_that_is_not_taken() -> None:
    found = asked("GET", ENROL)
    assert (problem(found), found.headers["Allow"]) == ("405.1", "POST")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"code": "\xff"}', b'{"a":' + b"[" * 100_000, b"NaN"])
def test_a_body_that_is_not_json(body: bytes) -> None:
    assert problem(asked("POST", ENROL, body)) == "400.1"


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b'{"code": 1}', b'"text"', b"[" * 100_000])
def test_a_body_that_is_not_the_one_asked_for(body: bytes) -> None:
    found = asked("POST", ENROL, body)
    assert problem(found) == "400.2"
    assert "`" in json.loads(found.content)["detail"]  # the member, or the type, is named


def test_headers_that_name_something_else() -> None:
    assert problem(asked("POST", ENROL, b"{}", content_type="text/plain")) == "415.1"
    assert problem(asked("POST", ENROL, b"{}", **{"Content-Encoding": "br"})) == "415.1"


def test_what_is_too_large_packed_or_unpacked() -> None:
    assert problem(asked("POST", ENROL, b" " * (MOST_BYTES + 1))) == "413.1"
    bomb = gzip.compress(b" " * 100 * MOST_BYTES)
    assert len(bomb) < MOST_BYTES
    assert problem(asked("POST", ENROL, bomb, **{"Content-Encoding": "gzip"})) == "413.1"
    assert problem(asked("POST", ENROL, b"not gzip", **{"Content-Encoding": "gzip"})) == "400.1"
    half = gzip.compress(b"{}" + b" " * 1000)[:-9]
    assert problem(asked("POST", ENROL, half, **{"Content-Encoding": "gzip"})) == "400.1"


def test_every_answer_has_a_nonce_of_its_own() -> None:
    answers = [
        asked("GET", "/api/v1/health"),
        asked("GET", "/api/v1/health"),
        asked("GET", "/api/v1/nothing"),
    ]
    nonces = {answer.headers[NONCE_HEADER] for answer in answers}
    assert len(nonces) == len(answers)


def test_a_mistake_of_central_is_500_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(_request: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr(heartbeat, "answer", mistaken)
    found = asked("POST", "/api/v1/heartbeat", b"{}")
    assert problem(found) == "500.1"
    assert b"secret" not in found.content


def test_what_the_database_refuses_is_told_without_values() -> None:
    device = makers.device()
    row = {"device": device, "counter": device.counter, "unit": device.counter.unit, "certain": False}
    with pytest.raises(IntegrityError) as caught:
        HourlyCount.objects.create(**row, level=6, n=1)
    found = problems.from_database(caught.value)
    assert (found.code, found.detail) == ("400.2", "the database refuses it: hourly_count_level")
    with pytest.raises(DataError) as too_large:
        HourlyCount.objects.create(**row, level=5, n=1 << 63)
    assert problems.from_database(too_large.value).code == "400.2"


def test_two_requests_that_meet_are_asked_to_come_again() -> None:
    device = makers.device()
    with pytest.raises(IntegrityError) as caught:
        Device.objects.create(id=device.pk, counter=device.counter, created_at=clock.now())
    found = problems.from_database(caught.value)
    assert (found.code, found.retry_after_s) == ("503.1", 1)
    assert device.pk not in found.detail


def test_a_database_that_ends_a_session_is_503_and_the_next_request_is_answered() -> None:
    terminal = Terminal()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
    found = problems.answer(problems.from_database(caught.value))
    assert (found.status_code, found.headers["Retry-After"]) == (503, "5")
    close_old_connections()  # as at the beginning of every request, but for those of the test client
    assert terminal.client.get("/api/v1/health").status_code == 200


def test_every_code_has_its_place_in_the_protocol() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
    for code in problems.TITLES:
        assert f"| {code} |" in text
        assert Refusal(code, "detail").code == code


def test_the_schema_says_what_bodies_are() -> None:
    schema = json.loads(asked("GET", "/api/v1/openapi.json").content)
    body = schema["paths"][ENROL]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"code", "public_key", "ledger_id", "checkpoint"} <= set(body["required"])
