"""What a pad's bytes mean: the languages that pads speak, without any I/O.

`FramedLink` is our own protocol (``docs/pad-protocol.md``), `CharacterLink` is for simple pads that send one
character for each press, `hardware.patternlink` for pads that send a line. All put their edges through
`ButtonLogic`, so bounce, two buttons at once and stuck buttons are judged as on GPIO. `SerialPad` brings the bytes
and the time.
"""

from collections import OrderedDict
from typing import Protocol

from hardware.buttons import BUTTONS, NS_PER_MS, NS_PER_S, ButtonLogic, ButtonTimings
from hardware.events import AnyButton, InputEvent, Source
from hardware.frames import (
    SEQUENCES,
    VERSION,
    Ack,
    Button,
    Dark,
    Frame,
    Framer,
    Glow,
    Heartbeat,
    Hello,
    Stored,
    encode,
)
from hardware.outer import SIDES, OuterButtons

SILENT_NS = 4 * NS_PER_S
"""Without a valid frame for so long a pad is lost: four heartbeats, and within the 5 s that are promised."""

REMEMBERED = 32
"""Accepted sequences that are kept to recognise a repetition; a pad repeats at most its last 8."""

REMEMBERED_NS = 4 * NS_PER_S
"""A pad gives a frame up after 2 s; after 4 s the same sequence is a new frame."""

NOISE_QUIET_NS = 100 * NS_PER_MS
"""In character mode: after a byte that no pad sends, so long nothing counts."""

LINE_ENDS = b"\r\n\t "


class PadLink(Protocol):
    """One language. All times are CLOCK_BOOTTIME in nanoseconds; every method returns the events in order."""

    @property
    def up(self) -> bool:
        """Whether presses count: somebody who speaks the language is there."""

    @property
    def trouble(self) -> str:
        """Why the pad counts as lost although its port is open; "" when it does not."""

    @property
    def next_deadline_ns(self) -> int | None:
        """When `tick` should be called; None while nothing is due."""

    def opened(self, now_ns: int) -> list[InputEvent]:
        """The port was opened."""

    def heard(self, data: bytes, now_ns: int) -> tuple[list[InputEvent], bytes]:
        """Bytes came; the events, and the bytes to answer."""

    def tick(self, now_ns: int) -> list[InputEvent]:
        """Time went by."""

    def stored(self) -> bytes:
        """What to tell the pad when a rating of its own is stored; nothing for pads that would not show it."""

    def glow(self, on: bool) -> bytes:
        """What to tell the pad when its lights are to glow, or to be dark; nothing for pads without such lights."""

    def closed(self, now_ns: int) -> list[InputEvent]:
        """The port is gone."""


class FramedLink:
    """Our framed protocol, the terminal's side.

    Presses count only after the pad has shown itself with a HELLO or a HEARTBEAT, so that not even noise that
    happens to be a valid BUTTON frame can vote on a line without a pad.

    The service gesture counts only when a HEARTBEAT says at its end that both buttons are down and that no edge is
    missing: edges have the times at which they were read, and a release may come seconds late on a bad line.
    """

    def __init__(self, timings: ButtonTimings | None = None) -> None:
        self._logic = ButtonLogic(Source.PAD, timings)
        self._outer = OuterButtons(self._logic, bounces=False)
        self._newest = 0  # the sequence of the newest edge that was heard
        self._vouched = (
            False  # in the bytes that are being read: both outer buttons are held, and no edge is missing
        )
        self._framer = Framer()
        self._up = False
        self._trouble = ""
        self._listening_since_ns: int | None = None  # the last valid frame, or the opening of the port
        self._refused = False
        self._dropped_before = 0  # bytes that came before the last frame, or the opening of the port
        self._shows_stored = self._shows_glow = False
        self._glows = False
        self._accepted: OrderedDict[int, int] = OrderedDict()  # sequence → when, oldest first

    @property
    def up(self) -> bool:
        """Whether the pad has shown itself, and not been silent since."""
        return self._up

    @property
    def trouble(self) -> str:
        """Why the pad counts as lost although its port is open."""
        return self._trouble

    @property
    def next_deadline_ns(self) -> int | None:
        """When a press is to be decided or the pad has been silent for too long."""
        due = [self._logic.next_deadline_ns]
        if self._listening_since_ns is not None and not self._trouble:
            due.append(self._listening_since_ns + SILENT_NS)
        return min((at_ns for at_ns in due if at_ns is not None), default=None)

    def opened(self, now_ns: int) -> list[InputEvent]:
        """Listen; the pad has 4 s to show itself."""
        self._framer.clear()
        self._up, self._refused, self._trouble = False, False, ""
        self._shows_stored = self._shows_glow = False
        self._listen(now_ns)
        return self._forget(now_ns)

    def closed(self, now_ns: int) -> list[InputEvent]:
        """Drop the unfinished frame and the held buttons."""
        self._framer.clear()
        self._up, self._listening_since_ns = False, None
        return self._forget(now_ns)

    def _forget(self, now_ns: int) -> list[InputEvent]:
        self._outer.forget()
        return self._logic.forget(now_ns)

    def tick(self, now_ns: int) -> list[InputEvent]:
        """Decide presses; notice silence."""
        events = self._logic.tick(now_ns)
        since_ns = self._listening_since_ns
        if since_ns is not None and not self._trouble and now_ns >= since_ns + SILENT_NS:
            self._up, self._trouble = False, f"no sign of life for {SILENT_NS // NS_PER_S} s{self._strange()}"
            events += self._forget(now_ns)
        return events

    def _listen(self, now_ns: int) -> None:
        """From now on silence counts: the port was opened, or a frame came."""
        self._listening_since_ns = now_ns
        self._dropped_before = self._framer.dropped

    def _strange(self) -> str:
        """What came in the place of frames points at what is wrong."""
        strange = self._framer.dropped - self._dropped_before
        return f"; {strange} bytes came that are no frames: check pad.mode and pad.baud" if strange else ""

    def stored(self) -> bytes:
        """The same bytes for every level."""
        return encode(Stored()) if self._up and self._shows_stored else b""

    def glow(self, on: bool) -> bytes:
        """Told at once, and again with every heartbeat."""
        self._glows = on
        return self._lights()

    def _lights(self) -> bytes:
        return encode(Glow() if self._glows else Dark()) if self._up and self._shows_glow else b""

    def heard(self, data: bytes, now_ns: int) -> tuple[list[InputEvent], bytes]:
        """Read frames; the answer acknowledges those that want it."""
        events: list[InputEvent] = []
        answer = b""
        self._vouched = False
        for frame in self._framer.feed(data):
            more, acknowledged = self._frame(frame, now_ns)
            events += more
            if acknowledged:
                answer += encode(Ack(frame.sequence))
            if isinstance(frame, Heartbeat):
                answer += self._lights()
        # Only here, when every edge that was read has been taken: a release may be behind the heartbeat.
        gesture = self._outer.complete(now_ns) if self._vouched else None
        return (events if gesture is None else [*events, gesture]), answer

    def _frame(self, frame: Frame, now_ns: int) -> tuple[list[InputEvent], bool]:
        match frame:
            case Hello():
                return self._hello(frame, now_ns)
            case Heartbeat() if not self._refused:
                self._listen(now_ns)
                return self._heartbeat(frame, now_ns), False
            case Button() if self._up:
                self._listen(now_ns)
                return self._button(frame, now_ns), True
        return [], False  # a button of a pad that has not shown itself, or our own echo

    def _hello(self, hello: Hello, now_ns: int) -> tuple[list[InputEvent], bool]:
        """The pad has started and counts from new: what it sent before is not repeated any more."""
        self._refused = not 1 <= hello.version <= VERSION
        if self._refused:
            self._up = False
            self._trouble = f"it speaks protocol version {hello.version}, this program up to {VERSION}"
            return self._forget(now_ns), False
        self._accepted.clear()
        self._shows_stored, self._shows_glow = hello.shows_stored, hello.shows_glow
        self._newest = hello.sequence
        return self._show_up(hello.held, now_ns), True

    def _heartbeat(self, heartbeat: Heartbeat, now_ns: int) -> list[InputEvent]:
        # It may be all that a terminal hears that starts later.
        self._shows_stored, self._shows_glow = heartbeat.shows_stored, heartbeat.shows_glow
        if not self._up:
            self._newest = heartbeat.sequence
            return self._show_up(heartbeat.held, now_ns)
        if heartbeat.sequence != self._newest:
            self._outer.forget()  # an edge is still on its way, or lost
        self._vouched = heartbeat.held >= SIDES.keys()
        # A release that got lost is made good here. A press is not: the pad repeats that itself.
        events: list[InputEvent] = []
        for button in BUTTONS:
            if self._logic.is_down(button) and button not in heartbeat.held:
                events += self._edge(button, False, now_ns)
        return events

    def _show_up(self, held: frozenset[AnyButton], now_ns: int) -> list[InputEvent]:
        self._up, self._trouble = True, ""
        self._listen(now_ns)
        self._outer.forget()
        return self._logic.begin(held, now_ns)

    def _button(self, button: Button, now_ns: int) -> list[InputEvent]:
        accepted_ns = self._accepted.pop(button.sequence, None)
        self._accepted[button.sequence] = now_ns
        while len(self._accepted) > REMEMBERED:
            self._accepted.popitem(last=False)
        if accepted_ns is not None and now_ns - accepted_ns < REMEMBERED_NS:
            return []  # a repetition, because our acknowledgement got lost
        ahead = (button.sequence - self._newest) % SEQUENCES
        if ahead != 1:
            self._outer.forget()  # an edge before this one is missing, or this one comes late
        if ahead < SEQUENCES // 2:
            self._newest = button.sequence
        return self._edge(button.button, button.down, now_ns)

    def _edge(self, button: AnyButton, down: bool, now_ns: int) -> list[InputEvent]:
        events = self._logic.edge(button, down, now_ns)
        self._outer.edge(button, down, now_ns)
        return events


class SimpleLink:
    """What pads have in common that only talk: a press is all they say, and an open port is all that is known."""

    def __init__(self, timings: ButtonTimings | None) -> None:
        self._logic = ButtonLogic(Source.PAD, timings)
        self._up = False

    @property
    def next_deadline_ns(self) -> int | None:
        """When a press is to be decided."""
        return self._logic.next_deadline_ns

    def closed(self, now_ns: int) -> list[InputEvent]:
        """The pad is gone."""
        self._up = False
        return self._logic.forget(now_ns)

    def tick(self, now_ns: int) -> list[InputEvent]:
        """Decide presses."""
        return self._logic.tick(now_ns)

    def stored(self) -> bytes:
        """These pads only talk."""
        return b""

    def glow(self, on: bool) -> bytes:  # noqa: ARG002 - as above
        """These pads only talk."""
        return b""


class CharacterLink(SimpleLink):
    """One character for each press, the worst level first. Other pads send "12345" or "abcde".

    A sixth character, where there is one, is the button for the language.

    There is no checksum and no sign of life here: a pad counts as there while its port is open, and noise
    that consists of the right characters is a press. Bytes that no pad sends make everything near them count
    as noise, too. The framed protocol is the better choice wherever the pad's firmware can be changed.
    """

    def __init__(self, characters: str, timings: ButtonTimings | None = None) -> None:
        super().__init__(timings)
        self._buttons = dict(zip(characters.encode("ascii"), BUTTONS, strict=False))
        self._noise_ns: int | None = None

    @property
    def up(self) -> bool:
        """Whether the port is open."""
        return self._up

    @property
    def trouble(self) -> str:
        """Always "": silence means nothing here."""
        return ""

    def opened(self, now_ns: int) -> list[InputEvent]:
        """The pad is there."""
        self._up = True
        self._noise_ns = None
        return self._logic.forget(now_ns)

    def heard(self, data: bytes, now_ns: int) -> tuple[list[InputEvent], bytes]:
        """Each known character is a press and a release."""
        known = [self._buttons[byte] for byte in data if byte in self._buttons]
        if any(byte not in self._buttons and byte not in LINE_ENDS for byte in data):
            self._noise_ns = now_ns
        if self._noise_ns is not None and now_ns - self._noise_ns < NOISE_QUIET_NS:
            if known:
                self._noise_ns = now_ns
            return self._logic.spoil(now_ns), b""
        events: list[InputEvent] = []
        for button in known:
            events += self._logic.edge(button, True, now_ns)
            events += self._logic.edge(button, False, now_ns)
        return events, b""
