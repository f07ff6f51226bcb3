"""The service menu behind the technician's page: a PIN, and what can be seen and done with it. Pure.

The PIN itself is looked at elsewhere (`TryPin`), where the wrong ones are counted through restarts. Everything that is
asked of the machine here is an entry of the ledger.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hardware.events import Level, Source
from kiosk.controller.rules import S
from kiosk.controller.state import Attend, Effect, OpenPage, Restart
from kiosk.leaf import (
    BACK,
    CLOSE,
    ENTER,
    ERASE,
    FEWEST_DIGITS,
    LEAST_BRIGHTNESS,
    LESS,
    MENU,
    MORE,
    MOST_DIGITS,
    RUN,
    STEP_PERCENT,
    Answer,
    ChangeSetting,
    Errand,
    Export,
    Leaf,
    PinTried,
    SeeDelivery,
    SeeSetting,
    SeeStick,
    Setting,
    Told,
    TryPin,
)
from kiosk.ledger.kinds import Json
from kiosk.view import Facts, Menu

_LEAST_PERCENT = {Leaf.BRIGHTNESS: LEAST_BRIGHTNESS, Leaf.VOLUME: 0}

Body = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of a touch or an answer.

    Attributes:
        page: The page from now on; None = it is closed.
        entries: Bodies of `service` entries.
        effects: What is to be done.
    """

    page: OpenPage | None
    entries: tuple[Body, ...] = ()
    effects: tuple[Effect, ...] = ()


def learn(page: OpenPage, facts: Facts) -> OpenPage:
    """The machine has said how it is."""
    return replace(page, facts=facts, until_ns=max(page.until_ns, facts.pin_until_ns))


def tap(page: OpenPage, button: str, now_ns: int) -> Turned:
    """Somebody has touched a button. One that is not there just now means nothing."""
    page = replace(page, last_ns=now_ns)
    if button == CLOSE:
        return Turned(None)
    match page.menu.leaf:
        case Leaf.STATUS:
            return Turned(_beyond_status(page)) if button == MENU and _items(page) else Turned(page)
        case Leaf.PIN:
            return _on_pad(page, button, now_ns)
        case Leaf.MENU:
            return _chosen(page, button)
        case leaf if button == BACK:
            del leaf
            return Turned(_at(page, Leaf.MENU))
        case Leaf.EXPORT if button == RUN and not page.menu.busy:
            return _asking(page, Export() if page.menu.offers else SeeStick())
        case Leaf.RESTART if button == RUN:
            return Turned(
                _at(page, Leaf.RESTART, busy=True), ({"menu": "restart", "done": True},), (Restart(),)
            )
        case (Leaf.BRIGHTNESS | Leaf.VOLUME) as leaf if button in (LESS, MORE):
            return _set(page, leaf, STEP_PERCENT if button == MORE else -STEP_PERCENT)
    return Turned(page)


def answered(page: OpenPage | None, answer: Answer) -> Turned:
    """The machine has done what it was asked. What was done stays an entry, whether the page is still open or not."""
    menu = page.menu if page is not None else Menu()
    match answer:
        case PinTried() if not answer.right:
            wrong: Body = {"menu": "wrong_pin"}
            if page is None:
                return Turned(None, (wrong,))
            page = replace(page, until_ns=max(page.until_ns, answer.until_ns), pin="")
            return Turned(replace(page, menu=replace(menu, digits=0, wrong=True, busy=False)), (wrong,))
        case PinTried() if page is not None and menu.leaf is Leaf.PIN and menu.busy:
            return Turned(_at(replace(page, entered=True), Leaf.MENU), ({"menu": "entered"},))
        case Told():
            entries: tuple[Body, ...] = ()
            if answer.done is not None:
                entries = ({"menu": answer.leaf.value, "done": answer.done},)
            if page is not None and menu.leaf is answer.leaf:
                menu = replace(menu, lines=answer.lines, offers=answer.offers, busy=False)
                page = replace(page, menu=menu)
            return Turned(page, entries)
        case Setting() if page is not None and menu.leaf is answer.leaf:
            return Turned(replace(page, menu=replace(menu, percent=answer.percent, busy=False)))
    return Turned(page)


def tried(page: OpenPage, levels: tuple[Level, ...], source: Source) -> OpenPage:
    """Presses on the leaf of the inputs are shown there, each button once."""
    menu = page.menu
    if menu.leaf is not Leaf.INPUTS:
        return page
    new = tuple((source, level) for level in levels)
    known = tuple(button for button in menu.tried if button not in new)
    return replace(page, menu=replace(menu, tried=(*known, *new)))


def shown(page: OpenPage, now_ns: int) -> Menu:
    """What is shown of it now."""
    if page.menu.leaf is not Leaf.PIN:
        return page.menu
    return replace(page.menu, digits=len(page.pin), wait_s=_wait_s(page, now_ns))


def due_ns(page: OpenPage | None, now_ns: int) -> int | None:
    """When the seconds that are shown change."""
    if page is None or page.menu.leaf is not Leaf.PIN or not (wait_s := _wait_s(page, now_ns)):
        return None
    return page.until_ns - (wait_s - 1) * S


def _wait_s(page: OpenPage, now_ns: int) -> int:
    return max(0, math.ceil((page.until_ns - now_ns) / S))


def _items(page: OpenPage) -> tuple[Leaf, ...]:
    return () if page.facts is None else page.facts.items


def _at(page: OpenPage, leaf: Leaf, *, busy: bool = False) -> OpenPage:
    return replace(page, menu=Menu(leaf, busy=busy), pin="")


def _beyond_status(page: OpenPage) -> OpenPage:
    return _at(page, Leaf.MENU if page.entered else Leaf.PIN)


def _on_pad(page: OpenPage, button: str, now_ns: int) -> Turned:
    if button == BACK:
        return Turned(_at(page, Leaf.STATUS))
    if page.menu.busy or _wait_s(page, now_ns):
        return Turned(page)
    if button == ENTER and len(page.pin) >= FEWEST_DIGITS:
        menu = replace(page.menu, busy=True, wrong=False)
        return Turned(replace(page, menu=menu, pin=""), effects=(Attend(TryPin(page.pin)),))
    if button == ERASE:
        return Turned(replace(page, pin=page.pin[:-1]))
    if len(button) == 1 and button in "0123456789" and len(page.pin) < MOST_DIGITS:
        return Turned(replace(page, pin=page.pin + button, menu=replace(page.menu, wrong=False)))
    return Turned(page)


def _chosen(page: OpenPage, button: str) -> Turned:
    if button == BACK:
        return Turned(_at(page, Leaf.STATUS))
    if not page.entered or button not in _items(page):
        return Turned(page)
    leaf = Leaf(button)
    entries: tuple[Body, ...] = ({"menu": leaf.value},)
    match leaf:
        case Leaf.DELIVERY:
            return _asking(_at(page, leaf), SeeDelivery(), entries)
        case Leaf.EXPORT:
            return _asking(_at(page, leaf), SeeStick(), entries)
        case Leaf.BRIGHTNESS | Leaf.VOLUME:
            return _asking(_at(page, leaf), SeeSetting(leaf), entries)
    return Turned(_at(page, leaf), entries)


def _asking(page: OpenPage, errand: Errand, entries: tuple[Body, ...] = ()) -> Turned:
    return Turned(replace(page, menu=replace(page.menu, busy=True)), entries, (Attend(errand),))


def _set(page: OpenPage, leaf: Leaf, by: int) -> Turned:
    now = page.menu.percent
    if now is None:
        return Turned(page)
    percent = min(100, max(_LEAST_PERCENT[leaf], now + by))
    if percent == now:
        return Turned(page)
    page = replace(page, menu=replace(page.menu, percent=percent))
    return Turned(page, ({"menu": leaf.value, "percent": percent},), (Attend(ChangeSetting(leaf, percent)),))
