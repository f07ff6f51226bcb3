"""The painter: from a view and a time to pixels, touching only the pixels that change.

A screen is a *layer* (header, cards, footer: one of three, kept as whole surfaces) with *patches* on it (the
words, a pressed card, the ring, the technician's mark). Going from one screen to the next copies the patches
that differ, so a pressed card is one small copy, and a frame of the ring is the ring.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import Enum

import pygame

from assets.texts import DEFAULT_LANGUAGE, Texts
from hardware.events import Level
from kiosk.screens import shapes
from kiosk.screens.cards import Cards, fit_labels
from kiosk.screens.faces import Faces
from kiosk.screens.fault_words import fault_note
from kiosk.screens.header import draw_header
from kiosk.screens.heads import Heads, question_lines, thanks_of, words_of
from kiosk.screens.layout import Layout, lay_out
from kiosk.screens.officer import draw_officer
from kiosk.screens.palette import CALM, Palette
from kiosk.screens.rect import Rect
from kiosk.screens.service_page import ServicePage
from kiosk.screens.sheet import Sheet
from kiosk.screens.type import Style, Type
from kiosk.screens.wording import Wording
from kiosk.view import PRESSED, ScreenName, Service, View

_RING_STEPS = 360
"""The ring moves in steps: a frame that would change less than a pixel is not drawn."""


class _Layer(Enum):
    """What lies below the patches."""

    LARGE = "large cards"
    COMPACT = "compact cards"
    BARE = "no cards"


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    """A part of the screen that may differ from one view to the next; drawn once, then compared by identity."""

    place: Rect
    surface: pygame.Surface


@dataclass(frozen=True, slots=True)
class _Frame:
    """What has been drawn on a surface."""

    surface: pygame.Surface
    layer: _Layer
    patches: tuple[_Patch, ...]


class Painter:
    """Draws views on one panel. Surfaces are made when first needed; `warm` makes them beforehand."""

    def __init__(
        self,
        size_px: tuple[int, int],
        mm_per_px: float,
        texts: Texts,
        wording: Wording,
        switch: str = "",
        colours: Palette = CALM,
        type_: Type | None = None,
        faces: Faces | None = None,
    ) -> None:
        """Find the layout; draw nothing yet.

        Args:
            size_px: Width and height of the panel.
            mm_per_px: Millimetres a pixel.
            texts: The catalogue.
            wording: What this terminal calls things.
            switch: What stands on the button for another language; empty where there is none.
            colours: The theme.
            type_: The fonts; by default those of the package.
            faces: The faces; by default those of the package.
        """
        self._texts = texts
        self._switch = switch
        self._colours = colours
        self._type = type_ or Type()
        self._wording = wording = wording.drawn_with(self._type.has, texts)
        # The panel decides the sizes of type, these the lines that the words take, and those the places.
        panel = lay_out(size_px, mm_per_px)
        least_px = (
            panel.sizes.label_least if texts.language == DEFAULT_LANGUAGE else panel.sizes.other_label_least
        )
        self.layout: Layout = lay_out(
            size_px,
            mm_per_px,
            header=bool(wording.names),
            officer=wording.officer is not None,
            label=fit_labels(panel, self._type, wording.card_labels, least_px),
            question_lines=question_lines(panel, self._type, wording.question),
            thanks=thanks_of(panel, self._type, wording, texts),
        )
        self._cards = Cards(self.layout, self._type, faces or Faces(), wording.card_labels, colours)
        self._heads = Heads(self.layout, self._type, colours)
        self._service = ServicePage(self.layout, self._type, wording, texts, colours)
        self._layers: dict[_Layer, pygame.Surface] = {}
        self._patches: dict[Hashable, _Patch] = {}
        self._ring: tuple[int, _Patch] | None = None
        self._page: tuple[View, _Patch] | None = None
        self._shown: _Frame | None = None
        self._work = self._pieces()

    def draw(self, surface: pygame.Surface, view: View, now_ns: int) -> list[pygame.Rect]:
        """Make a surface show a view.

        Args:
            surface: The screen, in the painter's size. Nobody else may draw on it between two calls, or
                `forget` is called.
            view: What to show.
            now_ns: CLOCK_BOOTTIME, for the ring.

        Returns:
            What has changed, for `pygame.display.update`; empty when nothing has.
        """
        frame = _Frame(surface, self._layer_of(view.name), tuple(self._patches_of(view, now_ns)))
        shown, self._shown = self._shown, None
        layer = self._layer(frame.layer)
        if shown is None or shown.surface is not surface or shown.layer is not frame.layer:
            surface.blit(layer, (0, 0))
            changed, drawn = [surface.get_rect()], frame.patches
        else:
            gone = [patch for patch in shown.patches if patch not in frame.patches]
            drawn = tuple(patch for patch in frame.patches if patch not in shown.patches)
            for patch in gone:
                surface.blit(layer, patch.place[:2], patch.place)
            changed = [pygame.Rect(place) for place in dict.fromkeys(p.place for p in (*gone, *drawn))]
        for patch in drawn:
            surface.blit(patch.surface, patch.place[:2])
        self._shown = frame
        return changed

    def forget(self) -> None:
        """Draw everything next time: the surface has been drawn on by somebody else."""
        self._shown = None

    def warm(self) -> bool:
        """Make one surface that will be needed, so that the first press need not wait for it.

        Returns:
            True while there is more to make.
        """
        return next(self._work, False)

    def _pieces(self) -> Iterator[bool]:
        """Everything that a visit needs, in the order in which it is met."""
        idle, thanked = View(ScreenName.IDLE), View(ScreenName.THANKED)
        for level in Level:
            self._pressed_card(level, self.layout.cards[level - 1])
            yield True
        self._layer(_Layer.COMPACT)
        yield True
        for name in (ScreenName.WAIT, ScreenName.THANKED, ScreenName.REPEAT, ScreenName.AMBIGUOUS):
            self._words(View(name))
            yield True
        for view in (idle, thanked):
            list(self._patches_of(view, 0))
            yield True

    def _layer_of(self, name: ScreenName) -> _Layer:
        cards = self.layout.cards_of(name)
        if not cards:
            return _Layer.BARE
        return _Layer.LARGE if cards is self.layout.cards else _Layer.COMPACT

    def _layer(self, kind: _Layer) -> pygame.Surface:
        if kind not in self._layers:
            self._layers[kind] = self._draw_layer(kind)
        return self._layers[kind]

    def _draw_layer(self, kind: _Layer) -> pygame.Surface:
        layout = self.layout
        surface = pygame.Surface(layout.size_px)
        surface.fill(self._colours.paper)
        draw_header(surface, layout, self._type, self._wording, self._colours)
        draw_officer(surface, layout, self._type, self._wording.officer, self._colours)
        if kind is _Layer.BARE:
            return surface
        for level, place in zip(
            Level, layout.cards if kind is _Layer.LARGE else layout.compact_cards, strict=True
        ):
            self._cards.draw(surface, level, place, (0, 0))
        if self._switch:
            self._draw_switch(surface)
        _ = self._texts
        footer = Style(400, layout.sizes.footer, layout.sizes.smallest, self._colours.grey)
        self._type.draw(surface, _("No name, no picture. Each press is one opinion."), layout.footer, footer)
        return surface

    def _draw_switch(self, surface: pygame.Surface) -> None:
        layout = self.layout
        # Drawn less high than its target, which would outweigh the cards.
        rim = layout.px(1.1)
        place = layout.switch.down(layout.switch.y + rim, layout.switch.bottom - rim)
        surface.blit(
            shapes.card(self._colours, (place.w, place.h), place.h // 2, layout.border_px), place[:2]
        )
        style = Style(600, layout.sizes.footer, layout.sizes.smallest, self._colours.ink)
        self._type.draw(surface, self._switch, place.inset(layout.card_inner_px), style)

    def _patches_of(self, view: View, now_ns: int) -> Iterator[_Patch]:
        if view.name is ScreenName.SERVICE:
            yield self._service_page(view)
            return
        yield self._words(view)
        yield self._mark(attention=view.attention)
        if view.fault is not None and view.name is ScreenName.FAULT:
            yield self._note(fault_note(view.fault, self._texts))
        if view.pressed is not None and view.name in PRESSED:
            yield self._pressed_card(view.pressed, self.layout.cards_of(view.name)[view.pressed - 1])
        if view.name is ScreenName.CORRECTING:
            sign = self.layout.acknowledgement.sign
            yield self._patch(
                "dots", sign, lambda surface: _put(surface, shapes.dots_sign(self._colours, sign.w))
            )
        if view.name is ScreenName.THANKED and view.ring is not None:
            yield self._running_ring(round(view.ring.left(now_ns) * _RING_STEPS))
        elif view.name in (ScreenName.THANKED, ScreenName.REPEAT):
            yield self._patch("sign", self.layout.acknowledgement.sign, self._sign(None))

    def _words(self, view: View) -> _Patch:
        words = words_of(view, self._wording, self._texts)
        place = self._heads.place(view.name)
        return self._patch((place, words), place, lambda surface: self._heads.draw(surface, view.name, words))

    def _note(self, text: str) -> _Patch:
        """The technician's line, in the row of the technician's mark."""
        layout, place = self.layout, self.layout.note
        style = Style(600, layout.sizes.footer, layout.sizes.smallest, self._colours.ink)
        box = Rect(0, 0, place.w, place.h)
        return self._patch((place, text), place, lambda surface: self._type.draw(surface, text, box, style))

    def _mark(self, *, attention: bool) -> _Patch:
        place = self.layout.mark
        return self._patch(
            ("mark", attention),
            place,
            lambda surface: _put(surface, shapes.mark(self._colours, place.w, attention=attention)),
        )

    def _pressed_card(self, level: Level, place: Rect) -> _Patch:
        return self._patch(
            ("pressed", level, place),
            place,
            lambda surface: self._cards.draw(surface, level, place, place[:2], pressed=True),
        )

    def _running_ring(self, step: int) -> _Patch:
        """The ring at one step; only the last one is kept."""
        if self._ring is None or self._ring[0] != step:
            place = self.layout.acknowledgement.sign
            self._ring = step, self._drawn(place, self._sign(step / _RING_STEPS))
        return self._ring[1]

    def service_sheet(self, view: View) -> Sheet:
        """The buttons of the technician's page, and on one leaf the places of the five levels."""
        return self._service.sheet(view.service or Service())

    def _service_page(self, view: View) -> _Patch:
        """The technician's page; only the last one is kept."""
        if self._page is None or self._page[0] != view:
            self._page = (
                view,
                self._drawn(self._service.place, lambda surface: self._service.draw(surface, view)),
            )
        return self._page[1]

    def _patch(self, key: Hashable, place: Rect, draw: Callable[[pygame.Surface], None]) -> _Patch:
        if key not in self._patches:
            self._patches[key] = self._drawn(place, draw)
        return self._patches[key]

    def _drawn(self, place: Rect, draw: Callable[[pygame.Surface], None]) -> _Patch:
        surface = pygame.Surface((place.w, place.h))
        surface.fill(self._colours.paper)
        draw(surface)
        return _Patch(place, surface)

    def _sign(self, left: float | None) -> Callable[[pygame.Surface], None]:
        return lambda surface: _put(surface, shapes.check_sign(self._colours, surface.get_width(), left))


def _put(surface: pygame.Surface, picture: pygame.Surface) -> None:
    surface.blit(picture, (0, 0))
