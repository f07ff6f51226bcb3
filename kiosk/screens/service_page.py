"""The technician's page: how the machine and its inputs are, and a button that closes it. Never a level."""

import math

import pygame

from assets.texts import Texts
from hardware.events import Source
from kiosk.faults import FaultCode
from kiosk.input_names import INPUT_NAMES
from kiosk.leaf import CLOSE, MENU, Leaf
from kiosk.room import room
from kiosk.screens.fault_words import fault_words
from kiosk.screens.heads import TITLE_WEIGHT, words_of
from kiosk.screens.layout import Layout
from kiosk.screens.menu_sheet import menu_sheet
from kiosk.screens.palette import Palette
from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM
from kiosk.screens.sheet import Button, Sheet, draw_sheet
from kiosk.screens.type import Style, Type
from kiosk.screens.wording import Wording
from kiosk.view import Service, View

Row = tuple[str, str]
"""What it is, and how it is."""

_UNWATCHED = (Source.TOUCH, Source.KEY)
"""Nobody would notice if these were gone."""

_ROW_EM = 2.5
"""Height of a row, as a share of the size of type, where there is room."""


def fault_row(service: Service, _: Texts) -> Row:
    """What the technician has come for, and the longest of all."""
    return _("Fault"), _("none") if service.fault is None else _fault(service.fault, _)


def machine_rows(service: Service, _: Texts) -> list[Row]:
    """How the machine is."""
    facts = service.facts
    if facts is None:
        program = free = clock = "…"
    else:
        program = facts.program
        free = room(facts.free_mb).render(_)
        clock = _("synchronised") if facts.clock_synced else _("not synchronised")
    rows = [
        (_("Program"), program),
        (_("Free space"), free),
        (_("Clock"), clock),
    ]
    if facts is not None and facts.another_board:
        rows.append((_("Board"), _("not the enrolled one")))
    return rows


def input_rows(service: Service, _: Texts) -> list[Row]:
    """How the inputs are."""
    rows = []
    for source, code in service.inputs:
        name = INPUT_NAMES[source].render(_)
        if code is FaultCode.INPUT_LOST:
            state = _("{code} – disconnected").format(code=code.value)
        elif code is not None:
            state = _fault(code, _)
        else:
            state = _("switched on") if source in _UNWATCHED else _("working")
        rows.append((name[:1].upper() + name[1:], state))
    return rows


def presses_words(presses: int, _: Texts) -> str:
    """That presses arrive. Which ones is nobody's business on a screen in a hall."""
    match presses:
        case 0:
            return _("No test press yet")
        case 1:
            return _("One test press received")
        case _:
            return _("{count} test presses received").format(count=presses)


def closing_words(service: Service, _: Texts) -> str:
    """How the page is closed, beside by the button that a finger can touch."""
    by_itself = _("This page closes by itself after 60 seconds without a press.")
    if _has_glass(service):
        return by_itself
    return _("To close it, hold both outer buttons for 6 seconds.") + " " + by_itself


def _has_glass(service: Service) -> bool:
    return any(source is Source.TOUCH for source, _ in service.inputs)


def _fault(code: FaultCode, _: Texts) -> str:
    return _("{code} – {words}").format(code=code.value, words=fault_words(code, _))


class ServicePage:
    """Draws the page below the header."""

    def __init__(self, layout: Layout, type_: Type, wording: Wording, texts: Texts, colours: Palette) -> None:
        self._layout = layout
        self._type = type_
        self._wording = wording
        self._texts = texts
        self._colours = colours
        self.place = layout.page

    def draw(self, surface: pygame.Surface, view: View) -> None:
        """Draw the page on a surface that is exactly its place."""
        _, layout, sizes = self._texts, self._layout, self._layout.sizes
        page = Rect(0, 0, self.place.w, self.place.h)
        close = layout.close.moved(-self.place.x, -self.place.y)
        service = view.service or Service()
        if service.menu.leaf is not Leaf.STATUS:
            sheet = self.sheet(service)
            draw_sheet(surface, sheet, self.place[:2], layout, self._type, self._colours)
            return
        words = words_of(view, self._wording, _)

        gap = layout.px(1.6 if layout.beside else 3.4)
        title_px = min(sizes.title, sizes.label)
        title = Rect(0, gap, page.w, math.ceil(title_px * LINE_EM))
        hint = Rect(0, title.bottom, page.w, math.ceil(sizes.hint * LINE_EM))
        self._type.draw(surface, words.title, title, self._style(TITLE_WEIGHT, title_px), "left")
        self._type.draw(surface, words.text, hint, self._style(400, sizes.hint, faint=True), "left")
        sheet = self.sheet(service)
        aside = min((button.place.x for button in sheet.buttons), default=self.place.right + layout.px(3.0))
        said = Rect(0, close.y, aside - self.place.x - layout.px(3.0), close.h)
        if layout.size_px[1] > layout.size_px[0] and len(sheet.buttons) > 1:
            # Two buttons leave too little beside them.
            said = Rect(0, close.y - gap - close.h, page.w, close.h)
        self._draw_rows(surface, page.down(hint.bottom + gap, said.y - gap), service)
        upper, lower = said.down(said.y, said.centre[1]), said.down(said.centre[1], said.bottom)
        presses, closing = presses_words(service.presses, _), closing_words(service, _)
        self._type.draw(surface, presses, upper, self._style(600, sizes.hint), "left", "bottom")
        self._type.draw(surface, closing, lower, self._style(400, sizes.footer, faint=True), "left", "top")
        draw_sheet(surface, sheet, self.place[:2], layout, self._type, self._colours)

    def sheet(self, service: Service) -> Sheet:
        """What can be touched on the page, and, beyond the status, all that is on it."""
        if service.menu.leaf is not Leaf.STATUS:
            return menu_sheet(self._layout, service, self._texts)
        if not _has_glass(service):
            return Sheet()
        _, close = self._texts, self._layout.close
        buttons = [Button(CLOSE, close, self._wording.safe.close)]
        if service.facts is not None and service.facts.items:
            buttons.append(Button(MENU, close.moved(-close.w - self._layout.px(3.0), 0), _("Menu")))
        return Sheet(buttons=tuple(buttons))

    def _draw_rows(self, surface: pygame.Surface, room: Rect, service: Service) -> None:
        """The fault, then the machine and its inputs: beside each other on a panel that is wider than high."""
        _, layout = self._texts, self._layout
        fault, machine, inputs = fault_row(service, _), machine_rows(service, _), input_rows(service, _)
        # Wide enough that a state is not read as belonging to the name beside it.
        gap = max(layout.px(6.0), room.w // 20)
        places = [(room.x, 0, room.w, fault)]
        if layout.size_px[0] > layout.size_px[1]:
            width = (room.w - gap) // 2
            places += [(room.x, 1 + n, width, row) for n, row in enumerate(machine)]
            places += [(room.right - width, 1 + n, width, row) for n, row in enumerate(inputs)]
        else:
            places += [(room.x, 1 + n, room.w, row) for n, row in enumerate(machine)]
            places += [(room.x, 2 + len(machine) + n, room.w, row) for n, row in enumerate(inputs)]
        size = self._common_size([(width, row) for _x, _line, width, row in places])
        lines = 1 + max(line for _x, line, _width, _row in places)
        row_px = min(round(layout.sizes.hint * _ROW_EM), room.h // lines)
        for x, line, width, row in places:
            self._draw_row(surface, Rect(x, room.y + line * row_px, width, row_px), row, size)

    def _common_size(self, rows: list[tuple[int, Row]]) -> int:
        """The largest size of type with which every row is on one line: a table in several sizes looks torn."""
        sizes = self._layout.sizes
        for px in range(sizes.hint, sizes.smallest, -1):
            if all(
                self._type.width(name, 400, px) + self._type.width(f"– {state}", 600, px) <= width
                for width, (name, state) in rows
            ):
                return px
        return sizes.smallest

    def _draw_row(self, surface: pygame.Surface, place: Rect, row: Row, size: int) -> None:
        name, state = row
        line = max(1, self._layout.px(0.3))
        pygame.draw.rect(surface, self._colours.hairline, Rect(place.x, place.bottom - line, place.w, line))
        inside = place.down(place.y, place.bottom - line)
        name_px = min(self._type.width(name, 400, size) + 1, inside.w * 3 // 5)
        state_box = Rect(inside.x + name_px, inside.y, inside.w - name_px, inside.h)
        name_box = Rect(inside.x, inside.y, name_px, inside.h)
        self._type.draw(surface, name, name_box, self._style(400, size, faint=True), "left")
        self._type.draw(surface, state, state_box, self._style(600, size), "right")

    def _style(self, weight: int, px: int, *, faint: bool = False) -> Style:
        colour = self._colours.grey if faint else self._colours.ink
        return Style(weight, px, self._layout.sizes.smallest, colour)
