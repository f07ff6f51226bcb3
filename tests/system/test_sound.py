"""The real program, heard."""

import array
from pathlib import Path

import pytest

from hardware.events import Level
from kiosk.sound.level_tone import level_tone
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


def test_levels_are_heard_in_the_headphones_and_the_loudspeaker_is_the_same_for_all(tmp_path: Path) -> None:
    """SDL's file driver takes the name of an output for a file: one is the loudspeaker, one the headphones."""
    heard: dict[str, list[int]] = {}
    for level in "15":
        outputs = {name: tmp_path / f"{name}-{level}" for name in ("loudspeaker", "headphones")}
        settings = {f"sound_{name}": str(file) for name, file in outputs.items()} | {
            "sound_enabled": "true",
            "sound_volume": "100",
            "visit_correction_window_s": "0",
            "visit_repeat_interval_s": "2",
        }
        environ = without_display() | {
            "SDL_AUDIODRIVER": "disk",
            "SDL_DISKAUDIOFILE": str(tmp_path / "system"),
        }
        with hailong(
            "run", "--headless", data=tmp_path / level, environ=environ, keys=True, settings=settings
        ) as program:
            program.until("ready")
            program.nothing_stored(3.0)  # both processes are ready
            for _ in range(2):
                program.key(level)
                program.until("rating_stored")
                program.nothing_stored(3.0)
            assert program.end() == 0
            assert "Traceback" not in program.log
        for name, file in outputs.items():
            samples = array.array("h", file.read_bytes()).tolist()
            heard[f"{name} {level}"] = samples[next(n for n, value in enumerate(samples) if value) :]
        assert not (tmp_path / "system").exists()
    assert heard["loudspeaker 1"][:15_000] == heard["loudspeaker 5"][:15_000]
    for rated in (Level.VERY_POOR, Level.EXCELLENT):
        tone = array.array("h", level_tone(rated, 60)).tolist()
        begin = next(n for n, value in enumerate(tone) if value)
        assert heard[f"headphones {rated.value}"][:12_000] == tone[begin : begin + 12_000]


def test_headphones_that_are_not_there_leave_the_loudspeaker_as_it_is(tmp_path: Path) -> None:
    wanted = array.array("h", acknowledgement(100)).tolist()
    begin = next(n for n, value in enumerate(wanted) if value)
    loudspeaker = tmp_path / "loudspeaker"
    missing = {"sound_headphones": str(tmp_path / "nowhere" / "it"), "sound_loudspeaker": str(loudspeaker)}
    assert not _heard(tmp_path, "4", **missing), "nothing on the system's own output"
    samples = array.array("h", loudspeaker.read_bytes()).tolist()
    at = next(n for n, value in enumerate(samples) if value)
    assert samples[at : at + 15_000] == wanted[begin : begin + 15_000]
    assert not any(samples[at + len(wanted) :]), "and nothing after it"
