"""The kinds of value that say where something is: files and proxies."""

import re
from dataclasses import dataclass

from kiosk.config.errors import Refused
from kiosk.config.kinds import Kind, not_allowed
from kiosk.config.phrase import Phrase
from kiosk.config.text_kinds import one_line

_ADDRESS = re.compile(r"([A-Za-z0-9+.-]+://)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?/?")
"""What is an address and nothing else, right or wrong: neither a name nor a password is in it."""
_PROXY = re.compile(r"http://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?P<port>:[0-9]{1,5})?/?")


def no_password(kind: Kind) -> Refused:
    """The refusal of an address that may hold a name and a password, which is not said again."""
    return Refused(
        Phrase(
            "must be {allowed}. It must not hold a name and a password: this file may be read by others.",
            {"allowed": kind.allowed()},
        )
    )


@dataclass(frozen=True)
class File:
    """A file by its full path, or nothing. Whether it is there is said when it is needed."""

    def read(self, raw: object) -> str:
        """See `Kind.read`."""
        text = one_line(self, raw)
        if text and not text.startswith("/"):
            raise not_allowed(self, raw)
        return text

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("the full path of a file, or empty")


@dataclass(frozen=True)
class ProxyUrl:
    """An HTTP proxy, or nothing. A name and a password would stand in a file that others may read: not taken."""

    def read(self, raw: object) -> str:
        """See `Kind.read`; a refused password is not said again, on a page in a hall or in a report."""
        if isinstance(raw, str) and raw.strip() and not _ADDRESS.fullmatch(raw.strip()):
            raise no_password(self)
        text = one_line(self, raw).strip()
        if not text:
            return ""
        found = _PROXY.fullmatch(text)
        if found is None or int((found["port"] or ":80")[1:]) not in range(1, 65536):
            raise not_allowed(self, raw)
        return text.rstrip("/")

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("the address of a proxy such as http://10.0.0.1:3128, or empty")
