"""The loop: events in, `step`, effects out. Everything that is decided is decided in the controller."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hardware.errors import HardwareError
from hardware.events import InputEvent, InputSource, Source, Trouble, TroubleKind, WithLights
from kiosk.clock import Clock
from kiosk.controller.machine import step
from kiosk.controller.rules import Rules
from kiosk.controller.show import deadline_ns
from kiosk.controller.state import (
    Acknowledge,
    Append,
    Attend,
    Attended,
    Counted,
    Effect,
    Event,
    Examine,
    Examined,
    Glow,
    Phase,
    Play,
    Prepare,
    Restart,
    Show,
    State,
    Tick,
    Whisper,
)
from kiosk.display import Display
from kiosk.ending import ended_by_signals
from kiosk.inbox import Inbox
from kiosk.leaf import Errand
from kiosk.ledger.answers import Configured, Impossible, News, Stored, WriterEvent
from kiosk.ledger.errors import LedgerLocked, LedgerNewer
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.writer import LedgerWriter
from kiosk.manner import Manner
from kiosk.messages.server import Server
from kiosk.messages.statements import ConfigStatement
from kiosk.messages.wire import Answer, Request
from kiosk.report import Reporter
from kiosk.service.attendant import Reply
from kiosk.sound.headphones import Headphones, NoHeadphones
from kiosk.sound.player import Silence, Sound
from kiosk.view import Facts, ScreenName, View
from kiosk.watchdog import Alive, Watchdog

log = logging.getLogger(__name__)

# A card that has stalled for good must not keep the program from ending; what it holds is not acknowledged.
_LAST_WRITES_S = 20.0

Conductor = Callable[[State], bool]
"""Looks at each new state; True = end the program. The demo plays its presses through one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a kiosk is put together from.

    Attributes:
        rules: The times of a visit at the beginning.
        attend: Sees to what the service menu asks.
        manner: How the terminal is under a configuration of central's; None = it stays as it is.
        configured: The one under which it is already.
        remember: Called once, when it is ready: what the next start will need.
        watchdog: Who starts the program again when it hangs; None = nobody.
        another_board: Whether the card is in another board than the one on which the terminal was enrolled.
    """

    display: Display
    keeper: Keeper
    sources: Sequence[InputSource]
    inputs: frozenset[Source]
    rules: Rules
    reporter: Reporter
    clock: Clock
    examine: Callable[[], Facts]
    attend: Callable[[Errand, Reply], None] = lambda _errand, _reply: None
    manner: Callable[[ConfigStatement | None], Manner] | None = None
    configured: ConfigStatement | None = None
    sound: Sound = field(default_factory=Silence)
    headphones: Headphones = field(default_factory=NoHeadphones)
    conductor: Conductor = lambda _state: False
    remember: Callable[[], None] = lambda: None
    watchdog: Watchdog | None = None
    another_board: Callable[[], bool] = lambda: False


class Kiosk:
    """One run of the terminal.

    Raises (from `run`):
        LedgerLocked, LedgerNewer: This program must not write this ledger.
        DisplayLost: The display server has gone; the supervisor starts the program again.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._inbox: Inbox[InputEvent | WriterEvent | Examined | Attended] = Inbox(parts.display.wake)
        # The ledger's folder lies in the data folder.
        self._server = Server(parts.keeper.folder.parent, self._ask)
        self._writer = LedgerWriter(parts.keeper, self._inbox.put, tell=self._tell)
        self._followed, self._wanted = parts.configured, parts.configured
        self._rules = parts.rules
        self._lights = [(source.source, source) for source in parts.sources if isinstance(source, WithLights)]
        self._state = State(inputs=parts.inputs)
        self._view = View(ScreenName.STARTING)
        self._watchdog = parts.watchdog or Watchdog({}, parts.clock.boottime_ns)
        self._threads: list[Alive] = [self._writer.alive]
        self._another_board = parts.another_board()
        self._appends: list[Append] = []
        self._after_frame: list[Effect] = []
        self._stopping = False
        self._shown = self._ready = False
        self._impossible: LedgerLocked | LedgerNewer | None = None

    def stop(self) -> None:
        """End the run in good order; from any thread."""
        self._stopping = True
        self._parts.display.wake()

    def run(self) -> None:
        """Until `stop`, SIGTERM, Ctrl-C, or the window is closed."""
        with ended_by_signals(self.stop, self._parts.display.wake_fd):
            try:
                self._writer.start()
                self._server.start()
                for source in self._parts.sources:
                    self._start(source)
                while not self._stopping and not self._parts.display.closed and self._impossible is None:
                    self._turn()
            finally:
                self._end()
        self._parts.display.close()
        if self._impossible is not None:
            raise self._impossible

    def _turn(self) -> None:
        parts = self._parts
        parts.display.wait(self._patience_s())
        now_ns = parts.clock.boottime_ns()
        happened = (*self._inbox.drain(), *parts.display.presses(now_ns))
        # Each step also does what time has made due: a tick is for turns in which nothing happened.
        for event in happened or (Tick(),):
            self._take(event, now_ns)
        if self._wanted != self._followed and self._is_idle():
            self._follow(now_ns)
        try:
            # First, because the writer's thread, once awake, takes its turns with this one.
            parts.display.show(self._view, now_ns)
        finally:
            self._append()
        if not self._shown:
            self._shown = True
            self._watchdog.ready()
        self._watchdog.feed(self._threads)
        self._accompany()
        if not self._ready and self._state.phase is Phase.IDLE:
            self._ready = True
            parts.reporter.ready()
            parts.sound.warm()
            parts.remember()
        if parts.conductor(self._state):
            self._stopping = True

    def _ask(self, request: Request, reply: Callable[[Answer], None]) -> None:
        self._writer.ask(request, reply)

    def _tell(self, news: News) -> None:
        self._server.tell(news.seq, urgent=news.urgent)

    def _follow(self, now_ns: int) -> None:
        """Be as central says from now on. A mistake of ours in it costs that, not the terminal."""
        self._followed = self._wanted
        if self._parts.manner is None:
            return
        try:
            manner = self._parts.manner(self._followed)
            self._parts.display.dress(manner.words, manner.colours)
        except Exception:
            log.exception("central's configuration could not be followed")
            return
        self._rules = manner.rules
        self._parts.sound.tune(manner.sound)
        self._parts.sound.warm()
        self._parts.headphones.tune(manner.headphones)
        self._take(Tick(), now_ns)  # the view is in the terminal's own language, which may be another one now

    def _is_idle(self) -> bool:
        """Whether nobody is in the middle of anything, or reads in a language that they have chosen."""
        state = self._state
        return state.phase in (Phase.IDLE, Phase.FAULT) and state.visit is None and state.language is None

    def _patience_s(self) -> float | None:
        due_ns = deadline_ns(self._state, self._parts.clock.boottime_ns(), self._rules)
        fed_s = self._watchdog.until_due_s
        if due_ns is None:
            return fed_s
        due_s = max(0.0, (due_ns - self._parts.clock.boottime_ns()) / 1e9)
        return due_s if fed_s is None else min(due_s, fed_s)

    def _take(self, event: Event | Configured | Impossible, now_ns: int) -> None:
        """One event through the controller. A mistake of ours in it costs that event, not the terminal."""
        if isinstance(event, Impossible):
            self._impossible = event.error
            return
        if isinstance(event, Configured):
            self._wanted = event.statement
            return
        if isinstance(event, Stored):
            self._parts.reporter.stored(event.entries)
        before = self._state
        try:
            self._state, effects = step(self._state, event, now_ns, self._rules)
        except Exception:
            log.exception("an event of kind %s could not be handled", type(event).__name__)
            return
        if self._state.fault is not before.fault:
            log.warning("fault: %s, before: %s", self._state.fault, before.fault)
        for effect in effects:
            match effect:
                case Append():
                    self._appends.append(effect)
                case Show():
                    # Ratings go on; the delivery waits for a technician.
                    asks = effect.view.attention or self._another_board
                    self._view = replace(effect.view, attention=asks)
                case _:
                    self._after_frame.append(effect)

    def _append(self) -> None:
        """Hand in what is to be stored, whether or not the display could show that it is being saved."""
        appends, self._appends = self._appends, []
        for effect in appends:
            self._writer.submit(effect.ref, effect.drafts)

    def _accompany(self) -> None:
        """What goes with a frame, once it is shown: the threads that this wakes would have slowed the drawing."""
        effects, self._after_frame = self._after_frame, []
        for effect in effects:
            match effect:
                case Prepare():
                    self._parts.sound.prepare()
                    self._parts.headphones.prepare()
                case Play():
                    self._parts.sound.play()
                case Whisper():
                    self._parts.headphones.tell(effect.level)
                case Acknowledge():
                    for wire, lights in self._lights:
                        if wire is effect.source:
                            lights.acknowledge()
                case Glow():
                    for _, lights in self._lights:
                        lights.glow(effect.on)
                case Examine():
                    self._another_board = self._parts.another_board()  # it may have been enrolled meanwhile
                    self._inbox.put(Examined(self._parts.examine()))
                case Attend():
                    self._parts.attend(effect.errand, lambda answer: self._inbox.put(Attended(answer)))
                case Restart():
                    log.info("the technician wants the program to be started again")
                    self._stopping = True

    def _start(self, source: InputSource) -> None:
        """An input that cannot start is a trouble of that input; the others go on."""
        try:
            source.start(self._inbox.put)
        except HardwareError as error:
            log.error("the input %r does not work: %s", source.source.value, error)
            now_ns = self._parts.clock.boottime_ns()
            self._inbox.put(Trouble(TroubleKind.LOST, source.source, active=True, boottime_ns=now_ns))
        else:
            self._threads.append(source.alive)

    def _end(self) -> None:
        """Nothing that was counted is forgotten: it goes to the ledger before `shutdown` does."""
        for source in self._parts.sources:
            source.close()
        self._parts.sound.close()
        self._parts.headphones.close()
        self._server.close()
        now_ns = self._parts.clock.boottime_ns()
        for event in self._inbox.drain():
            self._take(event, now_ns)
        counted = uncounted(self._state).drafts()
        if counted:
            self._writer.submit(0, counted)
        if not self._writer.stop(_LAST_WRITES_S):
            log.error("the disk did not answer in time; what it holds was not acknowledged")
        for event in self._inbox.drain():
            if isinstance(event, Stored):
                self._parts.reporter.stored(event.entries)


def uncounted(state: State) -> Counted:
    """The counts that no entry has yet."""
    repeats = state.leftover
    refused = state.refused
    if state.visit is not None and state.visit.seq is not None:
        if state.visit.repeats.total:
            repeats = (*repeats, (state.visit.seq, state.visit.repeats))
        if state.visit.wanted is not None:
            refused = refused.plus(state.visit.wanted.level, state.visit.wanted.boottime_ns)
    return Counted(repeats, refused, state.owed)
