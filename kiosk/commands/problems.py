"""Why the terminal does not start, on the screen, for the technician who stands there; the log has said it already."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from assets.texts import Texts
from kiosk.codes import PROBLEM_TITLES
from kiosk.commands.start import scale_of
from kiosk.config.errors import ConfigError
from kiosk.config.model import Config
from kiosk.faults import ProgramCode
from kiosk.ledger.lock import LOCKS, holder
from kiosk.mounts import Unsafe
from kiosk.screens.palette import THEMES
from kiosk.wait import DisplayLost

if TYPE_CHECKING:
    from kiosk.window import Window

log = logging.getLogger(__name__)

_SHOWN_S = 15.0
_WINDOW_PX = (1280, 800)
"""Where a window was asked for, and its size is what is wrong."""


def show_problems(error: ConfigError, _: Texts, *, headless: bool) -> None:
    """Show them for a while, turned and coloured as the configuration says where it can be read.

    Not over a kiosk that runs on the same data folder: its citizens would lose their screen, and it its keys.
    """
    if headless or _is_in_use(error):
        return
    problems = [problem.render(_) for problem in error.problems]
    _show_page(error.readable, _, ProgramCode.BAD_CONFIGURATION, problems)


def show_unsafe(unsafe: Unsafe, config: Config, _: Texts, *, headless: bool) -> None:
    """Show for a while why the data folder must not hold ratings."""
    if not headless:
        footer = _("The terminal goes on by itself when this has been put right.")
        _show_page(config, _, unsafe.code, [unsafe.seen.render(_), unsafe.remedy.render(_)], footer)


def _show_page(known: Config, _: Texts, code: ProgramCode, problems: list[str], footer: str = "") -> None:
    from kiosk.screens.text_page import draw_text_page  # pygame takes a while, and is not needed headless
    from kiosk.window import DisplayUnavailable, Window

    size = (known.screen.size or _WINDOW_PX) if known.screen.windowed else None
    try:
        window = Window(size, rotation=known.screen.rotation)
    except DisplayUnavailable as reason:
        log.warning("no display to show the problems on: %s", reason)
        return
    title = f"{PROBLEM_TITLES[code].render(_)} ({code.value})"
    scale, colours = scale_of(known, windowed=size is not None), THEMES[known.screen.theme]

    def draw() -> None:
        draw_text_page(window.surface, scale(window.size), _, title, problems, colours, footer=footer)

    with window:
        try:
            _show(window, draw)
        except DisplayLost as reason:
            log.warning("the display has gone: %s", reason)


def _show(window: Window, draw: Callable[[], None]) -> None:
    """Until the time is up or somebody closes it."""
    from kiosk.window import Closed, Resized

    draw()
    end_s = time.monotonic() + _SHOWN_S
    while (left_s := end_s - time.monotonic()) > 0:
        window.present()  # it may have been covered
        window.wait(left_s)
        records = list(window.events(0))
        if any(isinstance(record, Closed) for record in records):
            return
        if any(isinstance(record, Resized) for record in records):
            draw()


def _is_in_use(error: ConfigError) -> bool:
    """Whether somebody writes a ledger in the data folder, as far as the configuration names one."""
    lock = error.readable.data_dir / "ledger" / "ledger.lock"
    try:
        pid = holder(lock, LOCKS.read_text(encoding="utf-8"))
    except OSError as reason:
        log.warning("whether a kiosk is running cannot be seen: %s", reason)
        return False
    if pid is None:
        return False
    log.warning("process %d uses %s: the screen is left to it", pid, lock.parent.parent)
    return True
