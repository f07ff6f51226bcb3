"""The paths of the Read API, version 1 (docs/openapi/read.yaml)."""

import hashlib
import re
from collections.abc import Callable

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from central.api.problems import Refusal
from central.completeness import device as of_device
from central.completeness import note
from central.completeness import unit as of_unit
from central.completeness.device import Statement
from central.completeness.period import Period
from central.completeness.unit import UnitStatement
from central.models import Purpose, ReadToken
from central.reading import cursors, feed, items, lists, scope, tokens
from central.reading.answers import Listed, answer
from central.reading.cursors import BadCursor, Cursor
from central.reading.items import CounterItem, DeviceItem, RatingItem, UnitItem
from central.reading.parameters import Parameters, parameters
from central.reading.scope import Scope
from central.session import Session, snapshot
from sync.codes import DEVICE_LENGTH

router = Router()

USUAL = 1_000
"""Items of a page where nobody says how many."""

_PAGED = ("cursor", "limit", "format", "bom")
_FILTERS = ("unit", "device", "from", "to", "state", "flags", "uncertain", "repeats")
_NUMBER = re.compile("[0-9]{1,18}")
_DEVICE = re.compile(f"[0-9A-Z]{{{DEVICE_LENGTH}}}")


@router.get("/ratings", include_in_schema=False)
def ratings(request: HttpRequest) -> HttpResponse:
    """The feed of changes of ratings."""
    token, asked = _begin(request, _FILTERS)
    with snapshot() as session:
        allowed = _scope(session, token, asked)
        question = _question(token, asked, allowed)
        try:
            found = feed.page(session, question, _cursor(asked, question.about), _limit(asked))
        except feed.OtherLife as error:
            raise Refusal("410.1", str(error)) from error
    listed = [items.rating(change, token.exact_times) for change in found.changes]
    return answer(request, asked, RatingItem, Listed(listed, cursors.render(found.cursor), found.more))


@router.get("/units", include_in_schema=False)
def units(request: HttpRequest) -> HttpResponse:
    """Units."""
    return _list(request, UnitItem, lists.units, _NUMBER)


@router.get("/counters", include_in_schema=False)
def counters(request: HttpRequest) -> HttpResponse:
    """Counters."""
    return _list(request, CounterItem, lists.counters, _NUMBER)


@router.get("/devices", include_in_schema=False)
def devices(request: HttpRequest) -> HttpResponse:
    """Terminals."""
    return _list(request, DeviceItem, lists.devices, _DEVICE)


@router.get("/completeness", include_in_schema=False)
def completeness(request: HttpRequest) -> HttpResponse:
    """A statement of completeness of a unit, or of a terminal of one."""
    asked = parameters(request, ("unit", "device", "from", "to", "format"))
    token = _token(request)
    form = asked.one_of("format", ("json", "note"), "json")
    period, device = asked.period(), asked.device()
    with snapshot() as session:
        allowed = _scope(session, token, asked)
        found: Statement | UnitStatement
        if device is None:
            found = _of_unit(session, token, asked, period)
        elif lists.stands_in(session, device, allowed):
            found = of_device.stated(session, device, period)
        else:
            raise Refusal("404.1", f"there is no terminal {device} that this token may read")
    if form == "note":
        return HttpResponse(note.signed(found), content_type="text/plain; charset=utf-8")
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")


def _of_unit(session: Session, token: ReadToken, asked: Parameters, period: Period) -> UnitStatement:
    unit = asked.number("unit", 1, (1 << 63) - 1) or token.unit_id
    if unit is None:
        raise Refusal("400.2", "give unit or device: this token may read everything")
    return of_unit.stated(session, unit, period)


def _list(
    request: HttpRequest,
    kind: type[UnitItem | CounterItem | DeviceItem],
    read: Callable[[Session, Scope, str, int], Listed],
    form: re.Pattern[str],
) -> HttpResponse:
    token, asked = _begin(request, ("unit",))
    after = asked.given.get("cursor", "")
    if after and not form.fullmatch(after):
        raise Refusal("400.2", "cursor is not one that this server has given")
    with snapshot() as session:
        found = read(session, _scope(session, token, asked), after, _limit(asked))
    return answer(request, asked, kind, found)


def _begin(request: HttpRequest, known: tuple[str, ...]) -> tuple[ReadToken, Parameters]:
    """Who asks, and for what. Raises `Refusal`."""
    asked = parameters(request, (*known, *_PAGED))
    return _token(request), asked


def _token(request: HttpRequest) -> ReadToken:
    return tokens.check(request.headers.get("Authorization"), Purpose.READ, request.META.get("REMOTE_ADDR"))


def _scope(session: Session, token: ReadToken, asked: Parameters) -> Scope:
    allowed = scope.below(session, token.unit_id)
    try:
        return scope.narrowed(session, allowed, asked.number("unit", 1, (1 << 63) - 1))
    except LookupError as error:
        raise Refusal("404.1", str(error)) from error


def _limit(asked: Parameters) -> int:
    return asked.number("limit", 1, feed.MOST) or USUAL


def _question(token: ReadToken, asked: Parameters, allowed: Scope) -> feed.Question:
    period = asked.period()
    state = asked.one_of("state", ("all", "counted", "not_counted"), "all")
    told = [token.unit_id, token.exact_times, *(asked.given.get(name) for name in _FILTERS)]
    return feed.Question(
        scope=allowed,
        about=hashlib.sha256(repr(told).encode()).hexdigest()[:12],
        exact=token.exact_times,
        device=asked.device(),
        since=period.since,
        until=period.until,
        state=None if state == "all" else state,
        flagged=asked.is_in("flags", default=True),
        uncertain=asked.is_in("uncertain", default=True),
        repeats=asked.is_in("repeats", default=False),
    )


def _cursor(asked: Parameters, about: str) -> Cursor | None:
    text = asked.given.get("cursor")
    if text is None:
        return None
    try:
        found = cursors.parse(text)
    except BadCursor as error:
        raise Refusal("400.2", f"cursor: {error}") from error
    if found.about != about:
        raise Refusal(
            "400.2", "the cursor belongs to another question: go on with the same token and parameters"
        )
    return found
