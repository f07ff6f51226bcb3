"""The view of a state, and when it must be looked at again."""

from dataclasses import replace

from hardware.events import Level
from kiosk.controller import menu, service
from kiosk.controller.rules import Rules
from kiosk.controller.state import Phase, State
from kiosk.faults import FaultCode
from kiosk.view import Ring, ScreenName, View

_NAMES = {
    Phase.STARTING: ScreenName.STARTING,
    Phase.IDLE: ScreenName.IDLE,
    Phase.SAVING: ScreenName.SAVING,
    Phase.THANKED: ScreenName.THANKED,
    Phase.REPEAT: ScreenName.REPEAT,
    Phase.AMBIGUOUS: ScreenName.AMBIGUOUS,
    Phase.FAULT: ScreenName.FAULT,
}


_KEEPS_NO_PRESS = (ScreenName.STARTING, ScreenName.WAIT, ScreenName.FAULT, ScreenName.SERVICE)


def invites(view: View) -> bool:
    """Whether the lights of the buttons glow: they are dark where a press would not be kept."""
    return view.name not in _KEEPS_NO_PRESS


def view_of(state: State, now_ns: int, rules: Rules) -> View:
    """What the screen is to show in this state."""
    page = service.page_of(state, now_ns)
    if page is not None:
        attention = bool(state.ailing)
        return View(ScreenName.SERVICE, attention=attention, language=rules.languages[0], service=page)
    return replace(_view_of(state, now_ns, rules), language=state.language or rules.languages[0])


def _view_of(state: State, now_ns: int, rules: Rules) -> View:
    if state.phase is Phase.FAULT:
        return View(ScreenName.FAULT, fault=state.fault, attention=True)
    if state.phase is Phase.IDLE and _no_input_left(state):
        return View(ScreenName.FAULT, fault=FaultCode.NO_INPUT, attention=True)
    attention = bool(state.ailing)
    if state.phase is Phase.SAVING:
        waiting = state.vote_in_flight
        slow = waiting is not None and now_ns - waiting[1].since_ns >= rules.wait_ns
        name = ScreenName.WAIT if slow else ScreenName.SAVING
        if state.visit is not None and state.visit.seq is not None:
            name = ScreenName.CORRECTING
        return View(name, pressed=_pressed(state), attention=attention)
    ring = None
    if state.phase is Phase.THANKED and state.visit is not None:
        end_ns = state.visit.first_ns + rules.correction_window_ns
        if now_ns < end_ns and state.visit.corrections < rules.corrections:
            ring = Ring(state.visit.first_ns, end_ns)
    return View(_NAMES[state.phase], ring=ring, attention=attention)


def _pressed(state: State) -> Level | None:
    if state.visit is not None and state.visit.wanted is not None:
        return state.visit.wanted.level
    waiting = state.vote_in_flight
    return None if waiting is None or waiting[1].press is None else waiting[1].press.level


def _no_input_left(state: State) -> bool:
    lost = {ailing.source for ailing in state.ailing if ailing.code is FaultCode.INPUT_LOST}
    return bool(state.inputs) and state.inputs <= lost


def commit_turn_ns(state: State, rules: Rules) -> int:
    """From when on a correction or a count may be sent: never more than two commits within a second."""
    if state.commits_ns is None:
        return 0
    before, last = state.commits_ns
    turn_ns = last + rules.commit_gap_ns
    return turn_ns if before is None else max(turn_ns, before + 2 * rules.commit_gap_ns)


def refused_due_ns(state: State, rules: Rules) -> int | None:
    """When the refused presses outside a visit are to be written: once they pause, at most every `flush_ns`."""
    refused = state.refused
    if not refused.counts.total or state.phase is Phase.STARTING:
        return None
    if state.visit is not None or state.vote_in_flight is not None:
        return None  # the visit's own counts take them along
    if state.fault is not None and state.fault is not FaultCode.DISK_FULL:
        return None  # nothing can be written; on a full disk the ballast's room is for this
    due_ns = max(refused.last_ns + rules.repeat_interval_ns, commit_turn_ns(state, rules))
    return due_ns if refused.written_ns is None else max(due_ns, refused.written_ns + rules.flush_ns)


def owed_due_ns(state: State, rules: Rules) -> int | None:
    """When the entries of the service page are to be written; `Available` sees to those that nothing can take now."""
    if not state.owed or state.phase in (Phase.STARTING, Phase.FAULT):
        return None
    if any(flight.counted.owed for flight in state.flights.values()):
        return None  # a card that stalls gets one request more when it has answered, not one for each press
    return commit_turn_ns(state, rules)


def deadline_ns(state: State, now_ns: int, rules: Rules) -> int | None:
    """When `Tick` is due at the latest; None = only an event can change anything."""
    moments = [state.until_ns, refused_due_ns(state, rules), visit_due_ns(state, rules)]
    moments += [language_due_ns(state, rules), owed_due_ns(state, rules), service.due_ns(state, rules)]
    moments.append(menu.due_ns(state.service, now_ns))
    waiting = state.vote_in_flight
    if waiting is not None:
        sent_ns = waiting[1].since_ns
        moments.append(sent_ns + (rules.wait_ns if now_ns < sent_ns + rules.wait_ns else rules.give_up_ns))
    if state.phase is Phase.THANKED and state.visit is not None:
        ring_end_ns = state.visit.first_ns + rules.correction_window_ns
        moments.append(ring_end_ns if now_ns < ring_end_ns else None)
    moments += [
        ailing.last_ns + rules.chatter_ns
        for ailing in state.ailing
        if ailing.code is FaultCode.BUTTON_CHATTERING
    ]
    due = [moment for moment in moments if moment is not None]
    return min(due) if due else None


def language_due_ns(state: State, rules: Rules) -> int | None:
    """When the terminal's own language comes back by itself; None while a visit goes on, which brings it back."""
    if state.language is None or state.visit is not None:
        return None
    return state.switched_ns + rules.language_ns


def visit_due_ns(state: State, rules: Rules) -> int | None:
    """When the visit wants something stored, or ends; None while its vote is on its way."""
    visit = state.visit
    if visit is None or visit.seq is None or state.vote_in_flight is not None:
        return None
    turn_ns = commit_turn_ns(state, rules)
    if visit.wanted is not None:
        return turn_ns
    end_ns = visit.last_ns + rules.repeat_interval_ns
    if not visit.repeats.total:
        return end_ns
    return max(turn_ns, min(end_ns, visit.written_ns + rules.flush_ns))
