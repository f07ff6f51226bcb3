"""From the configuration to the inputs: who can ask for another language, and with what."""

import subprocess
import sys

import pytest

from hardware.events import Source
from kiosk.commands.start import languages_of
from kiosk.config.kinds import Value
from kiosk.config.options import languages
from kiosk.inputs import language_buttons
from tests.kiosk.doctor.terminal import configured

NO_TOUCH: dict[str, Value] = {"inputs.touch": False}
PAD: dict[str, Value] = {"pad.enabled": True, "pad.port": "/dev/pad"}
WITH_BUTTON: list[tuple[dict[str, Value], Source]] = [
    ({"gpio.enabled": True, "gpio.language_pin": (16,)}, Source.GPIO),
    (PAD | {"pad.language_button": True}, Source.PAD),
    (PAD | {"pad.mode": "characters", "pad.characters": "123450"}, Source.PAD),
    (PAD | {"pad.mode": "pattern", "pad.pattern": "(?P<level>[1-5])|(?P<language>L)"}, Source.PAD),
    ({"inputs.language_key": True}, Source.KEY),
]
WITHOUT_BUTTON: list[dict[str, Value]] = [
    {},
    {"gpio.enabled": True},
    {"gpio.language_pin": (16,)},
    PAD,
    PAD | {"pad.mode": "characters", "pad.language_button": True},
    PAD | {"pad.mode": "pattern", "pad.pattern": "(?P<level>[1-5])", "pad.language_button": True},
    {"inputs.language_key": True, "inputs.keyboard": False},
]


@pytest.mark.parametrize(("changes", "source"), WITH_BUTTON)
def test_a_terminal_without_touch_speaks_every_language_when_it_has_a_button_for_it(
    changes: dict[str, Value], source: Source
) -> None:
    config = configured(NO_TOUCH | changes)
    assert language_buttons(config) == {source}
    assert set(languages_of(config)) == set(languages())
    assert languages_of(config)[0] == "vi"


@pytest.mark.parametrize("changes", WITHOUT_BUTTON)
def test_without_touch_and_without_such_a_button_nobody_is_offered_another_language(
    changes: dict[str, Value],
) -> None:
    assert languages_of(configured(NO_TOUCH | changes)) == ("vi",)
    assert set(languages_of(configured(changes))) == set(languages()), "with touch"


def test_a_terminal_without_buttons_on_pins_does_not_wait_for_their_library() -> None:
    program = "import sys, kiosk.commands.run, kiosk.windowed; sys.exit('gpiozero' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0
