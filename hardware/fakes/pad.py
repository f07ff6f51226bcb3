"""A pad with five buttons and one for the language, on a real pseudo-terminal.

It does what ``docs/pad-protocol.md`` asks of a pad's firmware (HELLO until acknowledged, heartbeats, repeated
frames), so it is also the model for whoever writes one. It can be unplugged and plugged in again: `path` is a
link that stays, like the names under /dev/serial/by-id.
"""

import os
import select
import threading
import time
import tty
from pathlib import Path
from types import TracebackType

from hardware.events import AnyButton
from hardware.frames import (
    FIRST_WITH_GLOW,
    FIRST_WITH_STORED,
    VERSION,
    Ack,
    Button,
    Dark,
    Framer,
    Glow,
    Heartbeat,
    Hello,
    Stored,
    encode,
)
from hardware.pad import PadMode

HEARTBEAT_S = 1.0
HELLO_S = 0.2
REPEAT_S = 0.1
GIVE_UP_S = 2.0
MOST_UNACKNOWLEDGED = 8
FULL_LINE_S = 5.0


class _Unacknowledged:
    """A frame on its way."""

    def __init__(self, wire: bytes, born_s: float) -> None:
        self.wire = wire
        self.born_s = born_s
        self.sent_s = born_s


class PtyPad:
    """A pad to be used as ``with PtyPad(folder) as pad: …``; plugged in from the beginning.

    Args:
        folder: Where the link `path` is made.
        mode: The language it speaks.
        characters: For `PadMode.CHARACTERS`, the worst level first.
        line: For `PadMode.PATTERN`, what a press sends; ``{level}`` in it is the number of the button.
        heartbeat_s: Seconds between heartbeats.
        version: The protocol version that it claims.
        held: Buttons that are down while it starts.
    """

    def __init__(
        self,
        folder: Path,
        *,
        mode: PadMode = PadMode.FRAMED,
        characters: str = "12345",
        line: str = "KEY{level}\r\n",
        heartbeat_s: float = HEARTBEAT_S,
        version: int = VERSION,
        held: frozenset[AnyButton] = frozenset(),
    ) -> None:
        self.path = folder / "pad"
        self.acknowledged: list[int] = []
        self.stored = 0  # how often its lights blinked
        self.glows: bool | None = None  # what it was told last; None when nothing
        self.told_to_glow = 0  # how often it was told anything about it
        self.deaf = False  # it loses every acknowledgement
        self.mute = False  # it loses everything it sends, heartbeats included
        self._mode = mode
        self._characters = characters
        self._one_line = line
        self._heartbeat_s = heartbeat_s
        self._version = version
        self._held = set(held)
        self._changed = threading.Condition(threading.RLock())
        self._unacknowledged: dict[int, _Unacknowledged] = {}
        self._framer = Framer()
        self._greeted = False
        self._sequence = 0
        self._next_sign_s = 0.0
        self._pty: tuple[int, int] | None = None
        self._wake: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None
        self.replug()

    def __enter__(self) -> "PtyPad":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def press(self, button: AnyButton) -> None:
        """Push a button and let go at once."""
        self.down(button)
        self.up(button)

    def down(self, button: AnyButton) -> None:
        """Push a button. For simple pads this is the whole press."""
        match self._mode:
            case PadMode.CHARACTERS:
                self.send(self._characters[button.value - 1].encode("ascii"))
            case PadMode.PATTERN:
                self.send(self._one_line.format(level=button.value).encode("ascii"))
            case PadMode.FRAMED:
                self._button(button, True)

    def up(self, button: AnyButton) -> None:
        """Let go of a button."""
        if self._mode is PadMode.FRAMED:
            self._button(button, False)

    def send(self, data: bytes) -> None:
        """Put bytes on the wire as they are: noise, halves of frames.

        Waits a while when the line is full, then the rest is lost, as on a real line that nobody reads.
        """
        with self._changed:
            if self._pty is None or self.mute:
                return
            left = memoryview(data)
            while left:
                if not select.select([], [self._pty[0]], [], FULL_LINE_S)[1]:
                    return
                left = left[os.write(self._pty[0], left) :]

    def wait_acknowledged(self, count: int, timeout_s: float = 10.0) -> bool:
        """Wait until the terminal has acknowledged at least `count` frames; the first is the HELLO."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.acknowledged) >= count, timeout_s)

    def wait_stored(self, count: int, timeout_s: float = 10.0) -> bool:
        """Wait until the terminal has said at least so often that a rating is stored."""
        with self._changed:
            return self._changed.wait_for(lambda: self.stored >= count, timeout_s)

    def wait_glow(self, on: bool, timeout_s: float = 10.0) -> bool:
        """Wait until the terminal has said that its lights glow, or are dark."""
        with self._changed:
            return self._changed.wait_for(lambda: self.glows is on, timeout_s)

    def unplug(self) -> None:
        """Pull the cable; the pad loses its power, and so everything it knew. May be called twice."""
        thread, self._thread = self._thread, None
        if thread is None or self._pty is None or self._wake is None:
            return
        os.write(self._wake[1], b"!")
        thread.join()
        with self._changed:
            self.path.unlink(missing_ok=True)
            for fd in (*self._pty, *self._wake):
                os.close(fd)
            self._pty = self._wake = None
            self._unacknowledged.clear()

    def replug(self) -> None:
        """Plug it in: a new device file behind the same name, and a pad that starts from new."""
        if self._thread is not None:
            return
        with self._changed:
            self._pty = os.openpty()
            self._wake = os.pipe()
            tty.setraw(self._pty[1])
            os.set_blocking(self._pty[0], False)
            self._greeted, self._sequence, self.glows = False, 0, None
            self._next_sign_s = 0.0
            self._framer.clear()
            fresh = self.path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(self._pty[1]))
            fresh.replace(self.path)
            self._thread = threading.Thread(
                target=self._run, args=(self._pty[0], self._wake[0]), name="pty-pad", daemon=True
            )
            self._thread.start()

    def _button(self, button: AnyButton, down: bool) -> None:
        with self._changed:
            (self._held.add if down else self._held.discard)(button)
            self._sequence = (self._sequence + 1) % 256
            wire = encode(Button(self._sequence, button, down))
            self._unacknowledged[self._sequence] = _Unacknowledged(wire, time.monotonic())
            while len(self._unacknowledged) > MOST_UNACKNOWLEDGED:
                del self._unacknowledged[next(iter(self._unacknowledged))]
            if self._wake is None:
                return
            if self._greeted:
                self.send(wire)
            os.write(self._wake[1], b".")  # the thread has a new time to wait for

    def _run(self, master: int, awake: int) -> None:
        while True:
            with self._changed:
                wait_s = self._due()
            ready, _, _ = select.select([master, awake], [], [], wait_s)
            if awake in ready and b"!" in os.read(awake, 4096):
                return
            if master in ready:
                self._hear(os.read(master, 4096))

    def _due(self) -> float | None:
        """Send what is due; seconds until something will be."""
        if self._mode is not PadMode.FRAMED:
            return None
        now_s = time.monotonic()
        if now_s >= self._next_sign_s:
            held = frozenset(self._held)
            lights = self._version >= FIRST_WITH_STORED, self._version >= FIRST_WITH_GLOW
            sign = (
                Heartbeat(self._sequence, held, *lights)
                if self._greeted
                else Hello(0, self._version, held, *lights)
            )
            self.send(encode(sign))
            self._next_sign_s = now_s + (self._heartbeat_s if self._greeted else HELLO_S)
        due_s = self._next_sign_s
        for sequence, frame in list(self._unacknowledged.items()):
            if now_s - frame.born_s >= GIVE_UP_S:
                del self._unacknowledged[sequence]
                continue
            if self._greeted and now_s - frame.sent_s >= REPEAT_S:
                self.send(frame.wire)
                frame.sent_s = now_s
            due_s = min(due_s, frame.sent_s + REPEAT_S)
        return max(0.0, due_s - now_s)

    def _hear(self, data: bytes) -> None:
        with self._changed:
            for frame in self._framer.feed(data):
                if isinstance(frame, Stored):
                    self.stored += 1
                    self._changed.notify_all()
                if isinstance(frame, Glow | Dark):
                    self.glows = isinstance(frame, Glow)
                    self.told_to_glow += 1
                    self._changed.notify_all()
                if not isinstance(frame, Ack) or self.deaf:
                    continue
                if not self._greeted:
                    self._greeted = frame.sequence == 0
                    self._next_sign_s = 0.0
                    for waiting in self._unacknowledged.values():
                        waiting.sent_s = 0.0
                self._unacknowledged.pop(frame.sequence, None)
                self.acknowledged.append(frame.sequence)
                self._changed.notify_all()
