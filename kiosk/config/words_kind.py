"""The kind of value that is a list of some of a few words."""

from dataclasses import dataclass

from kiosk.config.errors import Refused
from kiosk.config.kinds import OneWordOf, wrong_type
from kiosk.config.phrase import Phrase, shown


@dataclass(frozen=True)
class WordsOf:
    """Some of a few words, each once, in the order that is wanted; or none."""

    words: tuple[str, ...]

    def read(self, raw: object) -> tuple[str, ...]:
        """See `Kind.read`."""
        if not isinstance(raw, (list, tuple)):
            raise wrong_type(self, raw)
        one, chosen = OneWordOf(self.words), tuple(raw)
        if len(chosen) > len(self.words):
            raise self._refused(Phrase("it has {count} entries", {"count": len(chosen)}))
        for place, entry in enumerate(chosen, start=1):
            try:
                one.read(entry)
            except Refused as refusal:
                values: dict[str, str | int | Phrase] = {"place": place, "value": shown(entry)}
                raise self._refused(Phrase("entry {place} is {value}", values)) from refusal
        if twice := next((word for place, word in enumerate(chosen) if word in chosen[:place]), None):
            raise self._refused(Phrase("{value} is there twice", {"value": shown(twice)}))
        return chosen

    def read_text(self, text: str) -> tuple[str, ...]:
        """See `Kind.read_text`; the words are separated by commas."""
        return self.read([word.strip() for word in text.split(",")] if text.strip() else [])

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase(
            "a list of some of the words {choices}, or an empty list",
            {"choices": ", ".join(map(shown, self.words))},
        )

    def _refused(self, reason: Phrase) -> Refused:
        return Refused(Phrase("must be {allowed}; {reason}.", {"allowed": self.allowed(), "reason": reason}))
