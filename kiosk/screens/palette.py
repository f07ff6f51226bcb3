"""The colours of the screens, as values: a calm theme, and one of the highest contrast.

The accent acknowledges a press of any level: a thank-you in a face's colour would tell the officer what was
pressed. A theme whose text or signs cannot be read cannot be made (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Colour = tuple[int, int, int]

LEAST_TEXT, LEAST_SHAPE = 4.5, 3.0
"""The least contrast of text, and of shapes that carry a meaning."""


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme.

    Attributes:
        paper: The ground of everything.
        card: The ground of a card.
        card_pressed: ... of the one that was pressed.
        ink: Text, and the rim of a pressed card.
        grey: Text of less weight.
        hairline: The line below the header, and the rims of signs.
        rim: The rims of what can be pressed: the cards, and the button for a language.
        outline: Small shapes that must be found: the key caps and the technician's mark.
        track: What the ring runs on.
        accent: Acknowledgement, no face's colour.

    Raises:
        ValueError: Something could not be read.
    """

    paper: Colour
    card: Colour
    card_pressed: Colour
    ink: Colour
    grey: Colour
    hairline: Colour
    rim: Colour
    outline: Colour
    track: Colour
    accent: Colour

    def __post_init__(self) -> None:
        if problems := list(self._unreadable()):
            msg = f"these colours cannot be read: {'; '.join(problems)}"
            raise ValueError(msg)

    def text_pairs(self) -> dict[str, tuple[Colour, Colour]]:
        """Every text colour with every ground that it meets."""
        grounds = {"paper": self.paper, "a card": self.card, "a pressed card": self.card_pressed}
        pairs = {f"ink on {name}": (self.ink, ground) for name, ground in grounds.items()}
        pairs |= {f"grey on {name}": (self.grey, ground) for name, ground in grounds.items()}
        return pairs | {
            "accent on paper": (self.accent, self.paper),
            "accent on a card": (self.accent, self.card),
        }

    def shape_pairs(self) -> dict[str, tuple[Colour, Colour]]:
        """Shapes that carry meaning, with the ground that they stand on."""
        return {
            "the rim of a card on paper": (self.rim, self.paper),
            "the rim of a card on the card": (self.rim, self.card),
            "outline on paper": (self.outline, self.paper),
            "outline on a card": (self.outline, self.card),
            "outline on a pressed card": (self.outline, self.card_pressed),
            "accent on its track": (self.accent, self.track),
        }

    def _unreadable(self) -> Iterator[str]:
        for pairs, least in ((self.text_pairs(), LEAST_TEXT), (self.shape_pairs(), LEAST_SHAPE)):
            for name, (colour, ground) in pairs.items():
                if (found := contrast(colour, ground)) < least:
                    yield f"{name} has a contrast of {found:.2f}:1, it needs {least}:1"


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def css(colour: Colour) -> str:
    """The colour as an SVG attribute wants it, ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


CALM = Palette(
    paper=(0xFA, 0xF8, 0xF4),
    card=(0xFF, 0xFF, 0xFF),
    card_pressed=(0xEF, 0xEA, 0xE0),
    ink=(0x23, 0x27, 0x2B),
    grey=(0x5B, 0x61, 0x68),
    hairline=(0xE3, 0xDE, 0xD4),
    rim=(0x92, 0x8B, 0x80),
    outline=(0x86, 0x80, 0x75),
    track=(0xE3, 0xDE, 0xD4),
    accent=(0x3A, 0x6E, 0xA5),
)
"""Warm paper and ink."""

CONTRAST = Palette(
    paper=(0x00, 0x00, 0x00),
    card=(0x00, 0x00, 0x00),
    card_pressed=(0x33, 0x33, 0x33),
    ink=(0xFF, 0xFF, 0xFF),
    grey=(0xEB, 0xEB, 0xEB),
    hairline=(0xFF, 0xFF, 0xFF),
    rim=(0xFF, 0xFF, 0xFF),
    outline=(0xFF, 0xFF, 0xFF),
    track=(0x4A, 0x4A, 0x4A),
    accent=(0xFF, 0xD4, 0x00),
)
"""White and yellow on black, for bright halls and weak eyes."""

THEMES: Mapping[str, Palette] = {"calm": CALM, "contrast": CONTRAST}
"""By the name that ``screen.theme`` gives them."""
