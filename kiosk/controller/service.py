"""The service page: opened by a technician's gesture, whose own presses are taken back. Pure, like everything here.

The page lies over whatever the terminal is doing; that goes on below it. While it is open every press is a `test`.
"""

from dataclasses import replace
from types import MappingProxyType

from hardware.events import Ambiguous, Level, Press, ServiceGesture, Source, Tap
from kiosk.controller import menu
from kiosk.controller.rules import Rules
from kiosk.controller.state import Attended, Effect, Examined, Kept, OpenPage, Phase, State
from kiosk.controller.troubles import still_chatters
from kiosk.faults import FaultCode
from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import Draft, Json, Kind
from kiosk.view import Service

MOST_OWED = 500
"""Presses while the card stalls beyond that are only counted."""

_OUTER = (Level.VERY_POOR, Level.EXCELLENT)
_WITH_GESTURE = (Source.GPIO, Source.PAD)
_INPUTS = (Source.TOUCH, Source.KEY, Source.GPIO, Source.PAD)
_GRAVEST_FIRST = (FaultCode.INPUT_LOST, FaultCode.BUTTON_STUCK, FaultCode.BUTTON_CHATTERING)
_NOTHING_IS_STORED = (Phase.STARTING, Phase.FAULT)


def keep(state: State, press: Press, entry: Entry) -> State:
    """A press was stored as a rating or a correction: it may turn out to be half of a gesture."""
    if press.source not in _WITH_GESTURE or press.level not in _OUTER:
        return state
    kept = Kept(press, entry.seq, entry.hash)
    return replace(state, outer=MappingProxyType({**state.outer, (press.source, press.level): kept}))


def void(seq: int, hash_: bytes, at_ns: int) -> Draft:
    """The entry that takes a press back."""
    return Draft(Kind.VOID, {"of": seq}, at_ns, hash_)


def take_back(state: State, gesture: ServiceGesture) -> State:
    """Take back what became of exactly the presses that the gesture was made with."""
    for press in gesture.presses:
        state = _take_back(state, press, gesture.boottime_ns)
    return state


def _take_back(state: State, press: Press, at_ns: int) -> State:
    if state.visit is not None and state.visit.wanted == press:
        visit = replace(state.visit, wanted=None)
        return replace(state, visit=visit, refused=state.refused.plus(press.level, press.boottime_ns))
    key = (press.source, press.level)
    kept = state.outer.get(key)
    if kept is not None and kept.press == press:
        others = MappingProxyType({other: k for other, k in state.outer.items() if other != key})
        return owe(replace(state, outer=others), void(kept.seq, kept.hash, at_ns))
    flights = {
        ref: replace(flight, unwanted=True) if flight.press == press else flight
        for ref, flight in state.flights.items()
    }
    return replace(state, flights=MappingProxyType(flights))


def open_page(state: State, gesture: ServiceGesture, now_ns: int) -> State:
    """Show the page. The visit has been ended."""
    phase = state.phase if state.phase in _NOTHING_IS_STORED else Phase.IDLE
    body: dict[str, Json] = {"page": "opened", "by": "gesture", "source": gesture.source.value}
    state = owe(state, Draft(Kind.SERVICE, body, gesture.boottime_ns))
    page = OpenPage(gesture.boottime_ns, now_ns)
    return replace(state, phase=phase, until_ns=None, language=None, service=page)


def take(state: State, event: Tap | Examined | Attended, now_ns: int) -> tuple[State, tuple[Effect, ...]]:
    """A touch on the page, or what the machine has answered."""
    page = state.service
    if isinstance(event, Examined):
        return (state if page is None else replace(state, service=menu.learn(page, event.facts))), ()
    if isinstance(event, Attended):
        turned = menu.answered(page, event.answer)
    elif page is None:
        return state, ()
    else:
        turned = menu.tap(page, event.button, now_ns)
    for body in turned.entries:
        state = owe(state, Draft(Kind.SERVICE, body, now_ns))
    if turned.page is None:
        return close_page(state, "button", now_ns), turned.effects
    return replace(state, service=turned.page), turned.effects


def close_page(state: State, by: str, now_ns: int, source: Source | None = None) -> State:
    """Show again what lies below; nothing when the page is closed already."""
    if state.service is None:
        return state
    body: dict[str, Json] = {"page": "closed", "by": by}
    if source is not None:
        body["source"] = source.value
    return replace(owe(state, Draft(Kind.SERVICE, body, now_ns)), service=None, service_until_ns=now_ns)


def takes(state: State, event: Press | Ambiguous) -> bool:
    """Whether a press is the technician's. It is heard of a little later than it was made."""
    return state.service is not None or event.boottime_ns < state.service_until_ns


def test(state: State, event: Press | Ambiguous, now_ns: int) -> State:
    """Presses while the page is open: kept as tests, or counted as refused when nothing can be kept."""
    if isinstance(event, Press):
        state = still_chatters(state, event)
    levels = (event.level,) if isinstance(event, Press) else event.levels
    for level in levels:
        state = _test(state, level, event.source, event.boottime_ns)
    if state.service is None:
        return state
    page = replace(state.service, last_ns=now_ns, presses=state.service.presses + len(levels))
    return replace(state, service=menu.tried(page, levels, event.source))


def _test(state: State, level: Level, source: Source, at_ns: int) -> State:
    if state.phase in _NOTHING_IS_STORED or len(state.owed) >= MOST_OWED:
        return replace(state, refused=state.refused.plus(level, at_ns))
    body: dict[str, Json] = {"level": int(level), "source": source.value}
    return owe(state, Draft(Kind.TEST, body, at_ns))


def owe(state: State, draft: Draft) -> State:
    """One more entry that is to be written."""
    return replace(state, owed=(*state.owed, draft))


def due_ns(state: State, rules: Rules) -> int | None:
    """When the page closes by itself."""
    page = state.service
    if page is None:
        return None
    return min(page.last_ns + rules.service_idle_ns, page.opened_ns + rules.service_most_ns)


def page_of(state: State, now_ns: int) -> Service | None:
    """What the page says; None while it is closed."""
    page = state.service
    if page is None:
        return None
    inputs = tuple((source, _trouble_of(state, source)) for source in _INPUTS if source in state.inputs)
    return Service(page.facts, inputs, state.fault, page.presses, menu.shown(page, now_ns))


def _trouble_of(state: State, source: Source) -> FaultCode | None:
    codes = {ailing.code for ailing in state.ailing if ailing.source is source}
    return next((code for code in _GRAVEST_FIRST if code in codes), None)
