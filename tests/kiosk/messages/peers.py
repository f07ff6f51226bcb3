"""A server whose ledger is a list, and peers that talk to it byte by byte."""

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.messages import wire
from kiosk.messages.place import NAME, reached
from kiosk.messages.server import Server

PATIENCE_S = 30.0


class Ledger:
    """Answers on a thread of its own, as the ledger's writer does; or not, while it is `slow`."""

    def __init__(self) -> None:
        self.asked: list[wire.Request] = []
        self.slow = threading.Event()
        self._queue: queue.SimpleQueue[tuple[wire.Request, Callable[[wire.Answer], None]] | None] = (
            queue.SimpleQueue()
        )
        self.slow.set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ask(self, request: wire.Request, reply: Callable[[wire.Answer], None]) -> None:
        self._queue.put((request, reply))

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            request, reply = item
            assert self.slow.wait(PATIENCE_S)
            self.asked.append(request)
            match request:
                case wire.GetHead():
                    reply(wire.Head("00" * 16, len(self.asked), "00" * 32))
                case wire.PutConfig():
                    reply(wire.Refused("x" * 30_000))
                case _:
                    reply(wire.Done())

    def close(self) -> None:
        self.slow.set()
        self._queue.put(None)
        self._thread.join(PATIENCE_S)


@contextmanager
def serving(folder: Path, ledger: Ledger) -> Iterator[Server]:
    server = Server(folder, ledger.ask)
    server.start()
    try:
        yield server
    finally:
        server.close()
        server.close()


class Peer:
    """A connection without manners."""

    def __init__(self, folder: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with reached(folder) as short:
            self.socket.connect(str(short / NAME))
        self.socket.settimeout(PATIENCE_S)
        self._received = b""

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def line(self) -> wire.Answer:
        while b"\n" not in self._received:
            received = self.socket.recv(1 << 16)
            assert received, "the server hung up"
            self._received += received
        line, _, self._received = self._received.partition(b"\n")
        return wire.decode_answer(line)

    def ends(self) -> bool:
        """Whether the server hangs up, whatever it says before."""
        try:
            while self.socket.recv(1 << 16):
                pass
        except ConnectionResetError:
            return True
        return True

    def close(self) -> None:
        self.socket.close()
