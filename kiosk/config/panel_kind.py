"""The kind of value that is the size of a panel."""

from dataclasses import dataclass

from kiosk.config.kinds import WHOLE, not_allowed, wrong_type
from kiosk.config.phrase import Phrase
from kiosk.panel import LEAST_MM, MOST_MM, is_plausible


@dataclass(frozen=True)
class PanelSize:
    """Width and height in whole millimetres, of a panel that can exist; or an empty list, “not set”."""

    def read(self, raw: object) -> tuple[int, ...]:
        """See `Kind.read`."""
        if not isinstance(raw, (list, tuple)):
            raise wrong_type(self, raw)
        if not raw:
            return ()
        sides = [side for side in raw if isinstance(side, int) and not isinstance(side, bool)]
        if len(raw) != 2 or len(sides) != 2:
            raise not_allowed(self, raw)
        if not is_plausible((sides[0], sides[1])):
            raise not_allowed(self, f"{sides[0]} × {sides[1]}")
        return sides[0], sides[1]

    def read_text(self, text: str) -> tuple[int, ...]:
        """See `Kind.read_text`; the numbers are separated by a comma."""
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        return self.read([int(part) if WHOLE.fullmatch(part) else part for part in parts])

    def allowed(self) -> Phrase:
        """See `Kind.allowed`."""
        return Phrase(
            "width and height in whole millimetres, each from {low} to {high}, or an empty list",
            {"low": LEAST_MM, "high": MOST_MM},
        )
