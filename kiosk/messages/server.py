"""The kiosk's socket: a few trusted-enough peers, one line a message, and nothing that could keep the kiosk waiting.

One thread with one selector. A peer has at most one request being worked on; until it is answered nothing more is
read from it, so what a peer can make us remember is one line, one answer and one `New`. Whatever goes wrong here is
logged and costs the connection or the socket; voting goes on.
"""

import errno
import logging
import os
import queue
import selectors
import socket
import stat
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from kiosk.messages import wire
from kiosk.messages.notes import load_library
from kiosk.messages.place import NAME, reached

log = logging.getLogger(__name__)

MOST_PEERS = 8
MODE = 0o660
NEWS_EVERY_S = 0.1
TRY_AGAIN_S = 60.0
"""Between tries to make a socket that could not be made."""

Ask: TypeAlias = Callable[[wire.Request, Callable[[wire.Answer], None]], None]

# Each brings a signature, or is followed by one whose time counts.
_SIGNED = (
    wire.GetNonce,
    wire.PutAnchor,
    wire.PutConfig,
    wire.PutEnrolment,
    wire.PutKeyRotation,
    wire.PutCentralKey,
    wire.PutReceipt,
    wire.PutFork,
)
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid
_READ_BYTES = 64 * 1024


@dataclass(slots=True)
class _Peer:
    """One connection."""

    connection: socket.socket
    uid: int
    received: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)
    asked: bool = False
    news: wire.New | None = None


class Server:
    """Serves ``kiosk.sock`` in the data folder.

    Args:
        folder: The data folder. Peers must be root, this user, or have its group.
        ask: Takes a request and how to reply to it, from this thread; returns at once. The reply may come from any
            thread.
    """

    def __init__(self, folder: Path, ask: Ask) -> None:
        self._folder = folder
        self._ask = ask
        self._selector = selectors.DefaultSelector()
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._pipe = threading.Lock()
        self._closed = False
        self._listener: socket.socket | None = None
        self._inode: tuple[int, int] | None = None
        self._peers: dict[int, _Peer] = {}
        self._inbox: queue.SimpleQueue[tuple[_Peer | None, wire.Answer]] = queue.SimpleQueue()
        self._news_due_s = 0.0
        self._try_again_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kiosk-socket", daemon=True)

    def start(self) -> None:
        """Begin. To be called by the one who has the right to write the ledger: a socket that is left is stale."""
        self._thread.start()

    def tell(self, seq: int, *, urgent: bool) -> None:
        """Entries were appended. From any thread; returns at once."""
        self._deliver(None, wire.New(seq, urgent))

    def close(self) -> None:
        """End, and remove the socket. May be called twice."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._thread.ident is None:
            self._let_go()
            return
        self._wake()
        self._thread.join(5.0)

    def _deliver(self, peer: _Peer | None, answer: wire.Answer) -> None:
        self._inbox.put((peer, answer))
        self._wake()

    def _wake(self) -> None:
        with self._pipe, suppress(BlockingIOError):  # it may be full of wake-ups already
            if not self._closed:
                os.write(self._writing, b"\0")

    # --- the thread

    def _run(self) -> None:
        try:
            self._selector.register(self._reading, selectors.EVENT_READ)
            self._listen()
            while not self._stopping.is_set():
                self._turn()
        except Exception:
            log.exception("the kiosk's socket is given up; voting goes on")
        finally:
            self._let_go()

    def _turn(self) -> None:
        for key, events in self._selector.select(self._patience_s()):
            if key.fileobj == self._reading:
                self._empty_pipe()
            elif key.fileobj is self._listener:
                self._accept()
            elif key.fd in self._peers:
                self._attend(self._peers[key.fd], events)
        while not self._inbox.empty():
            self._take(*self._inbox.get_nowait())
        self._send_news()
        if self._listener is None and time.monotonic() >= self._try_again_s:
            self._listen()

    def _patience_s(self) -> float | None:
        """None where only an event can change anything, as on an idle terminal."""
        due = [self._try_again_s] if self._listener is None else []
        if any(peer.news is not None and not peer.unsent for peer in self._peers.values()):
            due.append(self._news_due_s)
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _empty_pipe(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._reading, 1 << 16)

    # --- the socket

    def _listen(self) -> None:
        self._try_again_s = time.monotonic() + TRY_AGAIN_S
        try:
            with reached(self._folder) as folder:
                self._listener = self._bound(folder / NAME)
        except OSError as error:
            log.warning("no socket in %s, so nothing is delivered for now: %s", self._folder, error)
            return
        self._selector.register(self._listener, selectors.EVENT_READ)

    def _bound(self, path: Path) -> socket.socket:
        if _somebody_listens(path):
            raise OSError(errno.EADDRINUSE, "another program serves it", str(path))
        with suppress(FileNotFoundError):
            if not stat.S_ISSOCK(path.lstat().st_mode):
                raise OSError(errno.EEXIST, "this is not a socket; remove it", str(path))
            path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            listener.bind(str(path))
            path.chmod(MODE)  # nobody can connect before `listen`
            found = path.stat()
            self._inode = (found.st_dev, found.st_ino)
            listener.listen(2 * MOST_PEERS)
        except OSError:
            listener.close()
            raise
        return listener

    def _is_there(self) -> bool:
        try:
            found = (self._folder / NAME).stat()
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self._inode

    def _unlisten(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _let_go(self) -> None:
        for peer in list(self._peers.values()):
            self._drop(peer)
        if self._listener is not None:
            if self._is_there():
                with suppress(OSError):  # a disk that has turned read-only: the next start replaces it
                    (self._folder / NAME).unlink()
            self._unlisten()
        self._selector.close()
        with self._pipe:  # an answer may still be on its way, and the number go to another file
            self._closed = True
            os.close(self._reading)
            os.close(self._writing)

    # --- peers

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            connection, _ = self._listener.accept()
        except OSError as error:  # gone again, or no descriptors left
            if error.errno in (errno.EMFILE, errno.ENFILE):
                log.error("no descriptors are left; the socket rests: %s", error)
                self._unlisten()
                self._try_again_s = time.monotonic() + TRY_AGAIN_S
            return
        peer = _Peer(connection, 0)
        try:
            connection.setblocking(False)
            _, peer.uid, gid = _CREDENTIALS.unpack(
                connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            )
            welcome = peer.uid in (0, os.geteuid()) or gid == self._folder.stat().st_gid
        except OSError as error:
            log.warning("a peer whose name cannot be known is turned away: %s", error)
            welcome = False
        if not welcome or len(self._peers) >= MOST_PEERS:
            connection.close()
            return
        self._peers[connection.fileno()] = peer
        self._selector.register(connection, selectors.EVENT_READ)

    def _attend(self, peer: _Peer, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._for(peer, self._send)
        if events & selectors.EVENT_READ:
            self._for(peer, self._receive)

    def _for(self, peer: _Peer, work: Callable[[_Peer], None]) -> None:
        """Work for one peer. Whatever goes wrong in it, a mistake of ours too, costs that connection alone."""
        if self._peers.get(peer.connection.fileno()) is not peer:
            return
        try:
            work(peer)
        except OSError:  # it is gone
            self._drop(peer)
        except Exception:
            log.exception("a peer (uid %d) met an unexpected error and is let go", peer.uid)
            self._drop(peer)

    def _receive(self, peer: _Peer) -> None:
        received = peer.connection.recv(_READ_BYTES)
        if not received:
            self._drop(peer)
            return
        peer.received += received
        self._next_request(peer)

    def _next_request(self, peer: _Peer) -> None:
        """Hand the next whole line in, if there is one, and the answer to the last has been taken."""
        if peer.asked or peer.unsent:
            self._watch(peer)
            return
        line, newline, rest = bytes(peer.received).partition(b"\n")
        if len(line) >= wire.LONGEST_LINE_BYTES:
            log.warning("a peer (uid %d) sends a line without end", peer.uid)
            self._drop(peer)
            return
        if newline:
            peer.received = bytearray(rest)
            try:
                request = wire.decode_request(line)
            except wire.BadMessage as error:
                log.warning("a peer (uid %d) sends what is no message: %s", peer.uid, error)
                self._drop(peer)
                return
            peer.asked = True
            self._hand_in(peer, request)
        self._watch(peer)

    def _hand_in(self, peer: _Peer, request: wire.Request) -> None:
        changes = isinstance(request, wire.PutEnrolment) and (request.replace or request.same_ledger)
        if changes and peer.uid not in (0, os.geteuid()):
            reason = "only root and the kiosk's own user may replace or renew an enrolment"
            self._deliver(peer, wire.Refused(reason))
            return
        if isinstance(request, _SIGNED):
            load_library()  # takes a while the first time, and the ledger's thread has votes to keep
        self._ask(request, partial(self._deliver, peer))

    def _take(self, peer: _Peer | None, answer: wire.Answer) -> None:
        if peer is None:
            if isinstance(answer, wire.New):
                self._note_news(answer)
        elif self._peers.get(peer.connection.fileno()) is peer:
            peer.asked = False
            peer.unsent += wire.encode(answer)
            self._for(peer, self._send)

    def _note_news(self, news: wire.New) -> None:
        """For each peer the newest counts; what was urgent stays so until it is said."""
        for peer in self._peers.values():
            before = peer.news is not None and peer.news.urgent
            peer.news = wire.New(news.seq, news.urgent or before)
        if self._listener is not None and not self._is_there():
            log.warning("the socket was removed; it is made again")
            self._unlisten()
            self._try_again_s = 0.0

    def _send_news(self) -> None:
        now_s = time.monotonic()
        if now_s < self._news_due_s:
            return
        for peer in list(self._peers.values()):
            if peer.news is not None and not peer.unsent:
                self._news_due_s = now_s + NEWS_EVERY_S
                peer.unsent += wire.encode(peer.news)
                peer.news = None
                self._for(peer, self._send)

    def _send(self, peer: _Peer) -> None:
        with suppress(BlockingIOError):
            sent = peer.connection.send(peer.unsent)
            del peer.unsent[:sent]
        self._next_request(peer)

    def _watch(self, peer: _Peer) -> None:
        """Wait for what this peer may do next. One that asks without reading the answers is not read either."""
        if self._peers.get(peer.connection.fileno()) is not peer:
            return
        events = 0 if peer.asked or peer.unsent else selectors.EVENT_READ
        events |= selectors.EVENT_WRITE if peer.unsent else 0
        known = peer.connection.fileno() in self._selector.get_map()
        if events and known:
            self._selector.modify(peer.connection, events)
        elif events:
            self._selector.register(peer.connection, events)
        elif known:
            self._selector.unregister(peer.connection)

    def _drop(self, peer: _Peer) -> None:
        descriptor = peer.connection.fileno()
        if self._peers.pop(descriptor, None) is None:
            return
        if descriptor in self._selector.get_map():
            self._selector.unregister(peer.connection)
        peer.connection.close()


def _somebody_listens(path: Path) -> bool:
    """Whether a program serves this socket; a stale one refuses."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
        try:
            probe.connect(str(path))
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True
