"""How large things are on a panel of so many millimetres: the sizes of type and the widths of gaps.

Letters follow the diagonal, for it says how far away people stand; gaps follow the shorter side, for that is what
they use up.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

LABEL_CAPITAL_MM = 4.8
LARGE_LABEL_CAPITAL_MM = 7.3
"""Capitals of a Vietnamese label, on panels of less than 15 inches and of more (EN 301 549)."""
OTHER_LABEL_CAPITAL_MM = 3.5
"""... and of labels in other languages, whose words are longer."""

CAPITAL_EM = 0.735
"""Height of a capital of Be Vietnam Pro, as a share of the size of type."""
LINE_EM = 1.28
"""Height of a line of Be Vietnam Pro, as a share of the size of type."""

_LARGE_PANEL_MM = 15 * 25.4
_USUAL_MM = (217.0, 135.6, 255.9)
"""Width, height and diagonal of the panel for which the lengths in `layout` are right as they stand: 10.1 inches."""
_SHORT_MM = 110.0
"""A panel less high than this has room for the thank-you only beside its sign, and for the number in a corner."""


class Sizes(NamedTuple):
    """Sizes of type, in pixels."""

    question: int
    hint: int
    label: int
    label_least: int
    other_label_least: int
    number: int
    unit: int
    department: int
    officer: int
    footer: int
    thanks: int
    title: int
    text: int
    smallest: int


@dataclass(frozen=True, slots=True)
class Scale:
    """What a panel's millimetres mean for everything on it.

    Attributes:
        type: Letters, as a share of those on the usual panel.
        gap: Gaps, likewise.
        margin: Left and right of everything, in millimetres.
        between_cards: In millimetres.
        label: Capitals on the cards, in millimetres.
        label_least: The least height of them, for Vietnamese.
        short: Whether the panel is too low for one thing below the other.
        portrait: Whether it is higher than wide: then the question may be larger, and takes two lines.
    """

    type: float
    gap: float
    margin: float
    between_cards: float
    label: float
    label_least: float
    short: bool
    portrait: bool

    @classmethod
    def of(cls, width_mm: float, height_mm: float) -> "Scale":
        """The scale of a panel."""
        diagonal = math.hypot(width_mm, height_mm)
        letters = min(2.2, max(0.8, diagonal / _USUAL_MM[2]))
        across = min(2.2, width_mm / _USUAL_MM[0])
        least = LARGE_LABEL_CAPITAL_MM if diagonal >= _LARGE_PANEL_MM else LABEL_CAPITAL_MM
        return cls(
            type=letters,
            gap=min(2.2, max(0.6, min(width_mm, height_mm) / _USUAL_MM[1])),
            margin=max(5.2, 6.8 * across),
            between_cards=max(1.3, 2.0 * across),
            label=max(least, LABEL_CAPITAL_MM * letters),
            label_least=least,
            short=height_mm < _SHORT_MM,
            portrait=height_mm > width_mm,
        )

    def sizes(self, mm_per_px: float) -> Sizes:
        """Sizes of type from the heights of their capitals, in millimetres."""

        def size(capital_mm: float) -> int:
            return math.ceil(capital_mm / mm_per_px / CAPITAL_EM)

        large = self.type * (1.6 if self.portrait else 1.0)
        text = self.type * (1.3 if self.portrait else 1.0)
        return Sizes(
            question=size(5.2 * large),
            hint=size(2.9 * text),
            label=size(self.label),
            label_least=size(self.label_least),
            other_label_least=size(OTHER_LABEL_CAPITAL_MM),
            number=size(3.2 * self.type * (0.9 if self.short else 1.0)),
            unit=size(3.1 * self.type),
            department=size(2.5 * self.type),
            officer=size(3.1 * self.type * (1.2 if self.portrait else 0.85)),
            footer=size(2.5 * self.type),
            thanks=size(6.2 * large),
            title=size(5.2 * self.type * (1.4 if self.portrait else 1.0)),
            text=size(3.3 * text),
            smallest=size(2.0 * self.type),
        )
