"""What the painter promises: one view, one picture; no level on the thank-you; little work for little change."""

import itertools
from pathlib import Path

import pygame
import pytest

from assets.texts import Texts
from hardware.events import Level
from kiosk.screens.faces import Faces
from kiosk.screens.painter import Painter
from kiosk.screens.palette import CALM
from kiosk.screens.rect import Rect
from kiosk.screens.type import Across, Down, Style, Type
from kiosk.screens.wording import Wording
from kiosk.view import Ring, ScreenName, View

from .conftest import MM_PER_PX, SIZE_PX
from .pictures import EVERY_VIEW, RING, drawn, fresh, pixels

ENDLESS = "ỄẨỘỮ" * 75
LONG_WORDS = dict.fromkeys(
    ("unit", "department", "counter", "field", "question", "label_1", "label_4"), ENDLESS
)


class WatchedType(Type):
    """Draws, and checks that the ink stays in the box."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[tuple[str, Rect]] = []

    def draw(
        self,
        surface: pygame.Surface,
        text: str,
        box: Rect,
        style: Style,
        across: Across = "centre",
        down: Down = "centre",
    ) -> None:
        alone = pygame.Surface(SIZE_PX, pygame.SRCALPHA)
        super().draw(alone, text, box, style, across, down)
        assert pygame.Rect(box).contains(alone.get_bounding_rect()), text
        assert surface.get_rect().contains(pygame.Rect(box)), text
        self.boxes.append((text, box))
        super().draw(surface, text, box, style, across, down)


@pytest.mark.parametrize("ring", [RING, None])
def test_the_thank_you_is_the_same_for_every_level(painter: Painter, ring: Ring | None) -> None:
    pictures = {
        drawn(painter, View(ScreenName.THANKED, pressed=level, ring=ring), 1_000_000_000)
        for level in (None, *Level)
    }
    assert len(pictures) == 1


@pytest.mark.parametrize("name", [ScreenName.REPEAT, ScreenName.AMBIGUOUS, ScreenName.IDLE, ScreenName.FAULT])
def test_no_other_screen_after_a_press_shows_the_level_either(painter: Painter, name: ScreenName) -> None:
    assert len({drawn(painter, View(name, pressed=level)) for level in (None, *Level)}) == 1


def test_every_thank_you_after_a_press_of_any_level_leaves_the_same_pixels(
    painter: Painter, surface: pygame.Surface
) -> None:
    pictures = set()
    for level in Level:
        for view in (
            View(ScreenName.IDLE),
            View(ScreenName.SAVING, pressed=level),
            View(ScreenName.THANKED, pressed=level, ring=RING),
        ):
            painter.draw(surface, view, 500_000_000)
        pictures.add(pixels(surface))
    assert len(pictures) == 1


def test_a_press_changes_every_card_in_the_same_way(painter: Painter) -> None:
    """The rim and the tint: the pixels around the edge of a pressed card, for every level."""
    rims = set()
    for level in Level:
        surface = pygame.Surface(SIZE_PX)
        painter.forget()
        painter.draw(surface, View(ScreenName.SAVING, pressed=level), 0)
        card = painter.layout.cards[level - 1]
        rim = surface.subsurface(pygame.Rect(card.x, card.y, card.w, painter.layout.px(4)))
        rims.add(pygame.image.tobytes(rim, "RGB"))
    assert len(rims) == 1


def test_a_picture_does_not_depend_on_what_was_shown_before(
    texts: Texts, wording: Wording, painter: Painter, surface: pygame.Surface
) -> None:
    now_ns = 400_000_000
    reference = fresh(texts, wording, painter)
    pictures = {view: drawn(reference, view, now_ns) for view in EVERY_VIEW}
    for before, after in itertools.permutations(EVERY_VIEW, 2):
        painter.draw(surface, before, now_ns // 2)
        painter.draw(surface, after, now_ns)
        assert pixels(surface) == pictures[after], (before, after)


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_only_what_is_reported_as_changed_has_changed(
    painter: Painter, surface: pygame.Surface, view: View
) -> None:
    painter.draw(surface, View(ScreenName.IDLE), 0)
    before = surface.copy()
    changed = painter.draw(surface, view, 0)
    for place in changed:
        before.blit(surface, place, place)
    assert pixels(before) == pixels(surface)


def test_nothing_is_drawn_when_nothing_changes(painter: Painter, surface: pygame.Surface) -> None:
    for view in EVERY_VIEW:
        assert painter.draw(surface, view, 0) or view == View(ScreenName.IDLE)
        assert painter.draw(surface, view, 0) == []


def test_a_frame_of_the_ring_is_the_ring(painter: Painter, surface: pygame.Surface) -> None:
    view = View(ScreenName.THANKED, ring=RING)
    painter.draw(surface, view, 0)
    frames = [painter.draw(surface, view, now) for now in range(33_000_000, 3_000_000_000, 33_000_000)]
    assert all(frame == [pygame.Rect(painter.layout.acknowledgement.sign)] for frame in frames)


def test_the_ring_runs_down(painter: Painter) -> None:
    view = View(ScreenName.THANKED, ring=RING)
    full, half, empty = (drawn(painter, view, now) for now in (0, 1_500_000_000, 9_000_000_000))
    assert len({full, half, empty}) == 3


def test_a_press_is_one_small_copy(painter: Painter, surface: pygame.Surface) -> None:
    painter.draw(surface, View(ScreenName.IDLE), 0)
    changed = painter.draw(surface, View(ScreenName.SAVING, pressed=Level.GOOD), 0)
    assert changed == [pygame.Rect(painter.layout.cards[3])]


def test_after_somebody_else_has_drawn_everything_is_drawn_again(
    painter: Painter, surface: pygame.Surface
) -> None:
    view = View(ScreenName.IDLE)
    painter.draw(surface, view, 0)
    right = pixels(surface)
    surface.fill((0, 0, 0))
    painter.forget()
    assert painter.draw(surface, view, 0) == [surface.get_rect()]
    assert pixels(surface) == right


def test_another_surface_is_drawn_in_full(painter: Painter, surface: pygame.Surface) -> None:
    painter.draw(surface, View(ScreenName.IDLE), 0)
    other = pygame.Surface(SIZE_PX)
    painter.draw(other, View(ScreenName.IDLE), 0)
    assert pixels(other) == pixels(surface)


def test_warming_ends_and_changes_no_picture(texts: Texts, wording: Wording, painter: Painter) -> None:
    pieces = sum(1 for _ in iter(painter.warm, False))
    assert 5 < pieces < 50
    assert not painter.warm()
    cold = fresh(texts, wording, painter)
    for view in EVERY_VIEW:
        assert drawn(painter, view) == drawn(cold, view)


def test_all_screens_differ_and_stay_on_paper(painter: Painter) -> None:
    pictures = {drawn(painter, view) for view in EVERY_VIEW}
    assert len(pictures) == len(EVERY_VIEW)
    for picture in pictures:
        assert tuple(picture[:3]) == CALM.paper


@pytest.mark.parametrize("words", [{}, LONG_WORDS, {"counter": "Quầy 3"}])
def test_every_text_is_inside_its_box_on_every_screen(texts: Texts, words: dict[str, str]) -> None:
    type_ = WatchedType()
    painter = Painter(SIZE_PX, MM_PER_PX, texts, Wording.from_texts(texts, words), type_=type_)
    for view in EVERY_VIEW:
        drawn(painter, view)
    assert len(type_.boxes) > 20


def test_the_defaults_are_shown_whole(texts: Texts, wording: Wording) -> None:
    """No default text is cut, and no label shrinks below the height that the rule asks for."""

    class WholeType(WatchedType):
        def draw(
            self,
            surface: pygame.Surface,
            text: str,
            box: Rect,
            style: Style,
            across: Across = "centre",
            down: Down = "centre",
        ) -> None:
            block = self.fit(text, (box.w, box.h), style)
            assert " ".join(block.lines) == text
            assert block.font is self.font(style.weight, style.px), text
            super().draw(surface, text, box, style, across, down)

    painter = Painter(SIZE_PX, MM_PER_PX, texts, wording, type_=WholeType())
    for view in EVERY_VIEW:
        drawn(painter, view)


def test_names_of_any_length_never_meet(texts: Texts) -> None:
    type_ = WatchedType()
    words = {"unit": ENDLESS, "counter": ENDLESS}
    painter = Painter(SIZE_PX, MM_PER_PX, texts, Wording.from_texts(texts, words), type_=type_)
    drawn(painter, View(ScreenName.FAULT))
    left, right = (box for text, box in type_.boxes if text == ENDLESS)
    assert (right.x - left.right) * MM_PER_PX >= 5


def test_without_names_there_is_no_header(texts: Texts) -> None:
    painter = Painter(SIZE_PX, MM_PER_PX, texts, Wording.from_texts(texts))
    assert painter.layout.header is None
    surface = pygame.Surface(SIZE_PX)
    painter.draw(surface, View(ScreenName.THANKED), 0)
    top = surface.subsurface((0, 0, SIZE_PX[0], painter.layout.acknowledgement.sign.y))
    assert set(pygame.image.tobytes(top, "RGB")) == set(CALM.paper)


def test_every_screen_is_drawn_without_fonts_and_faces(texts: Texts, wording: Wording) -> None:
    def missing(weight: int) -> Path:
        raise FileNotFoundError(weight)

    painter = Painter(SIZE_PX, MM_PER_PX, texts, wording, type_=Type(missing), faces=Faces(Path("/nowhere")))
    assert len({drawn(painter, view) for view in EVERY_VIEW}) == len(EVERY_VIEW)


def test_the_mark_changes_its_shape_and_keeps_its_colour(painter: Painter, surface: pygame.Surface) -> None:
    mark = pygame.Rect(painter.layout.mark)
    seen = []
    for attention in (False, True):
        painter.draw(surface, View(ScreenName.IDLE, attention=attention), 0)
        seen.append(surface.subsurface(mark).copy())
    well, asks = ({tuple(s.get_at((x, y)))[:3] for x in range(mark.w) for y in range(mark.h)} for s in seen)
    assert pixels(seen[0]) != pixels(seen[1])
    for red, green, blue in well | asks:
        assert max(red, green, blue) - min(red, green, blue) <= 20
