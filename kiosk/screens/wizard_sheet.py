"""A page of provisioning, laid out for a finger: words above, then answers or a keyboard, and the ways out below."""

import math
from dataclasses import dataclass, replace

from assets.texts import Texts
from kiosk import squares
from kiosk.provision.page import RULER_MM, Page
from kiosk.provision.steps import Step
from kiosk.screens.heads import TITLE_WEIGHT
from kiosk.screens.layout import Layout
from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM
from kiosk.screens.sheet import MARKS, Box, Button, Line, Picture, Sheet, grid, mark_px
from kiosk.screens.type import Type
from kiosk.wizard.keyboard import (
    CAPITALS,
    DIGITS,
    ERASE,
    LAYERS,
    LETTERS,
    NUMBERS,
    OK,
    SHIFT,
    SHOW,
    SIGNS,
    SPACE,
    TELEX,
    Typing,
)

BACK, SKIP, MORE, CHOICE, KEY = "back", "skip", "more", "choice:", "key:"
"""Names of buttons; those of choices and of keys go on with theirs."""

KEY_MM, CHOICE_MM = 12.0, 13.0
"""The least height of a key and of an answer."""
_GAP_MM = 1.2
_MOST_KEY_MM = 20.0
_MOST_PICTURE_MM = 55.0
"""Of a square or an arrow. Telephones read from 25 mm on; the larger, the farther away may they be held."""


@dataclass(frozen=True, slots=True)
class WizardPage:
    """What is laid out, and how many pages its answers or lines take."""

    sheet: Sheet
    pages: int
    ruler: Rect | None = None


def wizard_page(
    layout: Layout, type_: Type, page: Page, typing: Typing | None, at: int, _: Texts
) -> WizardPage:
    """Lay it out.

    Args:
        layout: Of the panel.
        type_: The fonts.
        page: What is to be shown.
        typing: What has been typed; None where nothing is.
        at: Which part of the answers, where they do not all fit; counts on for ever.
        _: The catalogue.
    """
    margin = max(layout.dead_margin_px, layout.page.x)
    width, height = layout.size_px
    area = Rect(margin, layout.dead_margin_px, width - 2 * margin, height - 2 * layout.dead_margin_px)
    gap = layout.px(_GAP_MM)
    title_px = min(layout.sizes.title, layout.sizes.label)
    title = Rect(area.x, area.y, area.w, math.ceil(title_px * LINE_EM))
    where = _where(page, _)
    where_px = type_.width(where, 400, layout.sizes.footer) + gap if where else 0
    lines: list[Line] = [
        Line(
            page.title.render(_), Rect(title.x, title.y, title.w - where_px, title.h), title_px, TITLE_WEIGHT
        ),
    ]
    if where:
        lines.append(Line(where, title, layout.sizes.footer, faint=True, across="right", down="centre"))
    body = area.down(title.bottom + gap, area.bottom)
    if page.busy:
        lines.append(Line(_("One moment, please…"), body, layout.sizes.text))
        return WizardPage(Sheet(tuple(lines)), 1)
    if typing is not None:
        if layout.beside:
            # The keyboard leaves no room for a title; what is asked says enough.
            lines, body = [], area
        typed = _typing(layout, type_, page, typing, body, _)
        return WizardPage(_with(typed, lines), 1, typed.ruler)
    chosen = _choosing(layout, type_, page, at, body, _)
    return WizardPage(_with(chosen, lines), chosen.pages, chosen.ruler)


def _with(laid: WizardPage, lines: list[Line]) -> Sheet:
    bars: tuple[Rect, ...] = ()
    if laid.ruler is not None:
        line, tick = laid.ruler, 3 * laid.ruler.h
        ends = (Rect(x, line.y - tick, line.h, 2 * tick + line.h) for x in (line.x, line.right - line.h))
        bars = (line, *ends)
    return replace(laid.sheet, lines=(*lines, *laid.sheet.lines), bars=bars)


def _where(page: Page, _: Texts) -> str:
    if page.step is None:
        return ""
    steps = list(Step)
    return _("step {number} of {count}").format(number=steps.index(page.step) + 1, count=len(steps))


_SIGNS = str.maketrans("→", "–")
"""What commands print, in what the font of the screen has; `MARKS` are drawn."""


def _words(page: Page, _: Texts) -> list[tuple[str, int]]:
    """Sentences with their weights: what went wrong comes first."""
    said = [] if page.problem is None else [(page.problem.render(_), 700)]
    return said + [(line.render(_).translate(_SIGNS), 400) for line in page.lines]


def _flow(
    layout: Layout, type_: Type, words: list[tuple[str, int]], room: Rect, most_px: int
) -> tuple[list[Line], int]:
    """Sentences below each other, in the largest size in which all fit; and where they end."""
    marked = [(text[:1] if text.startswith(MARKS) else "", text, weight) for text, weight in words]
    said = [
        (mark, text.removeprefix(mark).lstrip() if mark else text, weight) for mark, text, weight in marked
    ]
    rooms: list[int] = []
    heights: list[int] = []
    for px in range(most_px, layout.sizes.smallest - 1, -1):
        rooms = [room.w - (mark_px(px) if mark else 0) for mark, _text, _weight in said]
        heights = [
            type_.wrapped(text, weight, px, wide).height
            for (_mark, text, weight), wide in zip(said, rooms, strict=True)
        ]
        if sum(heights) <= room.h or px == layout.sizes.smallest:
            break
    lines, y = [], room.y
    for (mark, text, weight), wide, high in zip(said, rooms, heights, strict=True):
        place = Rect(room.right - wide, y, wide, min(high, max(1, room.bottom - y)))
        lines.append(Line(text, place, px, weight, mark=mark))
        y += high
    return lines, min(y, room.bottom)


def _parts(
    layout: Layout, type_: Type, words: list[tuple[str, int]], room: Rect
) -> list[list[tuple[str, int]]]:
    """Sentences that fit below each other in the smallest size; one part where all do."""
    px = layout.sizes.smallest
    parts: list[list[tuple[str, int]]] = [[]]
    left = room.h
    for text, weight in words:
        wide = room.w - (mark_px(px) if text.startswith(MARKS) else 0)
        high = type_.wrapped(text, weight, px, wide).height
        if high > left and parts[-1]:
            parts.append([])
            left = room.h
        parts[-1].append((text, weight))
        left -= high
    return parts


def _above(room: Rect, answers: int, columns: int, least: int, gap: int) -> tuple[int, Rect]:
    """In how many rows answers stand, and what they leave to words: a quarter at least."""
    if not answers:
        return 0, room
    rows = math.ceil(answers / columns)
    return rows, room.down(room.y, max(room.y + room.h // 4, room.bottom - rows * (least + gap) - 2 * gap))


def _ways(layout: Layout, page: Page, row: Rect, more: str, _: Texts) -> list[Button]:
    """The ways out, in the lowest row: back at the left, leaving the step out at the right."""
    places = grid(row, 3, 1, layout.px(2.0), (row.w, row.h))
    buttons = []
    if page.may_go_back:
        buttons.append(Button(BACK, places[0], _("Back"), px=layout.sizes.hint))
    if more:
        buttons.append(Button(MORE, places[1], more, px=layout.sizes.hint))
    if page.may_skip:
        buttons.append(Button(SKIP, places[2], _("Leave this step out"), px=layout.sizes.hint))
    return buttons


def _choosing(layout: Layout, type_: Type, page: Page, at: int, body: Rect, _: Texts) -> WizardPage:
    """Answers in one column or two, in parts where they or the words are too many."""
    gap, least = layout.px(_GAP_MM), math.ceil(CHOICE_MM / layout.mm_per_px)
    row_h = math.ceil(CHOICE_MM * _growth(layout) / layout.mm_per_px)
    ways_row = Rect(body.x, body.bottom - row_h, body.w, row_h)
    room = body.down(body.y, ways_row.y - 2 * gap)
    if page.square or page.arrow:
        return _pictured(layout, type_, page, room, ways_row, _)
    tall, words = layout.size_px[1] > layout.size_px[0], _words(page, _)
    columns = 1 if tall or len(page.choices) < 4 else 2
    rows, words_room = _above(room, len(page.choices), columns, least, gap)
    parts = _parts(layout, type_, words, words_room)
    if not tall and columns == 1 and len(parts) > 1:
        columns = 2
        rows, words_room = _above(room, len(page.choices), columns, least, gap)
        parts = _parts(layout, type_, words, words_room)
    lines, end = _flow(layout, type_, parts[at % len(parts)], words_room, layout.sizes.text)
    ruler = _ruler(layout, page, room.down(end, room.bottom))
    top = (ruler.bottom + 3 * gap if ruler else end + 3 * gap) if lines or ruler else room.y
    answers = room.down(top, room.bottom)
    fitting = max(1, (answers.h + gap) // (least + gap))
    if rows > fitting and columns == 1 and layout.size_px[0] > layout.size_px[1]:
        columns, rows = 2, -(-len(page.choices) // 2)
    rows = min(rows, fitting)
    part = rows * columns
    lists = max(1, math.ceil(len(page.choices) / part)) if part else 1
    pages, first = max(lists, len(parts)), (at % lists) * part
    shown = page.choices[first : first + part]
    high = min(row_h, (answers.h - (rows - 1) * gap) // rows) if rows else 0
    buttons = []
    width = (answers.w - (columns - 1) * gap) // columns
    for n, choice in enumerate(shown):
        down, across = n % rows, n // rows
        place = Rect(answers.x + across * (width + gap), answers.y + down * (high + gap), width, high)
        label, done = _marked(choice.label.render(_), _)
        name = f"{CHOICE}{choice.key}"
        buttons.append(Button(name, place, label, marked=done, px=layout.sizes.hint))
    more = _("More ({at} of {count})").format(at=at % pages + 1, count=pages) if pages > 1 else ""
    buttons += _ways(layout, page, ways_row, more, _)
    return WizardPage(Sheet(tuple(lines), tuple(buttons)), pages, ruler)


def _pictured(layout: Layout, type_: Type, page: Page, room: Rect, ways_row: Rect, _: Texts) -> WizardPage:
    """Words and answers beside a QR code or an arrow, or above and below it where the panel is higher than wide."""
    gap, rows = 2 * layout.px(_GAP_MM), squares.modules(page.square) if page.square else ()
    most = layout.px(_MOST_PICTURE_MM)
    columns = 1 if len(page.choices) < 3 else 2
    lines_of_answers = -(-len(page.choices) // columns)
    answers_h = lines_of_answers * (ways_row.h + gap)
    if layout.size_px[1] > layout.size_px[0]:
        side = min(most, room.w, room.h // 2)
        picture = Rect(room.x + (room.w - side) // 2, room.bottom - answers_h - side, side, side)
        words_room, answers = room.down(room.y, picture.y - gap), room.down(picture.bottom + gap, room.bottom)
    else:
        side = min(most, room.h, room.w // 2 if columns == 1 else room.w * 2 // 5)
        picture = Rect(room.right - side, room.y, side, side)
        left = Rect(room.x, room.y, room.w - side - 2 * gap, room.h)
        answers = left.down(left.bottom - answers_h + gap, left.bottom)
        words_room = left.down(left.y, answers.y - gap)
    lines, end = _flow(layout, type_, _words(page, _), words_room, layout.sizes.text)
    if layout.size_px[1] > layout.size_px[0]:
        picture = picture.moved(0, (end + gap - picture.y) // 2)  # in the middle of what is left
    places = grid(answers, columns, lines_of_answers, gap, (answers.w, ways_row.h))
    buttons = [
        Button(f"{CHOICE}{choice.key}", place, choice.label.render(_), px=layout.sizes.hint)
        for choice, place in zip(page.choices, places, strict=False)
    ]
    buttons += _ways(layout, page, ways_row, "", _)
    pictures = (Picture(picture, rows),) if rows else ()
    arrow = picture if page.arrow else None
    return WizardPage(Sheet(tuple(lines), tuple(buttons), pictures=pictures, arrow=arrow), 1)


def _marked(label: str, _: Texts) -> tuple[str, bool]:
    """The list of steps has a sign before each, as a terminal shows it; the font of the screen has no such signs."""
    if label.startswith("✓ "):
        return f"{label[2:]} – {_('done')}", True
    return label.removeprefix("○ "), False


def _typing(layout: Layout, type_: Type, page: Page, typing: Typing, area: Rect, _: Texts) -> WizardPage:
    """A field, further answers and the ways out, and the keyboard: below them, the number pad beside them."""
    gap, key_px = layout.px(_GAP_MM), math.ceil(KEY_MM * _growth(layout) / layout.mm_per_px)
    tall = layout.size_px[1] > layout.size_px[0]
    most_px = layout.px(_MOST_KEY_MM * _growth(layout))
    beside = _beside(page, typing, _)
    px, footer = layout.sizes.text, layout.sizes.hint
    if typing.layer == DIGITS and not tall:
        half = (area.w - 4 * gap) // 2
        high = min(most_px, area.h // 4)
        keys = Rect(area.right - half, area.bottom - 4 * high, half, 4 * high)
        row = Rect(area.x, area.bottom - key_px, half, key_px)
        field = Rect(area.x, row.y - gap - key_px, half, key_px)
        room = Rect(area.x, area.y, half, field.y - gap - area.y)
    else:
        high = min(most_px, max(key_px, area.h // (9 if tall else 6)))
        keys = area.down(area.bottom - 4 * high, area.bottom)
        field = Rect(area.x, keys.y - gap - key_px, area.w, key_px)
        row = field.moved(0, -gap - key_px)
        if not tall:
            wide = len(beside) * (area.w // 6)
            row = Rect(area.right - wide, field.y, wide, key_px)
            field = Rect(area.x, field.y, area.w - wide - gap, key_px)
        room = area.down(area.y, row.y - gap)
    buttons = list(_keyboard(layout, typing, keys, gap // 2, _))
    places = grid(row, max(1, len(beside)), 1, gap, (row.w, row.h))
    buttons += (
        Button(name, place, label, px=footer) for (name, label), place in zip(beside, places, strict=False)
    )
    said = _words(page, _)
    if typing.telex:
        said.append((_("Telex: aa = â, ow = ơ, dd = đ; tones s f r x j"), 400))
    if page.entry is not None:
        said.append((page.entry.label.render(_), 600))
    ruler_h = layout.px(8.0) if page.ruler_mm_per_px is not None else 0
    lines, end = _flow(layout, type_, said, room.down(room.y, room.bottom - ruler_h), px)
    ruler = _ruler(layout, page, room.down(end, room.bottom))
    inside = field.inset(layout.card_inner_px + layout.border_px)
    seen = _end_of(type_, typing.visible + "|", inside.w, px)
    lines.append(Line(seen, inside, px, 600, down="centre"))
    return WizardPage(Sheet(tuple(lines), tuple(buttons), (Box(field, filled=True),)), 1, ruler)


def _end_of(type_: Type, text: str, width: int, px: int) -> str:
    """What is typed stays in sight: the beginning of a long text goes."""
    while len(text) > 1 and type_.width(text, 600, px) > width:
        text = text[1:]
    return text


def _beside(page: Page, typing: Typing, _: Texts) -> list[tuple[str, str]]:
    beside = [(f"{CHOICE}{choice.key}", choice.label.render(_)) for choice in page.choices]
    if typing.telex is not None:
        beside.append((f"{KEY}{TELEX}", _("Telex: on") if typing.telex else _("Telex: off")))
    if typing.secret:
        beside.append((f"{KEY}{SHOW}", _("Hide") if typing.shown else _("Show")))
    if page.may_go_back:
        beside.append((BACK, _("Back")))
    if page.may_skip:
        beside.append((SKIP, _("Leave out")))
    return beside


def _keyboard(layout: Layout, typing: Typing, area: Rect, rim_px: int, _: Texts) -> list[Button]:
    labels = {
        ERASE: _("Del"),
        SHIFT: "ABC",
        SPACE: _("space"),
        OK: _("OK"),
        LETTERS: "abc",
        NUMBERS: "123",
        SIGNS: "#+=",
    }
    rows = LAYERS[typing.layer]
    high, unit = area.h // len(rows), area.w / 10
    buttons = []
    for n, row in enumerate(rows):
        x = 0.0
        for key in row:
            left, right = round(area.x + x * unit), round(area.x + (x + key.units) * unit)
            place = Rect(left, area.y + n * high, right - left, high)
            px = layout.sizes.hint if len(key.name) > 1 else layout.sizes.text
            marked = key.name == SHIFT and typing.layer == CAPITALS
            name = f"{KEY}{key.name}"
            label = labels.get(key.name, key.name)
            buttons.append(Button(name, place, label, marked=marked, px=px, rim_px=rim_px))
            x += key.units
    return buttons


def _ruler(layout: Layout, page: Page, room: Rect) -> Rect | None:
    """The line to be measured, by the scale that is being asked about."""
    if page.ruler_mm_per_px is None:
        return None
    long = min(room.w, round(RULER_MM / page.ruler_mm_per_px))
    return Rect(room.x + (room.w - long) // 2, room.y + 4 * layout.px(_GAP_MM), long, max(2, layout.px(1.0)))


def _growth(layout: Layout) -> float:
    return max(1.0, min(layout.size_px) * layout.mm_per_px / 135.6)
