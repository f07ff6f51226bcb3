"""Small drawings as SVG text, made into surfaces of an exact size: smooth edges without drawing large first."""

import re
from io import BytesIO

import pygame

_OPENING = re.compile(r"<svg\b[^>]*>")
_SIDES = re.compile(r'\s(?:width|height)="[^"]*"')


def resized(svg: str, width: int, height: int) -> str:
    """The same drawing in another size: SDL_image draws at the size that the file states, and at no other.

    Raises:
        ValueError: If the text has no whole ``<svg>`` element; SDL_image draws what there is of a file cut short.
    """
    opening = _OPENING.search(svg)
    if opening is None or not svg.rstrip().endswith("</svg>"):
        msg = "this is not an SVG drawing, or not the whole of it"
        raise ValueError(msg)
    bare = _SIDES.sub("", opening.group())
    return svg.replace(opening.group(), f'<svg width="{width}" height="{height}"{bare[4:]}', 1)


def rasterise(svg: str) -> pygame.Surface:
    """Draw an SVG at the size that it states, on a transparent surface.

    Raises:
        pygame.error: If SDL_image cannot read it.
    """
    return pygame.image.load(BytesIO(svg.encode()), "drawing.svg")


def drawing(width: int, height: int, *elements: str) -> pygame.Surface:
    """Draw elements whose units are pixels."""
    body = "".join(elements)
    return rasterise(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{body}</svg>'
    )
