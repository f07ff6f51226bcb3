"""Sleep until there is something to do: a press on the display's socket, or a wake-up from another thread.

``pygame.event.wait()`` does not sleep: it looks every millisecond, 900 times a second. Here the thread blocks in the
kernel on the display connection itself and on one wake pipe, so that an idle terminal does nothing. The connection
is found without C: it is the socket to an X server or Wayland compositor that appears in ``/proc/self/fd`` while
the display is opened.

Nothing here knows pygame. Events that pygame or Xlib have already read off the socket do not wake this: whoever
waits must look for those first (`kiosk.window.Window.wait` does).
"""

import math
import os
import select
import socket
import threading
from collections.abc import Collection, Mapping
from pathlib import Path, PurePath

POLL_S = 0.010
"""How often to look when a window is open but its display has no socket, as on the bare console (kmsdrm)."""

LONGEST_S = 3600.0
"""The longest single sleep, seconds. Longer ones end early, which a caller must allow for anyway."""

_LOST = "the display server closed the connection"
_GONE = select.POLLHUP | select.POLLRDHUP | select.POLLERR | select.POLLNVAL


class DisplayLost(ConnectionError):
    """The X server or the compositor has gone. Leave with an error; the supervisor starts the program again."""


def open_sockets() -> frozenset[int]:
    """The descriptors of this process that are sockets."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = entry.readlink()
        except FileNotFoundError:  # the descriptor through which this folder is being read, closed by now
            continue
        if str(target).startswith("socket:"):
            found.add(int(entry.name))
    return frozenset(found)


def display_sockets(before: Collection[int], environ: Mapping[str, str] = os.environ) -> frozenset[int]:
    """The sockets to a display that were opened since `before`.

    SDL opens other sockets at the same time (D-Bus, udev). Nobody drains those for us, so waiting on them would
    not be waiting: only a peer that is known to be a display is taken.

    Args:
        before: What `open_sockets` said before the display was opened.
        environ: For the name of the Wayland socket.
    """
    return frozenset(fd for fd in open_sockets() - frozenset(before) if _is_display(fd, environ))


class Waiter:
    """Blocks until a display socket is readable, `wake` is called, or the time is up.

    Args:
        displays: The display's sockets.
        window: Whether a window is open. With a window but no socket, `wait` returns at least every `POLL_S`
            so that the caller looks for events; without a window only `wake` and the time count.
    """

    def __init__(self, displays: Collection[int] = (), *, window: bool = False) -> None:
        self._poll_s = POLL_S if window and not displays else None
        self._closed = False
        # Reentrant, because a signal handler may call `wake` in the middle of this thread's own `close`.
        self._lock = threading.RLock()
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._reading, select.POLLIN)
        self._alive = select.poll()
        for descriptor in displays:
            self._poll.register(descriptor, select.POLLIN | select.POLLRDHUP)
            self._alive.register(descriptor, select.POLLRDHUP)

    @property
    def polls(self) -> bool:
        """Whether this falls back to looking every `POLL_S`."""
        return self._poll_s is not None

    @property
    def wake_fd(self) -> int:
        """Non-blocking; a byte written here wakes like `wake`. For `signal.set_wakeup_fd`."""
        return self._writing

    def wait(self, timeout_s: float | None = None) -> None:
        """Sleep; may also return early for no reason.

        Args:
            timeout_s: At most so many seconds; None: until something happens; 0 or less: only look.

        Raises:
            DisplayLost: A display socket was closed by the other side, or is not open any more.
            ValueError: Already closed.
        """
        if self._closed:
            raise ValueError("waiting on a closed Waiter")
        limits = [LONGEST_S, *(limit for limit in (timeout_s, self._poll_s) if limit is not None)]
        # Rounded up: a rest below a millisecond must not become a busy loop of zero-length sleeps.
        ready = self._poll.poll(math.ceil(max(0.0, min(limits)) * 1000))
        if any(descriptor == self._reading for descriptor, _ in ready):
            self._drain()
        if any(events & _GONE for _, events in ready):
            raise DisplayLost(_LOST)

    def check(self) -> None:
        """See whether the display is still there; takes no wake-up away.

        Xlib ends the process on the spot, with code 1, when it finds its server gone; so this is asked before
        Xlib is used. A server that goes in the middle of a call still ends the process that way.

        Raises:
            DisplayLost: As `wait`.
        """
        if self._alive.poll(0):
            raise DisplayLost(_LOST)

    def wake(self) -> None:
        """End the present `wait`, or the next one. From any thread and from signal handlers; never blocks.

        Any number of calls before a `wait` make one wake-up. After `close` it does nothing.
        """
        with self._lock:
            if self._closed:
                return
            try:
                os.write(self._writing, b"\0")
            except BlockingIOError:
                return  # the pipe is full of wake-ups already

    def close(self) -> None:
        """Release the pipe (the display's sockets are not ours). May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            os.close(self._reading)
            os.close(self._writing)

    def _drain(self) -> None:
        try:
            os.read(self._reading, 1 << 16)  # a pipe's whole default capacity
        except BlockingIOError:
            return  # emptied already


def _is_display(descriptor: int, environ: Mapping[str, str]) -> bool:
    """Whether the other end is an X server (local or over TCP) or the Wayland compositor."""
    with socket.socket(fileno=os.dup(descriptor)) as connection:
        if connection.family in (socket.AF_INET, socket.AF_INET6):
            return True
        if connection.family != socket.AF_UNIX:
            return False
        try:
            peer = connection.getpeername()
        except OSError:  # listening or unconnected: not a display
            return False
    path = PurePath(os.fsdecode(peer).lstrip("\0"))  # X servers also listen on an abstract name
    compositor = PurePath(environ.get("WAYLAND_DISPLAY") or "wayland-0").name
    return path.parent.name == ".X11-unix" or path.name == compositor
