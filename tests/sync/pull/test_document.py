"""docs/openapi/pull.yaml, written by hand: every path and every error in it is served, and nothing else."""

import re
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import yaml

from kiosk.messages.statements import Checkpoint
from sync import keys
from sync.contact import Settings
from sync.errors import KioskAway
from sync.pull.answers import Pulled
from sync.pull.problems import TITLES
from tests.sync.pull.puller import ANY_PORT, Puller, answering
from tests.sync.world import clock_of

PAGE = Path(__file__).parents[3] / "docs" / "openapi" / "pull.yaml"
SCHEMA = schemathesis.openapi.from_path(PAGE)
PATHS = {
    "status": ("GET", "/v1/status"),
    "entries": ("GET", "/v1/entries"),
    "receipts": ("POST", "/v1/receipts"),
}
FULL = {"/v1/entries": "/v1/entries?after=0"}

Scene = Callable[[Puller, str, str], requests.Response]


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def written() -> set[tuple[str, str, str]]:
    """Method, path and code of everything that the page promises; 200 for what is no error."""
    document = yaml.safe_load(PAGE.read_text(encoding="utf-8"))
    found = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, response in operation["responses"].items():
                contents = resolved(document, response)["content"]
                codes = re.findall(r"'(\d{3}\.\d)'", str(contents)) or [status]
                found |= {(method.upper(), path, code) for code in codes}
    return found


def plain(puller: Puller, method: str, path: str) -> requests.Response:
    if method == "GET":
        return puller.ask(method, FULL.get(path, path))
    return puller.post(puller.receipt_for(puller.entries()["checkpoint"]))


def unsigned(puller: Puller, method: str, path: str) -> requests.Response:
    return puller.send(method, path)


def used(puller: Puller, method: str, path: str) -> requests.Response:
    nonce = puller.nonce
    puller.ask("GET", "/v1/status", nonce=nonce)
    return puller.ask(method, path, nonce=nonce)


def other_method(puller: Puller, method: str, path: str) -> requests.Response:
    return puller.ask("PUT" if method == "POST" else "POST", path)


def too_large(puller: Puller, method: str, path: str) -> requests.Response:
    return puller.ask(method, path, bytes(64 * 1024 + 1))


def often(puller: Puller, method: str, path: str) -> requests.Response:
    puller.send("GET", path)
    return puller.send(method, path)


def bad_parameter(puller: Puller, method: str, path: str) -> requests.Response:
    return puller.ask(method, f"{path}?after=-1")


def other_ledger(puller: Puller, method: str, path: str) -> requests.Response:
    return puller.ask(method, f"{path}?after=0&ledger={'0' * 32}")


def beyond(puller: Puller, method: str, path: str) -> requests.Response:
    return puller.ask(method, f"{path}?after=1000")


def posts(body: bytes) -> Scene:
    return lambda puller, _method, _path: puller.post(body)


def no_receipt(puller: Puller, _method: str, _path: str) -> requests.Response:
    stranger = Puller(puller.url)
    return puller.post(stranger.receipt_for(puller.entries()["checkpoint"]))


def of_another_ledger(puller: Puller, _method: str, _path: str) -> requests.Response:
    note = keys.generate("device").sign(Checkpoint(bytes(16), 1, bytes(32)).text())
    return puller.post(puller.receipt_for(note.render()))


def of_another_history(puller: Puller, _method: str, _path: str) -> requests.Response:
    ledger_id = bytes.fromhex(puller.entries()["checkpoint"].splitlines()[0].rpartition("/")[2])
    note = keys.generate("device").sign(Checkpoint(ledger_id, 2, bytes(32)).text())
    return puller.post(puller.receipt_for(note.render()))


def untyped(puller: Puller, method: str, path: str) -> requests.Response:
    return puller.ask(method, path, b"{}", {"Content-Type": "text/plain"})


EVERYWHERE: dict[str, Scene] = {
    "200": plain,
    "401.1": unsigned,
    "401.2": used,
    "405.1": other_method,
    "413.1": too_large,
    "429.1": often,
    "403.4": unsigned,
    "500.1": plain,
    "503.1": plain,
}
SCENES: dict[tuple[str, str, str], Scene] = {
    (method, path, code): scene for method, path in PATHS.values() for code, scene in EVERYWHERE.items()
} | {
    (*PATHS["entries"], "400.2"): bad_parameter,
    (*PATHS["entries"], "404.1"): other_ledger,
    (*PATHS["entries"], "409.1"): beyond,
    (*PATHS["receipts"], "400.1"): posts(b"{"),
    (*PATHS["receipts"], "400.2"): posts(b"{}"),
    (*PATHS["receipts"], "400.4"): no_receipt,
    (*PATHS["receipts"], "404.1"): of_another_ledger,
    (*PATHS["receipts"], "409.2"): of_another_history,
    (*PATHS["receipts"], "415.1"): untyped,
}


def test_the_page_promises_what_is_served_and_the_program_knows_no_other_error() -> None:
    assert written() == set(SCENES)
    assert {code for *_, code in SCENES} - {"200"} == set(TITLES)


@pytest.mark.parametrize(("method", "path", "code"), sorted(SCENES))
def test_every_path_and_every_error_is_served_as_it_is_written(
    where: Settings, monkeypatch: pytest.MonkeyPatch, method: str, path: str, code: str
) -> None:
    wanted = replace(ANY_PORT, allowed=[ip_network("192.0.2.0/24")]) if code == "403.4" else ANY_PORT
    with answering(where, wanted=wanted) as puller:
        if code in ("500.1", "503.1"):
            error = ValueError("broken") if code == "500.1" else KioskAway("away")
            name = {"/v1/status": "status", "/v1/entries": "entries", "/v1/receipts": "receipt"}[path]
            checkpoint = puller.entries()["checkpoint"]
            puller.entries = lambda *_: {"checkpoint": checkpoint}  # type: ignore[method-assign]
            monkeypatch.setattr(Pulled, name, lambda *_: (_ for _ in ()).throw(error))
        if code != "403.4":
            puller.send("GET", "/v1/status")
        clock_of(where).advance(1)
        answer = SCENES[method, path, code](puller, method, path)
    assert f"{answer.status_code}" == code.partition(".")[0], answer.text
    if code != "200":
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == code
    SCHEMA[path][method].validate_response(answer)


def test_what_is_no_path_is_a_problem_too(puller: Puller) -> None:
    for path in ("/", "/v1", "/v1/entries/", "/v2/status"):
        answer = puller.ask("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (404, "404.1"), path
