"""How often an address may ask. Pure."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_S = 1_000_000_000
_MOST_ADDRESSES = 1_024
"""So many are remembered; the one that was quiet for longest is forgotten first."""

_IPV6_SITE_BITS = 64
"""Whoever has one IPv6 address has all of its network's."""


class Bucket:
    """So many a second for each address, and as many at once.

    Args:
        rate: A second; also how many may come at once.
        now_ns: Reads CLOCK_BOOTTIME.
    """

    def __init__(self, rate: int, now_ns: Callable[[], int]) -> None:
        self._step_ns = _S // rate
        self._depth_ns = self._step_ns * (rate - 1)
        self._now_ns = now_ns
        self._next_ns: OrderedDict[str, int] = OrderedDict()

    def take(self, address: str) -> bool:
        """Whether one more is allowed now; then it is counted."""
        place, now_ns = site(address), self._now_ns()
        free_ns = max(self._next_ns.get(place, 0), now_ns - self._depth_ns)
        if free_ns > now_ns:
            return False
        self._next_ns[place] = free_ns + self._step_ns
        self._next_ns.move_to_end(place)
        while len(self._next_ns) > _MOST_ADDRESSES:
            self._next_ns.popitem(last=False)
        return True


def plain(address: str) -> IPv4Address | IPv6Address:
    """An address; an IPv4 address that came as an IPv6 one is one. Raises `ValueError`."""
    found = ip_address(address.partition("%")[0])
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def site(address: str) -> str:
    """Whom an address stands for."""
    try:
        found = plain(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _IPV6_SITE_BITS), strict=False))
    return str(found)
