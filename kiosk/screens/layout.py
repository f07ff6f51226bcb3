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

from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM, Scale, Sizes
from kiosk.screens.stack import Message, Stack
from kiosk.view import WITHOUT_CARDS, ScreenName, View

LEVELS = 5
DEAD_MARGIN_MM = 5.0
"""Touches this near to the edge of the panel are the case or a sleeve, not a choice."""

CORNER_MM = 20.0
"""Side of the corners in which two fingers ask for the service page; from the very edge, where no citizen aims."""

MARK_MM = 6.0
"""Side of the technician's mark: ten minutes of arc from two metres, so that half of normal sight tells its shape."""

_CLOSE_MM = (44.0, 20.0)
"""The button that closes the service page."""

_LEAST_MM = (126.0, 80.0)
"""What the arrangement needs. A smaller window gets a smaller picture of it, with smaller letters."""


class Thanks(NamedTuple):
    """What the words of the thank-you take: the width of the widest line, the lines of title and of text."""

    width_px: int = 0
    lines: tuple[int, int] = (1, 1)


class CardParts(NamedTuple):
    """What stands on a card: the face, the word, the number of the physical button."""

    face: Rect
    label: Rect
    number: Rect


@dataclass(frozen=True, slots=True)
class Layout:
    """Every place on one panel.

    Attributes:
        size_px: Width and height of the panel.
        mm_per_px: Millimetres a pixel; more than the panel's where the picture had to be made smaller.
        dead_margin_px: The rim of the panel where no press counts.
        header: Unit and counter; None when neither is configured.
        rule: The hairline below the header.
        officer: Photo, name and title of who serves: in the header, on a standing panel below it; None without one.
        question: The question, above the large cards.
        most_question_lines: How many lines it may take.
        hint: One sentence below the question.
        cards: The five large cards, in the order of the levels.
        compact_cards: The five cards below the thank-you: as wide as the large ones, and in the same columns. The
            large ones themselves where the thank-you has room above them.
        acknowledgement: Sign and words above the compact cards.
        beside: Whether the words of the acknowledgement stand at the right of its sign, not below it.
        message: Sign and words of a screen without cards.
        footer: The sentence below the cards.
        note: The technician's line of a screen without cards, in the row of the footer.
        switch: The button for another language.
        mark: The technician's mark.
        page: Everything below the header that the service page may fill.
        close: The button that closes that page, at its lower end.
        corners: The two upper corners, in which two fingers ask for it.
        sizes: Sizes of type.
        card_inner_px: Clear space between the edge of a card and its word.
        card_pad_px: Clear space above and below the parts of a card, at least.
        key_cap_px: The round number of the physical button.
        number_in_corner: Whether that number stands in a corner of its card, not below the word.
        radius_px: Radius of a card's corners.
        border_px: Width of a card's border when it is pressed.
        label_px: Size of type of the five words; by default the largest.
        label_lines: How many lines the words of the cards take.
    """

    size_px: tuple[int, int]
    mm_per_px: float
    dead_margin_px: int
    header: Rect | None
    rule: Rect | None
    officer: Rect | None
    question: Rect
    most_question_lines: int
    hint: Rect
    cards: tuple[Rect, ...]
    compact_cards: tuple[Rect, ...]
    acknowledgement: Message
    beside: bool
    message: Message
    footer: Rect
    note: Rect
    switch: Rect
    mark: Rect
    page: Rect
    close: Rect
    corners: tuple[Rect, Rect]
    sizes: Sizes
    card_inner_px: int
    card_pad_px: int
    key_cap_px: int
    number_in_corner: bool
    radius_px: int
    border_px: int
    label_px: int
    label_lines: int

    def px(self, length_mm: float) -> int:
        """A length of the panel, in whole pixels."""
        return round(length_mm / self.mm_per_px)

    def cards_of(self, name: ScreenName) -> tuple[Rect, ...]:
        """The cards that a screen shows: none, the large ones or the compact ones."""
        if name in WITHOUT_CARDS:
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
        number_px, pad = self.key_cap_px, self.card_pad_px
        label_px = math.ceil(self.label_px * LINE_EM) * self.label_lines
        below_px = label_px if self.number_in_corner else label_px + number_px
        gaps = 1 if self.number_in_corner else 2
        gap = pad // 2
        face_px = min(card.w - 2 * min(pad, card.w // 14), card.h - 2 * pad - gaps * gap - below_px)
        if self.number_in_corner:
            face_px = min(face_px, self._beside_a_corner(card))
        spare = card.h - face_px - below_px
        # What is left over goes between and around them, a little more of it around.
        between = min(spare // (gaps + 2), round(1.35 * pad))
        top = card.y + (spare - gaps * between) // 2
        middle = card.x + card.w // 2
        face = Rect(middle - face_px // 2, top, face_px, face_px)
        inner = self.card_inner_px
        label = Rect(card.x + inner, face.bottom + between, card.w - 2 * inner, label_px)
        if self.number_in_corner:
            return CardParts(face, label, Rect(card.x + inner, card.y + inner, number_px, number_px))
        return CardParts(
            face, label, Rect(middle - number_px // 2, label.bottom + between, number_px, number_px)
        )

    def _beside_a_corner(self, card: Rect) -> int:
        """The largest disc, near the top of its card, that keeps clear of the number in the corner."""
        cap, top = self.key_cap_px / 2, self.card_pad_px
        from_corner = self.card_inner_px + cap
        for side in range(card.w, 1, -1):
            distance = math.hypot(card.w / 2 - from_corner, top + side / 2 - from_corner)
            if distance >= side / 2 + cap + self.card_inner_px / 2:
                return side
        return 1


def lay_out(
    size_px: tuple[int, int],
    mm_per_px: float,
    *,
    header: bool = True,
    officer: bool = False,
    label: tuple[int, int] | None = None,
    question_lines: int = 1,
    thanks: Thanks | None = None,
) -> Layout:
    """Find every place.

    Args:
        size_px: Width and height of the panel.
        mm_per_px: Millimetres a pixel, see `kiosk.panel`.
        header: Whether there is a unit or a counter to show.
        officer: Whether there is somebody to be named.
        label: Size of type in pixels, and lines, of the words on the cards; by default the largest, on one line.
        question_lines: How many lines the question takes.
        thanks: What the words of the thank-you take, for it is in the middle of its place; by default one line each.

    Raises:
        ValueError: If the panel has no size.
    """
    thanks = thanks or Thanks()
    width, height = size_px
    if width <= 0 or height <= 0 or not mm_per_px > 0:
        msg = f"a panel of {width}×{height} pixels at {mm_per_px} mm each cannot be laid out; check [screen]"
        raise ValueError(msg)

    dead_margin_px = math.ceil(DEAD_MARGIN_MM / mm_per_px)
    mm_per_px = max(mm_per_px, _LEAST_MM[0] / width, _LEAST_MM[1] / height)
    scale = Scale.of(width * mm_per_px, height * mm_per_px)
    sizes = scale.sizes(mm_per_px)

    def px(length_mm: float) -> int:
        return round(length_mm / mm_per_px)

    t, g, short, tall = scale.type, scale.gap, scale.short, scale.portrait
    row_of = _columns(width, px(scale.margin), px(scale.between_cards))
    # Everything begins and ends where the cards do: a pixel beside them would be seen.
    margin, inside = row_of[0].x, row_of[-1].right - row_of[0].x
    head = (
        Rect(margin, px(2.4 if short else 4.2 * g), inside, px(9.0 if short else 14.0 * t))
        if header or (officer and not tall)
        else None
    )
    rule = (
        Rect(margin, head.bottom + px(0.8 if short else 1.2 * g), inside, max(1, px(0.3))) if head else None
    )
    top = rule.bottom if rule else px(5.0 * g)
    serves = (
        _officer(head, Rect(margin, top + px(6.0 * g), inside, px(22.0 * g)), tall=tall) if officer else None
    )
    if serves and tall:
        top = serves.bottom

    row_px = math.ceil(10 * max(1.0, g) / mm_per_px)
    row = Rect(margin, height - max(px(5.4 * g), dead_margin_px) - row_px, inside, row_px)
    switch_px = math.ceil(26 * max(0.92, t) / mm_per_px)
    aside = switch_px + px(2.5)
    cards_bottom = row.y - px(1.2 if short else 2.4 * g)

    if tall:
        large_top = compact_top = cards_bottom - round(2.6 * row_of[0].w)
    elif short:
        large_top = compact_top = px(28.6)
    else:
        large_top, compact_top = px(46.4 * g), px(66.6 * g)
    cards = tuple(column.down(large_top, cards_bottom) for column in row_of)
    compact = tuple(column.down(compact_top, cards_bottom) for column in row_of)

    # The question and its hint are in the middle of their space.
    hint_px, hint_gap = math.ceil(sizes.hint * 1.57), px(0.4 if short else (2.4 if tall else 1.2) * g)
    question_px = math.ceil(sizes.question * LINE_EM) * question_lines
    question_px = min(question_px, large_top - top - hint_gap - hint_px - px(1.2 if short else 3.0 * g))
    hint_top = top + (large_top - top + question_px + hint_gap - hint_px) // 2
    ack_room = Rect(margin, top, inside, compact_top - top)
    ack = Stack(
        sizes,
        sizes.thanks,
        most_lines=2 if tall else 1,
        lines=thanks.lines,
        gaps_px=(px((5.0 if tall else 1.4) * g), px(2.0 * g if tall else 0.2 * g)),
        clear_px=px(3.6 * g),
    )
    message_room = Rect(margin, top, inside, row.y - top)
    message = Stack(sizes, sizes.title, 2, (2, 2), (px((5.0 if tall else 3.0) * g), px(1.6 * g)), px(2.0 * g))
    sign_px = px(12.0 if short else 20.0 * g * (1.6 if tall else 1.0))
    mark_px = math.ceil(MARK_MM * max(1.0, t) / mm_per_px)
    # On a small window 20 mm would reach the cards.
    corner_px = min(px(CORNER_MM), large_top, compact_top)
    close_w, close_h = (math.ceil(side * max(1.0, g) / mm_per_px) for side in _CLOSE_MM)
    page_bottom = height - max(px(5.4 * g), dead_margin_px)
    aside_px = inside // 10 if tall else 0
    return Layout(
        size_px=size_px,
        mm_per_px=mm_per_px,
        dead_margin_px=dead_margin_px,
        header=head,
        rule=rule,
        officer=serves,
        question=Rect(margin, hint_top - hint_gap - question_px, inside, question_px),
        most_question_lines=3 if tall else 2,
        hint=Rect(margin, hint_top, inside, hint_px),
        cards=cards,
        compact_cards=cards if compact == cards else compact,
        acknowledgement=(
            ack.beside(ack_room, sign_px, thanks.width_px)
            if short
            else ack.below(ack_room, sign_px, aside_px)
        ),
        beside=short,
        message=message.below(message_room, px(20.0 if short else 28.0 * t), aside_px),
        footer=Rect(margin + aside, row.y, inside - 2 * aside, row.h),
        note=Rect(margin + 2 * mark_px, row.y, inside - 4 * mark_px, row.h),
        switch=Rect(row.right - switch_px, row.y, switch_px, row.h),
        mark=Rect(margin, row.y + (row.h - mark_px) // 2, mark_px, mark_px),
        page=Rect(margin, top, inside, page_bottom - top),
        close=Rect(margin + inside - close_w, page_bottom - close_h, close_w, close_h),
        corners=(
            Rect(0, 0, corner_px, corner_px),
            Rect(width - corner_px, 0, corner_px, corner_px),
        ),
        sizes=sizes,
        card_inner_px=math.ceil(1.0 / mm_per_px),
        card_pad_px=px(1.5 if short else 3.4 * g),
        key_cap_px=math.ceil(sizes.number * 1.42),
        number_in_corner=short,
        radius_px=px(4.6 * g),
        border_px=max(2, px(0.75 * max(1.0, t))),
        label_px=label[0] if label else sizes.label,
        label_lines=label[1] if label else 1,
    )


def _officer(header: Rect | None, below: Rect, *, tall: bool) -> Rect:
    """In the header, nearer to the counter than to the unit, which has the longer name; else below it."""
    if tall or header is None:
        return below
    return Rect(header.x + round(0.455 * header.w), header.y, round(0.3 * header.w), header.h)


def _columns(width: int, margin: int, gap: int) -> tuple[Rect, ...]:
    """Five equal columns, the odd pixels left outside, so that the row is symmetrical."""
    card = (width - 2 * margin - (LEVELS - 1) * gap) // LEVELS
    left = (width - LEVELS * card - (LEVELS - 1) * gap) // 2
    return tuple(Rect(left + n * (card + gap), 0, card, 0) for n in range(LEVELS))
