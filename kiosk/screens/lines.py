"""Lines: where a text is broken, so that no word is cut and no line runs out of its box.

Words part at spaces. A no-break space keeps words together that are one word to a reader (“phục vụ”), and a soft
hyphen shows where a long word may be broken.
"""

from collections.abc import Iterable, Iterator

from kiosk.screens.characters import NO_BREAK_SPACE, SOFT_HYPHEN
from kiosk.screens.fonts import Font

ELLIPSIS = "…"


def wrap(text: str, font: Font, width: int) -> list[str]:
    """Break a text into lines between its words, and inside a word that is wider than the box."""
    lines: list[str] = []
    line = ""
    for word in _fitting(words_of(text), font, width):
        longer = f"{line} {word.replace(SOFT_HYPHEN, '')}".lstrip(" ")
        if font.size(longer)[0] <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *starts, line = _broken(word, font, width)
        lines += starts
    return [*lines, line] if line else lines


def words_of(text: str) -> list[str]:
    """What stands between spaces; a no-break space is part of its word."""
    return [word for word in text.split(" ") if word]


def widest(text: str, font: Font) -> int:
    """The width of the widest part that cannot be broken."""
    return max((font.size(piece)[0] for word in words_of(text) for piece in _pieces(word)), default=0)


def balance(text: str, font: Font, width: int, lines: int) -> list[str]:
    """The same number of lines, as nearly equal as can be: a last line of one word looks like a mistake."""
    # Never so narrow that a word would have to be cut.
    narrow, wide = min(max(1, widest(text, font)), width), width
    while narrow < wide:
        middle = (narrow + wide) // 2
        wrapped = wrap(text, font, middle)
        fits = len(wrapped) <= lines and all(font.size(line)[0] <= middle for line in wrapped)
        narrow, wide = (narrow, middle) if fits else (middle + 1, wide)
    return wrap(text, font, wide)


def shortened(line: str, font: Font, width: int) -> str:
    """As much of a line as leaves room for the “…” at its end."""
    while line and font.size(line + ELLIPSIS)[0] > width:
        line = line[:-1].rstrip()
    return line + ELLIPSIS


def _fitting(words: Iterable[str], font: Font, width: int) -> Iterator[str]:
    """The words; those kept together by no-break spaces each for itself where the box is too narrow for that."""
    for word in words:
        if NO_BREAK_SPACE in word and font.size(word.replace(SOFT_HYPHEN, ""))[0] > width:
            yield from word.replace(NO_BREAK_SPACE, " ").split()
        else:
            yield word


def _pieces(word: str) -> list[str]:
    """The parts that a word may be broken into, each with its hyphen."""
    *starts, end = word.split(SOFT_HYPHEN)
    return [*(f"{start}-" for start in starts), end]


def _broken(word: str, font: Font, width: int) -> list[str]:
    """A word on as few lines as its soft hyphens allow; what is still too wide is cut anywhere."""
    lines = [""]
    for piece in _pieces(word):
        longer = lines[-1].removesuffix("-") + piece if lines[-1] else piece
        if not lines[-1] or font.size(longer)[0] <= width:
            lines[-1] = longer
        else:
            lines.append(piece)
    cut: list[str] = []
    for line in lines:
        rest = line
        while font.size(rest)[0] > width and len(rest) > 1:
            end = _longest_start(rest, font, width)
            cut.append(rest[:end])
            rest = rest[end:]
        cut.append(rest)
    return cut


def _longest_start(word: str, font: Font, width: int) -> int:
    """How many characters of a word fit, at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.size(word[:middle])[0] <= width else (low, middle - 1)
    return low
