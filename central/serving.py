"""The web processes: started, announced when they answer, ended in good order."""

import multiprocessing
import os
import signal
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels

from central.certificates import LOOK_S, BadCertificate, Pair
from central.metrics import FOLDER
from central.watching import repeated

THREADS = 32
"""Of each process. They wait for bodies; at the database fewer come in at once."""

POOL = 8
STALLED_S = 120
"""A connection from which nothing comes is ended after so long; nothing that is asked for takes half of it."""

KILL_AFTER_S = 20
TAKE_OVER_S = 10.0
"""A web process ends so long after the one that takes its place was started. Django and a busy machine need more than
granian's 3.5 s, and meanwhile nobody would listen."""
LOG: dict[str, object] = {
    "handlers": {"console": {"formatter": "generic", "class": "logging.StreamHandler"}},  # standard error
    "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
}
_POLL_S = 0.05
_LOOK_S = 2.0


class CannotListen(Exception):
    """The address cannot be listened at. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen.

    Attributes:
        host: A name or an address.
        port: 0 = any that is free.
        certificate: A PEM file, with `key`; None = without TLS.
    """

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """As a client says it."""
        scheme = "https" if self.certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def claimed(self) -> "Address":
        """The same with its port settled.

        Somebody who listens there is noticed here: two servers that share a port would each get some of the requests.

        Raises:
            CannotListen: Somebody else listens there, or it is not an address of this machine.
        """
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
                probe.listen()
                port = int(probe.getsockname()[1])
        except OSError as error:
            raise CannotListen(
                f"cannot listen at {self.host}, port {self.port}: {error.strerror or error}."
                " Choose another with --host and --port, or end the program that uses it."
            ) from error
        return Address(self.host, port, self.certificate, self.key)


def serve(address: Address, workers: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        address: Claimed.
        workers: How many processes.
        ready: Called once, from another thread, when requests are answered.

    Raises:
        BadCertificate: The certificate and its key cannot be used.
        SystemExit: The web processes do not start, or keep failing.
    """
    # Not forked: this process has threads.
    multiprocessing.set_start_method("spawn", force=True)
    os.environ["HAILONG_CENTRAL_POOL"] = str(POOL)
    os.environ.setdefault("HAILONG_CENTRAL_STALLED_S", str(STALLED_S))
    with ExitStack() as meanwhile:
        # Where the web processes count requests; not seen by anything that was loaded here before.
        os.environ[FOLDER] = meanwhile.enter_context(tempfile.TemporaryDirectory(prefix="hailong-metrics-"))
        pair = None
        if address.certificate and address.key:
            pair = meanwhile.enter_context(Pair(address.certificate, address.key))
            address = replace(address, certificate=pair.certificate, key=pair.key)
        server = Granian(
            "central.wsgi:application",
            address=address.host,
            port=address.port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            websockets=False,
            log_level=LogLevels.error,  # its warnings are advice about settings
            log_dictconfig=LOG,
            ssl_cert=address.certificate,
            ssl_key=address.key,
            ssl_protocol_min=SSLProtocols.tls12,
            respawn_failed_workers=True,
            respawn_interval=TAKE_OVER_S,
            workers_kill_timeout=KILL_AFTER_S,
        )
        if pair is not None:
            server.on_reload(partial(_take, pair))
            meanwhile.enter_context(repeated("certificate", LOOK_S, partial(_look_at_certificate, pair)))
        threading.Thread(target=_announce, args=(address, ready), name="announce", daemon=True).start()
        server.serve()


def _look_at_certificate(pair: Pair) -> None:
    if pair.has_changed():
        os.kill(os.getpid(), signal.SIGHUP)  # new web processes, one after the other; requests go on


def _take(pair: Pair) -> None:
    """At SIGHUP, before new web processes begin."""
    try:
        pair.take()
    except (BadCertificate, OSError) as error:
        click.echo(f"the certificate in use stays: {error}", err=True)


def _announce(address: Address, ready: Callable[[], None]) -> None:
    while not _answers(address):
        time.sleep(_POLL_S)
    ready()


def _answers(address: Address) -> bool:
    """Whether /health is answered, with our own certificate where there is one."""
    try:
        connection = _connection(address)
        connection.request("GET", "/api/v1/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False


def _connection(address: Address) -> HTTPConnection:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104 - where to ask
    if address.certificate is None:
        return HTTPConnection(host, address.port, timeout=_LOOK_S)
    context = ssl.create_default_context(cafile=str(address.certificate))
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False  # asked by its address; whose certificate it is, is known
    return HTTPSConnection(host, address.port, timeout=_LOOK_S, context=context)
