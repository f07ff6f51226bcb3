"""docs/openapi/read.yaml, written by hand: every path and every error in it is served, and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from django.db.utils import OperationalError
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from central.api import app
from central.embedded import Cluster
from central.models import Purpose, ReadToken, Unit
from central.reading import paths, tokens
from tests.central import makers
from tests.central.delivered import Delivered
from tests.central.reading.reader import token

PAGE = Path(__file__).parents[3] / "docs" / "openapi" / "read.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(PAGE.read_text(encoding="utf-8"))
SCHEMA = schemathesis.openapi.from_path(PAGE)
PROMISED = sorted(
    (path, code)
    for path, item in DOCUMENT["paths"].items()
    for status, response in item["get"]["responses"].items()
    for code in (
        re.findall(
            r"'(\d{3}\.\d)'", str(DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]])
        )
        if "$ref" in response
        else [status]
    )
)


def ask(path: str, text: str, method: str = "GET", **asked: str | int) -> HttpResponse:
    client = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {text}"} if text else {}
    found = client.generic(
        method, path, headers=headers, QUERY_STRING="&".join(f"{k}={v}" for k, v in asked.items())
    )
    assert isinstance(found, HttpResponse)
    return found


def own(path: str) -> str:
    return token(makers.counter().unit, purpose=Purpose.METRICS if path == "/metrics" else Purpose.READ)


def broken(error: Exception) -> Callable[..., HttpResponse]:
    def fail(*_arguments: object, **_named: object) -> HttpResponse:
        raise error

    return fail


def scene(path: str, code: str, monkeypatch: pytest.MonkeyPatch) -> HttpResponse:
    match code:
        case "200":
            return ask(path, own(path))
        case "400.2":
            return ask(path, own(path), nothing="1")
        case "401.2":
            return ask(path, "")
        case "403.4":
            return ask(path, token(purpose=Purpose.READ if path == "/metrics" else Purpose.METRICS))
        case "404.1":
            return ask(path, own(path), unit=Unit.objects.create(name="Nơi khác").pk)
        case "405.1":
            return ask(path, own(path), method="POST")
        case "410.1":
            text = own(path)
            cursor = ask(path, text).headers["Hailong-Cursor"]
            Unit.objects.filter(name="UBND phường Sông Công").update(parent=Unit.objects.create(name="Tỉnh"))
            Unit.objects.create(name="Tổ", parent=Unit.objects.get(name="UBND phường Sông Công"))
            Unit.objects.filter(name="Tổ").update(parent=None)
            return ask(path, text, cursor=cursor)
        case "429.1":
            monkeypatch.setattr(tokens, "A_MINUTE", 0)
            return ask(path, own(path))
        case "500.1":
            monkeypatch.setattr(paths, "parameters", broken(KeyError("a secret")))
            return ask(path, own(path))
        case _:
            text = own(path)
            monkeypatch.setattr(tokens, "_found", broken(OperationalError("a secret")))
            return ask(path, text)


@pytest.mark.parametrize(("path", "code"), PROMISED)
@pytest.mark.usefixtures("database")
def test_every_path_and_every_error_is_served_as_it_is_written(
    path: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = scene(path, code, monkeypatch)
    assert str(answer.status_code) == code.partition(".")[0], answer.content
    if code != "200":
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == code  # type: ignore[attr-defined]
        assert b"a secret" not in answer.content
    SCHEMA[path]["GET"].validate_response(seen(answer))


def test_the_page_knows_every_path_and_every_parameter(database: Cluster) -> None:  # noqa: ARG001
    served = {
        f"/api/v1{found}"
        for prefix, router in app.api._routers
        if router is paths.router
        for found in router.path_operations
    }
    assert served | {"/metrics"} == set(DOCUMENT["paths"])
    for path in served:
        detail = ask(path, own(path), nothing="1").json()["detail"]  # type: ignore[attr-defined]
        known = set(detail.partition("known are: ")[2].split(", "))
        operation = DOCUMENT["paths"][path]["get"]
        written = {
            DOCUMENT["components"]["parameters"][one["$ref"].rpartition("/")[2]]["name"]
            if "$ref" in one
            else one["name"]
            for one in operation["parameters"]
        }
        assert known == written, path


def test_answers_with_rows_are_as_they_are_written(terminal: Delivered) -> None:
    chain = terminal.chain
    chain.boot()
    chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    chain.anchor(1_793_000_000_000)
    rated = chain.rate(5)
    chain.add("repeat", {"of": rated.seq, "counts": {"1": 1}})
    chain.void(chain.rate(2).seq)
    terminal.send()
    text = own("/")
    for path in DOCUMENT["paths"]:
        if path != "/metrics":
            for asked in ({}, {"repeats": "in"}) if path.endswith("ratings") else ({},):
                answer = ask(path, text, **asked)
                assert answer.status_code == 200
                SCHEMA[path]["GET"].validate_response(seen(answer))


def seen(answer: HttpResponse) -> schemathesis.Response:
    """An answer as a client over HTTP has it."""
    headers = {name: [value] for name, value in answer.headers.items()}
    request = requests.Request("GET", "http://central.example/").prepare()
    return schemathesis.Response(
        answer.status_code, headers, answer.content, request, elapsed=0.0, verify=True
    )


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
@pytest.mark.usefixtures("database")
def test_whatever_the_page_allows_and_does_not_allow_is_answered_as_it_says(path: str) -> None:
    operation, text = SCHEMA[path]["GET"], own(path)
    modes = (
        (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if path != "/metrics"
        else (GenerationMode.POSITIVE,)
    )
    for mode in modes:

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def tried(case: "schemathesis.Case[Any]") -> None:
            ReadToken.objects.update(minute=None)
            query = dict(case.query or {})
            answer = Client(raise_request_exception=False).get(
                path, query, headers={"Authorization": f"Bearer {text}"}
            )
            assert answer.status_code < 500, answer.content
            operation.validate_response(seen(answer))  # type: ignore[arg-type]

        tried()
