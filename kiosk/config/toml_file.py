"""A TOML file as a source: read, decoded, parsed, and every key with its line."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from kiosk.config.errors import Problem
from kiosk.config.kinds import type_in_words
from kiosk.config.options import BY_KEY, TABLES
from kiosk.config.origin import Origin, SourceKind
from kiosk.config.phrase import Phrase
from kiosk.config.sources import Entry, Layer, unknown_key
from kiosk.config.toml_lines import KeyPath, first_lines, line_of, statements

LARGEST_FILE = 1_000_000
"""Bytes. A configuration has some hundreds; what is larger is another file by mistake."""

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

# What tomllib says, by its beginning, and what that means to somebody who wrote the file by hand.
_EXPLANATIONS: tuple[tuple[str, Phrase], ...] = (
    (
        "Invalid value",
        Phrase('This value cannot be read: texts stand in "quotation marks", switches are true or false.'),
    ),
    (
        "Expected newline or end of document",
        Phrase("There is something behind the value that does not belong there."),
    ),
    ("Cannot overwrite a value", Phrase("This key or table is set twice.")),
    ("Cannot declare", Phrase("This table is begun twice.")),
    ("Expected '=' after a key", Phrase("There must be an equals sign between a key and its value.")),
    (
        "Expected ']' at the end of a table",
        Phrase("The name of a table must end with a square bracket: [table]."),
    ),
    ("Unterminated string", Phrase("A text has no closing quotation mark.")),
    ("Illegal character '\\n'", Phrase("A text has no closing quotation mark.")),
    ("Expected \"'", Phrase("A text has no closing quotation mark.")),
    ("Unclosed array", Phrase("A list has no closing square bracket.")),
    (
        "Unescaped '\\'",
        Phrase("A backslash in a text must be written twice, or use 'single' quotation marks."),
    ),
)


Parse: TypeAlias = Callable[[str, Origin], Layer]
"""Reads a text; the origin is that of the whole."""


def from_file(path: Path, kind: SourceKind, *, required: bool, parse: Parse | None = None) -> Layer:
    """What a file says.

    Args:
        path: The file.
        kind: Which of the two files it is.
        required: Whether its absence is a problem. A link that leads nowhere always is.
        parse: Reads it; None = as TOML.
    """
    whole = Origin(kind, path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError) and not required and not path.is_symlink():
            return Layer()
        return Layer(problems=(Problem(whole, "", _unreadable(error)),))
    return from_bytes(content, whole, parse or parse_toml)


def from_bytes(content: bytes, whole: Origin, parse: Parse) -> Layer:
    """What a content says.

    Args:
        content: At most `LARGEST_FILE` bytes; one more is enough to be refused.
        whole: Where it is from.
        parse: Reads the text.
    """
    if len(content) > LARGEST_FILE:
        too_large = Phrase("The file is larger than {most} bytes.", {"most": LARGEST_FILE})
        return Layer(problems=(Problem(whole, "", too_large),))
    try:
        # Editors on Windows put a mark before the first line; it says nothing and does no harm.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        not_utf8 = Phrase("The file is not in UTF-8. Save it in the encoding UTF-8.")
        return Layer(problems=(Problem(Origin(whole.kind, whole.file, line), "", not_utf8),))
    return parse(text, whole)


def _unreadable(error: OSError | ValueError) -> Phrase:
    """Why a file could not be read, and what to do."""
    match error:
        case FileNotFoundError():
            return Phrase("There is no such file.")
        case IsADirectoryError():
            return Phrase("This is a folder, not a file.")
        case PermissionError():
            return Phrase("The file may not be read by this user: give it the permission, or use sudo.")
        case OSError():
            return Phrase("The file cannot be read: {reason}.", {"reason": error.strerror or str(error)})
        case _:
            return Phrase("The file cannot be read: {reason}.", {"reason": str(error)})


def parse_toml(text: str, whole: Origin) -> Layer:
    """What a TOML text says, every key with its line."""
    found = statements(text)
    lines = first_lines(found)

    def at(*path: str) -> Origin:
        return Origin(whole.kind, whole.file, line_of(lines, path))

    try:
        document: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Layer(problems=(_syntax_problem(str(error), whole, found),))
    except (ValueError, RecursionError):
        # Python's own limits: numbers of thousands of digits, lists within lists a thousand deep.
        monster = Phrase("The file has a number that is too long, or lists that are nested too deeply.")
        return Layer(problems=(Problem(whole, "", monster),))
    return layer_of(document, at)


def layer_of(document: Mapping[str, object], at: Callable[..., Origin]) -> Layer:
    """What a document of tables says.

    Args:
        document: As TOML or JSON has it.
        at: Where a key is written, given its parts.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for path, raw in _flat(document):
        key = ".".join(path)
        if key in BY_KEY:
            entries.append(Entry(key, raw, at(*path)))
        elif key in TABLES:
            must_be_table = Phrase(
                "must be a table, written [{key}]; this is {type}.", {"key": key, "type": type_in_words(raw)}
            )
            problems.append(Problem(at(*path), key, must_be_table))
        else:
            problems.append(Problem(at(*path), key, unknown_key(key)))
    return Layer(tuple(entries), tuple(problems))


def _flat(document: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every key of the top and of the known tables; an unknown table counts as one key."""
    for name, value in document.items():
        if name in TABLES and isinstance(value, dict):
            for inner, inner_value in value.items():
                yield (name, inner), inner_value
        else:
            yield (name,), value


def _syntax_problem(message: str, whole: Origin, found: list[tuple[KeyPath, int]]) -> Problem:
    """Tomllib's first complaint, in plain words and with the most helpful line."""
    place = _PLACE.search(message)
    what = _PLACE.sub("", message)
    explanation = next(
        (phrase for beginning, phrase in _EXPLANATIONS if what.startswith(beginning)),
        Phrase("This is not TOML: {reason}.", {"reason": what}),
    )
    if place and place[1]:
        return Problem(Origin(whole.kind, whole.file, int(place[1])), "", explanation)
    # “End of document”: whatever was begun last was never finished.
    path, line = found[-1] if found else ((), 0)
    return Problem(Origin(whole.kind, whole.file, line), ".".join(path), explanation)
