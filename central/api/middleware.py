"""What every answer to a terminal has: a fresh nonce, and a numbered problem when it is an error, whoever made it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from central.api import nonces, problems
from central.api.problems import Refusal
from sync.protocol import NONCE_HEADER

PREFIX = "/api/"

_BY_STATUS = {
    400: "400.1",
    403: "401.1",
    404: "404.1",
    405: "405.1",
    413: "413.1",
    415: "415.1",
    422: "400.2",
}
_KEPT_HEADERS = ("Allow", "Retry-After")


class ApiMiddleware:
    """Django's own pages for errors never reach a terminal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the nonce."""
        response = self._get_response(request)
        if not request.path.startswith(PREFIX):
            return response
        response = _as_problem(request, response)
        response[NONCE_HEADER] = nonces.make()
        response["Cache-Control"] = "no-store"
        return response


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code < 400 or response.headers.get("Content-Type") == problems.CONTENT_TYPE:
        return response
    code = _BY_STATUS.get(response.status_code, "500.1")
    made = problems.answer(Refusal(code, f"{request.method} {request.path}"))
    for name in _KEPT_HEADERS:
        if name in response.headers:
            made[name] = response.headers[name]
    return made
