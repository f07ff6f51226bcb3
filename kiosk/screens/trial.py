"""Tries what the screen is made of, for ``hailong doctor``: ``python -m kiosk.screens.trial display|type|faces|words``.

In a process of its own, because what is broken there may end the process; and without opening a window, because
a kiosk may be showing its own. The answer is one line of JSON: ``{"found": …, "problems": […]}``. For ``words`` a
second argument says where they are to be shown, as JSON: ``size`` in pixels, ``mm_per_px``, ``languages``, ``words``.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import resources

import pygame

from assets.faces import EXPRESSIONS, file_name
from assets.texts import Texts
from kiosk.faults import FaultCode
from kiosk.screens.characters import as_read
from kiosk.screens.fontfile import FAMILY, font_file
from kiosk.screens.lines import ELLIPSIS
from kiosk.screens.painter import Painter
from kiosk.screens.sfnt import characters_of, check_font
from kiosk.screens.svg import rasterise, resized
from kiosk.screens.type import Block, Style, Type
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View
from kiosk.window import DRIVERS, HINTS

WEIGHTS = (400, 600, 700)
"""The weights that the screens use."""

LETTERS = "ăâđêôơưẰẨỄỘỞỮỹ"
"""Letters that a font not drawn for Vietnamese lacks."""

_PX = 32

Answer = tuple[str | list[str], list[str]]
"""What was found, and what is wrong with it, in English."""


def display() -> Answer:
    """Which driver SDL chooses here, the size of the panel in pixels, and whether a person can see it."""
    os.environ.update(HINTS)
    try:
        pygame.display.init()
    except pygame.error as error:
        return "", [str(error)]
    driver = pygame.display.get_driver().lower()
    if driver not in DRIVERS:
        return driver, [f"the video driver is {driver}, which nobody can see"]
    width, height = pygame.display.get_desktop_sizes()[0]
    return [driver, str(width), str(height)], []


def type_() -> Answer:
    """Whether every weight of the font opens and has the letters of Vietnamese."""
    pygame.font.init()
    problems = []
    for weight in WEIGHTS:
        try:
            path = font_file(weight)
            data = path.read_bytes()
            check_font(data)
            pygame.font.Font(str(path), _PX)
            found = characters_of(data)  # pygame would measure the box that it draws in the place of a letter
        except (ImportError, OSError, ValueError, pygame.error) as error:
            problems.append(f"{FAMILY} {weight}: {error}")
            continue
        lacking = [letter for letter in LETTERS if ord(letter) not in found]
        if lacking:
            problems.append(f"{FAMILY} {weight} lacks {' '.join(lacking)}")
    return FAMILY, problems


def faces() -> Answer:
    """Whether every face can be read and drawn."""
    problems = []
    for level in EXPRESSIONS:
        name = file_name(level)
        try:
            text = (resources.files("assets") / "faces" / name).read_text(encoding="utf-8")
            rasterise(resized(text, _PX, _PX))
        except (OSError, ValueError, pygame.error) as error:
            problems.append(f"{name}: {error}")
    return str(len(EXPRESSIONS)), problems


class _Watched(Type):
    """Remembers which texts had to be cut."""

    def __init__(self) -> None:
        super().__init__()
        self.cut: dict[str, None] = {}

    def fit(self, text: str, size: tuple[int, int], style: Style) -> Block:
        """See `Type.fit`."""
        block = super().fit(text, size, style)
        if block.lines and block.lines[-1].endswith(ELLIPSIS) and not text.endswith(ELLIPSIS):
            self.cut[text] = None
        return block


def words() -> Answer:
    """Which texts do not fit on a panel: the names of options, else the texts themselves."""
    asked = json.loads(sys.argv[2])
    size, scale = (int(asked["size"][0]), int(asked["size"][1])), float(asked["mm_per_px"])
    chosen: dict[str, str] = {name: str(text) for name, text in asked["words"].items()}
    problems: dict[str, None] = {}
    for language in asked["languages"]:
        texts, watched = Texts(language), _Watched()
        painter = Painter(
            size, scale, texts, Wording.from_texts(texts, chosen), switch=texts.own_name, type_=watched
        )
        for name in ScreenName:
            for fault in FaultCode if name is ScreenName.FAULT else (None,):
                painter.draw(pygame.Surface(size), View(name, fault=fault), 0)
        for text in watched.cut:
            keys = [key for key, its in chosen.items() if its and _same(its, text)]
            problems |= dict.fromkeys(keys or [f"{language}: {text}"])
    return str(len(asked["languages"])), list(problems)


def _same(one: str, other: str) -> bool:
    """Whether two texts are the same on the screen."""
    return as_read(one) == as_read(other)


TRIALS: Mapping[str, Callable[[], Answer]] = {
    "display": display,
    "type": type_,
    "faces": faces,
    "words": words,
}


if __name__ == "__main__":
    found, problems = TRIALS[sys.argv[1]]()
    sys.stdout.write(json.dumps({"found": found, "problems": problems}) + "\n")
