"""The loop of ``hailong hwtest``: presses in, lines and `test` entries out. Meanwhile it is the ledger's writer."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from hardware.errors import HardwareError
from hardware.events import (
    InputEvent,
    InputSource,
    Level,
    Press,
    Source,
    Switch,
    Trouble,
    TroubleKind,
    WithLights,
)
from kiosk.clock import Clock
from kiosk.codes import named
from kiosk.config.phrase import Phrase
from kiosk.display import Display
from kiosk.ending import ended_by_signals
from kiosk.hwtest.tally import Tally
from kiosk.inbox import Inbox
from kiosk.ledger.answers import Available, Broke, Configured, Impossible, NotStored, Stored, WriterEvent
from kiosk.ledger.errors import LedgerLocked, LedgerNewer
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Json, Kind
from kiosk.ledger.writer import LedgerWriter
from kiosk.sound.headphones import Headphones, NoHeadphones
from kiosk.sound.player import Silence, Sound
from kiosk.view import ScreenName, View

log = logging.getLogger(__name__)

_LAST_WRITES_S = 20.0


class Board(Protocol):
    """Where the lines are shown."""

    def tell(self, phrase: Phrase) -> None:
        """Show one more line."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a test is put together from."""

    display: Display
    boards: Sequence[Board]
    keeper: Keeper
    sources: Sequence[InputSource]
    inputs: frozenset[Source]
    clock: Clock
    language: frozenset[Source] = frozenset()
    sound: Sound = field(default_factory=Silence)
    headphones: Headphones = field(default_factory=NoHeadphones)


class HardwareTest:
    """One test.

    Args:
        bench: What it is put together from.
        for_s: So long at most, from when inputs are heard on; None = until somebody ends it.
        until_complete: End as soon as everything has come from every input, or where there is none.

    Attributes:
        summary: What has been found; empty before the end, and where no test was possible.
        is_complete: Everything has come from every input.

    Raises (from `run`):
        LedgerLocked, LedgerNewer: The kiosk runs, or the ledger belongs to a newer program. No input was touched.
        DisplayLost: The display server has gone.
    """

    def __init__(self, bench: Bench, for_s: float | None = None, *, until_complete: bool = False) -> None:
        self._bench = bench
        self._until_complete = until_complete
        self._inbox: Inbox[InputEvent | WriterEvent] = Inbox(bench.display.wake)
        self._writer = LedgerWriter(bench.keeper, self._inbox.put)
        self._tally = Tally(bench.inputs, bench.language)
        self._refs = count(1)
        self._for_s = for_s
        self._end_ns: int | None = None
        self._started: list[InputSource] = []
        self._begun = self._stopping = False
        self.summary: tuple[Phrase, ...] = ()
        self._impossible: LedgerLocked | LedgerNewer | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything has come from every input, and none the wrong way round."""
        return self._tally.is_complete and not self._tally.is_reversed

    def stop(self) -> None:
        """End the test; from any thread."""
        self._stopping = True
        self._bench.display.wake()

    def run(self) -> None:
        """Until `stop`, Ctrl-C, the time is up, or the window is closed."""
        with ended_by_signals(self.stop, self._bench.display.wake_fd):
            try:
                self._writer.start()
                while not self._stopping and not self._bench.display.closed and self._impossible is None:
                    self._turn()
            finally:
                self._end()
        self._bench.display.close()
        if self._impossible is not None:
            raise self._impossible

    def _turn(self) -> None:
        display, clock = self._bench.display, self._bench.clock
        left_ns = None if self._end_ns is None else self._end_ns - clock.boottime_ns()
        display.wait(None if left_ns is None else max(0.0, left_ns / 1e9))
        now_ns = clock.boottime_ns()
        self._take([*self._inbox.drain(), *display.presses(now_ns)])
        page = View(ScreenName.IDLE, heard=self._tally.heard, complete=self._tally.complete)
        display.show(page, now_ns)
        if self._end_ns is not None and now_ns >= self._end_ns:
            self._stopping = True
        if self._until_complete and self._begun and (self._tally.is_complete or not self._bench.inputs):
            self._stopping = True

    def _take(self, events: Iterable[InputEvent | WriterEvent]) -> None:
        drafts: list[Draft] = []
        for event in events:
            match event:
                case Impossible():
                    self._impossible = event.error
                case Available():
                    self._begin()
                case Broke() | NotStored():
                    self._begin()  # which input works can be seen on a broken disk as well
                    self._say(
                        Phrase("! The ledger cannot keep this (code {code}).", {"code": named(event.code)})
                    )
                case Stored() | Configured():
                    pass
                case _:
                    for phrase in self._tally.take(event):
                        self._say(phrase)
                    if isinstance(event, Press):
                        self._sound(event.level)
                    if isinstance(event, Press | Switch):
                        self._blink(event.source)
                        drafts.append(Draft(Kind.TEST, _body(event), event.boottime_ns))
        if drafts:
            self._writer.submit(next(self._refs), tuple(drafts))

    def _begin(self) -> None:
        """The right to write is ours, so no kiosk runs: now the inputs may be opened."""
        if self._begun:
            return
        self._begun = True
        if self._for_s is not None:  # of the test itself: a card may take its time until then
            self._end_ns = self._bench.clock.boottime_ns() + round(self._for_s * 1e9)
        self._say(self._what_to_do())
        for source in self._bench.sources:
            self._started.append(source)
            try:
                source.start(self._inbox.put)
                if isinstance(source, WithLights):
                    source.glow(True)
            except HardwareError as error:
                now_ns = self._bench.clock.boottime_ns()
                lost = Trouble(TroubleKind.LOST, source.source, True, now_ns, detail=str(error))
                self._inbox.put(lost)

    def _what_to_do(self) -> Phrase:
        if self._until_complete and self._for_s is not None:  # before a panel nobody has a Ctrl-C
            return Phrase(
                "Press every button once. The test ends by itself then, or after {seconds} seconds.",
                {"seconds": round(self._for_s)},
            )
        return Phrase("Press every button of every input. Nothing is counted. Ctrl-C ends.")

    def _blink(self, wire: Source) -> None:
        """Whether the lights are wired can be seen here, too."""
        for source in self._started:
            if source.source is wire and isinstance(source, WithLights):
                source.acknowledge()

    def _sound(self, level: Level) -> None:
        """What is heard, and where, can be heard here as well."""
        self._bench.sound.prepare()
        self._bench.sound.play()
        self._bench.headphones.prepare()
        self._bench.headphones.tell(level)

    def _end(self) -> None:
        try:
            for source in self._started:
                source.close()
            self._bench.sound.close()
            self._bench.headphones.close()
            self._take(self._inbox.drain())
            if self._begun and self._impossible is None:
                self.summary = tuple(self._tally.summary())
                for phrase in self.summary:
                    self._say(phrase)
        finally:
            # Also where nobody can be told any more: a writer that stays would keep the kiosk from its ledger for ever.
            if not self._writer.stop(_LAST_WRITES_S):
                log.error("the disk did not answer in time")

    def _say(self, phrase: Phrase) -> None:
        for board in self._bench.boards:
            board.tell(phrase)


def _body(event: Press | Switch) -> dict[str, Json]:
    """The payload of a `test` entry."""
    what: dict[str, Json] = (
        {"level": int(event.level)} if isinstance(event, Press) else {"button": "language"}
    )
    return what | {"source": event.source.value}


def lines_to(write: Callable[[Phrase], None]) -> Board:
    """A board that hands every line on."""
    return _Lines(write)


@dataclass(frozen=True, slots=True)
class _Lines:
    write: Callable[[Phrase], None]

    def tell(self, phrase: Phrase) -> None:
        """See `Board`."""
        self.write(phrase)
