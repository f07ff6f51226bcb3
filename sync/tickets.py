"""What a terminal is handed to enrol: where, with which code, and whose key is right. Pure.

Typed, scanned by a USB scanner (which is a keyboard), on a USB stick, in a file on the boot partition: one text, in
whatever of these forms.
"""

import codecs
import json
import re
from dataclasses import dataclass

from sync import codes
from sync.address import BadAddress, normalised
from sync.codes import BadCode

_KEY_ID = re.compile(r"[0-9a-f]{16}")


class BadTicket(ValueError):
    """It cannot be used. The cause says what is wrong: `BadAddress`, `BadCode` or none of them."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where to enrol.

    Attributes:
        url: In its one form.
        code: In its one form; None = somebody confirms the terminal's key at central instead.
        central: The key id of the right server, 16 hexadecimal digits; None = not known beforehand.
    """

    url: str
    code: str | None
    central: str | None = None

    def __repr__(self) -> str:
        return f"<Ticket for {self.url}>"  # a code must not reach a log


def ticket(url: str, code: str | None, central: str | None = None) -> Ticket:
    """A ticket from its parts, as people type them.

    Raises:
        BadTicket: A part cannot be right.
    """
    try:
        told = None if code is None else codes.normalise(code)
        return Ticket(normalised(url), told, None if central is None else key_id(central))
    except (BadAddress, BadCode) as error:
        raise BadTicket(str(error)) from error


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, or what Windows calls Unicode. What is neither makes no ticket in the end."""
    unicode = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if unicode else "utf-8", errors="replace")


def read(text: str) -> Ticket:
    """A ticket from a text: JSON with `url`, `code` and perhaps `central`, or the same three apart by blanks or lines.

    Raises:
        BadTicket: It is none.
    """
    text = text.lstrip("\ufeff").strip()
    if text.startswith("{"):
        return _from_json(text)
    lines = [line.partition("=")[2] if _is_named(line) else line for line in text.splitlines()]
    words = " ".join(lines).split()
    if len(words) < 2:
        raise BadTicket("a ticket has the address of the server and a code")
    if len(words) > 2 and _KEY_ID.fullmatch(_plain(words[-1])):
        return ticket(words[0], " ".join(words[1:-1]), words[-1])
    return ticket(words[0], " ".join(words[1:]))


def key_id(typed: str) -> str:
    """A key id as people type it, in its one form. Raises `BadTicket`."""
    found = _plain(typed)
    if not _KEY_ID.fullmatch(found):
        raise BadTicket("a key id has 16 digits and letters from a to f, such as ab12-cd34-ef56-7890")
    return found


def in_groups(found: str) -> str:
    """A key id as people compare it."""
    return "-".join(found[n : n + 4] for n in range(0, len(found), 4))


def _plain(typed: str) -> str:
    return typed.replace("-", "").replace(" ", "").lower()


def _is_named(line: str) -> bool:
    return line.partition("=")[0].strip().lower() in ("url", "code", "central")


def _from_json(text: str) -> Ticket:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadTicket(f"not JSON: {error}") from error
    url, code, central = (body.get(name) for name in ("url", "code", "central"))
    if not isinstance(url, str) or not isinstance(code, str) or not isinstance(central, str | None):
        raise BadTicket("a ticket has url and code, which are texts")
    return ticket(url, code, central)
