"""The places of a screen, in pixels and millimetres."""

import itertools
import math

import pytest

from kiosk.screens.layout import Layout, lay_out
from kiosk.screens.rect import Rect
from kiosk.view import WITHOUT_CARDS, ScreenName, View

from .conftest import MM_PER_PX, SIZE_PX
from .panels import PANELS, Panel

VOTING = tuple(name for name in ScreenName if name not in WITHOUT_CARDS)


def labels_on_two_lines(panel: Panel) -> tuple[int, int]:
    return lay_out(panel.size_px, panel.mm_per_px).sizes.label, 2


ARRANGEMENTS = tuple(
    lay_out(panel.size_px, panel.mm_per_px, header=header, label=label, question_lines=question_lines)
    for panel in PANELS
    for header in (True, False)
    for label in (None, labels_on_two_lines(panel))
    for question_lines in (1, 2)
)


def overlap(one: Rect, other: Rect) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("layout", ARRANGEMENTS)
@pytest.mark.parametrize("name", VOTING)
def test_the_middle_of_a_large_card_means_its_level_on_every_voting_screen(
    layout: Layout, name: ScreenName
) -> None:
    targets = layout.targets(View(name))
    assert len(targets) == 5
    for card, target in zip(layout.cards, targets, strict=True):
        x, y = card.centre
        assert target.x <= x < target.right
        assert target.y <= y < target.bottom


@pytest.mark.parametrize("layout", ARRANGEMENTS)
def test_columns_never_move_sideways_and_end_at_the_same_height(layout: Layout) -> None:
    for large, compact in zip(layout.cards, layout.compact_cards, strict=True):
        assert (large.x, large.w, large.bottom) == (compact.x, compact.w, compact.bottom)
    sides = [{(t.x, t.w) for t in (layout.targets(View(name))[n] for name in VOTING)} for n in range(5)]
    assert all(len(side) == 1 for side in sides)


@pytest.mark.parametrize("layout", ARRANGEMENTS)
@pytest.mark.parametrize("name", VOTING)
def test_targets_touch_each_other_cover_their_cards_and_keep_off_the_rim(
    layout: Layout, name: ScreenName
) -> None:
    width, height = layout.size_px
    targets = layout.targets(View(name))
    assert targets[0].x == layout.dead_margin_px
    assert targets[-1].right == width - layout.dead_margin_px
    assert all(left.right == right.x for left, right in itertools.pairwise(targets))
    for card, target in zip(layout.cards_of(name), targets, strict=True):
        assert target.x <= card.x
        assert card.right <= target.right
        assert (target.y, target.h) == (card.y, card.h)
        assert target.bottom <= height - layout.dead_margin_px


@pytest.mark.parametrize("name", WITHOUT_CARDS)
def test_a_screen_without_cards_takes_no_presses(name: ScreenName) -> None:
    assert ARRANGEMENTS[0].targets(View(name)) == ()


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
@pytest.mark.parametrize("name", VOTING)
def test_targets_are_at_least_twenty_millimetres_and_the_rim_is_five(panel: Panel, name: ScreenName) -> None:
    layout = lay_out(panel.size_px, panel.mm_per_px)
    for target in layout.targets(View(name)):
        assert panel.across_mm(target.w) >= 20
        assert panel.down_mm(target.h) >= 30
    assert panel.across_mm(layout.dead_margin_px) >= 5
    assert panel.down_mm(layout.dead_margin_px) >= 5


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_the_button_for_another_language_is_a_target_too(panel: Panel) -> None:
    layout = lay_out(panel.size_px, panel.mm_per_px)
    switch, margin = layout.switch, layout.dead_margin_px
    assert panel.across_mm(switch.w) >= 20
    assert panel.down_mm(switch.h) >= 10
    assert switch.right <= panel.size_px[0] - margin
    assert switch.bottom <= panel.size_px[1] - margin
    assert all(not overlap(switch, card) for card in (*layout.cards, *layout.compact_cards))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_the_button_that_closes_the_service_page_is_a_target_too(panel: Panel) -> None:
    layout = lay_out(panel.size_px, panel.mm_per_px)
    close, margin = layout.close, layout.dead_margin_px
    assert panel.across_mm(close.w) >= 40
    assert panel.down_mm(close.h) >= 20
    assert close.right <= panel.size_px[0] - margin
    assert close.bottom <= panel.size_px[1] - margin
    assert layout.page.x <= close.x
    assert close.right <= layout.page.right
    assert close.bottom <= layout.page.bottom


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_the_upper_corners_are_found_without_looking_and_are_nobodys_target(panel: Panel) -> None:
    layout = lay_out(panel.size_px, panel.mm_per_px)
    left, right = layout.corners
    assert left[:2] == (0, 0)
    assert (right.right, right.y) == (panel.size_px[0], 0)
    for corner in (left, right):
        assert panel.across_mm(corner.w) >= 15
        assert panel.down_mm(corner.h) >= 15
        for name in ScreenName:
            assert not any(overlap(corner, target) for target in layout.targets(View(name)))
        assert not overlap(corner, layout.switch)
        assert not overlap(corner, layout.close)
    assert not overlap(left, right)


@pytest.mark.parametrize("size", [(320, 200), (640, 480), (200, 300), (3840, 2160)])
def test_in_a_window_of_any_size_the_corners_keep_off_the_cards(size: tuple[int, int]) -> None:
    for header in (True, False):
        layout = lay_out(size, 217 / 1280, header=header)
        for corner in layout.corners:
            assert corner.w > 0
            assert not any(overlap(corner, card) for card in (*layout.cards, *layout.compact_cards))


def test_the_thank_you_has_its_place_above_the_cards_of_the_first_four_hundred_rows() -> None:
    layout = lay_out(SIZE_PX, MM_PER_PX)
    assert 390 <= layout.compact_cards[0].y <= 400
    assert abs(layout.cards[0].centre[1] - 480) <= 10


@pytest.mark.parametrize("layout", ARRANGEMENTS)
def test_nothing_overlaps_and_nothing_leaves_the_panel(layout: Layout) -> None:
    around = [box for box in (layout.header, layout.rule) if box]
    row = [layout.footer, layout.switch, layout.mark]
    screens = (
        [*around, layout.question, layout.hint, *layout.cards, *row],
        [*around, *layout.acknowledgement, *layout.compact_cards, *row],
        [*around, *layout.message, layout.mark],
        [*around, layout.page],
    )
    width, height = layout.size_px
    for boxes in screens:
        for n, box in enumerate(boxes):
            assert box.w > 0
            assert box.h > 0
            assert 0 <= box.x < box.right <= width
            assert 0 <= box.y < box.bottom <= height
            assert not [other for other in boxes[n + 1 :] if overlap(box, other)]


def clear_of_the_disc(box: Rect, face: Rect) -> bool:
    """Whether two circles keep apart."""
    (x, y), (u, v) = box.centre, face.centre
    return math.hypot(x - u, y - v) > (box.w + face.w) / 2


@pytest.mark.parametrize("layout", ARRANGEMENTS)
def test_face_word_and_number_stand_inside_their_card_with_a_millimetre_to_spare(layout: Layout) -> None:
    for card in (layout.cards[0], layout.compact_cards[0]):
        parts = layout.parts(card)
        for part in parts:
            assert (part.x - card.x) * layout.mm_per_px >= 1
            assert (card.right - part.right) * layout.mm_per_px >= 1
            assert card.y < part.y
            assert part.bottom < card.bottom
        assert parts.face.bottom < parts.label.y
        assert clear_of_the_disc(parts.number, parts.face)
        assert not overlap(parts.label, parts.number)
        assert parts.face.w * layout.mm_per_px >= 15


@pytest.mark.parametrize("size", [(0, 800), (1280, -1)])
def test_a_panel_without_a_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be laid out"):
        lay_out(size, MM_PER_PX)


@pytest.mark.parametrize("mm_per_px", [0.0, -1.0, float("nan")])
def test_a_panel_without_a_scale_is_refused(mm_per_px: float) -> None:
    with pytest.raises(ValueError, match="cannot be laid out"):
        lay_out(SIZE_PX, mm_per_px)


@pytest.mark.parametrize("size", [(320, 200), (640, 480), (800, 480), (800, 1280), (1920, 1080)])
def test_a_window_of_another_size_gets_a_picture_that_fits(size: tuple[int, int]) -> None:
    layout = lay_out(size, MM_PER_PX, question_lines=2)
    for card in (*layout.cards, *layout.compact_cards):
        assert 0 <= card.x < card.right <= size[0]
        assert 0 <= card.y < card.bottom <= size[1]
        assert layout.parts(card).face.w > 0
