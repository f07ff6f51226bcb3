"""The door of the pull API: so few connections at once, each for so long, before anything else is done for them.

asyncio takes connections as fast as they come, and counts them when their encryption stands. A terminal has few
descriptors, and they belong to the ledger. So the listening socket itself looks who is there already.
"""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass

MOST_CONNECTIONS = 4
REQUEST_S = 10.0
"""A connection ends so long after it began, or after the last answer to a signed request."""

_QUEUE = 128
"""Who waits before the door costs the kernel a little, and us nothing."""


_LOOK_S = 0.01


@dataclass
class _Guest:
    connection: socket.socket
    peer: str
    known: bool = False
    timer: asyncio.TimerHandle | None = None

    @property
    def is_gone(self) -> bool:
        return self.connection.fileno() < 0

    def show_out(self) -> None:
        """End the connection; the event loop sees it, and closes it."""
        if not self.is_gone:
            with suppress(OSError):  # it has ended by itself
                self.connection.shutdown(socket.SHUT_RDWR)


class Door(socket.socket):
    """A listening socket. The fifth connection takes the place of the oldest on which nothing was signed yet.

    `accept` and `answered` are called in the thread of the event loop.
    """

    def __init__(self, address: str, port: int) -> None:
        """Listen. Raises `OSError`: the port is taken, or the address is none of this machine's."""
        super().__init__(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        self._guests: list[_Guest] = []
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.bind((address, port))
            self.listen()
            self.setblocking(False)
        except BaseException:
            self.close()
            raise

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.getsockname()[1])

    def accept(self) -> tuple[socket.socket, object]:
        """The next connection. Raises `BlockingIOError`: there is none that may come in."""
        connection, address = super().accept()
        self._guests = [guest for guest in self._guests if not guest.is_gone]
        if len(self._guests) >= MOST_CONNECTIONS:
            stranger = next((guest for guest in self._guests if not guest.known), None)
            if stranger is None:
                connection.close()
                raise BlockingIOError("all who are there have signed")
            stranger.show_out()
            self._guests.remove(stranger)
        guest = _Guest(connection, peer_of(address))
        self._guests.append(guest)
        self._give_time(guest)
        return connection, address

    def listen(self, _backlog: int = _QUEUE) -> None:
        """As the socket's; the event loop asks for as many as it lets in at once, which is another matter."""
        super().listen(_QUEUE)

    def answered(self, peer: str) -> None:
        """A signed request of this connection (`peer_of`) has its answer."""
        for guest in self._guests:
            if guest.peer == peer:
                guest.known = True
                self._give_time(guest)

    async def empty(self) -> None:
        """Let nobody in any more, show everybody out, and wait until they have gone."""
        asyncio.get_running_loop().remove_reader(self)
        for guest in self._guests:
            guest.show_out()
        while not all(guest.is_gone for guest in self._guests):
            await asyncio.sleep(_LOOK_S)

    def _give_time(self, guest: _Guest) -> None:
        if guest.timer is not None:
            guest.timer.cancel()
        guest.timer = asyncio.get_running_loop().call_later(REQUEST_S, guest.show_out)


def peer_of(address: object) -> str:
    """A connection by the address and the port of its other end."""
    return f"{address[0]} {address[1]}" if isinstance(address, tuple | list) else ""
