"""The leaves of the service menu, laid out: number pad, items, and a page for each of them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from assets.texts import Texts
from hardware.events import Level
from kiosk.config.phrase import Phrase
from kiosk.input_names import INPUT_NAMES
from kiosk.leaf import BACK, CLOSE, ENTER, ERASE, FEWEST_DIGITS, LESS, MORE, MOST_DIGITS, RUN, Leaf
from kiosk.screens.heads import TITLE_WEIGHT
from kiosk.screens.layout import Layout
from kiosk.screens.rect import Rect
from kiosk.screens.scale import LINE_EM
from kiosk.screens.sheet import Box, Button, Line, Sheet, grid
from kiosk.view import Menu, Service

TITLES: Mapping[Leaf, Phrase] = {
    Leaf.STATUS: Phrase("How the terminal is"),
    Leaf.PIN: Phrase("The technician's PIN"),
    Leaf.MENU: Phrase("Service menu"),
    Leaf.INPUTS: Phrase("Test the buttons"),
    Leaf.DELIVERY: Phrase("Network and receipt"),
    Leaf.EXPORT: Phrase("Export to a USB stick"),
    Leaf.BRIGHTNESS: Phrase("Brightness"),
    Leaf.VOLUME: Phrase("Volume"),
    Leaf.RESTART: Phrase("Restart the program"),
}
"""On the items and on their pages."""

_PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", ERASE, "0", ENTER)
_KEY_MM, _ITEM_MM = (34.0, 26.0), (70.0, 34.0)
"""The largest that keys and items become, at the size of gaps of the usual panel."""
_RUN_MM = 80.0


def menu_sheet(layout: Layout, service: Service, _: Texts) -> Sheet:
    """The page of a leaf; that of the status is drawn by `service_page`."""
    if service.menu.leaf is Leaf.PIN:
        return _pin(layout, service.menu, _)
    title, body, back, close = _frame(layout, service.menu.leaf, _)
    sheet = _below(layout, service, body, _)
    return replace(sheet, lines=(title, *sheet.lines), buttons=(*sheet.buttons, back, close))


def _frame(layout: Layout, leaf: Leaf, _: Texts) -> tuple[Line, Rect, Button, Button]:
    """Title, what is below it, and the two ways out."""
    page, close, gap = layout.page, layout.close, layout.px(1.6 if layout.beside else 3.4)
    px = min(layout.sizes.title, layout.sizes.label)
    title = Rect(page.x, page.y + gap, page.w, round(px * LINE_EM) + 1)
    body = page.down(title.bottom + gap, close.y - gap)
    back = Rect(page.x, close.y, close.w, close.h)
    return (
        Line(TITLES[leaf].render(_), title, px, TITLE_WEIGHT),
        body,
        Button(BACK, back, _("Back")),
        Button(CLOSE, close, _("Close")),
    )


def _below(layout: Layout, service: Service, body: Rect, _: Texts) -> Sheet:
    menu = service.menu
    match menu.leaf:
        case Leaf.MENU:
            return Sheet(buttons=tuple(_items(layout, service, body, _)))
        case Leaf.INPUTS:
            return _inputs(layout, menu, body, _)
        case Leaf.BRIGHTNESS | Leaf.VOLUME:
            return _setting(layout, menu, body, _)
        case Leaf.RESTART:
            told = _("Nobody can rate for about ten seconds. Nothing that was kept is lost.")
            return _acting(layout, (told,), _("Restart now"), body, live=not menu.busy)
        case Leaf.EXPORT:
            action = _("Write to the stick") if menu.offers else _("Look for it again")
            said = _words(menu, _)
            return _acting(layout, said, action, body, live=not menu.busy)
    return Sheet(lines=tuple(_listed(layout, _words(menu, _), body)))


def _words(menu: Menu, _: Texts) -> tuple[str, ...]:
    if menu.busy:
        return (_("One moment, please…"),)
    return tuple(line.render(_) for line in menu.lines)


def _items(layout: Layout, service: Service, body: Rect, _: Texts) -> Iterator[Button]:
    items = () if service.facts is None else service.facts.items
    tall = layout.size_px[1] > layout.size_px[0]
    columns = 2 if tall else 4
    rows = -(-len(items) // columns)
    most = _most(layout, _ITEM_MM)
    for leaf, place in zip(items, grid(body, columns, max(rows, 1), layout.px(2.4), most), strict=False):
        yield Button(leaf.value, place, TITLES[leaf].render(_), px=layout.sizes.hint, inner_px=layout.px(2.5))


def _inputs(layout: Layout, menu: Menu, body: Rect, _: Texts) -> Sheet:
    """Five places, as the five buttons lie: touch them, or press the buttons."""
    sizes = layout.sizes
    told = Rect(body.x, body.y, body.w, round(2 * sizes.hint * LINE_EM))
    row = body.down(told.bottom, body.bottom)
    places = grid(row, len(Level), 1, layout.px(2.0), (row.w, layout.px(60.0)))
    lines = [Line(_("Press every button. Nothing is counted."), told, sizes.hint, faint=True)]
    last = menu.tried[-1] if menu.tried else None
    boxes = []
    for level, place in zip(Level, places, strict=True):
        came = [source for source, button in menu.tried if button is level]
        boxes.append(Box(place, filled=last is not None and last[1] is level))
        inside = place.inset(layout.card_inner_px + layout.border_px)
        middle = inside.y + inside.h * 2 // 5
        number, names = inside.down(inside.y, middle), inside.down(middle, inside.bottom)
        lines.append(Line(str(int(level)), number, sizes.title, TITLE_WEIGHT, across="centre", down="centre"))
        said = ", ".join(dict.fromkeys(INPUT_NAMES[source].render(_) for source in came)) if came else "–"
        lines.append(Line(said, names, sizes.footer, 600 if came else 400, not came, "centre"))
    return Sheet(tuple(lines), boxes=tuple(boxes), columns=places)


def _setting(layout: Layout, menu: Menu, body: Rect, _: Texts) -> Sheet:
    most = _most(layout, _ITEM_MM)
    less, value, more = grid(body, 3, 1, layout.px(3.0), most)
    if menu.percent is None:
        said = _("One moment, please…") if menu.busy else _("This terminal does not tell.")
        return Sheet(lines=(Line(said, body, layout.sizes.text),))
    number = Line(
        f"{menu.percent} %", value, layout.sizes.title, TITLE_WEIGHT, across="centre", down="centre"
    )
    px = layout.sizes.title
    return Sheet((number,), (Button(LESS, less, "−", px=px), Button(MORE, more, "+", px=px)))


def _acting(layout: Layout, said: tuple[str, ...], action: str, body: Rect, *, live: bool) -> Sheet:
    """Lines, and one thing to do."""
    high = min(layout.close.h, body.h // 2)
    wide = min(body.w, layout.px(_RUN_MM * _growth(layout)))
    run = Rect(body.x, body.bottom - high, wide, high)
    lines = tuple(_listed(layout, said, body.down(body.y, run.y - layout.px(2.0))))
    return Sheet(lines, (Button(RUN, run, action, live=live),))


def _listed(layout: Layout, said: tuple[str, ...], body: Rect) -> Iterator[Line]:
    """Sentences below each other; each gets a like share of the room, and shrinks before it is cut."""
    if not said:
        return
    most = round(3 * layout.sizes.text * LINE_EM)
    high = min(most, body.h // len(said))
    px = min(layout.sizes.text, max(layout.sizes.smallest, round(high / LINE_EM)))
    for n, text in enumerate(said):
        yield Line(text, Rect(body.x, body.y + n * high, body.w, high), px)


def _pin(layout: Layout, menu: Menu, _: Texts) -> Sheet:
    """The number pad: beside the words on a panel that is wider than high, else below them."""
    title, _body, back, close = _frame(layout, Leaf.PIN, _)
    page, gap = layout.page, layout.px(1.6 if layout.beside else 3.4)
    most = _most(layout, _KEY_MM)
    if layout.size_px[0] > layout.size_px[1]:
        half = (page.w - layout.px(8.0)) // 2
        pad_area = Rect(page.right - half, page.y + gap, half, page.h - gap)
        left = Rect(page.x, page.y, half, page.h)
        wide = (half - layout.px(3.0)) // 2
        close_place = Rect(left.right - wide, close.place.y, wide, close.place.h)
        back = replace(back, place=Rect(left.x, back.place.y, wide, back.place.h))
        close = replace(close, place=close_place)
        title = replace(title, place=Rect(left.x, title.place.y, left.w, title.place.h))
        below = left.down(title.place.bottom + gap, back.place.y - gap)
    else:
        below = page.down(title.place.bottom + gap, title.place.bottom + gap + page.h // 5)
        pad_area = page.down(below.bottom, back.place.y - gap)
    px = layout.sizes.text
    dots_high = round(1.5 * layout.sizes.title * LINE_EM)
    dots = Rect(below.x, below.y, below.w, min(dots_high, below.h // 2))
    said = below.down(dots.bottom, below.bottom)
    lines = (
        title,
        Line("•" * menu.digits or "–", dots, layout.sizes.title, TITLE_WEIGHT, down="centre"),
        Line(_pin_words(menu, _), said, layout.sizes.hint, faint=not menu.wrong),
    )
    live = not menu.busy and not menu.wait_s
    keys = grid(pad_area, 3, 4, layout.px(2.0), most)
    labels = {ERASE: _("Delete"), ENTER: _("OK")}
    usable = {ERASE: menu.digits > 0, ENTER: menu.digits >= FEWEST_DIGITS}
    pad = tuple(
        Button(
            name,
            place,
            labels.get(name, name),
            live=live and usable.get(name, menu.digits < MOST_DIGITS),
            px=px if name in labels else layout.sizes.title,
        )
        for name, place in zip(_PAD, keys, strict=True)
    )
    return Sheet(lines, (*pad, back, close))


def _pin_words(menu: Menu, _: Texts) -> str:
    if menu.busy:
        return _("One moment, please…")
    if menu.wait_s:
        minutes, seconds = divmod(menu.wait_s, 60)
        return _("Too many wrong PINs. The next one can be typed in {minutes}:{seconds}.").format(
            minutes=minutes, seconds=f"{seconds:02d}"
        )
    if menu.wrong:
        return _("That was not the PIN.")
    return _("Four to eight digits")


def _most(layout: Layout, size_mm: tuple[float, float]) -> tuple[int, int]:
    growth = _growth(layout)
    return layout.px(size_mm[0] * growth), layout.px(size_mm[1] * growth)


def _growth(layout: Layout) -> float:
    """How much larger than on the usual panel things may become."""
    return max(1.0, min(layout.size_px) * layout.mm_per_px / 135.6)
