"""A file that a person wrote is changed where it is meant, and nowhere else."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.texts import Texts
from kiosk.config.errors import ConfigError
from kiosk.config.kinds import Value
from kiosk.config.load import load
from kiosk.config.options import defaults
from kiosk.config.toml_edit import NotEdited, edited, set_options
from kiosk.config.toml_write import default_file

WRITTEN = """\
# Quầy 3

language = "vi"  # cho người dân
[gpio] # nút
pins = [5, 6,   # hai nút đầu
  13, 19, 26]
enabled = true
"""


def test_only_the_value_that_is_meant_changes() -> None:
    assert edited(WRITTEN, {"gpio.enabled": False}) == WRITTEN.replace("true", "false")


def test_a_value_over_several_lines_is_replaced_whole() -> None:
    after = edited(WRITTEN, {"gpio.pins": (1, 2, 3, 4, 17)})
    assert tomllib.loads(after)["gpio"] == {"pins": [1, 2, 3, 4, 17], "enabled": True}
    assert "# Quầy 3" in after


def test_what_is_not_there_comes_under_its_table_or_makes_one() -> None:
    values: dict[str, Value] = {
        "gpio.pull": "none",
        "sync.proxy": "http://10.0.0.1:3128",
        "data_dir": "/srv/hl",
    }
    document = tomllib.loads(edited(WRITTEN, values))
    assert document["gpio"]["pull"] == "none"
    assert document["sync"] == {"proxy": "http://10.0.0.1:3128"}
    assert document["data_dir"] == "/srv/hl"
    assert document["language"] == "vi"


@pytest.mark.parametrize(
    "text", ["", "# nothing", "[screen]", "[screen]\r\nrotation = 90\r\n", 'language = "en"']
)
def test_short_files_windows_line_ends_and_missing_last_ones(text: str) -> None:
    document = tomllib.loads(edited(text, {"screen.panel_mm": (217, 136), "language": "vi"}))
    assert document["screen"]["panel_mm"] == [217, 136]
    assert document["language"] == "vi"
    assert ("rotation" in text) == ("rotation" in document["screen"])


@given(st.dictionaries(st.sampled_from(sorted(defaults())), st.integers(0, 9), min_size=1), st.booleans())
def test_any_options_of_the_whole_file_are_found_again(chosen: dict[str, int], whole: bool) -> None:
    before = default_file(Texts("en")) if whole else ""
    document = tomllib.loads(edited(before, chosen))
    for key, value in chosen.items():
        table, _, name = key.rpartition(".")
        assert (document[table] if table else document)[name] == value


def test_a_file_is_changed_through_to_the_disk_and_made_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "hailong.toml"
    set_options(file, {"language": "en"})
    set_options(file, {"screen.panel_mm": (217, 136)})
    config = load(environment={}, system_file=file).config
    assert (config.language, config.screen.panel) == ("en", (217, 136))
    assert [path.name for path in tmp_path.iterdir()] == ["hailong.toml"]


def test_a_value_that_is_not_right_changes_nothing_and_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hailong.toml"
    file.write_text(WRITTEN, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        set_options(file, {"screen.panel_mm": (3, 4)})
    assert str(file) in str(raised.value)
    assert file.read_text(encoding="utf-8") == WRITTEN
    assert [path.name for path in tmp_path.iterdir()] == ["hailong.toml"]


def test_what_only_a_person_can_change_is_left_to_him(tmp_path: Path) -> None:
    file = tmp_path / "hailong.toml"
    file.write_text('screen = { theme = "calm" }\n', encoding="utf-8")
    with pytest.raises((ConfigError, NotEdited)):
        set_options(file, {"screen.panel_mm": (217, 136)})
    assert file.read_text(encoding="utf-8") == 'screen = { theme = "calm" }\n'


def test_the_owner_and_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    file = tmp_path / "hailong.toml"
    file.write_text("", encoding="utf-8")
    file.chmod(0o600)
    set_options(file, {"language": "en"})
    assert file.stat().st_mode & 0o777 == 0o600
