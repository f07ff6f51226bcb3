"""The service page and the menu behind its PIN, as this checkout draws them: found on the screen, and touched there."""

from dataclasses import replace

import pygame
from PIL import Image as Picture

from kiosk.leaf import ENTER, MENU, Leaf
from kiosk.view import Menu, ScreenName, View
from tests.kiosk.screens.gallery import PLACE, WITH_MENU, Exhibit
from tests.kiosk.screens.panels import PANELS
from tests.machine.citizen import Citizen
from tests.machine.screen import SERVICE, difference

RIGHT, WRONG = "2580", "1379"
"""The PIN of ``guest/hailong.toml``, and another."""
CORNERS_PX = ((60, 60), (1220, 60))
_HELD_S = 8.0
_SEEN_S = 20.0
"""An emulated machine draws the page within so many seconds."""
_ALLOWED = 0.0005
"""Such a part of the pixels may differ: less than a digit more of a PIN."""
_TOLD_PX = 200
"""From the title of the page of the PIN to the end of what it says: how many digits, and whether they were wrong."""


class Page:
    """A leaf of the service page.

    Args:
        menu: How it is.

    Attributes:
        name: For people.
        picture: As it is drawn here.
    """

    def __init__(self, menu: Menu) -> None:
        (panel,) = (panel for panel in PANELS if panel.name == "10-1280x800")
        painter = Exhibit(panel, "vi", "calm").painter(PLACE)
        view = View(ScreenName.SERVICE, service=replace(WITH_MENU, menu=menu))
        surface = pygame.Surface(panel.size_px)
        painter.draw(surface, view, 0)
        self.name = f"{menu.leaf.value}, {menu.digits} digits"
        self.picture = Picture.frombytes("RGB", panel.size_px, pygame.image.tobytes(surface, "RGB"))
        sheet = painter.service_sheet(view)
        self._buttons = {button.name: button.place for button in sheet.buttons}
        title = (sheet.lines or sheet.buttons)[0].place  # the page before the menu has only buttons
        # What the menu offers depends on the machine; its title, and what is told of the PIN below that, does not.
        told_px = _TOLD_PX if menu.leaf is Leaf.PIN else title.h
        self._told = (title.x, title.y, title.right, title.y + told_px)

    def button_px(self, name: str) -> tuple[int, int]:
        """Where a finger touches a button."""
        return self._buttons[name].centre

    def is_on(self, shown: Picture.Image) -> bool:
        """Whether a screen shows it."""
        return difference(shown.crop(self._told), self.picture.crop(self._told)) <= _ALLOWED


class Technician:
    """Somebody at the service page, by touch.

    Args:
        citizen: Whose fingers.
    """

    def __init__(self, citizen: Citizen) -> None:
        self._citizen, self._machine = citizen, citizen.machine

    def opens_the_page(self) -> None:
        """By both upper corners; once more where they were not held for six seconds of the machine's."""

        def opened() -> bool:
            self._citizen.touches(*CORNERS_PX, held_s=_HELD_S)
            return self._citizen.sees_within(SERVICE, _SEEN_S)

        self._machine.until("the service page", opened)

    def goes_to_the_menu(self) -> None:
        """As far as the PIN."""
        self._touches(Page(Menu()), MENU)
        self.waits_for(Page(Menu(Leaf.PIN)))

    def types(self, pin: str) -> None:
        """Every digit, when the one before is there; then the key that ends it."""
        for number, digit in enumerate(pin, start=1):
            self._touches(Page(Menu(Leaf.PIN)), digit)
            self.waits_for(Page(Menu(Leaf.PIN, digits=number)))
        self._touches(Page(Menu(Leaf.PIN)), ENTER)

    def waits_for(self, page: Page) -> None:
        """Until the screen shows it."""
        self._machine.until(f"the page “{page.name}”", lambda: page.is_on(self._machine.picture()))

    def _touches(self, page: Page, button: str) -> None:
        self._citizen.touches(page.button_px(button), held_s=0.15)
