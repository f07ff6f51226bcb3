"""Tries what the screen is made of, for ``hailong doctor``: ``python -m kiosk.screens.trial display|type|faces``.

In a process of its own, because what is broken there may end the process; and without opening a window, because
a kiosk may be showing its own. The answer is one line of JSON: ``{"found": …, "problems": […]}``.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import resources

import pygame

from assets.faces import EXPRESSIONS, file_name
from kiosk.screens.sfnt import check_font
from kiosk.screens.svg import rasterise, resized
from kiosk.screens.type import FAMILY, font_file
from kiosk.window import DRIVERS, HINTS

WEIGHTS = (400, 600, 700)
"""The weights that the screens use."""

LETTERS = "ăâđêôơưẰẨỄỘỞỮỹ"
"""Letters that a font not drawn for Vietnamese lacks."""

_PX = 32

Answer = tuple[str, list[str]]
"""What was found, and what is wrong with it, in English."""


def display() -> Answer:
    """Which driver SDL chooses here, and whether a person can see it."""
    os.environ.update(HINTS)
    try:
        pygame.display.init()
    except pygame.error as error:
        return "", [str(error)]
    driver = pygame.display.get_driver().lower()
    return driver, [] if driver in DRIVERS else [f"the video driver is {driver}, which nobody can see"]


def type_() -> Answer:
    """Whether every weight of the font opens and has the letters of Vietnamese."""
    pygame.font.init()
    problems = []
    for weight in WEIGHTS:
        try:
            path = font_file(weight)
            check_font(path.read_bytes())
            measures = pygame.font.Font(str(path), _PX).metrics(LETTERS)
        except (ImportError, OSError, ValueError, pygame.error) as error:
            problems.append(f"{FAMILY} {weight}: {error}")
            continue
        lacking = [letter for letter, found in zip(LETTERS, measures, strict=True) if found is None]
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


TRIALS: Mapping[str, Callable[[], Answer]] = {"display": display, "type": type_, "faces": faces}


if __name__ == "__main__":
    found, problems = TRIALS[sys.argv[1]]()
    sys.stdout.write(json.dumps({"found": found, "problems": problems}) + "\n")
