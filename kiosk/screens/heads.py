"""What is said above the cards, or in their place. Every text of a screen is found here."""

from dataclasses import dataclass

import pygame

from assets.texts import Texts
from kiosk.screens import shapes
from kiosk.screens.layout import Layout, Thanks
from kiosk.screens.palette import Palette
from kiosk.screens.rect import Rect
from kiosk.screens.scale import Sizes
from kiosk.screens.type import Across, Style, Type
from kiosk.screens.wording import Wording
from kiosk.view import Ring, ScreenName, View

_ACKNOWLEDGING = (ScreenName.CORRECTING, ScreenName.THANKED, ScreenName.REPEAT)
_QUESTIONING = (ScreenName.IDLE, ScreenName.SAVING, ScreenName.WAIT, ScreenName.AMBIGUOUS)
TITLE_WEIGHT = 700


@dataclass(frozen=True, slots=True)
class Words:
    """A title and a sentence, set apart when it asks for something to be done differently."""

    title: str
    text: str
    apart: bool = False


def words_of(view: View, wording: Wording, _: Texts) -> Words:
    """What a screen says. Nothing here depends on the level that was pressed."""
    match view.name:
        case ScreenName.STARTING:
            return Words(_("Starting…"), _("Ratings can be given in a moment."))
        case ScreenName.IDLE | ScreenName.SAVING:
            return Words(wording.question, _("Please choose one of the five"))
        case ScreenName.CORRECTING:
            return Words(_("One moment, please…"), _("Your new choice is being saved"))
        case ScreenName.WAIT:
            return Words(_("One moment, please…"), _("Your rating is being saved"))
        case ScreenName.AMBIGUOUS:
            return Words(wording.question, _("Just one button, please"), apart=True)
        case ScreenName.THANKED if view.ring is not None:
            return Words(_("Thank you!"), _("Your rating has been kept. To change it, press again."))
        case ScreenName.THANKED:
            return Words(_("Thank you!"), _("Your rating has been kept."))
        case ScreenName.REPEAT:
            return Words(_("Your rating is already kept"), _("The next person can rate in a few seconds."))
        case ScreenName.FAULT:
            return Words(
                _("This device is not taking ratings for now"), _("Please tell the officer at the counter.")
            )
        case ScreenName.SERVICE:
            return Words(wording.safe.service, _("Every press is a test now, and is not counted."))


def question_lines(layout: Layout, type_: Type, question: str) -> int:
    """How many lines the question needs at its full size, and may have."""
    block = type_.wrapped(question, TITLE_WEIGHT, layout.sizes.question, layout.question.w)
    return min(layout.most_question_lines, max(1, len(block.lines)))


def _type_sizes(sizes: Sizes, name: ScreenName) -> tuple[int, int]:
    """The sizes of a screen's title and of its text."""
    match name:
        case ScreenName.STARTING | ScreenName.FAULT:
            return sizes.title, sizes.text
        case ScreenName.THANKED:
            return sizes.thanks, sizes.text
        case ScreenName.CORRECTING | ScreenName.REPEAT:
            return sizes.question, sizes.text
    return sizes.question, sizes.hint


def thanks_of(layout: Layout, type_: Type, wording: Wording, _: Texts) -> Thanks:
    """What the words of the thank-you take: the other acknowledgements begin where it does."""
    words = words_of(View(ScreenName.THANKED, ring=Ring(0, 1)), wording, _)
    title_px, text_px = _type_sizes(layout.sizes, ScreenName.THANKED)
    *_sign, title, text = layout.acknowledgement
    lines = (
        len(type_.wrapped(words.title, TITLE_WEIGHT, title_px, title.w).lines),
        len(type_.wrapped(words.text, 400, text_px, text.w).lines),
    )
    width_px = max(type_.width(words.title, TITLE_WEIGHT, title_px), type_.width(words.text, 400, text_px))
    return Thanks(width_px, lines if not layout.beside else (1, 1))


class Heads:
    """Draws the words of a screen, and the sign of those that have one."""

    def __init__(self, layout: Layout, type_: Type, colours: Palette) -> None:
        self._layout = layout
        self._type = type_
        self._colours = colours

    def place(self, name: ScreenName) -> Rect:
        """Where the words of a screen are."""
        return _around(self._boxes(name))

    def draw(self, surface: pygame.Surface, name: ScreenName, words: Words) -> None:
        """Draw the words on a surface that is exactly their place."""
        place = self.place(name)
        *sign, title, text = (box.moved(-place.x, -place.y) for box in self._boxes(name))
        sizes = self._layout.sizes
        title_px, text_px = _type_sizes(sizes, name)
        across: Across = "left" if self._layout.beside and name in _ACKNOWLEDGING else "centre"
        title_style = Style(TITLE_WEIGHT, title_px, sizes.smallest, self._colours.ink)
        text_style = Style(400, text_px, sizes.smallest, self._colours.grey)
        free_px = title.h - self._type.fit(words.title, (title.w, title.h), title_style).height
        if name in _QUESTIONING:
            title = title.moved(0, free_px)
        else:
            text = text.moved(0, -free_px)
        if sign:
            # What the words leave of their room goes above the sign and below them alike.
            free_px += text.h - self._type.fit(words.text, (text.w, text.h), text_style).height
            sign_box, title, text = (box.moved(0, free_px // 2) for box in (sign[0], title, text))
            draw_sign = shapes.pause_sign if name is ScreenName.FAULT else shapes.dots_sign
            surface.blit(draw_sign(self._colours, sign_box.w), sign_box[:2])
        self._type.draw(surface, words.title, title, title_style, across, "top")
        if words.apart:
            self._draw_hint(surface, text, words.text)
        else:
            self._type.draw(surface, words.text, text, text_style, across, "top")

    def _boxes(self, name: ScreenName) -> tuple[Rect, ...]:
        """Sign, title and text; without the sign where there is none, or where it moves and is drawn by itself."""
        layout = self._layout
        match name:
            case ScreenName.STARTING | ScreenName.FAULT:
                return layout.message
            case _ if name in _ACKNOWLEDGING:
                return layout.acknowledgement[1:]
            case _:
                return (layout.question, layout.hint)

    def _draw_hint(self, surface: pygame.Surface, box: Rect, text: str) -> None:
        """A hint that is to be noticed: in a pill, in the accent."""
        sizes = self._layout.sizes
        style = Style(600, sizes.hint, sizes.smallest, self._colours.accent)
        width = self._type.width(text, style.weight, style.px) + 2 * self._layout.px(4.5)
        ground = Rect(box.x + (box.w - width) // 2, box.y, width, box.h)
        surface.blit(shapes.pill(self._colours, (ground.w, ground.h), 2), ground[:2])
        self._type.draw(surface, text, ground, style)


def _around(boxes: tuple[Rect, ...]) -> Rect:
    """The smallest rectangle with all of them in it."""
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Rect(x, y, max(box.right for box in boxes) - x, max(box.bottom for box in boxes) - y)
