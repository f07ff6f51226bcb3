"""What a telephone's camera sees on our screens is read by a real decoder, not by what wrote it."""

import re

import pygame
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk import squares


def read(picture: Image.Image) -> list[str]:
    """The QR codes in a picture, as a telephone reads them."""
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]  # type: ignore[arg-type]


def photographed(surface: pygame.Surface) -> Image.Image:
    """What a camera gets of it."""
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def painted(rows: tuple[tuple[bool, ...], ...], module_px: int) -> Image.Image:
    picture = Image.new("L", (len(rows[0]), len(rows)), 255)
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    return picture.resize((len(rows[0]) * module_px, len(rows) * module_px), Image.Resampling.NEAREST)


@settings(deadline=None, max_examples=25)
@given(st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_./:", min_size=1, max_size=200))
def test_whatever_the_link_is_a_telephone_reads_it(text: str) -> None:
    assert read(painted(squares.modules(text), 4)) == [text]


def test_four_light_modules_are_around_it() -> None:
    rows = squares.modules("https://danhgia.example.vn")
    quiet = squares.QUIET_MODULES
    assert quiet == 4
    outside = [
        dark
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if min(x, y, len(rows) - 1 - x, len(rows) - 1 - y) < quiet
    ]
    assert not any(outside)
    assert rows[quiet][quiet]


def test_in_a_terminal_window_it_is_read_too() -> None:
    text = "https://danhgia.example.vn/admin/k/abc"
    halves = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True)}
    rows: list[tuple[bool, ...]] = []
    for line in squares.lines(text):
        pairs = [halves[one] for one in re.sub("\x1b\\[[0-9;]*m", "", line)]
        rows += [tuple(upper for upper, _lower in pairs), tuple(lower for _upper, lower in pairs)]
    assert read(painted(tuple(rows), 4)) == [text]
