"""The sources in their order, and every problem of all of them at once."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.texts import Texts
from kiosk.config.errors import ConfigError
from kiosk.config.load import load
from kiosk.config.model import build
from kiosk.config.options import OPTIONS, TABLES, defaults
from kiosk.config.origin import SourceKind
from kiosk.config.toml_write import as_toml
from tests.kiosk.config.conftest import Load, Problems


def test_without_any_source_the_built_in_values_apply(loaded: Load) -> None:
    config = loaded().config
    assert config == build(defaults())
    assert config.inputs.touch
    assert config.inputs.keyboard
    assert not config.gpio.enabled
    assert not config.pad.enabled


def test_each_source_replaces_the_ones_before_it(loaded: Load) -> None:
    system = "[texts]\nunit = 'system'\ndepartment = 'system'\ncounter = 'system'\nfield = 'system'\n"
    environment = {
        "HAILONG_TEXTS_DEPARTMENT": "env",
        "HAILONG_TEXTS_COUNTER": "env",
        "HAILONG_TEXTS_FIELD": "env",
    }
    file = "[texts]\ncounter = 'file'\nfield = 'file'\n"
    found = loaded(file, system, environment, {"texts.field": "argument"})
    texts = found.config.texts
    assert (texts.unit, texts.department, texts.counter, texts.field) == ("system", "env", "file", "argument")


def test_every_value_keeps_the_place_where_it_was_set(loaded: Load) -> None:
    found = loaded(
        "\n[pad]\nbaud = 9600\n", "language = 'en'\n", {"HAILONG_GPIO_CHIP": "0"}, {"screen.windowed": True}
    )
    origins = {key: setting.origin for key, setting in found.settings.items()}
    assert (origins["pad.baud"].kind, origins["pad.baud"].line) == (SourceKind.FILE, 3)
    assert (origins["language"].kind, origins["language"].line) == (SourceKind.SYSTEM_FILE, 1)
    assert origins["gpio.chip"].name == "HAILONG_GPIO_CHIP"
    assert origins["screen.windowed"].kind is SourceKind.ARGUMENT
    assert origins["pad.port"].kind is SourceKind.BUILT_IN
    assert list(found.settings) == [option.key for option in OPTIONS]


def test_all_problems_of_all_sources_come_at_once_in_order(tmp_path: Path) -> None:
    system, file = tmp_path / "hailong.toml", tmp_path / "given.toml"
    system.write_text("language = 'xx'\n[pda]\n")
    file.write_text("[gpio]\nenabled = 1\npins = [1]\n")
    with pytest.raises(ConfigError) as caught:
        load(
            environment={"HAILONG_NONSENSE": "1"},
            system_file=system,
            config_file=file,
            arguments={"no.such": 1},
        )
    found = [(p.origin.kind, p.origin.file, p.origin.line, p.key) for p in caught.value.problems]
    assert found == [
        (SourceKind.SYSTEM_FILE, system, 1, "language"),
        (SourceKind.SYSTEM_FILE, system, 2, "pda"),
        (SourceKind.ENVIRONMENT, None, 0, ""),
        (SourceKind.FILE, file, 2, "gpio.enabled"),
        (SourceKind.FILE, file, 3, "gpio.pins"),
        (SourceKind.ARGUMENT, None, 0, "no.such"),
    ]


def test_a_wrong_value_is_a_problem_even_where_a_stronger_source_replaces_it(problems: Problems) -> None:
    assert [key for _, key, _ in problems("[pad]\nbaud = 5\n", arguments={"pad.baud": 9600})] == ["pad.baud"]


def test_a_rule_over_a_value_that_is_wrong_in_itself_is_not_reported(problems: Problems) -> None:
    found = problems("[visit]\nrepeat_interval_s = 'x'\ncorrection_window_s = 5\n")
    assert [key for _, key, _ in found] == ["visit.repeat_interval_s"]


_KEYS = st.sampled_from([*(option.key for option in OPTIONS), *TABLES, "gpio.pin", "x", "x.y", "gpio.pins.z"])
_VALUES = st.one_of(
    st.booleans().map(as_toml),
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400).map(as_toml),
    st.lists(st.integers(-1, 30), max_size=7).map(str),
    st.sampled_from(
        [
            "{a = 1}",
            "[[[]]]",
            "1979-05-27",
            "07:32:00",
            "'''\n\n'''",
            "[\n 1,\n 'x', # ]\n]",
            "0x" + "f" * 9999,
        ]
    ),
)
_HARMLESS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def _complaint(loaded: Load, **sources: str | bytes | dict[str, str]) -> str:
    """What a technician would be told; empty when the sources are right. Any other error passes through."""
    try:
        loaded(**sources)
    except ConfigError as error:
        text = error.render(Texts())
        assert len(text.splitlines()) == len(error.problems) + 1  # noqa: PT017 - both outcomes are right
        return text
    return ""


@_HARMLESS
@given(st.lists(st.tuples(_KEYS, _VALUES), max_size=6, unique_by=lambda pair: pair[0]))
def test_known_keys_with_any_values_raise_nothing_but_config_error(
    loaded: Load, lines: list[tuple[str, str]]
) -> None:
    _complaint(loaded, file="\n".join(f"{key} = {value}" for key, value in lines))


@_HARMLESS
@given(
    st.one_of(st.text(), st.text("[]{}\"'=.,#\n \\abgpio15", max_size=60)).map(
        lambda t: t.encode("utf-8", "replace")
    )
    | st.binary()
)
def test_any_bytes_raise_nothing_but_config_error(loaded: Load, content: bytes) -> None:
    _complaint(loaded, file=content)


@_HARMLESS
@given(
    st.dictionaries(
        st.sampled_from([option.variable for option in OPTIONS])
        | st.text(max_size=9).map("HAILONG_".__add__),
        st.text(st.characters(), max_size=400),
        max_size=4,
    )
)
def test_any_environment_raises_nothing_but_config_error(loaded: Load, environment: dict[str, str]) -> None:
    # What is shown must survive a terminal, whatever was in the variables.
    _complaint(loaded, environment=environment).encode("utf-8")
