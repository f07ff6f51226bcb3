"""On which line a key of a TOML text stands.

`tomllib` gives values without places, and a technician at a terminal needs the line. This is no parser: it
trusts that `tomllib` accepted the text (or is about to say why not) and only follows keys, strings and
brackets, never raising.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

KeyPath = tuple[str, ...]

_DEEPEST = 3  # no option lies deeper than two; whatever is below shares a line with it

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*(?:"((?:\\.|[^"\\\n])*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_VALUE_PART = re.compile(
    r'''"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)|\'\'\'.*?(?:\'{3,5}|\Z)|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[^"'\#\[\]{}\n]+|.''',
    re.DOTALL,
)


def statements(text: str) -> list[tuple[KeyPath, int]]:
    """Every key and every table header with the line it stands on, from 1, in the order of the text.

    Keys inside an inline table are not followed: they stand where the table begins.
    """
    return [(span.path, span.line) for span in spans(text)]


@dataclass(frozen=True, slots=True)
class Span:
    """A statement and where it stands.

    Attributes:
        path: Of the key, with its table; of the table, where this is a header.
        line: From 1.
        start: Position of its first character.
        value: Behind the key, where the equals sign should be; behind the name in a header.
        end: Behind its last character; a comment on the same line belongs to it.
        is_header: Whether a table begins here.
    """

    path: KeyPath
    line: int
    start: int
    value: int
    end: int
    is_header: bool


def spans(text: str) -> Iterator[Span]:
    """Every statement of a text, in its order."""
    table: KeyPath = ()
    position, line, counted = 0, 1, 0
    while (position := _after(_BLANK, text, position)) < len(text):
        start = position
        line += text.count("\n", counted, start)
        counted = start
        is_header = text[start] == "["
        if is_header:
            position += 2 if text.startswith("[[", start) else 1
        path, position = _key_path(text, position)
        if is_header:
            table = path
        value, position = position, _value_end(text, position)
        yield Span(table if is_header else table + path, line, start, value, position, is_header)


def first_lines(found: Iterable[tuple[KeyPath, int]]) -> dict[KeyPath, int]:
    """The line where each key, and each table around one, is first named."""
    lines: dict[KeyPath, int] = {}
    for path, line in found:
        for depth in range(1, min(len(path), _DEEPEST) + 1):
            lines.setdefault(path[:depth], line)
    return lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of a key, else of the innermost thing around it whose line is known; 0 when none is."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 0


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _key_path(text: str, position: int) -> tuple[KeyPath, int]:
    """A dotted key, and the position behind it."""
    parts: list[str] = []
    while match := _KEY_PART.match(text, position):
        parts.append(next(group for group in match.groups() if group is not None))
        position = match.end()
        if not text.startswith(".", position):
            break
        position += 1
    return tuple(parts), position


def _value_end(text: str, position: int) -> int:
    """The end of the statement: the first line break outside strings and brackets."""
    depth = 0
    while match := _VALUE_PART.match(text, position):
        part = match.group()
        if part == "\n" and depth <= 0:
            return match.end() - 1
        depth += (part in ("[", "{")) - (part in ("]", "}"))
        position = match.end()
    return position
