"""Which addresses this server may be sent to: a terminal says where it is asked, and a stolen one may say anything.

Nothing but what an administrator has listed is connected to, and this machine itself only where the server is for this
machine alone. A name is looked up once; what was checked is what is connected to.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str, int], Sequence[str]]

LONGEST_URL = 200
_HTTPS = 443


class NotAllowed(Exception):
    """This server does not connect to there. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Where to.

    Attributes:
        networks: Of terminals, as an administrator lists them.
        loopback: Whether this machine itself is meant, too.
    """

    networks: Sequence[Network] = ()
    loopback: bool = False

    def check(self, address: Address) -> None:
        """Raises `NotAllowed`."""
        if address.is_loopback:
            if not self.loopback:
                raise NotAllowed(
                    f"{address} is this machine itself, which is asked only by a server whose own address is, too"
                )
            return
        if address.is_link_local or address.is_multicast or address.is_unspecified or _is_odd(address):
            raise NotAllowed(f"{address} is an address that no terminal has")
        if not any(address in network for network in self.networks):
            raise NotAllowed(
                f"{address} is in none of the networks of terminals: start “hailong-central serve” with"
                f" --pull-allow {address} or a network"
            )


def networks_of(listed: str) -> tuple[Network, ...]:
    """Networks separated by blanks or commas. Raises `ValueError`."""
    return tuple(ip_network(one) for one in listed.replace(",", " ").split())


@dataclass(frozen=True, slots=True)
class Target:
    """Where a terminal is asked.

    Attributes:
        url: As it says; what is signed begins with it.
        address: What is connected to.
        port: Of it.
    """

    url: str
    address: Address
    port: int


def usable(url: str | None) -> str:
    """An address as a terminal tells it; empty where none can be used."""
    if not url:
        return ""
    try:
        _parts(url)
    except NotAllowed:
        return ""
    return url


def _parts(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotAllowed(f"{url} is no address") from error
    extra = parts.path or "?" in url or "#" in url or "@" in url or "\\" in url
    if parts.scheme != "https" or not host or extra or port == 0 or len(url) > LONGEST_URL:
        raise NotAllowed(
            "a terminal is asked at https://, a name or an address, and perhaps a port, and nothing else"
        )
    if not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("an address is made of ASCII characters")
    return host, port or _HTTPS


def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[4][0]) for place in found]


def target(url: str, policy: Policy, lookup: Lookup = looked_up) -> Target:
    """Where to connect to.

    Every address of a name must be allowed: one that has others beside them is not a terminal's.

    Raises:
        NotAllowed: Not there, or the name is not known.
    """
    host, port = _parts(url)
    try:
        answers = lookup(host, port)
    except (OSError, UnicodeError) as error:
        raise NotAllowed(f"the name {host} is not known: {error}") from error
    addresses = [_plain(answer) for answer in answers]
    for address in addresses:
        policy.check(address)
    if not addresses:
        raise NotAllowed(f"the name {host} has no address")
    return Target(url, addresses[0], port)


def _plain(answer: str) -> Address:
    """An address; an IPv4 address that is written as an IPv6 one is one. Raises `NotAllowed`."""
    try:
        found = ip_address(answer)
    except ValueError as error:
        raise NotAllowed(f"{answer} is no address") from error
    if isinstance(found, IPv6Address):
        if found.scope_id is not None:
            raise NotAllowed(f"{answer} is an address that no terminal has")
        return found.ipv4_mapped or found
    return found


def _is_odd(address: Address) -> bool:
    """Reserved, broadcast, or an IPv6 address that stands for an IPv4 one (RFC 3056, 4380, 6052)."""
    if isinstance(address, IPv4Address):
        return address.is_reserved or address in _THIS_NETWORK
    return address.sixtofour is not None or address.teredo is not None or address in _TRANSLATED


_THIS_NETWORK = ip_network("0.0.0.0/8")
_TRANSLATED = ip_network("64:ff9b::/96")
