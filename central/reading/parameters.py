"""What readers ask for: parameters of an address, each known, each once, each right."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from central import days
from central.api.problems import Refusal
from central.completeness.period import Period, between
from sync.codes import ALPHABET, DEVICE_LENGTH

_NUMBER = re.compile("[0-9]{1,18}")
_DEVICE = re.compile(f"[{ALPHABET}]{{{DEVICE_LENGTH}}}")
_TOKENS = frozenset({"token", "access_token", "key", "api_key", "authorization"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one request.

    Args:
        given: By name.
    """

    given: Mapping[str, str]

    def one_of(self, name: str, choices: Sequence[str], default: str) -> str:
        """A word. Raises `Refusal` (400.2)."""
        word = self.given.get(name, default)
        if word not in choices:
            raise Refusal("400.2", f"{name} is one of: {', '.join(choices)}")
        return word

    def is_in(self, name: str, default: bool) -> bool:
        """`in` or `out`. Raises `Refusal` (400.2)."""
        return self.one_of(name, ("in", "out"), "in" if default else "out") == "in"

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number; None where it is not given. Raises `Refusal` (400.2)."""
        text = self.given.get(name)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise Refusal("400.2", f"{name} is a whole number from {least} to {most}")
        return int(text)

    def device(self, name: str = "device") -> str | None:
        """The id of a terminal; None where it is not given. Raises `Refusal` (400.2)."""
        text = self.given.get(name)
        if text is not None and not _DEVICE.fullmatch(text):
            raise Refusal(
                "400.2", f"{name} is the id of a terminal: {DEVICE_LENGTH} characters of {ALPHABET}"
            )
        return text

    def day(self, name: str) -> date | None:
        """A day; None where it is not given. Raises `Refusal` (400.2)."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            return days.parse(text)
        except ValueError as error:
            raise Refusal("400.2", f"{name}: {error}") from error

    def period(self) -> Period:
        """From the day `from` to the day `to`. Raises `Refusal` (400.2)."""
        try:
            return between(self.day("from"), self.day("to"))
        except ValueError as error:
            raise Refusal("400.2", f"from and to: {error}") from error


def parameters(request: HttpRequest, known: Iterable[str]) -> Parameters:
    """The parameters of a request. Raises `Refusal` (400.2)."""
    names = sorted(known)
    try:
        asked = request.GET
    except SuspiciousOperation as error:
        raise Refusal("400.2", f"there are too many parameters; known are: {', '.join(names)}") from error
    for name in asked:
        if name.lower() in _TOKENS:
            raise Refusal(
                "400.2", "a token never stands in an address: Authorization: Bearer hlr_…; revoke this one"
            )
        if name not in names:
            raise Refusal("400.2", f"unknown parameter; known are: {', '.join(names)}")
        if len(asked.getlist(name)) > 1:
            raise Refusal("400.2", f"{name} is given more than once")
        if "\0" in asked[name]:
            raise Refusal("400.2", f"{name} has a character that no text has")
    return Parameters({name: str(asked[name]) for name in asked})
