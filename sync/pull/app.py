"""The pull API as an application: everything passes the gate first, whatever its path."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import ParamSpec, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.errors import SyncError
from sync.protocol import MOST_ENTRIES, NONCE_HEADER, compressed
from sync.pull import problems
from sync.pull.answers import Pulled
from sync.pull.door import Door, peer_of
from sync.pull.gate import Asked, Gate
from sync.pull.problems import Refusal

log = logging.getLogger(__name__)

MOST_REQUEST_BYTES = 64 * 1024
RETRY_AFTER_S = 5
_LARGEST = (1 << 63) - 1
_LEDGER_DIGITS = 32

P = ParamSpec("P")
R = TypeVar("R")


class Guarded:
    """An application behind the gate.

    Args:
        app: Sees only what was let in.
        gate: Lets in.
        door: Is told who has signed.
        worker: One thread, in which everything is asked.
    """

    def __init__(self, app: ASGIApp, gate: Gate, door: Door, worker: Executor) -> None:
        self._app, self._gate, self._door, self._worker = app, gate, door, worker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        try:
            asked = await _asked(request)
            await asyncio.get_running_loop().run_in_executor(self._worker, self._gate.admit, asked)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            answer = problem(refusal)
            if refusal.status == 401:
                answer.headers[NONCE_HEADER] = self._gate.nonce()
            await answer(scope, receive, send)
        except SyncError as error:
            await _unavailable(request, error)(scope, receive, send)
        else:
            scope["hailong.nonce"] = self._gate.nonce()
            await self._app(scope, _once(asked.body), send)
            self._door.answered(peer_of(scope["client"]))


async def _asked(request: Request) -> Asked:
    """Raises `Refusal` (413.1)."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_REQUEST_BYTES:
            raise Refusal("413.1", f"a request has at most {MOST_REQUEST_BYTES} bytes")
    query = request.scope["query_string"].decode("latin-1")
    target = request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    address = "" if request.client is None else request.client.host
    return Asked(request.method, target, dict(request.headers), bytes(body), address)


def _once(body: bytes) -> Receive:
    """The body once more; it has been read."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    return receive


def problem(refusal: Refusal) -> Response:
    """A refusal as an answer."""
    answer = Response(refusal.body(), refusal.status, media_type=problems.CONTENT_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    if refusal.retry_after_s is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after_s)
    return answer


def application(pulled: Pulled, gate: Gate, door: Door, worker: Executor) -> ASGIApp:
    """The three paths.

    Args:
        pulled: The terminal.
        gate: Lets in.
        door: Where connections come from.
        worker: One thread, in which everything is asked.
    """

    async def ask(answer: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        called = functools.partial(answer, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(worker, called)

    async def status(request: Request) -> Response:
        return _json(request, await ask(pulled.status))

    async def entries(request: Request) -> Response:
        after, most = _number(request, "after", 0, _LARGEST), _number(request, "limit", 1, MOST_ENTRIES)
        return _json(request, await ask(pulled.entries, after, most, _ledger(request)))

    async def receipts(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal("415.1", "Content-Type must be application/json")
        return _json(request, await ask(pulled.receipt, await request.body()))

    routes = [
        Route("/v1/status", _kept(status), methods=["GET"]),
        Route("/v1/entries", _kept(entries), methods=["GET"]),
        Route("/v1/receipts", _kept(receipts), methods=["POST"]),
    ]
    handlers = {HTTPException: _not_there, Exception: _mistake}
    inner = Starlette(routes=routes, exception_handlers=handlers)
    inner.router.redirect_slashes = False
    return Guarded(inner, gate, door, worker)


Endpoint = Callable[[Request], Awaitable[Response]]


def _kept(endpoint: Endpoint) -> Endpoint:
    """With what can go wrong as an answer."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return _with_nonce(request, problem(refusal))
        except SyncError as error:
            return _with_nonce(request, _unavailable(request, error))

    return answered


def _unavailable(request: Request, error: SyncError) -> Response:
    log.warning("%s could not be answered: %s", request.url.path, error)
    return problem(Refusal("503.1", str(error), retry_after_s=RETRY_AFTER_S))


async def _not_there(request: Request, error: Exception) -> Response:
    found = error.status_code if isinstance(error, HTTPException) else 404
    code = "405.1" if found == 405 else "404.1"
    answer = problem(Refusal(code, f"{request.method} {request.url.path}"))
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)  # Allow
    return _with_nonce(request, answer)


async def _mistake(request: Request, error: Exception) -> Response:
    log.error("%s was answered with a mistake of ours", request.url.path, exc_info=error)
    return _with_nonce(request, problem(Refusal("500.1", type(error).__name__)))


def _with_nonce(request: Request, answer: Response) -> Response:
    answer.headers[NONCE_HEADER] = request.scope["hailong.nonce"]
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _json(request: Request, body: bytes) -> Response:
    packs = {
        part.partition(";")[0].strip().lower()
        for part in request.headers.get("accept-encoding", "").split(",")
    }
    if "gzip" in packs:
        answer = Response(
            compressed(body), media_type="application/json", headers={"Content-Encoding": "gzip"}
        )
    else:
        answer = Response(body, media_type="application/json")
    return _with_nonce(request, answer)


def _number(request: Request, name: str, low: int, high: int) -> int:
    """A whole number from the query; `high` for a limit that is not there. Raises `Refusal` (400.2)."""
    given = request.query_params.getlist(name)
    if not given and name == "limit":
        return high
    if len(given) == 1 and given[0].isascii() and given[0].isdecimal() and len(given[0]) <= len(str(high)):
        number = int(given[0])
        if low <= number <= high:
            return number
    raise Refusal("400.2", f"{name} must be one whole number from {low} to {high}")


def _ledger(request: Request) -> str | None:
    """Raises `Refusal` (400.2)."""
    given = request.query_params.getlist("ledger")
    if not given:
        return None
    if len(given) == 1 and len(given[0]) == _LEDGER_DIGITS and set(given[0]) <= set("0123456789abcdef"):
        return given[0]
    raise Refusal("400.2", f"ledger must be {_LEDGER_DIGITS} hexadecimal digits in lower case")
