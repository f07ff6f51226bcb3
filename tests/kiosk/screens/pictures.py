"""Views to draw, and pixels to compare."""

import pygame

from assets.texts import Texts
from hardware.events import Level, Source
from kiosk.faults import FaultCode
from kiosk.screens.painter import Painter
from kiosk.screens.wording import Wording
from kiosk.view import Facts, Ring, ScreenName, Service, View

RING = Ring(start_ns=0, end_ns=3_000_000_000)

SERVICE = Service(
    Facts("hailong 0.1.0", 25_600, clock_synced=True),
    (
        (Source.TOUCH, None),
        (Source.KEY, None),
        (Source.GPIO, None),
        (Source.PAD, FaultCode.INPUT_LOST),
    ),
    presses=3,
)
ILL = Service(
    Facts("hailong 0.1.0", None, clock_synced=False),
    ((Source.GPIO, FaultCode.BUTTON_STUCK), (Source.PAD, FaultCode.BUTTON_CHATTERING)),
    FaultCode.NO_PERMISSION,
    presses=1,
)

EVERY_VIEW = (
    View(ScreenName.STARTING),
    View(ScreenName.IDLE),
    View(ScreenName.IDLE, attention=True),
    *(View(ScreenName.SAVING, pressed=level) for level in Level),
    View(ScreenName.WAIT, pressed=Level.POOR),
    View(ScreenName.CORRECTING, pressed=Level.POOR),
    View(ScreenName.THANKED, ring=RING),
    View(ScreenName.THANKED),
    View(ScreenName.REPEAT),
    View(ScreenName.AMBIGUOUS),
    View(ScreenName.FAULT),
    *(View(ScreenName.FAULT, fault=code) for code in FaultCode),
    View(ScreenName.SERVICE),
    View(ScreenName.SERVICE, service=SERVICE),
    View(ScreenName.SERVICE, service=ILL),
)


def pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def drawn(painter: Painter, view: View, now_ns: int = 0) -> bytes:
    """The pixels of a view, drawn on a surface of its own."""
    surface = pygame.Surface(painter.layout.size_px)
    painter.forget()
    painter.draw(surface, view, now_ns)
    return pixels(surface)


def fresh(texts: Texts, wording: Wording, painter: Painter) -> Painter:
    """A painter of the same panel that has drawn nothing."""
    return Painter(painter.layout.size_px, painter.layout.mm_per_px, texts, wording)
