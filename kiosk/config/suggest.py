"""“Did you mean …”: the nearest known word to one that is not known."""

import difflib
from collections.abc import Iterable

from kiosk.config.phrase import Phrase

_ENOUGH_ALIKE = 0.6
_LONGEST = 100  # difflib takes quadratic time, and nobody mistypes a word of this length


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, ignoring case and hyphens; None when none is near."""
    by_plain = {_plain(candidate): candidate for candidate in known}
    found = difflib.get_close_matches(_plain(word[:_LONGEST]), by_plain, n=1, cutoff=_ENOUGH_ALIKE)
    return by_plain[found[0]] if found else None


def with_guess(problem: Phrase, guess: str | None) -> Phrase:
    """The problem, followed by the guess where there is one."""
    if guess is None:
        return problem
    return Phrase("{problem} Did you mean {guess}?", {"problem": problem, "guess": guess})
