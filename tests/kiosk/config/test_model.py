"""The typed result and the list of options say the same."""

import dataclasses
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from hardware.events import Level
from kiosk.config.kinds import Value
from kiosk.config.model import Config, Labels, build
from kiosk.config.options import BY_KEY, OPTIONS, TABLES, defaults


def _fields(cls: type, prefix: str = "") -> dict[str, object]:
    """Every dotted field with its annotation."""
    found: dict[str, object] = {}
    for name, hint in get_type_hints(cls).items():
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            found |= _fields(hint, f"{prefix}{name}.")
        else:
            found[prefix + name] = hint
    return found


def _fits(value: Value, hint: object) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(type(entry) is get_args(hint)[0] for entry in value)
    return isinstance(value, Path) if hint is Path else type(value) is hint


def test_every_field_has_one_option_and_every_option_one_field() -> None:
    assert list(_fields(Config)) == [option.key for option in OPTIONS]


@pytest.mark.parametrize(("key", "hint"), _fields(Config).items())
def test_the_value_of_every_option_fits_the_type_of_its_field(key: str, hint: object) -> None:
    option = BY_KEY[key]
    assert _fits(option.kind.read(option.default), hint)
    assert option.kind.read(option.default) == option.default


def test_every_table_has_a_description_and_an_option() -> None:
    assert {option.table for option in OPTIONS} - {""} == set(TABLES)


def test_the_size_of_the_screen_is_the_panels_own_unless_set() -> None:
    assert build(defaults()).screen.size is None
    assert build(defaults() | {"screen.width": 1280, "screen.height": 800}).screen.size == (1280, 800)


def test_the_label_of_a_level_is_found_by_the_level() -> None:
    labels = Labels("a", "b", "c", "d", "e")
    assert [labels.of(level) for level in Level] == ["a", "b", "c", "d", "e"]
