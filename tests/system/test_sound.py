"""The real program, heard."""

import array
from pathlib import Path

import pytest

from kiosk.sound.tone import acknowledgement
from tests.system.program import entries, hailong, without_display


def _heard(folder: Path, level: str, **settings: str) -> list[int]:
    file = folder / f"heard-{level}"
    environ = without_display() | {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(file)}
    given = {"sound_enabled": "true", "sound_volume": "100", **settings}
    with hailong(
        "run", "--headless", data=folder / level, environ=environ, keys=True, settings=given
    ) as program:
        program.until("ready")
        assert not file.exists()
        program.key(level)
        program.until("rating_stored")
        program.nothing_stored(2.0)
        assert program.end() == 0
        assert "Traceback" not in program.log
    samples = array.array("h", file.read_bytes() if file.exists() else b"").tolist()
    # The card is silent until the thank-you; for how long differs from run to run.
    begin = next((n for n, value in enumerate(samples) if value), len(samples))
    return samples[begin:]


def test_every_level_sounds_the_same_and_soft(tmp_path: Path) -> None:
    heard = [_heard(tmp_path, level)[:15_000] for level in "135"]
    wanted = array.array("h", acknowledgement(100)).tolist()
    first = next(n for n, value in enumerate(wanted) if value)
    assert heard[0] == wanted[first : first + 15_000]
    assert heard == [heard[0]] * 3


def test_a_sound_that_is_switched_off_does_not_touch_the_card(tmp_path: Path) -> None:
    assert not _heard(tmp_path, "4", sound_enabled="false")
    assert not _heard(tmp_path, "3", sound_volume="0")


@pytest.mark.parametrize("card", ["/dev/full", "/nowhere/heard"])
def test_a_card_that_fails_costs_no_vote(tmp_path: Path, card: str) -> None:
    environ = without_display() | {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": card}
    settings = {"sound_enabled": "true", "visit_repeat_interval_s": "0", "visit_correction_window_s": "0"}
    data = tmp_path / "data"
    with hailong("run", "--headless", data=data, environ=environ, keys=True, settings=settings) as program:
        program.until("ready")
        for level in "12345":
            program.key(level)
            program.until("rating_stored")
        assert program.end() == 0
        assert "Traceback" not in program.log
        assert program.log.count("no sound") <= 1
    assert [body["level"] for _, kind, body in entries(data) if kind == "rating"] == [1, 2, 3, 4, 5]
