"""The window of ``hailong provision --touch``."""

from collections.abc import Callable, Iterator

from assets.texts import Texts
from hardware.pointer import Rect, Targets
from kiosk.provision.page import Page
from kiosk.rotation import Rotation
from kiosk.screens.layout import lay_out
from kiosk.screens.palette import Palette
from kiosk.screens.sheet import draw_sheet
from kiosk.screens.type import Type
from kiosk.screens.wizard_sheet import wizard_page
from kiosk.window import Closed, Exposed, Resized, Typed, Window
from kiosk.wizard.keyboard import Typing
from kiosk.wizard.touch import Gone, Redraw, TextTyped


class WizardWindow:
    """See `kiosk.wizard.touch.Glass`.

    Args:
        window: The open window.
        mm_per_px: Of the picture, by its size and what is configured now.
        rotation: How it is configured now.
        colours: The theme.
    """

    def __init__(
        self,
        window: Window,
        mm_per_px: Callable[[tuple[int, int]], float],
        rotation: Callable[[], Rotation],
        colours: Palette,
    ) -> None:
        self._window, self._mm_per_px, self._rotation, self._colours = window, mm_per_px, rotation, colours
        self._type = Type()

    @property
    def size(self) -> tuple[int, int]:
        """See `Glass`."""
        return self._window.size

    def show(self, page: Page, typing: Typing | None, part: int, texts: Texts) -> Targets:
        """See `Glass`."""
        self._window.turn(self._rotation())
        layout = lay_out(self.size, self._mm_per_px(self.size), header=False)
        laid = wizard_page(layout, self._type, page, typing, part, texts)
        surface = self._window.surface
        surface.fill(self._colours.paper)
        draw_sheet(surface, laid.sheet, (0, 0), layout, self._type, self._colours)
        self._window.present()
        buttons = tuple((name, Rect(*place)) for name, place in laid.sheet.targets)
        return Targets((), layout.dead_margin_px, buttons=buttons)

    def happened(self, now_ns: int) -> Iterator[object]:
        """See `Glass`."""
        for record in self._window.events(now_ns):
            match record:
                case Closed():
                    yield Gone()
                case Exposed() | Resized():
                    yield Redraw()
                case Typed():
                    yield TextTyped(record.text)
                case _:
                    yield record

    def wait(self, timeout_s: float | None) -> None:
        """See `Glass`."""
        self._window.wait(timeout_s)

    def wake(self) -> None:
        """See `Glass`."""
        self._window.wake()
