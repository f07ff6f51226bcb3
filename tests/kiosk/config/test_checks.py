"""What has to fit together between options."""

import pytest

from tests.kiosk.config.conftest import Load, Problems


@pytest.mark.parametrize(
    ("pull", "active"), [("up", "low"), ("down", "high"), ("none", "low"), ("none", "high")]
)
def test_fitting_pull_and_active_level_are_taken(loaded: Load, pull: str, active: str) -> None:
    gpio = loaded(f'gpio.pull = "{pull}"\ngpio.active = "{active}"\n').config.gpio
    assert (gpio.pull, gpio.active) == (pull, active)


@pytest.mark.parametrize(("pull", "active"), [("up", "high"), ("down", "low")])
def test_a_pull_that_fights_the_button_is_a_problem(problems: Problems, pull: str, active: str) -> None:
    ((line, key, message),) = problems(f'gpio.pull = "{pull}"\ngpio.active = "{active}"\n')
    assert (line, key) == (2, "gpio.active")
    assert f'gpio.pull = "{pull}"' in message


def test_the_blame_goes_to_what_was_set_and_not_to_a_built_in_value(problems: Problems) -> None:
    ((line, key, message),) = problems('[gpio]\npull = "down"\n')
    assert (line, key) == (2, "gpio.pull")
    assert 'goes with gpio.active = "high"' in message


def test_a_light_on_the_pin_of_a_button_is_a_problem_that_names_both(problems: Problems) -> None:
    ((line, key, message),) = problems("[gpio]\nleds = [16, 13, 20, 21, 5]\n")
    assert (line, key) == (2, "gpio.leds")
    assert message == (
        "Each light needs a pin of its own: pin 13 is used by button 3 and by light 2; "
        "pin 5 is used by button 1 and by light 5."
    )


def test_lights_on_pins_of_their_own_are_taken_and_there_need_not_be_any(loaded: Load) -> None:
    assert loaded("gpio.leds = [12, 16, 20, 21, 25]").config.gpio.leds == (12, 16, 20, 21, 25)
    assert loaded("gpio.leds = []").config.gpio.leds == ()
    assert loaded(environment={"HAILONG_GPIO_LEDS": ""}).config.gpio.leds == ()
    assert loaded(environment={"HAILONG_GPIO_LEDS": "12,16,20,21,25"}).config.gpio.leds[4] == 25


@pytest.mark.parametrize(("pin", "user"), [(13, "button 3"), (20, "light 3")])
def test_the_button_for_the_language_needs_a_pin_of_its_own(problems: Problems, pin: int, user: str) -> None:
    ((line, key, message),) = problems(f"[gpio]\nleds = [12, 16, 20, 21, 25]\nlanguage_pin = {pin}\n")
    assert (line, key) == (3, "gpio.language_pin")
    assert message == f"The button for the language needs a pin of its own: pin {pin} is used by {user}."


def test_a_sixth_pin_that_nobody_uses_is_taken(loaded: Load) -> None:
    assert loaded("gpio.leds = [12, 16, 20, 21, 25]\ngpio.language_pin = 7").config.gpio.language == 7


SERIAL_PAD = '[pad]\nenabled = true\nport = "/dev/serial0"\n[gpio]\n'


@pytest.mark.parametrize(
    ("wired", "pin"),
    [
        ("pins = [5, 6, 15, 19, 26]", 15),
        ("leds = [14, 16, 20, 21, 25]", 14),
        ("language_pin = 14", 14),
    ],
)
def test_a_pad_on_the_board_s_own_serial_port_needs_its_pins_for_itself(
    loaded: Load, problems: Problems, wired: str, pin: int
) -> None:
    ((_, _, message),) = problems(f"{SERIAL_PAD}enabled = true\n{wired}\n")
    assert "/dev/serial0" in message
    assert f"pin {pin}" in message
    loaded(f"{SERIAL_PAD}enabled = false\n{wired}\n")
    loaded(f"{SERIAL_PAD.replace('serial0', 'hailong-pad')}enabled = true\n{wired}\n")


def test_an_enabled_pad_needs_a_port(loaded: Load, problems: Problems) -> None:
    ((line, key, message),) = problems("[pad]\nenabled = true\n")
    assert (line, key) == (2, "pad.enabled")
    assert "/dev/serial/by-id/" in message
    assert loaded('[pad]\nenabled = true\nport = "/dev/ttyUSB0"\n').config.pad.port == "/dev/ttyUSB0"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "named level"),
        ("KEY[1-5]", "For example: KEY(?P<level>[1-5])"),
        ("KEY([1-5]", "not a regular expression: missing ), unterminated subpattern at position 3"),
        ("(a+)+(?P<level>[1-5])", "too long on some lines"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_a_problem(problems: Problems, pattern: str, words: str) -> None:
    ((line, key, message),) = problems(f"[pad]\nmode = 'pattern'\npattern = '{pattern}'\n")
    assert (line, key) == (3, "pad.pattern")
    assert words in message


def test_a_pattern_is_taken_and_in_other_modes_not_looked_at(loaded: Load) -> None:
    pad = loaded("[pad]\nmode = 'pattern'\npattern = 'KEY(?P<level>[1-5])'\n").config.pad
    assert pad.pattern == "KEY(?P<level>[1-5])"
    assert loaded("[pad]\npattern = '('\n").config.pad.mode == "framed"


@pytest.mark.parametrize(("interval", "window"), [(5, 5), (0, 0), (60, 0), (0.5, 0.5)])
def test_a_correction_window_within_the_visit_is_taken(loaded: Load, interval: float, window: float) -> None:
    visit = loaded(f"[visit]\nrepeat_interval_s = {interval}\ncorrection_window_s = {window}\n").config.visit
    assert (visit.repeat_interval_s, visit.correction_window_s) == (interval, window)


@pytest.mark.parametrize("interval", [0, 2, 2.9])
def test_a_correction_window_longer_than_the_repeat_interval_is_a_problem(
    problems: Problems, interval: float
) -> None:
    ((line, key, message),) = problems(f"[visit]\nrepeat_interval_s = {interval}\n")
    assert (line, key) == (2, "visit.repeat_interval_s")
    assert f"at most {interval}" in message


def test_a_thank_you_shorter_than_the_correction_window_is_no_problem(loaded: Load) -> None:
    assert loaded("[visit]\nthanks_s = 1\n").config.visit.thanks_s == 1.0


@pytest.mark.parametrize("text", ["width = 1280", "height = 800", "width = 0\nheight = 800"])
def test_half_a_screen_size_is_impossible(problems: Problems, text: str) -> None:
    ((_, key, message),) = problems(f"[screen]\n{text}\n")
    assert key.startswith("screen.")
    assert "impossible size" in message


def test_a_terminal_without_any_input_is_a_problem(loaded: Load, problems: Problems) -> None:
    ((_, _, message),) = problems("[inputs]\ntouch = false\nkeyboard = false\n")
    assert "nobody could rate" in message
    assert loaded("[inputs]\ntouch = false\nkeyboard = false\n[gpio]\nenabled = true\n").config.gpio.enabled


@pytest.mark.parametrize(("begins", "ends"), [("21:00", "06:30"), ("11:30", "13:30"), ("", "")])
def test_quiet_hours_may_go_over_midnight_and_need_not_be(loaded: Load, begins: str, ends: str) -> None:
    sound = loaded(f'[sound]\nquiet_from = "{begins}"\nquiet_until = "{ends}"\n').config.sound
    assert (sound.quiet_from, sound.quiet_until) == (begins, ends)


@pytest.mark.parametrize(("begins", "ends"), [("21:00", ""), ("", "06:30"), ("7:00", "07:00")])
def test_half_of_the_quiet_hours_is_a_problem(problems: Problems, begins: str, ends: str) -> None:
    ((_, key, message),) = problems(f'[sound]\nquiet_from = "{begins}"\nquiet_until = "{ends}"\n')
    assert key.startswith("sound.quiet_")
    assert "sound.enabled = false" in message


@pytest.mark.parametrize(("headphones", "loudspeaker"), [("USB", ""), ("USB", "USB"), (" USB ", "USB")])
def test_headphones_need_an_output_that_is_not_the_loudspeaker(
    problems: Problems, headphones: str, loudspeaker: str
) -> None:
    text = f'[sound]\nheadphones = "{headphones}"\nloudspeaker = "{loudspeaker}"\n'
    ((line, key, message),) = problems(text)
    assert (line, key) == (2, "sound.headphones")
    assert "it must be another one" in message


def test_headphones_beside_a_named_loudspeaker_are_taken_and_there_need_not_be_any(loaded: Load) -> None:
    sound = loaded('sound.headphones = "USB Audio"\nsound.loudspeaker = "bcm2835"').config.sound
    assert (sound.headphones, sound.loudspeaker) == ("USB Audio", "bcm2835")
    assert loaded().config.sound.headphones == ""
