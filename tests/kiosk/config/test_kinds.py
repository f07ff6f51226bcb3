"""What each option takes and what it refuses, through the real list of options."""

import pytest

from tests.kiosk.config.conftest import Load, Problems


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("inputs.touch = 1", "must be true or false; 1 is a whole number."),
        (
            'inputs.touch = "true"',
            'must be true or false; "true" is a text. Write it without quotation marks.',
        ),
        ('inputs.touch = "ja"', 'must be true or false; "ja" is a text.'),
        ("screen.width = true", "true is a switch (true or false)."),
        ("screen.width = 1280.0", "1280.0 is a decimal number."),
        ('screen.width = "1280"', '"1280" is a text. Write it without quotation marks.'),
        ("screen.width = 319", "must be 0 or a whole number from 320 to 7680; 319 is not."),
        ("screen.width = 7681", "7681 is not."),
        ("screen.height = 239", "must be 0 or a whole number from 240 to 4320; 239 is not."),
        ("screen.height = -1", "-1 is not."),
        ("screen.height = 4321", "4321 is not."),
        ("screen.width = 0x" + "f" * 9999, "… is not."),
        ("pad.baud = 9601", "one of the numbers 1200, 2400"),
        ("pad.baud = 9600.0", "9600.0 is a decimal number."),
        ("pad.baud = false", "false is a switch"),
        ("visit.thanks_s = 0.9", "must be a number from 1 to 5; 0.9 is not."),
        ("visit.thanks_s = 5.1", "5.1 is not."),
        ("visit.thanks_s = nan", "nan is not."),
        ("visit.thanks_s = inf", "inf is not."),
        ("visit.thanks_s = -inf", "-inf is not."),
        ("visit.thanks_s = true", "true is a switch"),
        ("visit.thanks_s = [3]", "[…] is a list."),
        ("visit.thanks_s = 1979-05-27", "1979-05-27 is a date or time."),
        ("visit.thanks_s = 1" + "0" * 400, "… is not."),
        ("visit.repeat_interval_s = 60.5", "must be a number from 0 to 60; 60.5 is not."),
        ("visit.correction_window_s = 6", "must be a number from 0 to 5; 6 is not."),
        ('gpio.pull = "UP"', 'one of the words "up", "down", "none"; "UP" is not. Did you mean "up"?'),
        ('gpio.active = "lo"', 'Did you mean "low"?'),
        ("gpio.pull = 1", "1 is a whole number."),
        ('pad.mode = "frames"', 'Did you mean "framed"?'),
        ('language = "../.."', '"../.." is not.'),
        ('language = "tlh"', "must be one of the words"),
        ("gpio.pull = {a = 1}", "{…} is a table."),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(problems: Problems, line: str, message: str) -> None:
    ((number, key, found),) = (p for p in problems(line) if p[1] == line.partition(" ")[0])
    assert (number, key) == (1, line.partition(" ")[0])
    assert message in found


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("HAILONG_INPUTS_TOUCH", "on", '"on" is not.'),
        ("HAILONG_INPUTS_TOUCH", "", '"" is not.'),
        ("HAILONG_PAD_BAUD", "fast", '"fast" is not.'),
        ("HAILONG_PAD_BAUD", "9_600", '"9_600" is not.'),
        ("HAILONG_SCREEN_WIDTH", "１２８０", "is not."),
        ("HAILONG_SCREEN_WIDTH", "9" * 5000, "is not."),
        ("HAILONG_VISIT_THANKS_S", "3,5", "Write a point, not a comma"),
        ("HAILONG_VISIT_THANKS_S", "nan", '"nan" is not.'),
        ("HAILONG_VISIT_THANKS_S", "1e1", '"1e1" is not.'),
        ("HAILONG_GPIO_PULL", "dwon", 'Did you mean "down"?'),
    ],
)
def test_a_wrong_variable_is_named_with_what_would_be_right(
    problems: Problems, variable: str, text: str, message: str
) -> None:
    ((_, _, found),) = problems(environment={variable: text})
    assert message in found


def test_variables_are_read_as_what_their_options_take(loaded: Load) -> None:
    config = loaded(
        environment={
            "HAILONG_INPUTS_TOUCH": " False ",
            "HAILONG_SCREEN_WIDTH": "1280",
            "HAILONG_SCREEN_HEIGHT": " 800 ",
            "HAILONG_VISIT_THANKS_S": "2.5",
            "HAILONG_PAD_BAUD": "9600",
            "HAILONG_GPIO_PULL": "none",
            "HAILONG_SCREEN_WINDOWED": "1",
        }
    ).config
    assert not config.inputs.touch
    assert config.screen.size == (1280, 800)
    assert config.screen.windowed
    assert (config.visit.thanks_s, config.pad.baud, config.gpio.pull) == (2.5, 9600, "none")


def test_a_whole_number_of_seconds_becomes_a_decimal_one(loaded: Load) -> None:
    window = loaded("visit.correction_window_s = -0.0\nvisit.repeat_interval_s = 7\n").config.visit
    assert str(window.correction_window_s) == "0.0"
    assert isinstance(window.repeat_interval_s, float)
