"""Which lines of a foreign pad are which press: a regular expression with named groups, that cannot hang.

A backtracking matcher may need longer than the universe for an innocent-looking expression, and Python's cannot be
interrupted. So what could be slow is refused before it is used, see ``docs/adr/0005-patterns-are-bounded.md``: the
number of ways in which a line of `LONGEST_LINE` characters can be tried is computed from the expression itself.
"""

import re
import warnings
from collections.abc import Iterable
from importlib import import_module
from math import comb
from typing import Any

from hardware.errors import PadPatternCostly, PadPatternGroups, PadPatternSyntax
from hardware.events import AnyButton, Level, OtherButton

op, parser = (
    import_module("re._constants"),
    import_module("re._parser"),
)  # whose types not every checker knows

LONGEST_LINE = 64
"""Characters; longer lines are noise."""

LONGEST_PATTERN = 200
"""Characters."""

MOST_WAYS = 100_000
"""Ways to try one line: some milliseconds, also on a small board."""

ONE_GROUP = "level"
FIVE_GROUPS = tuple(f"l{level.value}" for level in Level)
LANGUAGE_GROUP = "language"

_SINGLE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)


class LinePattern:
    """A checked expression.

    Args:
        text: Either with a group ``level`` that finds a digit 1 to 5, or with the groups ``l1`` to ``l5``; and, where
            the pad has such a button, with a group ``language``.

    Raises:
        PadPatternSyntax: it is not a regular expression.
        PadPatternGroups: the groups are not there.
        PadPatternCostly: it could be slow, or it is too long.
    """

    def __init__(self, text: str) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "error"
                )  # what Python may read otherwise tomorrow is not a clear expression
                self._compiled = re.compile(text)
                parsed = parser.parse(text)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            raise PadPatternSyntax(str(error)) from error
        names = set(self._compiled.groupindex) & {ONE_GROUP, *FIVE_GROUPS}
        if names not in ({ONE_GROUP}, set(FIVE_GROUPS)):
            raise PadPatternGroups(f"groups are needed: either {ONE_GROUP}, or {', '.join(FIVE_GROUPS)}")
        if len(text) > LONGEST_PATTERN or _ways(parsed) > MOST_WAYS:
            raise PadPatternCostly("the pattern could take too long on some lines")

    @property
    def has_language(self) -> bool:
        """Whether some line is the button for the language."""
        return LANGUAGE_GROUP in self._compiled.groupindex

    def read(self, line: str) -> tuple[AnyButton, ...] | None:
        """The buttons that a line means, worst first; none for a line that fits and names none; None for no fit."""
        found = self._compiled.fullmatch(line[:LONGEST_LINE])
        if found is None:
            return None
        groups = found.groupdict()
        others = () if groups.get(LANGUAGE_GROUP) is None else (OtherButton.LANGUAGE,)
        if ONE_GROUP not in groups:
            return (*(level for level in Level if groups[FIVE_GROUPS[level - 1]] is not None), *others)
        digit = groups[ONE_GROUP]
        if digit is None:
            return others
        levels = tuple(level for level in Level if digit == str(level.value))
        return (*levels, *others) if levels else None


def _ways(parsed: Iterable[Any]) -> float:
    ways, stretches = _cost(parsed)
    # So many ways there are to share a line out among the parts that may be of any length.
    return ways * comb(LONGEST_LINE + stretches, stretches)


def _cost(parsed: Iterable[Any]) -> tuple[float, int]:
    """How many ways through this sequence, and how many parts of it may be of any length."""
    ways, stretches = 1.0, 0
    for kind, value in parsed:
        more, longer = _cost_of(kind, value)
        ways, stretches = ways * more, stretches + longer
    return ways, stretches


def _cost_of(kind: object, value: Any) -> tuple[float, int]:  # noqa: ANN401 - as the parser gives it
    if kind in _SINGLE or kind is op.AT:
        return 1.0, 0
    if kind is op.SUBPATTERN:
        return _cost(value[-1])
    if kind is op.BRANCH:
        costs = [_cost(alternative) for alternative in value[1]]
        return sum(ways for ways, _ in costs), max(stretches for _, stretches in costs)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, repeated = value
        ways, stretches = _cost(repeated)
        if most <= 1:
            return ways + 1.0, stretches
        if len(repeated) == 1 and repeated[0][0] in _SINGLE:
            return 1.0, int(least != most)
    # A repeated group, look-around, a back reference, or what a later Python may bring.
    return float("inf"), 0
