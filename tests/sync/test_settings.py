"""What central may set: read from a file, with everything that is wrong, by the terminal's own rules."""

import io
import json
import sys
from pathlib import Path

import pytest

from kiosk.config.toml_file import LARGEST_FILE
from sync import settings
from sync.settings import BadSettings, as_file, checked, fit, read

TOML = """
language = "en"
languages = ["vi"]
[texts]
question = "Ông/bà có hài lòng không?"
[visit]
thanks_s = 2
[sound]
enabled = false
quiet_from = 11:30:00
quiet_until = "13:00"
"""
SAID = {
    "language": "en",
    "languages": ["vi"],
    "texts.question": "Ông/bà có hài lòng không?",
    "visit.thanks_s": 2.0,
    "sound.enabled": False,
    "sound.quiet_from": "11:30",
    "sound.quiet_until": "13:00",
}


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "tệp"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def problems(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(BadSettings) as bad:
        read(written(folder, content))
    return bad.value.lines("en")


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    assert read(written(tmp_path, TOML)) == SAID
    assert read(written(tmp_path, json.dumps(SAID))) == SAID
    nested: dict[str, object] = {
        "language": "en",
        "languages": ["vi"],
        "texts": {"question": SAID["texts.question"]},
    }
    nested |= {"visit": {"thanks_s": 2}, "sound.enabled": False}
    nested |= {"sound": {"quiet_from": "11:30", "quiet_until": "13:00"}}
    assert read(written(tmp_path, b"\xef\xbb\xbf \r\n" + json.dumps(nested).encode())) == SAID


def test_it_can_be_written_and_read_again(tmp_path: Path) -> None:
    assert read(written(tmp_path, as_file(read(written(tmp_path, TOML))))) == SAID
    assert as_file({}) == ""
    assert read(written(tmp_path, "")) == {}


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (TOML, json.dumps(SAID)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
        assert read(settings.STANDARD_INPUT) == SAID


def test_everything_that_is_wrong_is_said_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        '[sound]\nvolume = "loud"\nloudspeaker = "HDMI"\n[screen]\ncolour = 1\ntheme = "dark"\n[gpio]\nenabled = true',
    )
    assert [line.partition("tệp, line ")[2][:1] for line in found] == list("23568")
    for line, words in zip(
        found,
        ["a whole number", "terminal alone", "no such option", '"calm", "contrast"', "terminal alone"],
        strict=True,
    ):
        assert words in line


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sound.volume = ", "cannot be read"),
        ("[visit]\nrepeat_interval_s = 2\n", "correction window (3 s) must not be longer"),
        ('[sound]\nquiet_from = "21:00"\n', "no quiet hours"),
        (f'[labels]\nlevel_1 = "{"x" * 10_000}"\n', "at most 40 characters; this one has 10000"),
        ('[texts]\nunit = "a\\u202eb"\n', "without control characters"),
        ('[texts]\nunit = "a\\u0007b"\n', "without control characters"),
        ('[texts]\nunit = "a\\u2067b"\n', "without control characters"),
        ('{"texts.unit": "a\\ud800"}', "without control characters"),
        ("{", "not JSON"),
        ('{"language": "vi", "language": "en"}', "twice"),
        ('{"visit": {"thanks_s": NaN}}', "no number"),
        ('{"visit.thanks_s": 1e999}', "a number from 1 to 5"),
        ('{"sound.volume": true}', "a switch"),
        ('{"sound.volume": null}', "something else"),
        ('{"sound": 3}', "must be a table"),
        ('{"a":' * 100_000, "not JSON"),
        ("a = " + "[" * 5000, "nested"),
        ("#" + "x" * LARGEST_FILE, "larger than"),
        ('{"x":"' + "x" * LARGEST_FILE + '"}', "larger than"),
        ("language = 'vi'".encode("utf-16"), "not in UTF-8"),
    ],
)
def test_bad_files_are_refused_with_a_reason(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert any(words in line for line in problems(tmp_path, content))


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none", "no such file"), (tmp_path, "a folder")):
        with pytest.raises(BadSettings, match=words):
            read(path)


def test_settings_from_a_form_are_judged_in_the_same_way() -> None:
    assert checked({"languages": ("vi", "en"), "visit.thanks_s": 2}) == {
        "languages": ["vi", "en"],
        "visit.thanks_s": 2.0,
    }
    with pytest.raises(BadSettings) as bad:
        checked({"sound.volume": 101, "screen.theme": "dark"})
    assert {problem.key for problem in bad.value.problems} == {"sound.volume", "screen.theme"}
    with pytest.raises(BadSettings):
        fit({"visit.correction_window_s": 5, "visit.repeat_interval_s": 4})
