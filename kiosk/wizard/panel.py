"""The screen as provisioning sees it from its own window: the line is on the page itself."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.provision.works import Panel


@dataclass(frozen=True, slots=True)
class OwnPanel:
    """See `kiosk.provision.ports.PanelPart`.

    Attributes:
        size: Width and height of the panel, pixels, as it is without turning.
        mm_per_px: By what is configured now.
    """

    size: Callable[[], tuple[int, int]]
    mm_per_px: Callable[[], float]

    def show(self) -> Panel:
        """How large the picture is; the page draws the line."""
        return Panel(self.size(), self.mm_per_px())

    def hide(self) -> None:
        """The line goes with its page."""
