"""The kinds of value that say who may reach what over the network: addresses, networks, keys."""

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from kiosk.config.address_kinds import no_password
from kiosk.config.errors import Refused
from kiosk.config.kinds import Kind, not_allowed, unsaid, wrong_type
from kiosk.config.phrase import Phrase, shown
from kiosk.config.text_kinds import one_line

_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+)):(?P<port>[0-9]{1,5})")
_HTTPS = re.compile(r"https://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_KEY = re.compile("[0-9a-fA-F]{64}")
_LONGEST_URL = 200


def split_address(text: str) -> tuple[str, int]:
    """The address and the port of a checked `ListenAddress`."""
    address, _, port = text.rpartition(":")
    return address.strip("[]"), int(port)


@dataclass(frozen=True)
class ListenAddress:
    """One address of this machine and a port, or nothing. “Every address” is none: who listens there is forgotten."""

    def read(self, raw: object) -> str:
        """See `Kind.read`."""
        text = one_line(self, raw).strip()
        if not text:
            return ""
        found = _LISTEN.fullmatch(text)
        if found is None or int(found["port"]) > 65535:
            raise not_allowed(self, raw)
        try:
            address = ip_address(found["six"] or found["four"])
        except ValueError as error:
            raise not_allowed(self, raw) from error
        if address.is_unspecified or address.is_multicast:
            raise Refused(
                Phrase(
                    "must be {allowed}; {value} stands for many addresses. Please give the one at which the server "
                    "reaches this terminal.",
                    {"allowed": self.allowed(), "value": shown(raw)},
                )
            )
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"{host}:{int(found['port'])}"

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("an address of this machine and a port such as 10.1.2.3:8443, or empty")


@dataclass(frozen=True)
class Networks:
    """Networks, such as 10.0.0.0/8; a single address is one, too."""

    def read(self, raw: object) -> tuple[str, ...]:
        """See `Kind.read`."""
        if not isinstance(raw, (list, tuple)):
            raise wrong_type(self, raw)
        return tuple(_network(self, entry) for entry in raw)

    def read_text(self, text: str) -> tuple[str, ...]:
        """See `Kind.read_text`; they are separated by commas."""
        return self.read([part.strip() for part in text.split(",")] if text.strip() else [])

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase('a list of networks such as ["10.0.0.0/8", "192.0.2.7"], or an empty one')


def _network(kind: Kind, entry: object) -> str:
    try:
        return str(ip_network(entry if isinstance(entry, str) else ""))
    except ValueError as error:
        raise not_allowed(kind, entry) from error


@dataclass(frozen=True)
class HttpsUrl:
    """The address of something that listens with TLS, without a path, or nothing."""

    def read(self, raw: object) -> str:
        """See `Kind.read`; a refused password is not said again."""
        if isinstance(raw, str) and "@" in raw:
            raise no_password(self)
        text = one_line(self, raw).strip().rstrip("/")
        if not text:
            return ""
        found = _HTTPS.fullmatch(text)
        if found is None or int(found["port"] or 443) not in range(1, 65536) or len(text) > _LONGEST_URL:
            raise not_allowed(self, raw)
        return text

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("an address such as https://10.1.2.3:8443 without a path, or empty")


@dataclass(frozen=True)
class KeyText:
    """An Ed25519 public key, or nothing."""

    def read(self, raw: object) -> str:
        """See `Kind.read`; what is none is not said again: it may be the other half."""
        if not isinstance(raw, str) or (raw.strip() and not _KEY.fullmatch(raw.strip())):
            raise unsaid(self)
        text = raw.strip()
        return text.lower()

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("a public key of 64 hexadecimal digits, or empty")
