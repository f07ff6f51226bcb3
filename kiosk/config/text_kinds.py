"""The kinds of value whose meaning lies in their characters: texts, paths, devices, pins."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from kiosk.config.errors import Refused
from kiosk.config.kinds import WHOLE, Kind, Whole, not_allowed, type_in_words, wrong_type
from kiosk.config.phrase import Phrase, shown
from kiosk.messages.statements import DIRECTIONS
from kiosk.sound.hours import minute_of

BUTTONS = 5

# Control characters, halves of characters (an environment variable that is not UTF-8), and line breaks. Beside them
# what turns the direction of writing, which no Latin letters need and which makes a text look like another.
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")


def one_line(kind: Kind, raw: object) -> str:
    """The text as it is. Raises `Refused` when it is no text or has characters that cannot be shown."""
    if not isinstance(raw, str):
        raise wrong_type(kind, raw)
    if any(unicodedata.category(c) in _UNPRINTABLE or c in DIRECTIONS for c in raw):
        raise Refused(
            Phrase("must be one line without control characters; {value} is not.", {"value": shown(raw)})
        )
    return raw


@dataclass(frozen=True)
class Text:
    """One line of text that people read, in composed form and without blanks around it.

    Vietnamese typed on some systems arrives decomposed (a letter and its marks apart), which the screen's
    font would draw with marks beside the letters: Unicode Standard Annex 15, form NFC.
    """

    most: int

    def read(self, raw: object) -> str:
        """See `Kind.read`."""
        text = unicodedata.normalize("NFC", one_line(self, raw)).strip()
        if len(text) > self.most:
            raise Refused(
                Phrase(
                    "must be {allowed}; this one has {count}.",
                    {"allowed": self.allowed(), "count": len(text)},
                )
            )
        return text

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("a text of at most {most} characters", {"most": self.most})


@dataclass(frozen=True)
class Folder:
    """A folder, by its full path: a service has no working folder that a technician would expect.

    A path from the command line may be relative; there the technician does have one.
    """

    def read(self, raw: object) -> Path:
        """See `Kind.read`."""
        if isinstance(raw, Path):
            raw = str(raw.absolute())
        text = one_line(self, raw)
        if not text.startswith("/"):
            raise not_allowed(self, raw)
        return Path(text)

    def read_text(self, text: str) -> Path:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("the full path of a folder, beginning with /")


@dataclass(frozen=True)
class Device:
    """A device file by its full path, or nothing. Network addresses, which pyserial would take, are not."""

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
        return Phrase("the full path of a device, such as /dev/serial/by-id/…, or empty")


@dataclass(frozen=True)
class Chip:
    """A GPIO chip by label or number, or nothing."""

    def read(self, raw: object) -> str:
        """See `Kind.read`."""
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(Whole(0, 255).read(raw))
        return one_line(self, raw).strip()

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("the label or the number of a GPIO chip, or empty")


@dataclass(frozen=True)
class Characters:
    """Five or six different visible ASCII characters, the one of the worst level first, that for the language last."""

    def read(self, raw: object) -> str:
        """See `Kind.read`."""
        if not isinstance(raw, str):
            raise wrong_type(self, raw)
        many = len(raw) in (BUTTONS, BUTTONS + 1)
        if not many or len(set(raw)) != len(raw) or not all("!" <= c <= "~" for c in raw):
            raise not_allowed(self, raw)
        return raw

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("five different visible ASCII characters, or six")


@dataclass(frozen=True)
class TimeOfDay:
    """``HH:MM``, or nothing. TOML's own times are taken too: who writes 21:30 without quotation marks means it."""

    def read(self, raw: object) -> str:
        """See `Kind.read`; the hour always has two digits afterwards."""
        if isinstance(raw, time):
            if raw.second or raw.microsecond:
                raise not_allowed(self, str(raw))
            return f"{raw:%H:%M}"
        text = one_line(self, raw).strip()
        if not text:
            return ""
        try:
            minutes = minute_of(text)
        except ValueError as error:
            raise not_allowed(self, raw) from error
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("a time of day such as 21:30, or empty")


@dataclass(frozen=True)
class Pin:
    """One GPIO pin by BCM number, or none; kept as a tuple of one or none, and read as a list of one as well."""

    low: int = 0
    high: int = 27

    def read(self, raw: object) -> tuple[int, ...]:
        """See `Kind.read`."""
        entries = raw if isinstance(raw, (list, tuple)) else [raw]
        if isinstance(raw, (dict, str)) or len(entries) > 1:
            raise wrong_type(self, raw)
        if not entries:
            return ()
        (pin,) = entries
        if not isinstance(pin, int) or isinstance(pin, bool):
            raise wrong_type(self, raw)
        if not self.low <= pin <= self.high:
            raise not_allowed(self, pin)
        return (pin,)

    def read_text(self, text: str) -> tuple[int, ...]:
        """See `Kind.read_text`; nothing is none."""
        number = text.strip()
        if number and not WHOLE.fullmatch(number):
            raise not_allowed(self, text)
        return self.read([int(number)] if number else [])

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase(
            "a whole number from {low} to {high}, or an empty list", {"low": self.low, "high": self.high}
        )


@dataclass(frozen=True)
class Pins:
    """Five different GPIO pins by BCM number, the one of the worst level first; with ``or_none`` also none.

    0 to 27 are the pins that every 40-pin Raspberry Pi header has.
    """

    low: int = 0
    high: int = 27
    or_none: bool = False

    def read(self, raw: object) -> tuple[int, ...]:
        """See `Kind.read`."""
        if not isinstance(raw, (list, tuple)):
            raise wrong_type(self, raw)
        if self.or_none and not raw:
            return ()
        pins = [pin for pin in raw if isinstance(pin, int) and not isinstance(pin, bool)]
        reasons = [*self._not_pins(raw[:BUTTONS]), *_shared(raw[:BUTTONS])]
        if len(raw) != BUTTONS:
            reasons.append(Phrase("it has {count} entries", {"count": len(raw)}))
        if reasons:
            allowed = self.allowed()
            raise Refused(
                *(Phrase("must be {allowed}; {reason}.", {"allowed": allowed, "reason": r}) for r in reasons)
            )
        return tuple(pins)

    def read_text(self, text: str) -> tuple[int, ...]:
        """See `Kind.read_text`; the numbers are separated by commas."""
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        return self.read([int(part) if WHOLE.fullmatch(part) else part for part in parts])

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        bounds: dict[str, str | int | Phrase] = {"low": self.low, "high": self.high}
        if self.or_none:
            return Phrase("an empty list or five different whole numbers from {low} to {high}", bounds)
        return Phrase("five different whole numbers from {low} to {high}", bounds)

    def _not_pins(self, entries: Sequence[object]) -> Iterator[Phrase]:
        """A reason for each entry that is no pin."""
        for place, entry in enumerate(entries, start=1):
            values: dict[str, str | int | Phrase] = {"place": place, "value": shown(entry)}
            if not isinstance(entry, int) or isinstance(entry, bool):
                values["type"] = type_in_words(entry)
                yield Phrase("entry {place}, {value}, is {type}", values)
            elif not self.low <= entry <= self.high:
                yield Phrase("entry {place}, {value}, is no such pin", values)


def _shared(entries: Sequence[object]) -> Iterator[Phrase]:
    """A reason for each pin that several buttons share, naming the buttons."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries, start=1):
        if isinstance(entry, int) and not isinstance(entry, bool):
            places[entry].append(place)
    for pin, sharing in places.items():
        if len(sharing) > 1:
            buttons = ", ".join(map(str, sharing))
            yield Phrase(
                "pin {pin} is used by the buttons {buttons}", {"pin": shown(pin), "buttons": buttons}
            )
