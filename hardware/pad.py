"""A five-button pad on a serial port, which may come and go.

One thread sleeps on the port and on a wake pipe. An unplugged, silent or busy pad is a `Trouble`, never an
exception: the thread tries again, less and less often, and the pad is back by itself. pyserial only opens and
sets the port; its own reading functions either poll or return parts of lines (pyserial#216, #248, #487).
"""

import errno
import logging
import os
import select
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import serial

from hardware.buttons import BUTTONS, NS_PER_MS, NS_PER_S, ButtonTimings
from hardware.clock import boottime_ns
from hardware.errors import PadBusy, PadError, PadNotFound
from hardware.events import Boottime, Emit, InputEvent, Level, Source, Trouble, TroubleKind
from hardware.padlink import CharacterLink, FramedLink, PadLink
from hardware.padpattern import LinePattern
from hardware.patternlink import PatternLink
from hardware.pulse import Pulse
from hardware.safelog import hand_on, log_failure

logger = logging.getLogger(__name__)

BY_ID = Path("/dev/serial/by-id")
STORED_SIGN, GLOW_SIGN = b"s", b"g"
READ_BYTES = 4096
"""At most so much is judged before the other things that are due get their turn."""
PORT_S = 45.0
"""Within this a port is opened or closed: the kernel gives a pad 30 s to take what is left (setserial(8))."""


class PadMode(StrEnum):
    """The language of the pad."""

    FRAMED = "framed"
    CHARACTERS = "characters"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class PadSettings:
    """Where the pad is and how it speaks.

    Attributes:
        port: Device file. A name under /dev/serial/by-id stays the same when a pad is plugged elsewhere or a
            second one comes; ttyUSB0 does not.
        mode: Our framed protocol, one character for each press, or one line of any kind.
        characters: For `PadMode.CHARACTERS`: five different ones, the worst level first; a sixth is the language.
        baud: Bits per second.
        pattern: For `PadMode.PATTERN`: the regular expression of its lines, see `LinePattern`.

    Raises:
        ValueError: an empty port, an impossible baud rate, or not five or six different printable characters.
        PadPatternError: a pattern that cannot be used.
    """

    port: str
    mode: PadMode = PadMode.FRAMED
    characters: str = "12345"
    baud: int = 115_200
    pattern: str = ""

    def __post_init__(self) -> None:
        if not self.port:
            raise ValueError("the serial port has no name")
        if self.baud <= 0:
            raise ValueError(f"a baud rate of {self.baud} is impossible")
        plain = self.characters.isascii() and self.characters.isprintable() and " " not in self.characters
        known = len(self.characters) in (len(Level), len(BUTTONS))
        if not known or len(set(self.characters)) != len(self.characters) or not plain:
            raise ValueError(f"five or six different ASCII characters are needed, not {self.characters!r}")
        if self.mode is PadMode.PATTERN:
            LinePattern(self.pattern)

    def make_link(self, timings: ButtonTimings | None) -> PadLink:
        """What understands such a pad."""
        match self.mode:
            case PadMode.FRAMED:
                return FramedLink(timings)
            case PadMode.CHARACTERS:
                return CharacterLink(self.characters, timings)
            case PadMode.PATTERN:
                return PatternLink(LinePattern(self.pattern), timings)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before the port is tried again: doubled each time, up to a limit. Seconds."""

    first_s: float = 0.5
    most_s: float = 5.0

    def delay_s(self, failures: int) -> float:
        """Before the next try, after so many in a row have failed (1 or more)."""
        return min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 30))


class Port(Protocol):
    """The part of an open serial port that is used."""

    def fileno(self) -> int:
        """The file descriptor, non-blocking."""

    def close(self) -> None:
        """Give the port back."""


def candidates(by_id: Path = BY_ID) -> list[str]:
    """The serial devices that are plugged in, by their lasting names."""
    return sorted(str(path) for path in by_id.iterdir()) if by_id.is_dir() else []


def open_port(settings: PadSettings) -> Port:
    """Open the port for us alone.

    Raises:
        PadNotFound: it does not exist; the message names those that do.
        PadBusy: another program holds it.
        PadError: it cannot be opened for another reason.
    """
    try:
        return serial.Serial(settings.port, settings.baud, timeout=0, write_timeout=0, exclusive=True)
    except (OSError, termios.error) as error:  # serial.SerialException is an OSError
        number = error.errno if isinstance(error, OSError) else error.args[0]
        if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
            seen = ", ".join(candidates()) or f"none under {BY_ID}"
            raise PadNotFound(f"there is no serial port {settings.port}; plugged in: {seen}") from error
        if number in (errno.EAGAIN, errno.EBUSY):
            raise PadBusy(f"another program holds {settings.port}: end it") from error
        hint = "; put the program's user in the group dialout" if number == errno.EACCES else ""
        raise PadError(f"{settings.port} cannot be opened: {error}{hint}") from error


class SerialPad:
    """A pad on a serial port, an `InputSource`.

    Args:
        settings: Where and how.
        timings: The times by which edges are judged.
        backoff: How soon a lost port is tried again.
        boottime: CLOCK_BOOTTIME, nanoseconds.
        opener: Opens the port; see `open_port`.
        pulse: Other than the usual one in tests.
    """

    source = Source.PAD

    def __init__(
        self,
        settings: PadSettings,
        *,
        timings: ButtonTimings | None = None,
        backoff: Backoff | None = None,
        boottime: Boottime = boottime_ns,
        opener: Callable[[PadSettings], Port] = open_port,
        pulse: Pulse | None = None,
    ) -> None:
        self._settings = settings
        self._backoff = backoff or Backoff()
        self._boottime = boottime
        self._opener = opener
        self._link = settings.make_link(timings)
        self._port: Port | None = None
        self._failures = 0
        self._retry_ns = 0
        self._lost = ""
        self._glows = self._told_to_glow = False
        self._stop = threading.Event()
        self._wake_lock = threading.Lock()  # so that nobody writes to a descriptor that was just closed
        self._wake_fd: int | None = None
        self._pulse = pulse or Pulse()
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"<SerialPad {self._settings.port}, {'running' if self.alive() else 'not running'}>"

    def start(self, emit: Emit) -> None:
        """Begin to look for the pad and to emit. A missing pad is a `Trouble`.

        Raises:
            RuntimeError: it is running already.
        """
        if self._thread is not None:
            raise RuntimeError("the pad was started already")
        self._stop.clear()
        self._failures, self._retry_ns, self._lost = 0, self._boottime(), ""
        awake_fd, self._wake_fd = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._thread = threading.Thread(
            target=self._run, args=(emit, awake_fd), name="serial-pad", daemon=True
        )
        self._thread.start()

    def alive(self) -> bool:
        """Whether its thread runs and does not hang, with or without a pad."""
        return self._thread is not None and self._thread.is_alive() and not self._pulse.hangs()

    def glow(self, on: bool) -> None:
        """See `hardware.events.WithLights`. A pad that comes back is told then."""
        self._glows = on
        self._wake(GLOW_SIGN)

    def acknowledge(self) -> None:
        """See `hardware.events.WithLights`. A pad that is away, or shows nothing, is not told."""
        self._wake(STORED_SIGN)

    def _wake(self, sign: bytes) -> None:
        with self._wake_lock:
            if self._wake_fd is None:
                return
            try:
                os.write(self._wake_fd, sign)
            except OSError as error:  # thousands wait already, or the thread has ended
                logger.debug("the pad's thread is not told: %s", error)

    def close(self) -> None:
        """Stop and give the port back. May be called twice, and from any thread."""
        self._stop.set()
        with self._wake_lock:
            wake_fd, self._wake_fd = self._wake_fd, None
            if wake_fd is not None:
                os.close(wake_fd)  # the other end becomes readable: that wakes the thread
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self, emit: Emit, awake_fd: int) -> None:
        try:
            while not self._stop.is_set():
                with self._pulse.working(PORT_S):
                    try:
                        events = self._turn(awake_fd)
                    except Exception as error:  # noqa: BLE001 - logged; the port is opened anew
                        log_failure(logger, "reading the pad", error)
                        events = self._drop("reading it failed", self._boottime())
                    hand_on(logger, emit, events)
        finally:
            self._glows = False
            self._light_up()
            self._release()
            os.close(awake_fd)

    def _turn(self, awake_fd: int) -> list[InputEvent]:
        """Sleep until something comes or is due; what came of it."""
        if self._port is None and (now_ns := self._boottime()) >= self._retry_ns:
            return self._open(now_ns) + self._report(now_ns)
        self._light_up()
        poller = select.poll()
        poller.register(awake_fd, select.POLLIN)
        if self._port is not None:
            poller.register(self._port.fileno(), select.POLLIN)
        with self._pulse.resting():
            ready = poller.poll(self._wait_ms())
        events: list[InputEvent] = []
        if any(fd == awake_fd for fd, _ in ready):
            self._pass_on(awake_fd)
        if self._port is not None and any(fd != awake_fd for fd, _ in ready):
            events = self._read(self._port.fileno())
        now_ns = self._boottime()
        return events + self._link.tick(now_ns) + self._report(now_ns)

    def _wait_ms(self) -> int | None:
        due = [self._link.next_deadline_ns, self._retry_ns if self._port is None else None]
        known = [at_ns for at_ns in due if at_ns is not None]
        if not known:
            return None
        return max(0, -((self._boottime() - min(known)) // NS_PER_MS))  # rounded up: one wake-up, not two

    def _open(self, now_ns: int) -> list[InputEvent]:
        try:
            self._port = self._opener(self._settings)
        except PadError as error:
            return self._drop(str(error), now_ns)
        logger.info("pad: %s is open", self._settings.port)
        return self._link.opened(now_ns)

    def _read(self, fd: int) -> list[InputEvent]:
        data, why = b"", "end of file"
        try:
            data = os.read(fd, READ_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            why = error.strerror or str(error)
        now_ns = self._boottime()  # after the reading: an edge is never dated before it happened
        if not data:
            return self._drop(f"{self._settings.port} was unplugged ({why})", now_ns)
        events, answer = self._link.heard(data, now_ns)
        self._say(answer)
        return events

    def _pass_on(self, awake_fd: int) -> None:
        """Tell the pad of the ratings that were stored; once, however many they are, for it is one blink."""
        told = os.read(awake_fd, READ_BYTES)  # nothing: the other end is closed, and this thread ends
        self._light_up()  # lights that are dark would not blink
        if STORED_SIGN in told:
            self._say(self._link.stored())

    def _light_up(self) -> None:
        """Tell the pad when its lights have changed."""
        if self._told_to_glow != self._glows:
            self._told_to_glow = self._glows
            self._say(self._link.glow(self._told_to_glow))

    def _say(self, answer: bytes) -> None:
        """Say it without ever waiting: a pad that misses an acknowledgement repeats its frame."""
        if self._port is None or not answer:
            return
        try:
            os.write(self._port.fileno(), answer)
        except (
            OSError
        ) as error:  # also when the pad does not read; a port that is gone shows at the next read
            logger.debug("an answer could not be sent to the pad: %s", error)

    def _drop(self, why: str, now_ns: int) -> list[InputEvent]:
        """The port is gone or was never there; try again later."""
        self._release()
        self._failures += 1
        self._retry_ns = now_ns + round(self._backoff.delay_s(self._failures) * NS_PER_S)
        return self._link.closed(now_ns) + self._tell_lost(why, now_ns)

    def _report(self, now_ns: int) -> list[InputEvent]:
        """Say once when the pad gets lost on an open port, and once when it is back."""
        if self._link.up:
            self._failures = 0
            return self._tell_back(now_ns)
        return self._tell_lost(self._link.trouble, now_ns) if self._port and self._link.trouble else []

    def _tell_lost(self, why: str, now_ns: int) -> list[InputEvent]:
        if why != self._lost:
            logger.warning("pad lost: %s", why)
        news = [] if self._lost else [Trouble(TroubleKind.LOST, Source.PAD, True, now_ns, detail=why)]
        self._lost = why
        return [*news]

    def _tell_back(self, now_ns: int) -> list[InputEvent]:
        if not self._lost:
            return []
        self._lost = ""
        logger.info("pad back: %s", self._settings.port)
        detail = f"{self._settings.port} answers again"
        return [Trouble(TroubleKind.LOST, Source.PAD, False, now_ns, detail=detail)]

    def _release(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except (OSError, termios.error) as error:
                logger.debug("closing %s: %s", self._settings.port, error)
