"""Which characters of a text are drawn: those that the font has, in the order in which they are stored.

Names of offices are typed in by others. A character that the font lacks would be drawn as a box, a mark on no
letter of Vietnamese beside its letter, and a bidirectional override would turn a name round; so these are left out of
the picture, never of what is stored (docs/adr/0013). ``hailong doctor`` names them.
"""

import unicodedata
from collections.abc import Callable, Iterator

SOFT_HYPHEN = "\u00ad"
"""Where a long word may be broken, with a hyphen; not shown otherwise (Unicode Standard Annex 14)."""
NO_BREAK_SPACE = "\u00a0"
"""Between syllables that a reader takes for one word: “phục vụ”."""

_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011"), "-")
"""What word processors make of a hyphen; few fonts have them."""

Has = Callable[[str], bool]
"""Whether a font has a character."""


def as_read(text: str) -> str:
    """A text of ours without what only says where its lines may break."""
    return text.replace(SOFT_HYPHEN, "").replace(NO_BREAK_SPACE, " ")


def shown(text: str, has: Has) -> str:
    """One line with the characters of a text that can be drawn.

    Args:
        text: Any text; it is composed first (Unicode Standard Annex 15, form NFC).
        has: Whether the font has a character.
    """
    kept = (_space_or(character) for character, is_kept in _judged(text, has) if is_kept)
    return " ".join(word for word in "".join(kept).split(" ") if word.strip(NO_BREAK_SPACE + SOFT_HYPHEN))


def left_out(text: str, has: Has) -> tuple[str, ...]:
    """The characters of a text that are not drawn, each once, without those that nobody would miss."""
    lost = (character for character, is_kept in _judged(text, has) if not is_kept)
    return tuple(dict.fromkeys(character for character in lost if not _is_invisible(character)))


def _judged(text: str, has: Has) -> Iterator[tuple[str, bool]]:
    """Every character with whether it is drawn."""
    for character in unicodedata.normalize("NFC", text).translate(_HYPHENS):
        category = unicodedata.category(character)
        if category.startswith("Z") or category in ("Cc", "Cs") or character == SOFT_HYPHEN:
            yield character, True
        else:
            # What has not been composed with its letter by now is a mark of another language, or one too many.
            is_mark = category[0] in "MC"
            # Nothing here is set from right to left, so it would be read backwards.
            is_leftward = unicodedata.bidirectional(character) in ("R", "AL", "AN")
            yield character, not is_mark and not is_leftward and has(character)


def _space_or(character: str) -> str:
    """A space for any space, control character or half of a character; pygame refuses some of them."""
    if character in (NO_BREAK_SPACE, SOFT_HYPHEN):
        return character
    return " " if unicodedata.category(character)[0] in "ZC" else character


def _is_invisible(character: str) -> bool:
    """Joiners, variation selectors and the like: they only serve the characters around them."""
    return unicodedata.category(character) in ("Cf", "Mn", "Me") and not unicodedata.combining(character)
