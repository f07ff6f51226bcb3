"""The keyboard on the screen: which keys there are, and what a touch does to the text. Pure.

Four rows on a grid of ten units, so that a key is as wide as the narrowest panel allows. The layer for codes has the
letters of Crockford's alphabet alone: none that could be taken for a digit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from kiosk.provision.page import Keys
from kiosk.wizard import telex

ERASE, SHIFT, SPACE, SHOW, OK, TELEX = "erase", "shift", "space", "show", "ok", "telex"
LETTERS, CAPITALS, NUMBERS, SIGNS, CODE, DIGITS = "abc", "ABC", "123", "#+=", "code", "digits"
"""Layers; a key of that name leads there. Those that have no such key are begun with."""

LONGEST = 300
"""Characters; what a scanner types may be long."""


class Key(NamedTuple):
    """A key, and its width in units of a tenth of the row."""

    name: str
    units: float = 1.0


def _row(*keys: str | Key) -> tuple[Key, ...]:
    """A text stands for one key each character."""
    row: list[Key] = []
    for key in keys:
        row += [key] if isinstance(key, Key) else [Key(character) for character in key]
    return tuple(row)


_WIDE = 1.5
_ENDING = (Key(SPACE, 3.0), Key("-"), Key("@"), Key(OK, 2.0))

LAYERS: Mapping[str, tuple[tuple[Key, ...], ...]] = {
    LETTERS: (
        _row("qwertyuiop"),
        _row("asdfghjkl:"),
        _row(Key(SHIFT), "zxcvbnm.", Key(ERASE)),
        _row(Key(NUMBERS, 1.5), Key("/", 1.5), *_ENDING),
    ),
    CAPITALS: (
        _row("QWERTYUIOP"),
        _row("ASDFGHJKL:"),
        _row(Key(SHIFT), "ZXCVBNM.", Key(ERASE)),
        _row(Key(NUMBERS, 1.5), Key("/", 1.5), *_ENDING),
    ),
    NUMBERS: (
        _row("1234567890"),
        _row(".:/-,;()_+"),
        _row(Key(SIGNS), "@#$%&*!?", Key(ERASE)),
        _row(Key(LETTERS, 1.5), Key("/", 1.5), *_ENDING),
    ),
    SIGNS: (
        _row("1234567890"),
        _row("[]{}<>\\|~^"),
        _row(Key(NUMBERS), "\"'`=+-_.", Key(ERASE)),
        _row(Key(LETTERS, 1.5), Key("/", 1.5), *_ENDING),
    ),
    CODE: (
        _row("1234567890"),
        _row("ABCDEFGHJK"),
        _row("MNPQRSTVWX"),
        _row(Key("Y", _WIDE), Key("Z", _WIDE), Key("-"), Key(ERASE, 2.0), Key(LETTERS, 2.0), Key(OK, 2.0)),
    ),
    DIGITS: (
        _row(*(Key(digit, 2.5) for digit in "123"), Key(ERASE, 2.5)),
        _row(*(Key(digit, 2.5) for digit in "456"), Key(",", 2.5)),
        _row(*(Key(digit, 2.5) for digit in "789"), Key(".", 2.5)),
        _row(Key("×", 2.5), Key("0", 2.5), Key(SPACE, 2.5), Key(OK, 2.5)),
    ),
}

_FIRST = {
    Keys.DIGITS: DIGITS,
    Keys.ADDRESS: NUMBERS,
    Keys.TEXT: LETTERS,
    Keys.WORDS: LETTERS,
    Keys.CODE: CODE,
}


@dataclass(frozen=True, slots=True)
class Typing:
    """What has been typed, and which keys are there.

    Attributes:
        text: So far.
        layer: Of the keys.
        secret: Whether only its length is shown; a key shows it.
        shown: Whether that key was touched.
        telex: Whether Vietnamese letters are composed of what is touched; a key changes it. None = there is no such
            key: passwords and codes are typed as they are.
    """

    text: str = field(default="", repr=False)
    layer: str = LETTERS
    secret: bool = False
    shown: bool = False
    telex: bool | None = None

    @property
    def visible(self) -> str:
        """What is seen of it."""
        return "•" * len(self.text) if self.secret and not self.shown else self.text


def begin(keys: Keys, value: str = "", *, secret: bool = False) -> Typing:
    """Nothing has been touched yet.

    Args:
        keys: What is to be typed. An address that is to begin with letters begins so.
        value: What stands there.
        secret: Whether it is to be hidden.
    """
    plain = secret or keys not in (Keys.TEXT, Keys.WORDS)
    return Typing(value, _FIRST[keys], secret, telex=None if plain else keys is Keys.WORDS)


def touched(typing: Typing, key: str) -> Typing:
    """One key was touched. `OK` is not its business."""
    if key == ERASE:
        return replace(typing, text=typing.text[:-1])
    if key == SHIFT:
        return replace(typing, layer=LETTERS if typing.layer == CAPITALS else CAPITALS)
    if key == SHOW:
        return replace(typing, shown=not typing.shown)
    if key == TELEX:
        return replace(typing, telex=not typing.telex)
    if key in LAYERS:
        return replace(typing, layer=key)
    if typing.telex and len(key) == 1 and key.isalpha():
        composed = telex.typed(typing.text, key)[:LONGEST]
        return replace(typing, text=composed, layer=LETTERS if typing.layer == CAPITALS else typing.layer)
    return typed(typing, " " if key == SPACE else key)


def typed(typing: Typing, text: str) -> Typing:
    """Characters were typed, on the screen or by a scanner."""
    printable = "".join(character for character in text if character.isprintable())
    layer = LETTERS if typing.layer == CAPITALS else typing.layer
    return replace(typing, text=(typing.text + printable)[:LONGEST], layer=layer)
