"""Where everything is, as numbers: from a panel's pixels and millimetres to rectangles and sizes of type.

Nothing here knows pygame, so a test can measure every box in millimetres. All lengths begin as millimetres of
the panel: a finger and an eye do not change with the resolution.

Rules that hold for every screen that takes presses: a column never moves sideways, and the middle of a large
card stays inside that column's target. Whoever taps the same spot twice means the same level twice.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from kiosk.view import ScreenName, View

LEVELS = 5
DEAD_MARGIN_MM = 5.0
"""Touches this near to the edge of the panel are the case or a sleeve, not a choice."""

LABEL_CAPITAL_MM = 4.8
CAPITAL_EM = 0.735
"""Height of a capital of Be Vietnam Pro, as a share of the size of type."""
LINE_EM = 1.28
"""Height of a line of Be Vietnam Pro, as a share of the size of type."""

_MARGIN_MM = 6.8
_GAP_MM = 2.0
_LEAST_MM = (190.0, 130.0)
"""What the arrangement needs. A smaller window gets a smaller picture of it, with smaller letters."""


class Rect(NamedTuple):
    """A rectangle in pixels; pygame takes it wherever it takes its own."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column of pixels that is outside."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row of pixels that is outside."""
        return self.y + self.h

    @property
    def centre(self) -> tuple[int, int]:
        """The pixel in the middle."""
        return self.x + self.w // 2, self.y + self.h // 2

    def moved(self, by_x: int, by_y: int) -> "Rect":
        """The rectangle elsewhere."""
        return Rect(self.x + by_x, self.y + by_y, self.w, self.h)

    def inset(self, by_px: int) -> "Rect":
        """The rectangle without a rim of ``by_px``."""
        return Rect(self.x + by_px, self.y + by_px, self.w - 2 * by_px, self.h - 2 * by_px)


class Message(NamedTuple):
    """A sign, a title and a sentence below each other: the thank-you, and the screens without cards."""

    sign: Rect
    title: Rect
    text: Rect


class CardParts(NamedTuple):
    """What stands on a card: the face, the word, the number of the physical button."""

    face: Rect
    label: Rect
    number: Rect


class Sizes(NamedTuple):
    """Sizes of type, in pixels."""

    question: int
    hint: int
    label: int
    number: int
    unit: int
    department: int
    footer: int
    thanks: int
    title: int
    text: int
    smallest: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Every place on one panel.

    Attributes:
        size_px: Width and height of the panel.
        mm_per_px: Millimetres a pixel; more than the panel's where the picture had to be made smaller.
        dead_margin_px: The rim of the panel where no press counts.
        header: Unit and counter; None when neither is configured.
        rule: The hairline below the header.
        question: The question, above the large cards.
        hint: One sentence below the question.
        cards: The five large cards, in the order of the levels.
        compact_cards: The five cards below the thank-you: as wide as the large ones, and in the same columns.
        acknowledgement: Sign and words above the compact cards.
        message: Sign and words of a screen without cards.
        footer: The sentence below the cards.
        mark: The technician's mark.
        sizes: Sizes of type.
        card_inner_px: Clear space between the edge of a card and its word.
        radius_px: Radius of a card's corners.
        border_px: Width of a card's border when it is pressed.
        label_lines: How many lines the words of the cards take.
    """

    size_px: tuple[int, int]
    mm_per_px: float
    dead_margin_px: int
    header: Rect | None
    rule: Rect | None
    question: Rect
    hint: Rect
    cards: tuple[Rect, ...]
    compact_cards: tuple[Rect, ...]
    acknowledgement: Message
    message: Message
    footer: Rect
    mark: Rect
    sizes: Sizes
    card_inner_px: int
    radius_px: int
    border_px: int
    label_lines: int

    def px(self, length_mm: float) -> int:
        """A length of the panel, in whole pixels."""
        return round(length_mm / self.mm_per_px)

    def cards_of(self, name: ScreenName) -> tuple[Rect, ...]:
        """The cards that a screen shows: none, the large ones or the compact ones."""
        if name in (ScreenName.STARTING, ScreenName.FAULT):
            return ()
        if name in (ScreenName.CORRECTING, ScreenName.THANKED, ScreenName.REPEAT):
            return self.compact_cards
        return self.cards

    def targets(self, view: View) -> tuple[Rect, ...]:
        """Where a press means which level.

        Returns:
            Five rectangles in the order of the levels, which touch each other and reach the dead margin; empty
            on a screen that takes no presses.
        """
        cards = self.cards_of(view.name)
        edges = [self.dead_margin_px]
        edges += [(left.right + right.x) // 2 for left, right in pairwise(cards)]
        edges += [self.size_px[0] - self.dead_margin_px]
        return tuple(Rect(edges[n], card.y, edges[n + 1] - edges[n], card.h) for n, card in enumerate(cards))

    def parts(self, card: Rect) -> CardParts:
        """What stands where on a card, of whatever height: the face takes what the words leave."""
        side, pad, gap = self.px(2.6), self.px(3.4), self.px(1.8)
        number_px = self.px(6.2)
        label_px = math.ceil(self.sizes.label * LINE_EM) * self.label_lines
        face_px = min(card.w - 2 * side, card.h - 2 * pad - 2 * gap - label_px - number_px)
        spare = card.h - face_px - label_px - number_px
        # What is left over goes between and around the three, a little more of it around.
        between = min(spare // 4, self.px(4.6))
        top = card.y + (spare - 2 * between) // 2
        middle = card.x + card.w // 2
        face = Rect(middle - face_px // 2, top, face_px, face_px)
        inner = self.card_inner_px
        label = Rect(card.x + inner, face.bottom + between, card.w - 2 * inner, label_px)
        number = Rect(middle - number_px // 2, label.bottom + between, number_px, number_px)
        return CardParts(face, label, number)


def lay_out(
    size_px: tuple[int, int],
    mm_per_px: float,
    *,
    header: bool = True,
    label_lines: int = 1,
    question_lines: int = 1,
) -> Layout:
    """Find every place.

    Args:
        size_px: Width and height of the panel.
        mm_per_px: Millimetres a pixel, of the panel's data sheet or EDID.
        header: Whether there is a unit or a counter to show.
        label_lines: How many lines the longest word of a card takes.
        question_lines: How many lines the question takes.

    Raises:
        ValueError: If the panel has no size.
    """
    width, height = size_px
    if width <= 0 or height <= 0 or not mm_per_px > 0:
        msg = f"a panel of {width}×{height} pixels at {mm_per_px} mm each cannot be laid out; check [screen]"
        raise ValueError(msg)

    dead_margin_px = math.ceil(DEAD_MARGIN_MM / mm_per_px)
    mm_per_px = max(mm_per_px, _LEAST_MM[0] / width, _LEAST_MM[1] / height)

    def px(length_mm: float) -> int:
        return round(length_mm / mm_per_px)

    margin, inside = px(_MARGIN_MM), width - 2 * px(_MARGIN_MM)
    sizes = _sizes(mm_per_px)
    head = Rect(margin, px(4.2), inside, px(14.0)) if header else None
    rule = Rect(margin, head.bottom + px(1.2), inside, max(1, px(0.3))) if head else None
    top = rule.bottom if rule else px(5.0)

    footer = Rect(margin + px(12), height - px(12.6), inside - 2 * px(12), px(7.2))
    cards_bottom = height - px(17.6)
    large_top = px(46.4)
    compact_top = px(66.6)

    # The question and its hint are in the middle of their space.
    hint_px, hint_gap = px(6.2), px(0.6)
    question_px = math.ceil(sizes.question * LINE_EM) * question_lines
    question_px = min(question_px, large_top - top - hint_gap - hint_px - px(3.4))
    hint_top = top + (large_top - top + question_px + hint_gap - hint_px) // 2
    mark_px = px(2.6)
    sign_px = px(21.0)
    return Layout(
        size_px=size_px,
        mm_per_px=mm_per_px,
        dead_margin_px=dead_margin_px,
        header=head,
        rule=rule,
        question=Rect(margin, hint_top - hint_gap - question_px, inside, question_px),
        hint=Rect(margin, hint_top, inside, hint_px),
        cards=_row(width, margin, px(_GAP_MM), large_top, cards_bottom),
        compact_cards=_row(width, margin, px(_GAP_MM), compact_top, cards_bottom),
        acknowledgement=_stack(margin, inside, top, compact_top, (sign_px, px(10.8), px(6.4)), px(1.4)),
        message=_stack(margin, inside, top, height - px(12), (px(28), px(12), px(15)), px(3.0)),
        footer=footer,
        mark=Rect(margin, footer.y + (footer.h - mark_px) // 2, mark_px, mark_px),
        sizes=sizes,
        card_inner_px=math.ceil(1.0 / mm_per_px),
        radius_px=px(4.6),
        border_px=max(2, px(0.75)),
        label_lines=label_lines,
    )


def _sizes(mm_per_px: float) -> Sizes:
    """Sizes of type from the heights of their capitals, in millimetres."""

    def size(capital_mm: float) -> int:
        return math.ceil(capital_mm / mm_per_px / CAPITAL_EM)

    return Sizes(
        question=size(5.2),
        hint=size(2.9),
        label=size(LABEL_CAPITAL_MM),
        number=size(3.2),
        unit=size(3.1),
        department=size(2.5),
        footer=size(2.5),
        thanks=size(6.2),
        title=size(5.6),
        text=size(3.3),
        smallest=size(2.0),
    )


def _row(width: int, margin: int, gap: int, top: int, bottom: int) -> tuple[Rect, ...]:
    """Five equal cards, the odd pixels left outside, so that the row is symmetrical."""
    card = (width - 2 * margin - (LEVELS - 1) * gap) // LEVELS
    left = (width - LEVELS * card - (LEVELS - 1) * gap) // 2
    return tuple(Rect(left + n * (card + gap), top, card, bottom - top) for n in range(LEVELS))


def _stack(
    margin: int, inside: int, top: int, bottom: int, heights: tuple[int, int, int], gap: int
) -> Message:
    """Sign, title and text, in the middle of their space; the sign has the greater gap below it."""
    sign, title, text = heights
    y = top + (bottom - top - sign - title - text - gap) // 2
    return Message(
        Rect(margin + (inside - sign) // 2, y, sign, sign),
        Rect(margin, y + sign + gap, inside, title),
        Rect(margin, y + sign + gap + title, inside, text),
    )
