"""The real program with a drawing function that always raises: ``python -m tests.system.broken_drawing run …``."""

from typing import NoReturn

from kiosk.cli import main
from kiosk.screens.painter import Painter


def always_raise(*_: object) -> NoReturn:
    raise RuntimeError("drawing is broken")


if __name__ == "__main__":
    Painter.draw = always_raise  # type: ignore[method-assign, assignment]
    main()
