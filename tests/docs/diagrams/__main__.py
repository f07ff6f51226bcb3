"""Draws all of them: ``python -m tests.docs.diagrams FOLDER`` (scripts/diagrams)."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.docs.diagrams import board, light, pad, panel, place
from tests.docs.diagrams.words import LANGUAGES, Words

DRAWINGS: Mapping[str, Callable[[Words], str]] = {
    "wiring-buttons": board.wiring,
    "wiring-light": light.wiring,
    "wiring-pad": pad.wiring,
    "button-panel": panel.front,
    "placement-side": place.side,
    "placement-above": place.above,
}


def drawings() -> dict[str, str]:
    """Every file's content, by its path within the folder."""
    return {
        f"{language}/{name}.svg": draw(Words(language))
        for language in LANGUAGES
        for name, draw in DRAWINGS.items()
    }


if __name__ == "__main__":
    for name, content in drawings().items():
        path = Path(sys.argv[1]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
