"""Problems are readable in two languages and safe to print."""

from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.config.errors import ConfigError, Problem
from kiosk.config.load import load
from kiosk.config.model import build
from kiosk.config.options import defaults
from kiosk.config.origin import BUILT_IN, Origin, SourceKind
from kiosk.config.phrase import Phrase, shown

_FILE = Origin(SourceKind.FILE, Path("/etc/x.toml"), 3)


class Loud(Texts):
    """A catalogue that shows which sentences went through it."""

    def __call__(self, message: str) -> str:
        """The sentence in capitals, its places untouched."""
        return message.replace("must be", "MUST BE").replace("a text", "A TEXT").replace(", line", ", LINE")


def test_a_problem_says_place_key_and_message() -> None:
    problem = Problem(_FILE, "gpio.pins", Phrase("must be {allowed}.", {"allowed": Phrase("a text")}))
    assert problem.render(Texts("en")) == "/etc/x.toml, line 3: gpio.pins: must be a text."


def test_every_part_of_a_problem_is_translated() -> None:
    problem = Problem(_FILE, "gpio.pins", Phrase("must be {allowed}.", {"allowed": Phrase("a text")}))
    assert problem.render(Loud("en")) == "/etc/x.toml, LINE 3: gpio.pins: MUST BE A TEXT."


def test_an_error_has_one_line_a_problem_and_english_for_the_log() -> None:
    error = ConfigError(
        (Problem(_FILE, "", Phrase("One.")), Problem(BUILT_IN, "a", Phrase("Two."))), build(defaults())
    )
    assert str(error).splitlines()[1:] == ["  /etc/x.toml, line 3: One.", "  built in: a: Two."]


def test_nothing_in_a_problem_can_break_the_line_or_the_terminal() -> None:
    odd = Origin(SourceKind.FILE, Path("/a\nb\x1b[31m\udcff"))
    text = Problem(odd, "k\r\x07{x}", Phrase("{v}", {"v": shown("\x1b\udc80{y}\n")})).render(Texts("en"))
    assert text.isprintable()
    assert "{x}" in text
    assert "{y}" in text


def test_a_shown_value_is_short() -> None:
    assert len(shown("x" * 10_000)) < 70
    assert shown(10**5000) == "…"
    assert shown([[]]) == "[…]"


def test_what_can_be_read_of_a_wrong_configuration_goes_with_its_problems(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        "language = 'xx'\ndata_dir = '/srv/d'\n[screen]\nrotation = 270\ntheme = 'pink'\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError) as found:
        load(environment={"HAILONG_SCREEN_PANEL_MM": "0,0"}, system_file=None, config_file=file)
    readable, usual = found.value.readable, build(defaults())
    assert (readable.screen.rotation, readable.data_dir) == (270, Path("/srv/d"))
    assert (readable.language, readable.screen.theme, readable.screen.panel) == (
        usual.language,
        usual.screen.theme,
        usual.screen.panel,
    )
