"""The tree of units, from one unit up and down."""

from collections.abc import Sequence

from django.db import connection

from central.models import Unit
from central.reading.scope import BELOW

_DIGITS = 18
_DEEP = 50
"""More levels than any country has; a ring would have no end."""


def unit(said: str) -> Unit | None:
    """The unit of a number that somebody has sent; None where it is none."""
    if not (said.isascii() and said.isdigit() and len(said) <= _DIGITS):
        return None
    return Unit.objects.filter(pk=int(said)).first()


def way_to(lowest: Unit | None) -> Sequence[Unit]:
    """From the topmost unit above it down to a unit itself; empty for None."""
    found: list[Unit] = []
    while lowest is not None and len(found) < _DEEP:
        found.append(lowest)
        lowest = lowest.parent
    return found[::-1]


def below(top: Unit) -> Sequence[int]:
    """The numbers of a unit and of all below it, as the tree is now."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, (top.pk,))
        return [pk for (pk,) in cursor.fetchall()]
