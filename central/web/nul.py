"""A NUL character is in no name: PostgreSQL takes none, and would answer a page with an error of the server."""

from collections.abc import Callable, Iterable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.response import HttpResponseBase

from central.api.middleware import PREFIX

NUL = "\0"


class NulMiddleware:
    """Refuses it in an address, a query or a form with 400; the API looks at its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or refuse."""
        if not request.path.startswith(PREFIX) and any(NUL in text for text in _texts(request)):
            raise BadRequest("a NUL character is in no name")
        return self._get_response(request)


def _texts(request: HttpRequest) -> Iterable[str]:
    yield request.path
    yield from _of(request.GET)
    if request.method == "POST":
        try:
            yield from _of(request.POST)
        except UnreadablePostError as error:
            raise BadRequest("the form ends in its middle") from error


def _of(said: QueryDict) -> Iterable[str]:
    for name, values in said.lists():
        yield name
        yield from values
