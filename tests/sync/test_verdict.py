"""Only what docs/protocol.md promises is an answer; everything else means "keep"."""

import json

import pytest

from sync.errors import Refused, Trouble, Unreachable
from sync.verdict import Reply, accepted

JSON = "application/json"
PROBLEM = "application/problem+json"


def problem(code: str, status: int | None = None, **more: object) -> bytes:
    return json.dumps(
        {"status": status or int(code[:3]), "code": code, "title": "t", "detail": "d"} | more
    ).encode()


def test_the_answer_of_central_is_taken() -> None:
    assert accepted(Reply(200, b"{}", "application/json"), JSON) == b"{}"
    assert accepted(Reply(200, b"{}", "Application/JSON; charset=utf-8", "identity"), JSON) == b"{}"


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (Reply(200, b"<html>", "text/html"), Trouble.NOT_CENTRAL),
        (Reply(200, b"{}", ""), Trouble.NOT_CENTRAL),
        (Reply(200, b"{}", "text/plain"), Trouble.NOT_CENTRAL),
        (Reply(200, b"\x1f\x8b", JSON, "gzip"), Trouble.NOT_CENTRAL),
        (Reply(201, b"{}", JSON), Trouble.NOT_CENTRAL),
        (Reply(204), Trouble.NOT_CENTRAL),
        (Reply(206, b"{}", JSON), Trouble.NOT_CENTRAL),
        (Reply(301, b"", JSON), Trouble.REDIRECT),
        (Reply(302), Trouble.REDIRECT),
        (Reply(307), Trouble.REDIRECT),
        (Reply(400, b"bad", "text/plain"), Trouble.NOT_CENTRAL),
        (Reply(401), Trouble.NOT_CENTRAL),
        (Reply(511, b"<html>", "text/html"), Trouble.NOT_CENTRAL),
        (Reply(403, b"<html>", "text/html"), Trouble.NOT_CENTRAL),
        (Reply(404, b"{}", PROBLEM), Trouble.NOT_CENTRAL),
        (Reply(404, problem("409.2"), PROBLEM), Trouble.NOT_CENTRAL),
        (Reply(409, problem("409.2", 404), PROBLEM), Trouble.NOT_CENTRAL),
        (Reply(409, problem("409.2"), JSON), Trouble.NOT_CENTRAL),
        (Reply(409, problem("409.2"), PROBLEM, "br"), Trouble.NOT_CENTRAL),
        (Reply(409, problem("409.2")[:-1], PROBLEM), Trouble.NOT_CENTRAL),
        (Reply(409, problem("409.2", size="5"), PROBLEM), Trouble.NOT_CENTRAL),
        (Reply(429), Trouble.BUSY),
        (Reply(429, problem("429.1"), PROBLEM), Trouble.BUSY),
        (Reply(500), Trouble.BUSY),
        (Reply(500, problem("500.1"), PROBLEM), Trouble.BUSY),
        (Reply(502, b"<html>", "text/html"), Trouble.BUSY),
        (Reply(503, problem("503.1"), PROBLEM), Trouble.BUSY),
        (Reply(999), Trouble.BUSY),
    ],
)
def test_anything_else_is_no_answer(reply: Reply, trouble: Trouble) -> None:
    with pytest.raises(Unreachable) as found:
        accepted(reply, JSON)
    assert found.value.trouble is trouble


@pytest.mark.parametrize(
    "code", ["400.2", "401.1", "403.1", "403.2", "403.3", "404.1", "409.1", "409.2", "413.1"]
)
def test_a_problem_of_central_is_told_with_what_it_carries(code: str) -> None:
    body = problem(code, size=5, head="00" * 32, receipt="note", more=1)
    with pytest.raises(Refused) as found:
        accepted(Reply(int(code[:3]), body, PROBLEM), JSON)
    assert (found.value.problem.code, found.value.problem.size, found.value.problem.receipt) == (
        code,
        5,
        "note",
    )


@pytest.mark.parametrize("status", [200, 403, 429, 503, 302])
def test_a_success_at_the_wrong_time_is_not_taken_and_what_is_asked_for_is_kept(status: int) -> None:
    with pytest.raises((Refused, Unreachable)) as found:
        accepted(Reply(status, b"", "", retry_after="17"), JSON)
    assert found.value.retry_after_s == 17.0
