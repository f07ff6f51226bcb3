"""``step(state, event, now) -> (state, effects)``: the whole behaviour of the terminal, without a terminal."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hardware.events import Ambiguous, Press, ServiceGesture, Switch, Tap, Trouble
from kiosk.controller import service, troubles
from kiosk.controller.counts import Counts, Refused
from kiosk.controller.rules import Rules
from kiosk.controller.show import (
    invites,
    language_due_ns,
    owed_due_ns,
    refused_due_ns,
    view_of,
    visit_due_ns,
)
from kiosk.controller.state import (
    Acknowledge,
    Append,
    Attended,
    Counted,
    Effect,
    Event,
    Examine,
    Examined,
    Flight,
    Glow,
    Phase,
    Play,
    Prepare,
    Show,
    State,
    Tick,
    Visit,
    Whisper,
)
from kiosk.faults import FaultCode
from kiosk.ledger.answers import Available, Broke, NotStored, Stored
from kiosk.ledger.kinds import VOTES, Draft, Json, Kind
from kiosk.view import ScreenName


def step(state: State, event: Event, now_ns: int, rules: Rules) -> tuple[State, tuple[Effect, ...]]:
    """What an event means.

    Args:
        state: As the last step left it.
        event: What happened.
        now_ns: CLOCK_BOOTTIME.
        rules: The times of a visit.

    Returns:
        The next state, and what is to be done, in order.
    """
    turn = _Turn(state, now_ns, rules)
    turn.take(event)
    turn.settle()
    view = view_of(turn.state, now_ns, rules)
    if view == state.shown:
        return turn.state, tuple(turn.effects)
    effects: list[Effect] = [*turn.effects, Show(view)]
    on = invites(view)
    if on != state.glows:
        effects.insert(0, Glow(on))  # lights that are dark would not blink
    if view.name is ScreenName.THANKED and (
        state.shown is None or state.shown.name is not ScreenName.THANKED
    ):
        effects.append(Play())
    return replace(turn.state, shown=view, glows=on), tuple(effects)


class _Turn:
    """One step in the making."""

    def __init__(self, state: State, now_ns: int, rules: Rules) -> None:
        self.state = state
        self.now_ns = now_ns
        self.rules = rules
        self.effects: list[Effect] = []

    def _set(self, **changes: Any) -> None:  # noqa: ANN401 - fields of State
        self.state = replace(self.state, **changes)

    def _set_visit(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Visit
        if self.state.visit is not None:
            self._set(visit=replace(self.state.visit, **changes))

    def take(self, event: Event) -> None:
        """Apply the event itself."""
        match event:
            case Press() | Ambiguous() if service.takes(self.state, event):
                self.state = service.test(self.state, event, self.now_ns)
            case Press():
                self._press(event)
            case Ambiguous():
                self._ambiguous(event)
            case Trouble():
                self._tell(troubles.take(self.state, event))
            case Switch():
                self._switch(event)
            case ServiceGesture():
                self._gesture(event)
            case Tap() | Examined() | Attended():
                self.state, effects = service.take(self.state, event, self.now_ns)
                self.effects += effects
            case Stored():
                self._stored(event)
            case NotStored():
                self._not_stored(event)
            case Available():
                # What was stored late has been told by now; the others never will be.
                waited_for = {ref: flight for ref, flight in self.state.flights.items() if not flight.failed}
                self._set(flights=MappingProxyType(waited_for))
                self._set(fault=None, phase=Phase.IDLE, until_ns=None)
                self._append(self._take_counted())
            case Broke():
                self._break(event.code)
            case Tick():
                pass

    def settle(self) -> None:
        """Do whatever time has made due."""
        self._give_up_waiting()
        self._tell(troubles.quiet(self.state, self.now_ns, self.rules))
        if self.state.until_ns is not None and self.now_ns >= self.state.until_ns:
            self._set(phase=Phase.IDLE, until_ns=None)
        visit_due = visit_due_ns(self.state, self.rules)
        if visit_due is not None and self.now_ns >= visit_due:
            self._visit_is_due()
        language_due = language_due_ns(self.state, self.rules)
        if language_due is not None and self.now_ns >= language_due:
            self._set(language=None)
        service_due = service.due_ns(self.state, self.rules)
        if service_due is not None and self.now_ns >= service_due:
            self.state = service.close_page(self.state, "time", self.now_ns)
        owed_due = owed_due_ns(self.state, self.rules)
        if owed_due is not None and self.now_ns >= owed_due:
            self._append(self._take_counted())
        refused_due = refused_due_ns(self.state, self.rules)
        if refused_due is not None and self.now_ns >= refused_due:
            self._append(self._take_counted())

    # --- presses

    def _press(self, press: Press) -> None:
        if troubles.chatters(self.state, press):
            self._refuse(press)
            self.state = troubles.still_chatters(self.state, press)
        elif self.state.phase in (Phase.STARTING, Phase.FAULT):
            self._refuse(press)
        elif self.state.vote_in_flight is not None:
            # Not promised to anyone: the screen still says that the press before is being saved.
            self._refuse(press)
            self._prolong(press)
        elif self.state.visit is None or self._is_over(self.state.visit, press):
            self._begin_visit(press)
        else:
            self._go_on(self.state.visit, press)

    def _is_over(self, visit: Visit, press: Press) -> bool:
        return press.boottime_ns - visit.last_ns >= self.rules.repeat_interval_ns

    def _begin_visit(self, press: Press) -> None:
        earlier = self._take_counted()
        at_ns = press.boottime_ns
        self._set(visit=Visit(press.level, at_ns, at_ns, self.now_ns), phase=Phase.SAVING, until_ns=None)
        body: dict[str, Json] = {"level": int(press.level), "source": press.source.value}
        self._append(earlier, Draft(Kind.RATING, body, at_ns), press)
        self.effects.append(Prepare())

    def _go_on(self, visit: Visit, press: Press) -> None:
        """A press of a visit whose rating is stored: a correction, or one of the repeats."""
        self._prolong(press)
        if press.boottime_ns - visit.first_ns >= self.rules.correction_window_ns:
            self._repeat(press)
            if self.state.phase is not Phase.SAVING:
                self._hint_repeat(press)
        elif visit.wanted is not None and press.level == visit.wanted.level:
            self._repeat(press)
        else:
            if visit.wanted is not None:
                # The latest level wins; the one that it displaces becomes a repeat.
                self._set_visit(wanted=None)
                self._repeat(visit.wanted)
            self._want(visit, press)

    def _want(self, visit: Visit, press: Press) -> None:
        if press.level == visit.level:
            self._repeat(press)
            if self.state.phase is Phase.SAVING:
                self._thank()
        elif visit.corrections >= self.rules.corrections:
            self._repeat(press)
            self._hint_repeat(press)
        else:
            self._set_visit(wanted=press)
            self._set(phase=Phase.SAVING, until_ns=None)

    def _repeat(self, press: Press) -> None:
        if self.state.visit is not None:
            self._set_visit(repeats=self.state.visit.repeats.plus(press.level))
        self._tell(troubles.beat(self.state, press, self.rules))

    def _hint_repeat(self, press: Press) -> None:
        """The screen says that this visit's opinion is kept, for as long as another press would be a repeat."""
        self._set(phase=Phase.REPEAT, until_ns=press.boottime_ns + self.rules.repeat_interval_ns)

    def _refuse(self, press: Press) -> None:
        self._set(refused=self.state.refused.plus(press.level, press.boottime_ns))

    def _prolong(self, press: Press) -> None:
        if self.state.visit is not None:
            self._set_visit(last_ns=max(self.state.visit.last_ns, press.boottime_ns))

    def _ambiguous(self, event: Ambiguous) -> None:
        refused = self.state.refused
        for level in event.levels:
            refused = refused.plus(level, event.boottime_ns)
        self._set(refused=replace(refused, ambiguous=refused.ambiguous + len(event.levels)))
        if self.state.phase in (Phase.IDLE, Phase.THANKED, Phase.REPEAT, Phase.AMBIGUOUS):
            self._set(phase=Phase.AMBIGUOUS, until_ns=self.now_ns + self.rules.hint_ns)

    def _switch(self, wish: Switch) -> None:
        """The next language. Not where nobody can vote: those screens have no such button."""
        if troubles.chatters(self.state, wish):
            self.state = troubles.still_chatters(self.state, wish)
            return
        self._tell(troubles.beat(self.state, wish, self.rules))
        if self.state.phase in (Phase.STARTING, Phase.FAULT) or self.state.service is not None:
            return
        languages = self.rules.languages
        shown = languages.index(self.state.language) if self.state.language else 0
        chosen = languages[(shown + 1) % len(languages)]
        self._set(language=None if chosen == languages[0] else chosen, switched_ns=self.now_ns)

    def _gesture(self, gesture: ServiceGesture) -> None:
        """The technician's page opens, or closes; the presses that it was asked with never were votes."""
        if self.state.service is not None:
            self.state = service.close_page(self.state, "gesture", self.now_ns, gesture.source)
            return
        self.state = service.take_back(self.state, gesture)
        visit = self.state.visit
        if visit is not None and visit.wanted is not None:
            self._correct(visit, visit.wanted)  # a citizen's, whose turn had not come
        self._end_visit()
        self.state = service.open_page(self.state, gesture, self.now_ns)
        self.effects.append(Examine())

    # --- time

    def _visit_is_due(self) -> None:
        visit = self.state.visit
        if visit is None or visit.seq is None:
            return
        if visit.wanted is not None:
            self._correct(visit, visit.wanted)
            return
        counted = self._take_counted()
        if self.now_ns >= visit.last_ns + self.rules.repeat_interval_ns:
            self._set(visit=None)
            if self.state.switched_ns <= visit.last_ns:
                self._set(language=None)  # later it was the next citizen's
            if self.state.phase is Phase.REPEAT:
                self._set(phase=Phase.IDLE, until_ns=None)
        else:
            self._set_visit(written_ns=self.now_ns)
        self._append(counted)

    def _correct(self, visit: Visit, press: Press) -> None:
        body: dict[str, Json] = {"of": visit.seq, "level": int(press.level), "source": press.source.value}
        draft = Draft(Kind.CORRECTION, body, press.boottime_ns, visit.hash)
        self._set_visit(wanted=None)
        self._append(Counted(), draft, press, of=visit.seq)

    def _give_up_waiting(self) -> None:
        waiting = self.state.vote_in_flight
        if waiting is not None and self.now_ns >= waiting[1].since_ns + self.rules.give_up_ns:
            ref, flight = waiting
            self._keep_flight(ref, replace(flight, given_up=True))
            self._break(FaultCode.CARD_SLOW)

    def _thank(self) -> None:
        if self.state.visit is not None:
            window_end_ns = self.state.visit.first_ns + self.rules.correction_window_ns
            self._set(phase=Phase.THANKED, until_ns=max(self.now_ns + self.rules.thanks_ns, window_end_ns))

    # --- the ledger's answers

    def _stored(self, event: Stored) -> None:
        flight = self._land(event.ref)
        if flight is None:
            return
        commits = self.state.commits_ns
        self._set(commits_ns=(None if commits is None else commits[1], self.now_ns))
        if flight.press is None:
            return
        vote = next(entry for entry in event.entries if entry.kind in VOTES)
        if flight.unwanted:
            self.state = service.owe(self.state, service.void(vote.seq, vote.hash, self.now_ns))
        else:
            self.state = service.keep(self.state, flight.press, vote)
        if flight.failed:
            # Counted as refused a moment ago, and on the disk after all: it is a rating, and nothing else.
            self._set(refused=self.state.refused.plus(flight.press.level, 0, presses=-1))
        elif flight.given_up:
            self._record_slow_card(flight)
            if self.state.fault is FaultCode.CARD_SLOW:
                self._set(fault=None, phase=Phase.IDLE, until_ns=None)
                self._append(self._take_counted())
        elif self.state.visit is not None:
            if flight.of is None:
                self._set_visit(seq=vote.seq, hash=vote.hash)
            else:
                self._set_visit(level=flight.press.level, corrections=self.state.visit.corrections + 1)
            self._thank()
            self.effects += [Acknowledge(flight.press.source), Whisper(flight.press.level)]

    def _record_slow_card(self, flight: Flight) -> None:
        """The card answers again, and can be told what it did."""
        began_ns = flight.since_ns + self.rules.give_up_ns
        facts = ((True, began_ns), (False, self.now_ns))
        drafts = tuple(
            Draft(Kind.FAULT, {"code": FaultCode.CARD_SLOW.value, "active": active}, at_ns)
            for active, at_ns in facts
        )
        self._send(drafts, Flight(self.now_ns))

    def _not_stored(self, event: NotStored) -> None:
        flight = self._land(event.ref)
        if flight is None:
            return
        self._set(
            leftover=(*self.state.leftover, *flight.counted.repeats),
            owed=(*flight.counted.owed, *self.state.owed),
            refused=replace(self.state.refused.and_also(flight.counted.refused), written_ns=self.now_ns),
        )
        if flight.press is not None:
            self._refuse(flight.press)
            # It may have reached the disk all the same; then `Stored` comes late.
            self._keep_flight(event.ref, replace(flight, failed=True, counted=Counted()))
        self._break(event.code)

    def _break(self, code: FaultCode) -> None:
        """Votes cannot be kept. The visit is over; its counts wait until they can be written."""
        visit = self.state.visit
        if visit is not None and visit.wanted is not None:
            self._refuse(visit.wanted)
        self._end_visit()
        self._set(fault=code, phase=Phase.FAULT, until_ns=None)

    def _end_visit(self) -> None:
        visit = self.state.visit
        if visit is not None and visit.seq is not None and visit.repeats.total:
            self._set(leftover=(*self.state.leftover, (visit.seq, visit.repeats)))
        self._set(visit=None)

    # --- requests

    def _take_counted(self) -> Counted:
        """Take everything that is only counted out of the state; `_not_stored` puts it back."""
        visit, repeats = self.state.visit, self.state.leftover
        if visit is not None and visit.seq is not None and visit.repeats.total:
            repeats = (*repeats, (visit.seq, visit.repeats))
            self._set_visit(repeats=Counts())
        refused, owed = self.state.refused, self.state.owed
        self._set(leftover=(), owed=())
        if refused.counts.total:
            self._set(refused=Refused(written_ns=self.now_ns))
        return Counted(repeats, refused, owed)

    def _append(
        self, counted: Counted, vote: Draft | None = None, press: Press | None = None, of: int | None = None
    ) -> None:
        drafts = (*counted.drafts(), *(() if vote is None else (vote,)))
        if drafts:
            self._send(drafts, Flight(self.now_ns, counted, press, of))

    def _tell(self, told: troubles.Told) -> None:
        self.state, drafts = told
        if drafts:
            self._send(drafts, Flight(self.now_ns))

    def _send(self, drafts: tuple[Draft, ...], flight: Flight) -> None:
        ref = self.state.next_ref
        self._set(next_ref=ref + 1)
        self._keep_flight(ref, flight)
        self.effects.append(Append(ref, drafts))

    def _keep_flight(self, ref: int, flight: Flight) -> None:
        self._set(flights=MappingProxyType({**self.state.flights, ref: flight}))

    def _land(self, ref: int) -> Flight | None:
        flights = dict(self.state.flights)
        flight = flights.pop(ref, None)
        self._set(flights=MappingProxyType(flights))
        return flight
