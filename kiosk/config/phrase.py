"""Sentences that are not yet in any language.

A problem in the configuration is shown in Vietnamese on the screen and in English in the log, so it has to
travel as the catalogue's key with its values and become text only where it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.texts import Texts

_LONGEST = 60
_WIDEST_NUMBER = 10**20


@dataclass(frozen=True)
class Phrase:
    """An English sentence with ``{places}`` and what goes into them.

    Attributes:
        msgid: The key in the message catalogue; never empty.
        values: What fills the places. A phrase among them is rendered in the same language.
    """

    msgid: str
    values: Mapping[str, str | int | Phrase] = field(default_factory=dict)

    def render(self, _: Texts) -> str:
        """The sentence in the language of the given texts."""
        filled = {name: v.render(_) if isinstance(v, Phrase) else v for name, v in self.values.items()}
        return _(self.msgid).format(**filled)


def printable(text: str) -> str:
    """The text on one line, with everything that could confuse a terminal or a log written as an escape."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def shown(value: object) -> str:
    """A value as it is repeated in a message: as TOML writes it, and short.

    Lists and tables are not opened: they may be nested more deeply than Python can follow.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to write out an integer of more than 4,300 digits, which hexadecimal TOML can carry.
        return str(value) if abs(value) < _WIDEST_NUMBER else "…"
    if isinstance(value, str):
        return f'"{printable(value[:_LONGEST])}{"…" if len(value) > _LONGEST else ""}"'
    if isinstance(value, (list, tuple)):
        return "[…]" if value else "[]"
    if isinstance(value, dict):
        return "{…}"
    return printable(str(value))
