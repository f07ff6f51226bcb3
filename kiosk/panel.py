"""How large a pixel is: what was configured, else what the panel says of itself, else a stated assumption.

A finger and an eye are measured in millimetres, so everything is laid out from them. Panels lie: many report
0 mm, some the size of the television that their controller was built for.
"""

import logging
import math
from enum import Enum, auto

Size = tuple[int, int]

ASSUMED_MM: tuple[float, float] = (217.0, 135.625)
"""A panel of 10.1 inches and 16:10, when nobody knows better (docs/configuration.md)."""

LEAST_MM, MOST_MM = 40, 2000
"""A side of a panel. Nothing that is hung beside a counter is smaller or larger."""

_SKEW = 1.25
"""Pixels are nearly square: those of the 7-inch panels are 8 % wider than high, and that is the worst known."""

_log = logging.getLogger(__name__)


def is_plausible(size_mm: Size) -> bool:
    """Whether a panel can have that size at all."""
    return len(size_mm) == 2 and all(LEAST_MM <= side <= MOST_MM for side in size_mm)


def fits(size_px: Size, size_mm: Size) -> bool:
    """Whether pixels of that size would be nearly square."""
    skew = (size_mm[0] / size_px[0]) / (size_mm[1] / size_px[1])
    return 1 / _SKEW <= skew <= _SKEW


class Basis(Enum):
    """Why a pixel is taken to be so large."""

    CONFIGURED = auto()
    CONFIGURED_DIAGONAL = auto()  # the sides do not fit the pixels
    REPORTED = auto()
    ASSUMED = auto()  # nothing is reported, or nothing that can be


def basis_of(size_px: Size, configured_mm: Size | None, reported_mm: Size | None) -> Basis:
    """What `mm_per_px` goes by; its arguments."""
    if configured_mm is not None:
        return Basis.CONFIGURED if fits(size_px, configured_mm) else Basis.CONFIGURED_DIAGONAL
    if reported_mm is not None and is_plausible(reported_mm) and fits(size_px, reported_mm):
        return Basis.REPORTED
    return Basis.ASSUMED


def mm_per_px(size_px: Size, configured_mm: Size | None, reported_mm: Size | None) -> float:
    """Millimetres a pixel.

    Args:
        size_px: Width and height of the picture, pixels.
        configured_mm: ``screen.panel_mm``, which the configuration has found plausible; None where it is not set.
        reported_mm: What the panel says of itself, if it says anything.

    Returns:
        Of pixels that are not square the shorter side: nothing becomes smaller than it was meant to be.
    """
    basis = basis_of(size_px, configured_mm, reported_mm)
    if configured_mm is not None:
        if basis is Basis.CONFIGURED:
            return _shorter(size_px, configured_mm)
        _log.warning(
            "screen.panel_mm = %s does not fit %s pixels; only its diagonal is used", configured_mm, size_px
        )
        return math.hypot(*configured_mm) / math.hypot(*size_px)
    if reported_mm is not None:
        if basis is Basis.REPORTED:
            return _shorter(size_px, reported_mm)
        _log.warning("the panel of %s pixels reports the impossible size %s mm", size_px, reported_mm)
    _log.info("the size of the panel is not known, 10.1 inches are assumed; screen.panel_mm sets it")
    return math.hypot(*ASSUMED_MM) / math.hypot(*size_px)


def _shorter(size_px: Size, size_mm: Size) -> float:
    return min(size_mm[0] / size_px[0], size_mm[1] / size_px[1])
