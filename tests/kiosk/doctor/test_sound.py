"""The sound card, which no terminal must have."""

import os
from dataclasses import replace
from pathlib import Path

from assets.texts import Texts
from kiosk.config.kinds import Value
from kiosk.doctor import sound
from kiosk.doctor.finding import Finding, Verdict
from tests.kiosk.doctor.terminal import put, subject

OUTPUT = "System audio output device"
"""The one of SDL's silent driver."""


def checked(root: Path, *, driver: str = "dummy", **options: Value) -> list[Finding]:
    """The check with a driver for machines without a card."""
    examined = subject(root, **options)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SDL_")}
    machine = replace(examined.machine, environ=environ | {"SDL_AUDIODRIVER": driver})
    return sound.check(replace(examined, machine=machine))


def test_a_missing_card_is_never_more_than_a_warning(tmp_path: Path) -> None:
    assert [found.verdict for found in checked(tmp_path)] == [Verdict.WARNING]
    put(tmp_path, "dev/snd/pcmC0D0c", "")  # a microphone
    assert [found.verdict for found in checked(tmp_path)] == [Verdict.WARNING]
    put(tmp_path, "dev/snd/pcmC0D0p", "")
    (found,) = checked(tmp_path)
    assert found.verdict is Verdict.OK
    assert OUTPUT in found.seen.render(Texts("en")), "a technician copies the name from here"


def test_outputs_that_are_not_there_are_named_with_those_that_are_and_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "dev/snd/pcmC0D0p", "")
    found = checked(tmp_path, sound__headphones="USB Audio", sound__loudspeaker="HDMI")
    assert [one.verdict for one in found] == [Verdict.WARNING] * 2
    for one, name in zip(found, ("HDMI", "USB Audio"), strict=True):
        for texts in (Texts("vi"), Texts("en")):
            assert name in one.seen.render(texts)
            assert OUTPUT in one.seen.render(texts)
    assert found[1].remedy is not None
    assert "no level has a tone" in found[1].remedy.render(Texts("en"))
    (well,) = checked(tmp_path, sound__headphones=OUTPUT, sound__loudspeaker="")
    assert well.verdict is Verdict.OK


def test_headphones_are_looked_for_when_the_loudspeaker_is_silent(tmp_path: Path) -> None:
    put(tmp_path, "dev/snd/pcmC0D0p", "")
    found = checked(tmp_path, sound__volume=0, sound__headphones="USB Audio", sound__loudspeaker=OUTPUT)
    assert [one.verdict for one in found] == [Verdict.WARNING]


def test_a_sound_system_that_does_not_answer_is_a_warning_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "dev/snd/pcmC0D0p", "")
    (found,) = checked(tmp_path, driver="no-such-driver")
    assert (found.verdict, found.remedy is not None) == (Verdict.WARNING, True)


def test_a_sound_that_is_switched_off_needs_no_card(tmp_path: Path) -> None:
    for found in (checked(tmp_path, sound__enabled=False), checked(tmp_path, sound__volume=0)):
        assert [one.verdict for one in found] == [Verdict.NOTE]
