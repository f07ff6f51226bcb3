"""What the configuration keeps of the service menu's PIN."""

from dataclasses import dataclass

from kiosk.config.kinds import unsaid
from kiosk.config.phrase import Phrase
from kiosk.service.pin import is_hash


@dataclass(frozen=True)
class PinHash:
    """A hash as ``hailong config pin`` writes it, or nothing. A PIN itself is refused, and not repeated."""

    def read(self, raw: object) -> str:
        """See `Kind.read`."""
        if not isinstance(raw, str):
            raise unsaid(self)
        text = raw.strip()
        if text and not is_hash(text):
            raise unsaid(self)
        return text

    def read_text(self, text: str) -> str:
        """See `Kind.read_text`."""
        return self.read(text)

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase("a line that “hailong config pin” has written, or empty")
