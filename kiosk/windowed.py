"""The display of a terminal with a screen: window, painter, pointer and keys put together.

Drawing may fail; voting may not. A frame that cannot be drawn is drawn as plain text, the mistake is logged, and
presses go on being taken where the cards are.
"""

import logging
from collections.abc import Callable, Iterator

import pygame

from hardware.corners import Corners
from hardware.events import InputEvent
from hardware.keys import KeyDown, Keys, KeyUp
from hardware.pointer import FingerDown, FingerUp, MouseDown, MouseUp, Pointer, Rect, Targets
from kiosk.display import Words
from kiosk.faults import ProgramCode
from kiosk.leaf import CLOSE
from kiosk.screens.layout import Layout, lay_out
from kiosk.screens.painter import Painter
from kiosk.screens.palette import Palette
from kiosk.screens.safe import draw_safe
from kiosk.view import ScreenName, View
from kiosk.window import Closed, Exposed, Resized, Window, WindowRecord

log = logging.getLogger(__name__)

_FRAME_S = 1 / 25


class WindowDisplay:
    """Shows views in a window.

    Args:
        window: The open window.
        scale: Millimetres a pixel, from the size of the window.
        words: What this terminal calls things in each language that can be chosen; its own one first.
        colours: The theme.
        touch: Whether glass and mouse vote.
        keyboard: Whether keys vote.
        language_key: Whether the key 0 asks for another language.
        plain: Draw everything as plain text from the start.
        code: Why, for the technician.
    """

    def __init__(
        self,
        window: Window,
        scale: Callable[[tuple[int, int]], float],
        words: Words,
        colours: Palette,
        *,
        touch: bool,
        keyboard: bool,
        language_key: bool = False,
        plain: bool,
        code: ProgramCode | None = None,
    ) -> None:
        self._window = window
        self._scale = scale
        self._words = words
        self._colours = colours
        self._touch = touch
        self._keyboard = keyboard
        self._plain, self._code = plain, code
        self._painters: dict[str, Painter] = {}
        self._painter: Painter | None = None
        self._layout: Layout | None = None
        self._targets: Targets | None = None
        self._pointer, self._keys = Pointer(), Keys(language=language_key)
        self._corners = Corners()
        self._until_gesture_s: float | None = None
        self._view: View | None = None
        self._stale = True
        self._moving = False
        self.closed = False
        self.healthy = True

    def show(self, view: View, now_ns: int) -> None:
        """Draw what has changed and put it on the screen."""
        if view == self._view and not self._stale and not self._moving:
            return
        new = view != self._view or self._stale
        self._view, self._stale = view, False
        self._show(view, now_ns, new=new)
        if new:
            self._targets = self._find_targets()  # now, so that no press has to wait for it

    def _show(self, view: View, now_ns: int, *, new: bool) -> None:
        if self._plain:
            if new:
                self._draw_plain(view, self._code)
                self._window.present()
            return
        try:
            changed = self._paint(view, now_ns)
            self._moving = view.ring is not None and now_ns < view.ring.end_ns
        except Exception:
            # Whatever it was, the citizen must see something, and the next view is tried anew.
            log.exception("the screen %r could not be drawn; plain text is shown instead", view.name.value)
            self.healthy = self._moving = False
            self._begin_anew()
            self._draw_plain(view, ProgramCode.DRAWING_FAILED)
            self._window.present()
            return
        if changed:
            self._window.present(changed)

    def _paint(self, view: View, now_ns: int) -> list[pygame.Rect]:
        painter = self._painter_of(view.language)
        if painter is not self._painter:
            painter.forget()  # another one has drawn since
            self._painter = painter
        self._layout = painter.layout
        return painter.draw(self._window.surface, view, now_ns)

    def _painter_of(self, language: str) -> Painter:
        """The painter of a language. The terminal's own stays ready; of the others the last one, for its memory."""
        if language not in self._painters:
            texts, wording = self._words[language]
            size = self._window.size
            own = next(iter(self._words))
            kept = {name: painter for name, painter in self._painters.items() if name == own}
            self._painters = kept | {
                language: Painter(
                    size,
                    self._scale(size),
                    texts,
                    wording,
                    switch=self._next_name(language),
                    colours=self._colours,
                )
            }
        return self._painters[language]

    def _next_name(self, language: str) -> str:
        """What the language after this one calls itself; empty where nobody can switch."""
        languages = list(self._words)
        if len(languages) < 2:
            return ""
        following = languages[(languages.index(language) + 1) % len(languages)]
        return self._words[following][0].own_name

    def dress(self, words: Words, colours: Palette) -> None:
        """Call things so, and look so, from the next `show` on."""
        self._words, self._colours = words, colours
        self._stale = True
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._painters, self._painter = {}, None

    def _draw_plain(self, view: View, code: ProgramCode | None) -> None:
        try:
            self._layout = lay_out(self._window.size, self._scale(self._window.size), header=False)
            wording = self._words[view.language][1]
            cards, why = self._layout.cards_of(view.name), code.value if code else ""
            close = self._layout.close
            draw_safe(self._window.surface, view, wording, cards, self._colours, why, close)
        except pygame.error:
            log.exception("not even plain text can be drawn; presses are still taken")

    def presses(self, now_ns: int) -> Iterator[InputEvent]:
        """The presses on glass and keys since the last call, and what else was asked for there."""
        for record in self._window.events(now_ns):
            for take in (self._press, self._watch_corners):
                try:
                    event = take(record)
                except Exception:
                    log.exception("an event of the window could not be understood; the others go on")
                    continue
                if event is not None:
                    yield event
        # Every release that the window knows of has been taken.
        gesture = self._corners.complete(now_ns)
        if gesture is not None:
            yield gesture
        due_ns = self._corners.due_ns
        self._until_gesture_s = None if due_ns is None else max(0.0, (due_ns - now_ns) / 1e9)

    def _press(self, record: WindowRecord) -> InputEvent | None:
        match record:
            case Closed():
                self.closed = True
            case Exposed():
                self._stale = True
                if self._painter is not None:
                    self._painter.forget()
            case Resized():
                self._stale = True
                self._begin_anew()
            case KeyDown() | KeyUp():
                return self._keys.feed(record) if self._keyboard else None
            case FingerDown() | FingerUp() | MouseDown() | MouseUp() if self._touch:
                return self._pointer.feed(record, self._targets, self._window.size)
        return None

    def _watch_corners(self, record: WindowRecord) -> None:
        """Fingers in the upper corners, on whatever screen."""
        if self._touch and self._layout is not None and isinstance(record, FingerDown | FingerUp):
            corners = [Rect(*corner) for corner in self._layout.corners]
            self._corners.feed(record, corners, self._window.size)

    def _find_targets(self) -> Targets | None:
        """Where a press means what, on the screen that is shown."""
        if self._layout is None or self._view is None:
            return None
        if self._view.name is ScreenName.SERVICE:
            return self._service_targets(self._layout, self._view)
        columns = self._layout.targets(self._view)
        if not columns:
            return None
        # Plain text has no such button.
        has_switch = self._painter is not None and len(self._words) > 1
        switch = Rect(*self._layout.switch) if has_switch else None
        return Targets(tuple(Rect(*column) for column in columns), self._layout.dead_margin_px, switch)

    def _service_targets(self, layout: Layout, view: View) -> Targets:
        """The technician's buttons. Plain text has only the one that closes the page."""
        if self._painter is None:
            return Targets((), layout.dead_margin_px, buttons=((CLOSE, Rect(*layout.close)),))
        sheet = self._painter.service_sheet(view)
        return Targets(
            tuple(Rect(*column) for column in sheet.columns),
            layout.dead_margin_px,
            buttons=tuple((name, Rect(*place)) for name, place in sheet.targets),
        )

    def wait(self, timeout_s: float | None) -> None:
        """Sleep; while nothing else is to do, prepare what the next press will need."""
        if self._moving:
            timeout_s = _FRAME_S if timeout_s is None else min(timeout_s, _FRAME_S)
        elif self._painter is not None and self._view is not None and self._view.name is ScreenName.IDLE:
            try:
                if self._painter.warm():
                    timeout_s = 0.0
            except Exception:
                log.exception(
                    "a part of the screen could not be prepared; it is tried again when it is needed"
                )
        if self._until_gesture_s is not None:
            timeout_s = self._until_gesture_s if timeout_s is None else min(timeout_s, self._until_gesture_s)
        self._window.wait(timeout_s)

    @property
    def wake_fd(self) -> int:
        """A byte written here ends `wait`."""
        return self._window.wake_fd

    def wake(self) -> None:
        """End `wait`."""
        self._window.wake()

    def close(self) -> None:
        """Close the window."""
        self._window.close()
