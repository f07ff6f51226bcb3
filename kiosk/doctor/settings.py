"""The configuration: every problem at once, as everywhere."""

from collections.abc import Iterable

from kiosk.config.errors import Problem
from kiosk.config.phrase import Phrase, printable
from kiosk.doctor.finding import Finding, Verdict

NAME = Phrase("Configuration")
_REMEDY = Phrase(
    "Put it right, then run: hailong config check. Until then the built-in values are checked here."
)


def check(problems: Iterable[Problem]) -> list[Finding]:
    """One finding for each problem."""
    found = [Finding(NAME, Verdict.ERROR, _said(problem), _REMEDY) for problem in problems]
    return found or [Finding(NAME, Verdict.OK, Phrase("The configuration is right."))]


def _said(problem: Problem) -> Phrase:
    place, message = problem.origin.describe(), problem.message
    if not problem.key:  # a whole file is meant
        return Phrase("{place}: {problem}", {"place": place, "problem": message})
    return Phrase(
        "{place}: {key}: {problem}", {"place": place, "key": printable(problem.key), "problem": message}
    )
