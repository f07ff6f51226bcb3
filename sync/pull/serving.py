"""Serves the pull API on a thread beside the delivery: uvicorn behind our own door."""

import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_address

import uvicorn

from kiosk.messages.notes import PublicKey
from sync.contact import Settings
from sync.pull.answers import Pulled
from sync.pull.app import application
from sync.pull.certificate import Certificate
from sync.pull.door import Door
from sync.pull.gate import Gate
from sync.resting import MaybeKiosk

log = logging.getLogger(__name__)

MOST_HEADER_BYTES = 16 * 1024
_ACCEPTED_AT_ONCE = 8
_END_S = 2


class CannotListen(OSError):
    """The address of the pull API cannot be listened at."""


@dataclass(frozen=True)
class Wanted:
    """How the pull API was configured.

    Attributes:
        address: Literal; `port` 0 = any that is free.
        url: What callers see; empty = the address itself.
        allowed: Networks of callers; none = every address.
        server_key: May pull without an enrolment; None = nobody may.
    """

    address: str
    port: int
    url: str = ""
    allowed: Sequence[IPv4Network | IPv6Network] = ()
    server_key: PublicKey | None = None


@contextmanager
def serving(settings: Settings, wanted: Wanted) -> Iterator[str]:
    """Answer until the block ends; the URL that callers use.

    Raises:
        CannotListen: Somebody else listens there, or it is no address of this machine.
        LocalFault: The device's key cannot be used.
    """
    key = settings.place.key_or_new()
    try:
        door = Door(wanted.address, wanted.port)
    except OSError as error:
        raise CannotListen(error.errno, error.strerror or str(error)) from error
    host = f"[{wanted.address}]" if ip_address(wanted.address).version == 6 else wanted.address
    url = wanted.url or f"https://{host}:{door.port}"
    kiosk = MaybeKiosk(settings.place, settings.clock, settings.program)
    certificate = Certificate(key, settings.place.key)
    pulled = Pulled(replace(settings, pull=url), kiosk, wanted.server_key, certificate)
    gate = Gate(url, wanted.allowed, pulled.callers, settings.clock.boottime_ns)
    with door, ThreadPoolExecutor(1, "pull-ledger") as worker:
        try:
            with _running(door, gate, pulled, worker):
                yield url
        finally:
            worker.submit(kiosk.close)


class _Server(uvicorn.Server):
    """Ends at once: whoever was asking something asks again.

    Args:
        config: Loaded.
        door: Where it listens.
    """

    def __init__(self, config: uvicorn.Config, door: Door) -> None:
        super().__init__(config)
        self._door = door

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See the library's: it would wait until the others have said goodbye."""
        await self._door.empty()
        await super().shutdown(sockets)


@contextmanager
def _running(door: Door, gate: Gate, pulled: Pulled, worker: ThreadPoolExecutor) -> Iterator[None]:
    config = uvicorn.Config(
        application(pulled, gate, door, worker),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",  # a warning for each caller who speaks no HTTP would fill the journal
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=_END_S,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
    )
    config.load()
    config.ssl = pulled.certificate.context
    server = _Server(config, door)
    thread = threading.Thread(target=server.run, args=([door],), name="pull", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
