"""HTTP as a terminal uses it: bounded in time and size, no redirects, no cookies, no `.netrc`, no surprises."""

import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.deadline import Connections, Deadline
from sync.errors import Trouble, Unreachable
from sync.failures import trouble_of
from sync.protocol import NONCE_HEADER
from sync.tls import Trust, context_for
from sync.verdict import Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient to be.

    Attributes:
        connect_s: For a connection with its encryption.
        read_s: Between two bytes.
        total_s: For a whole request.
        most_bytes: Of an answer.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 60.0
    most_bytes: int = 64 * 1024


USUAL = Limits()


class Channel:
    """A conversation with one server; a context manager, used by one thread.

    Args:
        url: The public URL (`sync.address.normalised`).
        trust: Whose certificates are believed. Not used for plain HTTP, which is for this machine alone.
        proxy: The URL of an HTTP proxy; empty = none. Nothing is read from the environment.
        limits: Other than the usual ones in tests.

    Raises:
        Unreachable, LocalFault: As `sync.tls.context_for`.
    """

    def __init__(self, url: str, trust: Trust, proxy: str = "", limits: Limits = USUAL) -> None:
        self.url = url
        self._limits = limits
        self._connections = Connections()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        self._session.headers["User-Agent"] = f"hailong/{version('hailong')}"
        self._session.headers["Accept-Encoding"] = "identity"
        secure = url.startswith("https:")
        if proxy and secure:
            self._session.proxies = {"https": proxy}
        adapter = _Adapter(context_for(trust) if secure else None, self._connections)
        self._session.mount("https://" if secure else "http://", adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation. May be called twice."""
        self._session.close()
        self._connections.close()

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request, once.

        Args:
            method: In upper case.
            path: Below the public URL, with its query.
            body: As it is sent.
            headers: Beside the usual ones.

        Raises:
            Unreachable: There is no answer, or it is too slow or too long.
        """
        with Deadline(self._connections, self._limits.total_s) as deadline:
            try:
                reply = self._exchange(method, f"{self.url}{path}", body, headers or {})
            except (requests.RequestException, OSError) as error:
                if not deadline.expired:
                    raise Unreachable(trouble_of(error), str(error)) from error
        if (
            deadline.expired
        ):  # even if there seems to be an answer: http.client takes headers that are cut for whole
            raise Unreachable(Trouble.TIMEOUT, f"no whole answer within {self._limits.total_s:g} s")
        return reply

    def _exchange(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        timeout_s = (self._limits.connect_s, self._limits.read_s)
        with self._session.request(
            method,
            url,
            data=body,
            headers=dict(headers),
            timeout=timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            found = response.headers
            encoding = found.get("Content-Encoding", "")
            return Reply(
                status=response.status_code,
                body=self._content(response) if encoding in ("", "identity") else b"",
                content_type=found.get("Content-Type", ""),
                content_encoding=encoding,
                nonce=found.get(NONCE_HEADER),
                retry_after=found.get("Retry-After"),
                date=found.get("Date"),
            )

    def _content(self, response: requests.Response) -> bytes:
        content = bytearray()
        for chunk in response.iter_content(8192):
            content += chunk
            if len(content) > self._limits.most_bytes:
                raise Unreachable(
                    Trouble.NOT_CENTRAL, f"an answer of more than {self._limits.most_bytes} bytes"
                )
        return bytes(content)


class _Adapter(HTTPAdapter):
    """requests' way to the connections, with our encryption and under our eyes. It tries nothing twice."""

    def __init__(self, context: SSLContext | None, connections: Connections) -> None:
        self._context = context
        self._pools = _pools(connections)
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - the library's signature
        super().init_poolmanager(connections, maxsize, block, **self._encrypted(kwargs))
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - the library's signature
        manager = super().proxy_manager_for(proxy, **self._encrypted(kwargs))
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401 - the library's signature
        """Leave the trust to the context: requests would add the authorities that it brings along."""

    def _encrypted(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return kwargs if self._context is None else kwargs | {"ssl_context": self._context}


def _pools(connections: Connections) -> dict[str, type[HTTPConnectionPool]]:
    """Connections that make themselves known when they are made."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            connections.watch(made)
            return made

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            connections.watch(made)
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
