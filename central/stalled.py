"""Ends connections from which nothing comes any more.

A terminal whose power was cut in the middle of a request says nothing more, not even good-bye, and would hold a thread
of this process for ever. Granian has no time limit for bodies; the kernel knows when a connection was heard last.
"""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FDS = Path("/proc/self/fd")
_LAST_DATA = struct.Struct("@52xI")
"""Of Linux's `struct tcp_info`: tcpi_last_data_recv, milliseconds."""


def watch(patience_s: float) -> None:
    """End them from now on, in a thread of its own."""

    def look() -> None:
        pause = threading.Event()
        while not pause.wait(patience_s / 4):
            end_stalled(patience_s)

    threading.Thread(target=look, name="stalled", daemon=True).start()


def end_stalled(patience_s: float) -> int:
    """End connections to ports of this process from which nothing has come for so long; says how many."""
    with _sockets() as found:
        ours = {_port(one) for one in found if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}
        stalled = [one for one in found if _port(one) in ours and _silent_s(one) > patience_s]
        for one in stalled:
            one.shutdown(socket.SHUT_RD)  # whoever waits for more finds the end
    return len(stalled)


@contextmanager
def _sockets() -> Iterator[list[socket.socket]]:
    """Copies of this process's TCP sockets: closing them closes nothing."""
    found = list(_copies())
    try:
        yield found
    finally:
        for one in found:
            one.close()


def _copies() -> Iterator[socket.socket]:
    for link in _FDS.iterdir():
        try:
            if not link.readlink().name.startswith("socket:"):
                continue
            copy = socket.socket(fileno=os.dup(int(link.name)))
        except OSError:  # it was closed meanwhile
            continue
        if copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == socket.SOCK_STREAM:
            yield copy
        else:
            copy.close()


def _port(one: socket.socket) -> int:
    return int(one.getsockname()[1])


def _silent_s(one: socket.socket) -> float:
    """How long nothing has come; 0 where it is no connection (any more)."""
    try:
        one.getpeername()
        info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA.size)
    except OSError:
        return 0.0
    (last_ms,) = _LAST_DATA.unpack(info)
    return int(last_ms) / 1000
