"""The sound card, which no terminal must have."""

from pathlib import Path

import pytest

from kiosk.doctor import sound
from kiosk.doctor.finding import Verdict
from tests.kiosk.doctor.terminal import put, subject


def test_a_missing_card_is_never_more_than_a_warning(tmp_path: Path) -> None:
    assert sound.check(subject(tmp_path)).verdict is Verdict.WARNING
    put(tmp_path, "dev/snd/pcmC0D0c", "")  # a microphone
    assert sound.check(subject(tmp_path)).verdict is Verdict.WARNING
    put(tmp_path, "dev/snd/pcmC0D0p", "")
    assert sound.check(subject(tmp_path)).verdict is Verdict.OK


@pytest.mark.parametrize("off", [{"sound__enabled": False}, {"sound__volume": 0}])
def test_a_sound_that_is_switched_off_needs_no_card(tmp_path: Path, off: dict[str, int]) -> None:
    assert sound.check(subject(tmp_path, **off)).verdict is Verdict.NOTE
