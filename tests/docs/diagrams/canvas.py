"""A sheet to draw on, that becomes an SVG: plain shapes with their own colours, so that every viewer shows the same."""

from collections.abc import Sequence
from typing import Literal
from xml.sax.saxutils import escape

INK = "#1f2933"
SOFT = "#66727f"
PALE = "#e9edf1"
PAPER = "#ffffff"
GROUND = "#1f2933"
WIRES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00")
"""Of the five buttons; told apart by people with any colour vision (Okabe and Ito), and numbered anyway."""

FONTS = "Be Vietnam Pro, Noto Sans, DejaVu Sans, sans-serif"

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


class Canvas:
    """A white sheet.

    Args:
        width: In px.
        height: In px.
        title: What it shows; read aloud by screen readers.
    """

    def __init__(self, width: int, height: int, title: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"',
            f'role="img" font-family="{FONTS}">',
            f"<title>{escape(title)}</title>",
            f'<rect x="0" y="0" width="{width}" height="{height}" fill="{PAPER}"/>',
        ]

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = PAPER,
        line: str = INK,
        round_px: float = 4,
    ) -> None:
        """A rectangle by its upper left corner."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_px:g}" '
            f'fill="{fill}" stroke="{line}" stroke-width="1.5"/>'
        )

    def disc(
        self, x: float, y: float, radius: float, *, fill: str = PAPER, line: str = INK, dashed: bool = False
    ) -> None:
        """A circle by its middle."""
        self._parts.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{line}" '
            f'stroke-width="1.5"{_dashes(dashed)}/>'
        )

    def line(
        self, points: Sequence[Point], *, colour: str = INK, width: float = 2.5, dashed: bool = False
    ) -> None:
        """A wire, or an edge, through these points."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
            f'stroke-linejoin="round"{_dashes(dashed)}/>'
        )

    def shape(self, points: Sequence[Point], *, fill: str, line: str = INK) -> None:
        """A filled polygon."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self._parts.append(f'<polygon points="{path}" fill="{fill}" stroke="{line}" stroke-width="1.5"/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 14,
        anchor: Anchor = "start",
        colour: str = INK,
        bold: bool = False,
    ) -> None:
        """One line of text; `y` is its base line."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"{weight}>'
            f"{escape(words)}</text>"
        )

    def lines(
        self, x: float, y: float, words: Sequence[str], *, size: float = 14, colour: str = SOFT
    ) -> None:
        """Several lines of text, one below the other."""
        for number, line in enumerate(words):
            self.text(x, y + number * size * 1.45, line, size=size, colour=colour)

    def measure(self, start: Point, end: Point, words: str, *, beside: Point) -> None:
        """A dimension: a line with a stroke across each end, and its words at `beside`."""
        self.line((start, end), width=1.5, colour=SOFT)
        upright = start[0] == end[0]
        for x, y in (start, end):
            self.line(
                ((x - 6, y), (x + 6, y)) if upright else ((x, y - 6), (x, y + 6)), width=1.5, colour=SOFT
            )
        self.text(*beside, words, anchor="start" if upright else "middle")

    def svg(self) -> str:
        """The whole file."""
        return "\n".join([*self._parts, "</svg>", ""])


def _dashes(dashed: bool) -> str:
    return ' stroke-dasharray="6 5"' if dashed else ""
