"""The kinds of value that an option can have: what each takes, and how it says what it takes.

A kind reads what TOML or an argument gives (`read`) and what an environment variable gives (`read_text`),
and refuses with every reason, in words that a technician knows.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Protocol

from kiosk.config.errors import Refused
from kiosk.config.phrase import Phrase, shown
from kiosk.config.suggest import nearest, with_guess

Value = bool | int | float | str | Path | tuple[int, ...] | tuple[str, ...]

WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_SWITCH_WORDS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}


class Kind(Protocol):
    """What one option takes."""

    def read(self, raw: object) -> Value:
        """The value from TOML or an argument. Raises `Refused`."""

    def read_text(self, text: str) -> Value:
        """The value from an environment variable. Raises `Refused`."""

    def allowed(self) -> Phrase:
        """What is taken, as the object of “must be”."""


def type_in_words(raw: object) -> Phrase:
    """The type of a value, for people who never heard of types."""
    # bool before int: Python counts True as a whole number, a technician does not.
    names: tuple[tuple[type | tuple[type, ...], Phrase], ...] = (
        (bool, Phrase("a switch (true or false)")),
        (int, Phrase("a whole number")),
        (float, Phrase("a decimal number")),
        (str, Phrase("a text")),
        ((list, tuple), Phrase("a list")),
        (dict, Phrase("a table")),
        ((datetime, date, time), Phrase("a date or time")),
    )
    return next((phrase for types, phrase in names if isinstance(raw, types)), Phrase("something else"))


def wrong_type(kind: Kind, raw: object) -> Refused:
    """The refusal of a value of another type; mentions quotation marks where they are the only fault."""
    phrase = Phrase(
        "must be {allowed}; {value} is {type}.",
        {"allowed": kind.allowed(), "value": shown(raw), "type": type_in_words(raw)},
    )
    if isinstance(raw, str):
        try:
            kind.read_text(raw)
        except Refused:
            return Refused(phrase)
        return Refused(Phrase("{problem} Write it without quotation marks.", {"problem": phrase}))
    return Refused(phrase)


def not_allowed(kind: Kind, raw: object) -> Refused:
    """The refusal of a value of the right type."""
    return Refused(_not_allowed(kind, raw))


def unsaid(kind: Kind) -> Refused:
    """The refusal of a value that may be a secret: it is not said again, on a page in a hall or in a report."""
    return Refused(Phrase("must be {allowed}.", {"allowed": kind.allowed()}))


def _not_allowed(kind: Kind, raw: object) -> Phrase:
    return Phrase("must be {allowed}; {value} is not.", {"allowed": kind.allowed(), "value": shown(raw)})


@dataclass(frozen=True)
class Switch:
    """true or false."""

    def read(self, raw: object) -> bool:
        """See `Kind.read`."""
        if not isinstance(raw, bool):
            raise wrong_type(self, raw)
        return raw

    def read_text(self, text: str) -> bool:
        """See `Kind.read_text`."""
        if text.strip().lower() not in _SWITCH_WORDS:
            raise not_allowed(self, text)
        return _SWITCH_WORDS[text.strip().lower()]

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("true or false")


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``; with ``or_zero`` also 0, which then means “not set”."""

    low: int
    high: int
    or_zero: bool = False

    def read(self, raw: object) -> int:
        """See `Kind.read`."""
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise wrong_type(self, raw)
        if not (self.low <= raw <= self.high or (self.or_zero and raw == 0)):
            raise not_allowed(self, raw)
        return raw

    def read_text(self, text: str) -> int:
        """See `Kind.read_text`."""
        if not WHOLE.fullmatch(text.strip()):
            raise not_allowed(self, text)
        return self.read(int(text))

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        bounds: dict[str, str | int | Phrase] = {"low": self.low, "high": self.high}
        if self.or_zero:
            return Phrase("0 or a whole number from {low} to {high}", bounds)
        return Phrase("a whole number from {low} to {high}", bounds)


@dataclass(frozen=True)
class OneNumberOf:
    """One of a few whole numbers."""

    numbers: tuple[int, ...]

    def read(self, raw: object) -> int:
        """See `Kind.read`."""
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise wrong_type(self, raw)
        if raw not in self.numbers:
            raise not_allowed(self, raw)
        return raw

    def read_text(self, text: str) -> int:
        """See `Kind.read_text`."""
        if not WHOLE.fullmatch(text.strip()):
            raise not_allowed(self, text)
        return self.read(int(text))

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("one of the numbers {choices}", {"choices": ", ".join(map(str, self.numbers))})


@dataclass(frozen=True)
class Decimal:
    """A number from ``low`` to ``high``, whole or not; never the NaN and infinity that TOML can write."""

    low: float
    high: float

    def read(self, raw: object) -> float:
        """See `Kind.read`."""
        if not isinstance(raw, (int, float)) or isinstance(raw, bool):
            raise wrong_type(self, raw)
        # The range first: a whole number can be too large to become a float at all.
        if not self.low <= raw <= self.high or not math.isfinite(raw):
            raise not_allowed(self, raw)
        return float(raw) + 0.0  # -0.0 becomes 0.0

    def read_text(self, text: str) -> float:
        """See `Kind.read_text`."""
        if _DECIMAL.fullmatch(text.strip()):
            return self.read(float(text))
        phrase = _not_allowed(self, text)
        if _DECIMAL.fullmatch(text.strip().replace(",", ".")):
            phrase = Phrase("{problem} Write a point, not a comma, before the decimals.", {"problem": phrase})
        raise Refused(phrase)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("a number from {low} to {high}", {"low": f"{self.low:g}", "high": f"{self.high:g}"})


@dataclass(frozen=True)
class OneWordOf:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, raw: object) -> str:
        """See `Kind.read`."""
        if not isinstance(raw, str):
            raise wrong_type(self, raw)
        if raw not in self.words:
            guess = nearest(raw, self.words)
            raise Refused(with_guess(_not_allowed(self, raw), guess and shown(guess)))
        return raw

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text.strip())

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("one of the words {choices}", {"choices": ", ".join(map(shown, self.words))})
