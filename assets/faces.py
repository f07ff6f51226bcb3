"""The five faces: drawn from one set of numbers, so that they read as one family.

Only the mouth and, for the lowest level, the brows change from face to face: the mouth carries the meaning, and
nobody is shown in tears or in rage. Discs and features differ in lightness by at least 3:1 (WCAG 2.2, 1.4.11),
and each face differs from its neighbours as a black silhouette too, for those who see no colour.

``python -m assets.faces`` writes the files that are shipped. They use attributes only, no ``<style>`` and no
``<use>``: the rasteriser inside SDL_image knows neither.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SIDE = 200
"""Width and height of the drawing, in its own units."""

INK = "#23272B"
TONGUE = "#E9786B"
STROKE = 11.0

EYE_X, EYE_Y = 31.0, 82.0
EYE_RX, EYE_RY = 9.5, 12.0
MOUTH_Y = 132.0
MOUTH_DEPTH = 30.0
BROW_OUTER_X, BROW_INNER_X, BROW_Y = 49.0, 18.0, 62.0
BROW_RISE = 15.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Expression:
    """What makes one face differ from the others.

    Attributes:
        disc: Colour of the disc.
        curve: Mouth, from -1 (corners far down) to 1 (corners far up).
        openness: How far the mouth is open, 0 to 1.
        half_width: Half the width of the mouth, in units of the drawing.
        brow: How far the inner ends of the brows are raised, 0 (no brows are drawn) to 1.
    """

    disc: str
    curve: float
    openness: float
    half_width: float
    brow: float


EXPRESSIONS: dict[int, Expression] = {
    1: Expression("#D8574A", curve=-1.0, openness=0.0, half_width=41, brow=1.0),
    2: Expression("#DD7A35", curve=-0.6, openness=0.0, half_width=37, brow=0.0),
    3: Expression("#EDBB3F", curve=0.0, openness=0.0, half_width=37, brow=0.0),
    4: Expression("#7DB356", curve=0.78, openness=0.0, half_width=44, brow=0.0),
    5: Expression("#45A873", curve=0.62, openness=1.0, half_width=50, brow=0.0),
}


def face_svg(level: int) -> str:
    """The face of one level.

    Args:
        level: 1 (worst) to 5 (best).

    Returns:
        An SVG document of `SIDE` by `SIDE` units, transparent outside the disc.
    """
    face = EXPRESSIONS[level]
    parts = [f'<circle cx="100" cy="100" r="98" fill="{face.disc}"/>', *_eyes()]
    parts += _brows(face) + (_open_mouth(face) if face.openness else _closed_mouth(face))
    body = "\n  ".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}">\n'
        f"  {body}\n</svg>\n"
    )


def file_name(level: int) -> str:
    """The name under which a face is shipped, in the folder ``assets/faces``."""
    return f"level-{level}.svg"


def write_faces(folder: Path) -> list[Path]:
    """Write the five files.

    Args:
        folder: Where to; it is made when missing.

    Returns:
        The files written, in the order of the levels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / file_name(level) for level in EXPRESSIONS]
    for level, path in zip(EXPRESSIONS, written, strict=True):
        path.write_text(face_svg(level), encoding="utf-8", newline="\n")
    return written


def _eyes() -> list[str]:
    """The eyes are the same on every face."""
    return [
        f'<ellipse cx="{_n(100 + side * EYE_X)}" cy="{_n(EYE_Y)}" rx="{_n(EYE_RX)}" ry="{_n(EYE_RY)}" fill="{INK}"/>'
        for side in (-1, 1)
    ]


def _brows(face: Expression) -> list[str]:
    """Brows raised at their inner ends: sorrow, not anger."""
    if not face.brow:
        return []
    rise = BROW_RISE * face.brow
    parts = []
    for side in (-1, 1):
        outer = (100 + side * BROW_OUTER_X, BROW_Y)
        inner = (100 + side * BROW_INNER_X, BROW_Y - rise)
        bend = (100 + side * (BROW_OUTER_X + BROW_INNER_X) / 2, BROW_Y - rise * 0.72)
        parts.append(_stroke(f"M {_p(outer)} Q {_p(bend)} {_p(inner)}", STROKE * 0.8))
    return parts


def _closed_mouth(face: Expression) -> list[str]:
    """One line, bent."""
    depth = face.curve * MOUTH_DEPTH
    # A shallow line keeps its bend in the middle; a deep one is round.
    roundness = 0.36 + 0.14 * abs(face.curve)
    left, right = _lip(face.half_width, MOUTH_Y - depth / 2, depth, roundness)
    return [_stroke(f"M {_p(left[0])} C {_p(left[1])} {_p(right[0])} {_p(right[1])}", STROKE)]


def _open_mouth(face: Expression) -> list[str]:
    """A laugh: a nearly straight upper lip, a deep lower one, and the tongue between."""
    w = face.half_width - STROKE / 2
    corner_y = MOUTH_Y - 18.0
    upper = 7.0 * face.curve
    lower = 48.0 * face.openness
    (a, b), (c, d) = _lip(w, corner_y, upper, roundness=0.5)
    (_, e), (f, _) = _lip(w, corner_y, lower, roundness=0.86)
    mouth = f"M {_p(a)} C {_p(b)} {_p(c)} {_p(d)} C {_p(f)} {_p(e)} {_p(a)} Z"
    # The tongue lies on the lower lip: a slice of the same curve, closed by an arch.
    start, one, two, end = _middle_of((a, e, f, d), 0.27)
    arch = (100.0, start[1] - 15.0)
    tongue = f"M {_p(start)} C {_p(one)} {_p(two)} {_p(end)} Q {_p(arch)} {_p(start)} Z"
    return [
        f'<path d="{mouth}" fill="{INK}" stroke="{INK}" stroke-width="{_n(STROKE * 0.7)}" stroke-linejoin="round"/>',
        f'<path d="{tongue}" fill="{TONGUE}"/>',
    ]


def _lip(
    half_width: float, corner_y: float, depth: float, roundness: float
) -> tuple[tuple[Point, Point], tuple[Point, Point]]:
    """A symmetrical cubic curve whose middle lies ``depth`` below its corners, as (start, control), (control, end)."""
    x = half_width * roundness
    # The middle of a cubic lies three quarters of the way to its control points.
    y = corner_y + depth * 4 / 3
    return ((100 - half_width, corner_y), (100 - x, y)), ((100 + x, y), (100 + half_width, corner_y))


def _middle_of(curve: tuple[Point, Point, Point, Point], cut: float) -> list[Point]:
    """The control points of what is left of a cubic curve when ``cut`` is taken from both ends (its blossom)."""
    s, t = cut, 1 - cut
    return [_blossom(curve, at) for at in ((s, s, s), (s, s, t), (s, t, t), (t, t, t))]


def _blossom(curve: tuple[Point, Point, Point, Point], at: tuple[float, float, float]) -> Point:
    points = list(curve)
    for u in at:
        points = [(x0 + (x1 - x0) * u, y0 + (y1 - y0) * u) for (x0, y0), (x1, y1) in pairwise(points)]
    return points[0]


def _stroke(path: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="{_n(width)}" stroke-linecap="round"/>'


def _p(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    write_faces(Path(__file__).parent / "faces")
