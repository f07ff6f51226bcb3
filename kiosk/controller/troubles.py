"""Troubles of the inputs: told once, shown to the technician by a quiet mark, never in the way of the others."""

from dataclasses import replace
from types import MappingProxyType

from hardware.events import Level, Press, Source, Switch, Trouble, TroubleKind
from kiosk.controller.rules import Rules
from kiosk.controller.state import Ailing, State
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Draft, Json, Kind

_CODES = {TroubleKind.STUCK: FaultCode.BUTTON_STUCK, TroubleKind.LOST: FaultCode.INPUT_LOST}
_WITH_CONTACTS = (Source.GPIO, Source.PAD)
# A plug that wobbles must not fill the ledger: so often at most does one input's trouble make an entry.
_TELL_AGAIN_NS = 60_000_000_000

Told = tuple[State, tuple[Draft, ...]]
"""The next state, and the `fault` entries to write."""


def take(state: State, event: Trouble) -> Told:
    """An input came into trouble or out of it."""
    code = _CODES[event.kind]
    going_on = _find(state, code, event.source, event.level)
    if event.active and going_on is None:
        return _begin(state, Ailing(code, event.source, event.level, event.boottime_ns))
    if not event.active and going_on is not None:
        return _end(state, going_on)
    return state, ()


def beat(state: State, press: Press | Switch, rules: Rules) -> Told:
    """A repeat, or a wish for a language, came from a button: too many from one set of contacts is chatter."""
    if press.source not in _WITH_CONTACTS:
        return state, ()
    key = _button(press)
    since_ns = press.boottime_ns - rules.chatter_ns
    beats = (*(at for at in state.beats.get(key, ()) if at > since_ns), press.boottime_ns)
    state = replace(state, beats=MappingProxyType({**state.beats, key: beats}))
    if len(beats) < rules.chatter_presses:
        return state, ()
    state = replace(state, beats=MappingProxyType({k: v for k, v in state.beats.items() if k != key}))
    return _begin(state, Ailing(FaultCode.BUTTON_CHATTERING, *key, press.boottime_ns))


def chatters(state: State, press: Press | Switch) -> bool:
    """Whether the button of this press is known to chatter."""
    return _find(state, FaultCode.BUTTON_CHATTERING, *_button(press)) is not None


def still_chatters(state: State, press: Press | Switch) -> State:
    """The quiet that would end a button's chatter begins anew with each of its presses."""
    ailing = tuple(
        replace(a, last_ns=press.boottime_ns)
        if (a.code, a.source, a.level) == (FaultCode.BUTTON_CHATTERING, *_button(press))
        else a
        for a in state.ailing
    )
    return replace(state, ailing=ailing)


def quiet(state: State, now_ns: int, rules: Rules) -> Told:
    """Ends the chatter of buttons that have been quiet for long enough."""
    drafts: tuple[Draft, ...] = ()
    for ailing in state.ailing:
        if ailing.code is FaultCode.BUTTON_CHATTERING and now_ns >= ailing.last_ns + rules.chatter_ns:
            state, more = _end(state, ailing)
            drafts += more
    return state, drafts


def _button(press: Press | Switch) -> tuple[Source, Level | None]:
    """The button for the language has no level."""
    return press.source, press.level if isinstance(press, Press) else None


def _find(state: State, code: FaultCode, source: Source, level: object) -> Ailing | None:
    for ailing in state.ailing:
        if (ailing.code, ailing.source, ailing.level) == (code, source, level):
            return ailing
    return None


def _begin(state: State, ailing: Ailing) -> Told:
    key = (ailing.code, ailing.source)
    told_ns = state.told_ns.get(key)
    if told_ns is not None and ailing.last_ns < told_ns + _TELL_AGAIN_NS:
        return replace(state, ailing=(*state.ailing, replace(ailing, told=False))), ()
    state = replace(
        state,
        ailing=(*state.ailing, ailing),
        told_ns=MappingProxyType({**state.told_ns, key: ailing.last_ns}),
    )
    return state, (_entry(ailing, active=True),)


def _end(state: State, ailing: Ailing) -> Told:
    state = replace(state, ailing=tuple(a for a in state.ailing if a is not ailing))
    return state, (_entry(ailing, active=False),) if ailing.told else ()


def _entry(ailing: Ailing, *, active: bool) -> Draft:
    body: dict[str, Json] = {"code": ailing.code.value, "active": active, "source": ailing.source.value}
    if ailing.level is not None:
        body["level"] = int(ailing.level)
    return Draft(Kind.FAULT, body)
