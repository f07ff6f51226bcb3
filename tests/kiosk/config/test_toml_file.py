"""Files that cannot be read, are not TOML, or say what nobody knows."""

from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.config.errors import ConfigError
from kiosk.config.load import load
from kiosk.config.origin import SourceKind
from kiosk.config.toml_file import LARGEST_FILE, from_file
from tests.kiosk.config.conftest import Load, Problems


def _message(path: Path) -> str:
    """The only problem of a file that is required."""
    (problem,) = from_file(path, SourceKind.FILE, required=True).problems
    assert problem.origin.file == path
    return problem.message.render(Texts("en"))


def test_the_file_of_the_machine_may_be_missing_and_that_of_config_may_not(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert not from_file(missing, SourceKind.SYSTEM_FILE, required=False).problems
    assert _message(missing) == "There is no such file."


def test_a_link_that_leads_nowhere_is_a_problem_even_for_the_machine(tmp_path: Path) -> None:
    link = tmp_path / "hailong.toml"
    link.symlink_to("nowhere")
    with pytest.raises(ConfigError, match="no such file"):
        load(environment={}, system_file=link)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert _message(tmp_path) == "This is a folder, not a file."


def test_a_file_that_may_not_be_read_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Root, who runs the tests in some places, may read everything.
    monkeypatch.setattr(Path, "open", denied)
    assert "may not be read by this user" in _message(tmp_path / "hailong.toml")


def test_a_file_that_fails_while_being_read_is_a_problem(tmp_path: Path) -> None:
    assert _message(Path("/proc/self/mem")).startswith("The file cannot be read: ")
    assert _message(tmp_path / "a\0b").startswith("The file cannot be read: ")


def test_a_file_under_a_file_is_a_problem_also_for_the_machine(tmp_path: Path) -> None:
    (tmp_path / "hailong").write_text("")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(environment={}, system_file=tmp_path / "hailong" / "hailong.toml")


def test_an_endless_or_huge_file_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * (LARGEST_FILE + 1))
    assert _message(huge) == "The file is larger than 1000000 bytes."
    assert _message(Path("/dev/zero")) == "The file is larger than 1000000 bytes."
    huge.write_bytes(b"#" * LARGEST_FILE)
    assert not from_file(huge, SourceKind.FILE, required=True).problems


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# nothing\n", b"\xef\xbb\xbf", b"[gpio]\n"])
def test_an_empty_file_changes_nothing(loaded: Load, content: bytes) -> None:
    assert loaded(content).config == loaded().config


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(loaded: Load, problems: Problems) -> None:
    assert loaded(b"\xef\xbb\xbflanguage = 'en'\r\n[pad]\r\nbaud = 9600\r\n").config.pad.baud == 9600
    assert problems(b"\xef\xbb\xbf\r\nbaud = 9600\r\n")[0][:2] == (2, "baud")


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"a = 1\nb = '\xe3'\n", 2), ("language = 'vi'\n".encode("utf-16"), 1), (b"\x80", 1)],
)
def test_a_file_in_another_encoding_is_named_with_the_line(
    problems: Problems, content: bytes, line: int
) -> None:
    assert problems(content) == [(line, "", "The file is not in UTF-8. Save it in the encoding UTF-8.")]


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("a = 1\n[gpio]\nenabled = True\n", 3, "", "This value cannot be read"),
        ("[gpio]\npull = up\n", 2, "", "quotation marks"),
        ("[gpio\npins = 1\n", 1, "", "square bracket: [table]"),
        ("language\n", 1, "", "equals sign"),
        ("language = 'vi' 'en'\n", 1, "", "behind the value"),
        ("[visit]\nthanks_s = 3,5\n", 2, "", "behind the value"),
        ("language = 'vi'\nx = 1\nlanguage = 'en'\n", 3, "", "set twice"),
        ("language = 'vi'\nx = 1\nlanguage = 'en'", 3, "language", "set twice"),
        ("[pad]\n[gpio]\n[pad]\n", 3, "", "begun twice"),
        ("\n[gpio]\npins = [5, 6\n", 3, "gpio.pins", "no closing square bracket"),
        ('[texts]\nunit = "abc\nfield = "x"\n', 2, "", "no closing quotation mark"),
        ('[texts]\nunit = """abc\nfield = 1\n', 2, "texts.unit", "no closing quotation mark"),
        ("[texts]\nunit = '''abc\nfield = 1\n", 2, "texts.unit", "no closing quotation mark"),
        ('[texts]\nunit = "C:\\data"\n', 2, "", "backslash"),
        ("[texts]\nunit = 'abc", 2, "texts.unit", "no closing quotation mark"),
        ("= 1\n", 1, "", "This is not TOML: Invalid statement."),
        ("\0", 1, "", "This is not TOML"),
    ],
)
def test_a_mistake_in_the_writing_is_explained_with_its_line(
    problems: Problems, text: str, line: int, key: str, message: str
) -> None:
    ((found_line, found_key, found),) = problems(text)
    assert (found_line, found_key) == (line, key)
    assert message in found


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 5000])
def test_what_python_itself_cannot_follow_is_a_problem_and_no_crash(problems: Problems, text: str) -> None:
    assert "too long" in problems(text)[0][2] or "square bracket" in problems(text)[0][2]


@pytest.mark.parametrize(
    ("text", "line", "key", "guess"),
    [
        ("langauge = 'vi'", 1, "langauge", "language"),
        ("\npins = [1, 2, 3, 4, 5]", 2, "pins", "gpio.pins"),
        ("[gpio]\npin = 1", 2, "gpio.pin", "gpio.pins"),
        ("[GPIO]\npins = 1", 1, "GPIO", "gpio"),
        ("[pda]\nx = 1\ny = 2", 1, "pda", "pad"),
        ("[[gpios]]", 1, "gpios", "gpio"),
        ("[pad]\nrepeat-interval-s = 1\n", 2, "pad.repeat-interval-s", "visit.repeat_interval_s"),
        ("data-dir = '/x'", 1, "data-dir", "data_dir"),
        ("gpio = {enable = true}", 1, "gpio.enable", "gpio.enabled"),
    ],
)
def test_an_unknown_key_or_table_gets_a_guess(
    problems: Problems, text: str, line: int, key: str, guess: str
) -> None:
    assert problems(text) == [(line, key, f"There is no such option. Did you mean {guess}?")]


@pytest.mark.parametrize(
    "text", ["zzzzzz = 1", "[gpio]\nzzzzzz = 1", "'' = 1", "'\\u0000\\n' = 1", f"{'y' * 9999} = 1"]
)
def test_a_key_that_resembles_nothing_gets_no_guess(problems: Problems, text: str) -> None:
    assert [message for _, _, message in problems(text)] == ["There is no such option."]


@pytest.mark.parametrize(
    ("text", "what"), [("gpio = 1", "a whole number"), ("[[gpio]]", "a list"), ("pad = true", "a switch")]
)
def test_a_table_that_is_no_table_is_a_problem(problems: Problems, text: str, what: str) -> None:
    ((line, key, message),) = problems(text)
    assert line == 1
    assert f"must be a table, written [{key}]; this is {what}" in message


def test_a_table_where_a_value_belongs_is_a_problem(problems: Problems) -> None:
    assert problems("[gpio.pins]\nfirst = 5\n")[0][:2] == (1, "gpio.pins")
