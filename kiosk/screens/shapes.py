"""The shapes of the screens: cards, key caps, the ring with its check, and the technician's mark."""

import math

import pygame

from kiosk.screens.palette import Colour, Palette, css
from kiosk.screens.rect import Rect
from kiosk.screens.svg import drawing


def card(
    colours: Palette, size: tuple[int, int], radius: int, border: int, *, pressed: bool = False
) -> pygame.Surface:
    """A card; a pressed one has a heavy rim and a tint, the same for every level."""
    fill, outline = (colours.card_pressed, colours.ink) if pressed else (colours.card, colours.rim)
    return drawing(*size, _rounded(size, radius, border if pressed else 2, fill, outline))


def button(colours: Palette, size: tuple[int, int], radius: int, border: int) -> pygame.Surface:
    """A button that must be found at once: its rim is seen on any ground."""
    return drawing(*size, _rounded(size, radius, border, colours.card, colours.accent))


def pill(colours: Palette, size: tuple[int, int], border: int) -> pygame.Surface:
    """The ground of a gentle hint."""
    return drawing(*size, _rounded(size, size[1] // 2, border, colours.card, colours.accent))


def key_cap(colours: Palette, side: int) -> pygame.Surface:
    """The round top of a physical button: the number on it is the number beside the card."""
    return drawing(side, side, _circle(side / 2, side / 2 - 1.5, "none", colours.outline, 2))


def check_sign(colours: Palette, side: int, left: float | None) -> pygame.Surface:
    """The check of the thank-you in its ring.

    Args:
        colours: The theme.
        side: Width and height, pixels.
        left: The share of the ring that is left, 1.0 to 0.0; None where no correction is offered.
    """
    width = side * 0.072
    radius = (side - width) / 2 - 1
    middle = side / 2
    tick = [(middle + side * x, middle + side * y) for x, y in ((-0.185, 0.02), (-0.05, 0.155), (0.2, -0.15))]
    elements = [
        _circle(middle, radius, "none", colours.track, width),
        _line(tick, side * 0.085, colours.accent),
    ]
    if left is not None and left > 0:
        elements.insert(1, _arc(middle, radius, left, width, colours.accent))
    return drawing(side, side, *elements)


def pause_sign(colours: Palette, side: int) -> pygame.Surface:
    """Two bars in a circle: the terminal has stopped taking ratings."""
    middle, reach = side / 2, side * 0.19
    bars = [
        _line(
            [(middle + dx * side, middle - reach), (middle + dx * side, middle + reach)],
            side * 0.085,
            colours.ink,
        )
        for dx in (-0.12, 0.12)
    ]
    return drawing(side, side, _disc(colours, side), *bars)


def dots_sign(colours: Palette, side: int) -> pygame.Surface:
    """Three dots in a circle: please wait."""
    fill = css(colours.grey)
    dots = [
        f'<circle cx="{side / 2 + dx * side:.1f}" cy="{side / 2:.1f}" r="{side * 0.05:.1f}" fill="{fill}"/>'
        for dx in (-0.17, 0.0, 0.17)
    ]
    return drawing(side, side, _disc(colours, side), *dots)


def mark(colours: Palette, side: int, *, attention: bool) -> pygame.Surface:
    """The technician's mark, told apart by shape alone: a circle when all is well, a triangle when not."""
    width = max(2.0, side * 0.1)
    near, far = width / 2 + 1, side - width / 2 - 1
    if not attention:
        return drawing(side, side, _circle(side / 2, far - side / 2, "none", colours.outline, width))
    outline, points = css(colours.outline), f"{side / 2},{near} {far},{far} {near},{far}"
    return drawing(
        side,
        side,
        f'<polygon points="{points}" fill="none" stroke="{outline}" stroke-width="{width:.2f}" '
        'stroke-linejoin="round"/>',
    )


def _disc(colours: Palette, side: int) -> str:
    width = side * 0.036
    return _circle(side / 2, (side - width) / 2 - 1, css(colours.card), colours.hairline, width)


def _circle(middle: float, radius: float, fill: str, outline: Colour, width: float) -> str:
    return (
        f'<circle cx="{middle:.2f}" cy="{middle:.2f}" r="{radius:.2f}" fill="{fill}" '
        f'stroke="{css(outline)}" stroke-width="{width:.2f}"/>'
    )


def _rounded(size: tuple[int, int], radius: int, border: int, fill: Colour, outline: Colour) -> str:
    half = border / 2
    return (
        f'<rect x="{half}" y="{half}" width="{size[0] - border}" height="{size[1] - border}" rx="{radius - half}" '
        f'fill="{css(fill)}" stroke="{css(outline)}" stroke-width="{border}"/>'
    )


def _line(points: list[tuple[float, float]], width: float, colour: Colour) -> str:
    path = " L ".join(f"{x:.2f} {y:.2f}" for x, y in points)
    return (
        f'<path d="M {path}" fill="none" stroke="{css(colour)}" stroke-width="{width:.2f}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _arc(middle: float, radius: float, share: float, width: float, colour: Colour) -> str:
    """The part of a circle from the top, clockwise."""
    if share >= 1:
        return _circle(middle, radius, "none", colour, width)
    turn = 2 * math.pi * share
    x, y = middle + radius * math.sin(turn), middle - radius * math.cos(turn)
    return (
        f'<path d="M {middle:.2f} {middle - radius:.2f} A {radius:.2f} {radius:.2f} 0 {int(share > 0.5)} 1 '
        f'{x:.2f} {y:.2f}" fill="none" stroke="{css(colour)}" stroke-width="{width:.2f}" stroke-linecap="round"/>'
    )


def draw_arrow(surface: pygame.Surface, colour: Colour, place: Rect) -> None:
    """An arrow that fills its place and points to the top of the picture."""
    middle, neck = place.x + place.w // 2, place.y + place.h // 2
    half = place.w // 6
    pygame.draw.polygon(
        surface,
        colour,
        (
            (middle, place.y),
            (place.right, neck),
            (middle + half, neck),
            (middle + half, place.bottom),
            (middle - half, place.bottom),
            (middle - half, neck),
            (place.x, neck),
        ),
    )


def draw_mark(surface: pygame.Surface, colour: Colour, place: Rect, *, right: bool) -> None:
    """A tick or a cross as high as a capital letter."""
    side = place.w * 2 // 3
    x, y, thick = place.x, place.y + (place.h - side) // 2, max(2, place.w // 8)
    strokes = (
        ((0.0, 0.55), (0.38, 0.95), (1.0, 0.1)) if right else ((0.05, 0.05), (0.95, 0.95)),
        () if right else ((0.95, 0.05), (0.05, 0.95)),
    )
    for stroke in strokes:
        points = [(x + round(side * across), y + round(side * down)) for across, down in stroke]
        if points:
            pygame.draw.lines(surface, colour, False, points, thick)
