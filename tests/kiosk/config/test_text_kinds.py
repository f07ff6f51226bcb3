"""Texts, paths, devices and pins."""

from pathlib import Path

import pytest

from tests.kiosk.config.conftest import Load, Problems


@pytest.mark.parametrize(
    ("pins", "reasons"),
    [
        ("[5, 6, 13, 19, 5]", ["pin 5 is used by the buttons 1, 5"]),
        ("[5, 5, 6, 6, 6]", ["pin 5 is used by the buttons 1, 2", "pin 6 is used by the buttons 3, 4, 5"]),
        ("[1, 2, 3, 4]", ["it has 4 entries"]),
        ("[1, 2, 3, 4, 5, 6]", ["it has 6 entries"]),
        ("[]", ["it has 0 entries"]),
        ("[1, 2, 3, 4, 28]", ["entry 5, 28, is no such pin"]),
        ("[-1, 2, 3, 4, 5]", ["entry 1, -1, is no such pin"]),
        ("[1, 2, 3, true, 5]", ["entry 4, true, is a switch (true or false)"]),
        ("[1, 2.0, 3, 4, 'x']", ["entry 2, 2.0, is a decimal number", 'entry 5, "x", is a text']),
        ("[[1], 2, 3, 4, {}]", ["entry 1, […], is a list", "entry 5, {…}, is a table"]),
    ],
)
def test_every_fault_of_a_list_of_pins_is_named(problems: Problems, pins: str, reasons: list[str]) -> None:
    expected = "must be five different whole numbers from 0 to 27; {}."
    assert [m for _, _, m in problems(f"gpio.pins = {pins}")] == [
        expected.format(reason) for reason in reasons
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5,6,13,19,5", "buttons 1, 5"),
        ("", "it has 0 entries"),
        ("5 6 13 19 26", "it has 1 entries"),
        ("1,2,3,4,", '"", is a text'),
    ],
)
def test_pins_in_the_environment_are_checked_the_same_way(problems: Problems, text: str, reason: str) -> None:
    assert reason in " ".join(m for _, _, m in problems(environment={"HAILONG_GPIO_PINS": text}))


def test_pins_are_read_from_the_environment_and_keep_their_order(loaded: Load) -> None:
    assert loaded(environment={"HAILONG_GPIO_PINS": "26, 19,13,6 ,0"}).config.gpio.pins == (26, 19, 13, 6, 0)


def test_pins_that_are_no_list_are_a_problem(problems: Problems) -> None:
    ((_, _, message),) = problems('gpio.pins = "5,6,13,19,26"')
    assert message.endswith('"5,6,13,19,26" is a text. Write it without quotation marks.')


@pytest.mark.parametrize(
    "characters", ["1234", "1234567", "11345", "123455", "1234 ", "1234é", "1234\\t", ""]
)
def test_pad_characters_are_five_or_six_different_visible_ones(problems: Problems, characters: str) -> None:
    ((_, key, message),) = problems(f'pad.characters = "{characters}"')
    assert key == "pad.characters"
    assert "five different visible ASCII characters, or six" in message


def test_pad_characters_may_be_any_signs(loaded: Load) -> None:
    for characters in ("aB!~#", "aB!~#0"):
        assert loaded(f"pad.characters = '{characters}'").config.pad.characters == characters


@pytest.mark.parametrize(("written", "pin"), [("16", 16), ("[16]", 16), ("0", 0), ("[]", None)])
def test_the_pin_of_the_language_is_a_number_or_none(loaded: Load, written: str, pin: int | None) -> None:
    assert loaded(f"gpio.language_pin = {written}").config.gpio.language == pin
    text = written.strip("[]")
    assert loaded(environment={"HAILONG_GPIO_LANGUAGE_PIN": text}).config.gpio.language == pin


@pytest.mark.parametrize("written", ["28", "-1", "true", "'16'", "[16, 20]", "1.5", "{}", "[true]", "[[16]]"])
def test_what_is_no_pin_is_no_pin_for_the_language(problems: Problems, written: str) -> None:
    ((_, key, message),) = problems(f"gpio.language_pin = {written}")
    assert key == "gpio.language_pin"
    assert "must be a whole number from 0 to 27, or an empty list" in message


@pytest.mark.parametrize("text", ["x", "16,20", "1.5", "99"])
def test_a_pin_in_the_environment_is_checked_the_same_way(problems: Problems, text: str) -> None:
    assert problems(environment={"HAILONG_GPIO_LANGUAGE_PIN": text})[0][1] == "gpio.language_pin"


@pytest.mark.parametrize("port", ["ttyUSB0", "COM3", "socket://10.0.0.1:5000", "loop://"])
def test_a_port_is_a_device_file_and_no_network_address(problems: Problems, port: str) -> None:
    ((_, _, message),) = problems(f'pad.port = "{port}"')
    assert "/dev/serial/by-id/" in message


@pytest.mark.parametrize(("written", "chip"), [("0", "0"), ('"0"', "0"), ('" pinctrl-rp1"', "pinctrl-rp1")])
def test_a_chip_is_a_label_or_a_number(loaded: Load, written: str, chip: str) -> None:
    assert loaded(f"gpio.chip = {written}").config.gpio.chip == chip


@pytest.mark.parametrize("written", ["-1", "true", "1.5", "256"])
def test_what_is_neither_label_nor_number_is_no_chip(problems: Problems, written: str) -> None:
    assert problems(f"gpio.chip = {written}")[0][1] == "gpio.chip"


@pytest.mark.parametrize("path", ["data", "./data", "~/data", ""])
def test_a_data_folder_in_a_file_or_variable_needs_its_full_path(problems: Problems, path: str) -> None:
    assert problems(f'data_dir = "{path}"')[0][1] == "data_dir"
    assert problems(environment={"HAILONG_DATA_DIR": path})[0][1] == "data_dir"


def test_a_data_folder_on_the_command_line_is_relative_to_the_working_folder(
    loaded: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert loaded(arguments={"data_dir": Path("demo-data")}).config.data_dir == tmp_path / "demo-data"


def test_a_path_is_never_rewritten_to_another_folder(loaded: Load) -> None:
    decomposed = "/srv/du\u031b\u0303 lie\u0323\u0302u"
    assert str(loaded(f'data_dir = "{decomposed}"').config.data_dir) == decomposed


def test_a_text_that_arrives_decomposed_is_composed_and_trimmed(loaded: Load) -> None:
    assert loaded('texts.unit = "  Xa\u0303 Hòa Bình "').config.texts.unit == "Xã Hòa Bình"


@pytest.mark.parametrize("text", ["a\\nb", "a\\tb", "\\u001b[31m", "\\u2028", "\\u007f"])
def test_a_text_has_one_line_and_no_control_characters(problems: Problems, text: str) -> None:
    ((_, _, message),) = problems(f'texts.question = "{text}"')
    assert "one line without control characters" in message
    assert message.isprintable()


def test_a_variable_that_is_not_utf8_is_a_problem(problems: Problems) -> None:
    ((_, _, message),) = problems(
        environment={"HAILONG_TEXTS_UNIT": b"X\xe3".decode("utf-8", "surrogateescape")}
    )
    assert message.encode("utf-8")


def test_a_text_may_have_300_characters_and_a_label_40(loaded: Load, problems: Problems) -> None:
    assert loaded(f'texts.unit = "{"ữ" * 300}"').config.texts.unit == "ữ" * 300
    assert problems(f'texts.unit = "{"ữ" * 301}"') == [
        (1, "texts.unit", "must be a text of at most 300 characters; this one has 301.")
    ]
    assert "at most 40 characters" in problems(f'labels.level_1 = "{"x" * 41}"')[0][2]


@pytest.mark.parametrize(
    ("written", "kept"),
    [('"21:30"', "21:30"), ('"7:05"', "07:05"), ("21:30:00", "21:30"), ('" 06:00 "', "06:00")],
)
def test_a_time_of_day_is_kept_with_two_digits(loaded: Load, written: str, kept: str) -> None:
    sound = loaded(f'[sound]\nquiet_from = {written}\nquiet_until = "12:00"\n').config.sound
    assert (sound.quiet_from, sound.quiet_until) == (kept, "12:00")


@pytest.mark.parametrize("written", ['"25:00"', '"9 giờ"', "930", "true", "21:30:15", '"07:60"'])
def test_what_is_no_time_of_day_is_refused(problems: Problems, written: str) -> None:
    ((line, key, message),) = problems(f"[sound]\nquiet_from = {written}\n")
    assert (line, key) == (2, "sound.quiet_from")
    assert "a time of day such as 21:30" in message
