"""The colours of the screens: warm paper, ink, and one accent that is no face's colour.

The accent acknowledges a press of any level: a thank-you in a face's colour would tell the officer what was
pressed. Text stands at 4.5:1 or more on everything it is drawn on (WCAG 2.2, 1.4.3); a test computes it.
"""

Colour = tuple[int, int, int]

PAPER: Colour = (0xFA, 0xF8, 0xF4)
CARD: Colour = (0xFF, 0xFF, 0xFF)
CARD_PRESSED: Colour = (0xEF, 0xEA, 0xE0)
INK: Colour = (0x23, 0x27, 0x2B)
GREY: Colour = (0x5B, 0x61, 0x68)
HAIRLINE: Colour = (0xE3, 0xDE, 0xD4)
OUTLINE: Colour = (0x8C, 0x86, 0x7B)
"""For shapes that must be found, at 3:1 on paper and cards: the key caps and the technician's mark."""
ACCENT: Colour = (0x3A, 0x6E, 0xA5)

TEXT_PAIRS: tuple[tuple[Colour, Colour], ...] = (
    (INK, PAPER),
    (INK, CARD),
    (INK, CARD_PRESSED),
    (GREY, PAPER),
    (GREY, CARD),
    (GREY, CARD_PRESSED),
    (ACCENT, PAPER),
    (ACCENT, CARD),
)
"""Every text colour with every ground that it meets."""

SHAPE_PAIRS: tuple[tuple[Colour, Colour], ...] = (
    (OUTLINE, PAPER),
    (OUTLINE, CARD),
    (ACCENT, PAPER),
    (ACCENT, HAIRLINE),
    (INK, CARD_PRESSED),
)
"""Shapes that carry meaning, with the ground that they stand on."""


def css(colour: Colour) -> str:
    """The colour as an SVG attribute wants it, ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
