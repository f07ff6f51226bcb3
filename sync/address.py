"""The address of a central server, in one form, and only where what travels there is protected. Pure."""

import ipaddress
import re
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class BadAddress(ValueError):
    """It cannot be the address of a central server."""


class NotProtected(BadAddress):
    """Plain HTTP to another machine: whoever is on the way could read and change everything."""


def normalised(typed: str) -> str:
    """A public URL in its one form: lower case up to the path, no port that goes without saying, no slash at the end.

    Without a scheme it is https.

    Raises:
        BadAddress: It is none.
        NotProtected: Plain HTTP to a host that is not this one.
    """
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError as error:
        raise BadAddress(str(error)) from error
    path = parts.path.rstrip("/")
    extra = parts.username is not None or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in _PORTS or not _is_host(host) or extra or not _PATH.fullmatch(path) or port == 0:
        raise BadAddress("a URL such as https://danhgia.example.vn, without name, password and question mark")
    if parts.scheme == "http" and not is_loopback(host):
        raise NotProtected("plain HTTP is for addresses of this machine alone (127.0.0.1)")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{'' if port in (None, _PORTS[parts.scheme]) else f':{port}'}{path}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine whatever the network says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _HOST.fullmatch(host) is not None
    try:
        return ipaddress.IPv6Address(host).scope_id is None
    except ValueError:
        return False
