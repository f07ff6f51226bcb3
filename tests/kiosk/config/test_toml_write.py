"""What is written can be read again."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.texts import Texts
from kiosk.config.model import build
from kiosk.config.options import OPTIONS, defaults
from kiosk.config.origin import SourceKind
from kiosk.config.toml_write import as_toml, default_file, effective_file
from tests.kiosk.config.conftest import Load


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_default_file_gives_the_built_in_configuration(loaded: Load, language: str) -> None:
    found = loaded(default_file(Texts(language)))
    assert found.config == build(defaults())
    assert {setting.origin.kind for setting in found.settings.values()} == {SourceKind.FILE}


def test_the_default_file_explains_every_option() -> None:
    text = default_file(Texts("en"))
    assert text.count("# Allowed: ") == len(OPTIONS)
    assert max(map(len, text.splitlines())) <= 110


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=150))
def test_what_applies_can_be_written_to_a_file_and_read_back(loaded: Load, unit: str) -> None:
    before = loaded(
        environment={"HAILONG_TEXTS_UNIT": unit, "HAILONG_GPIO_PINS": "1,2,3,4,5"},
        arguments={"data_dir": Path('/srv/dữ liệu # "1" \\'), "visit.thanks_s": 1.5},
    )
    assert loaded(effective_file(before.settings, Texts("en"))).config == before.config


def test_what_applies_says_where_it_was_set(loaded: Load) -> None:
    text = effective_file(loaded("\n[pad]\nbaud = 9600\n").settings, Texts("en"))
    assert "given.toml, line 3" in next(
        line for line in text.splitlines() if line.startswith("baud = 9600  # ")
    )
    assert 'language = "vi"  # built in' in text


@pytest.mark.parametrize(
    ("value", "written"),
    [(True, "true"), (5, "5"), (3.0, "3.0"), ((1, 2), "[1, 2]"), (Path("/a"), '"/a"'), ('"\\', '"\\"\\\\"')],
)
def test_values_are_written_as_toml(value: bool | int | float | str | Path, written: str) -> None:
    assert as_toml(value) == written
