"""What central may set on a terminal, judged at central by the terminal's own rules (`kiosk.config`).

A file has the keys of the terminal's own configuration, as TOML or as JSON. Everything that is wrong with it is said
at once.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import TypeAlias

from assets.texts import Texts
from kiosk.config import central
from kiosk.config.errors import Problem, Refused
from kiosk.config.kinds import OneWordOf, Switch, Value
from kiosk.config.model import build
from kiosk.config.option import Option
from kiosk.config.options import OPTIONS, defaults
from kiosk.config.origin import Origin, SourceKind
from kiosk.config.phrase import Phrase
from kiosk.config.sources import Layer
from kiosk.config.text_kinds import Text
from kiosk.config.toml_file import LARGEST_FILE, from_bytes, from_file, layer_of, parse_toml
from kiosk.config.toml_write import as_toml
from kiosk.config.words_kind import WordsOf
from kiosk.messages.statements import Setting

Settings: TypeAlias = dict[str, Setting]
"""Values by dotted key, as JSON has them, each as its option reads it."""

REMOTE: tuple[Option, ...] = tuple(option for option in OPTIONS if option.central)
"""The options that central may set, in the order of the file."""

WORDS = ("texts.", "labels.")
"""Where the keys begin whose values have members of their own in a configuration statement."""

STANDARD_INPUT = Path("-")


@dataclass(frozen=True)
class BadSettings(ValueError):
    """Settings that no terminal would take.

    Attributes:
        problems: Everything that is wrong.
    """

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        """English, one problem a line."""
        return "\n".join(self.lines("en"))

    def by_key(self, language: str) -> list[tuple[str, str]]:
        """The key that each problem is about, and what is wrong with it."""
        texts = Texts(language)
        return [(problem.key, problem.message.render(texts)) for problem in self.problems]

    def lines(self, language: str) -> list[str]:
        """One problem each."""
        texts = Texts(language)
        return [problem.render(texts) for problem in self.problems]


def checked(raw: Mapping[str, object]) -> Settings:
    """Settings by dotted key, from a form or a database.

    Raises:
        BadSettings: With everything that is wrong.
    """
    found = _read(raw, {})
    _fit(found, {})
    return as_json(found)


def read(path: Path) -> Settings:
    """The settings of a file.

    Args:
        path: TOML, or JSON, which begins with a brace; ``-`` = standard input.

    Raises:
        BadSettings: With everything that is wrong, and the lines.
    """
    layer = _layer(path)
    origins = {entry.key: entry.origin for entry in layer.entries}
    found, problems = {}, list(layer.problems)
    try:
        found = _read({entry.key: entry.raw for entry in layer.entries}, origins)
    except BadSettings as error:
        problems += error.problems
    if problems:
        raise BadSettings(tuple(sorted(problems, key=lambda problem: problem.origin.line)))
    _fit(found, origins)
    return as_json(found)


def fit(settings: Mapping[str, Setting]) -> None:
    """Whether settings fit together on a terminal that sets nothing itself.

    Raises:
        BadSettings: They do not, or one is not right in itself.
    """
    _fit(_read(settings, {}), {})


def as_json(values: Mapping[str, Value]) -> Settings:
    """Values as JSON has them."""
    return {key: _plain(value) for key, value in values.items()}


def as_file(settings: Mapping[str, Setting]) -> str:
    """The same as a TOML file that `read` reads."""
    lines: list[str] = []
    table = ""
    for option in REMOTE:
        if option.key not in settings:
            continue
        if option.table != table:
            table = option.table
            lines += ["", f"[{table}]"]
        lines.append(f"{option.name} = {as_toml(option.kind.read(settings[option.key]))}")
    return "\n".join(lines).lstrip("\n") + "\n" if lines else ""


def choices(option: Option) -> list[tuple[str, Setting]]:
    """What there is to choose from, each with the text that `typed` reads; none where a value is typed."""
    match option.kind:
        case Switch():
            return [("true", True), ("false", False)]
        case OneWordOf(words):
            return [(word, word) for word in words]
        case WordsOf(words):
            orders = (order for n in range(1, len(words) + 1) for order in permutations(words, n))
            return [(",".join(order), list(order)) for order in orders]
        case _:
            return []


def typed(option: Option, text: str) -> Setting:
    """A value as somebody types it.

    Raises:
        BadSettings: It is none.
    """
    try:
        return _plain(option.kind.read_text(text))
    except Refused as refusal:
        problems = (Problem(_NOWHERE, option.key, phrase) for phrase in refusal.phrases)
        raise BadSettings(tuple(problems)) from refusal


def explained(option: Option, language: str) -> str:
    """What an option does."""
    return option.doc.render(Texts(language))


def own_name(language: str) -> str:
    """What a language calls itself."""
    return Texts(language).own_name


def longest(option: Option) -> int | None:
    """How many characters a text may have; None for what is no text."""
    return option.kind.most if isinstance(option.kind, Text) else None


def shown(setting: Setting) -> str:
    """One value, as a file has it."""
    return as_toml(tuple(setting) if isinstance(setting, list) else setting)


def _plain(value: Value) -> Setting:
    match value:
        case bool() | int() | float() | str():
            return value
        case tuple():
            return [str(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} is no value that central may set")


def _read(raw: Mapping[str, object], origins: Mapping[str, Origin]) -> dict[str, Value]:
    said = central.read(raw, lambda key: origins.get(key, _NOWHERE))
    if said.problems:
        raise BadSettings(said.problems)
    return dict(said.values)


def _fit(values: Mapping[str, Value], origins: Mapping[str, Origin]) -> None:
    config = build(defaults())
    if found := central.misfits(config, values, lambda key: origins.get(key, _NOWHERE)):
        raise BadSettings(tuple(found))


_NOWHERE = Origin(SourceKind.CENTRAL)


def _layer(path: Path) -> Layer:
    if path != STANDARD_INPUT:
        return from_file(path, SourceKind.FILE, required=True, parse=_parse)
    return from_bytes(sys.stdin.buffer.read(LARGEST_FILE + 1), Origin(SourceKind.FILE, path), _parse)


def _parse(text: str, whole: Origin) -> Layer:
    return _parse_json(text, whole) if text.lstrip().startswith("{") else parse_toml(text, whole)


def _parse_json(text: str, whole: Origin) -> Layer:
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        at = Origin(whole.kind, whole.file, error.lineno)
        return Layer(
            problems=(Problem(at, "", Phrase("This is not JSON: {reason}.", {"reason": error.msg})),)
        )
    except (ValueError, RecursionError) as error:
        said = Phrase("This is not JSON: {reason}.", {"reason": str(error) or "nested too deeply"})
        return Layer(problems=(Problem(whole, "", said),))
    return layer_of(_nested(document), lambda *_path: whole)


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is no number")


def _nested(document: Mapping[str, object]) -> dict[str, object]:
    """Dotted keys, which JSON may have as well, as tables."""
    found: dict[str, object] = {}
    for key, value in document.items():
        table, dot, name = key.partition(".")
        inside = found.get(table)
        if dot and isinstance(inside, dict | None):
            found[table] = {**(inside or {}), name: value}
        elif isinstance(value, dict) and isinstance(inside, dict):
            found[key] = inside | value
        else:
            found[key] = value
    return found
