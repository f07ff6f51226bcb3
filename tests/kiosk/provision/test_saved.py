"""The file that a power cut must not take."""

from pathlib import Path

import pytest

from kiosk.config.phrase import Phrase
from kiosk.provision.saved import Saved, encoded, load, save
from kiosk.provision.steps import Mark, Status, Step

SAVED = Saved(
    {
        Step.LANGUAGE: Mark(Status.DONE, (Phrase("{text}", {"text": "Tiếng Việt"}),)),
        Step.PANEL: Mark(Status.SKIPPED, reason=Phrase("{a}", {"a": Phrase("Is done later"), "b": 3})),
    },
    {Step.PANEL: {"screen.panel_mm": (217, 136)}, Step.INPUTS: {"gpio.enabled": False, "pad.port": ""}},
    Step.INPUTS,
)


def test_what_is_saved_is_there_after_a_power_cut(tmp_path: Path) -> None:
    save(tmp_path / "data" / "provision.json", SAVED)
    assert load(tmp_path / "data" / "provision.json") == SAVED
    assert SAVED.options[Step.PANEL] == {"screen.panel_mm": (217, 136)}


@pytest.mark.parametrize("length", [0, 1, 40, len(encoded(SAVED)) - 1])
def test_a_damaged_file_begins_anew_and_stops_nobody(tmp_path: Path, length: int) -> None:
    file = tmp_path / "provision.json"
    file.write_bytes(encoded(SAVED)[:length])
    assert load(file) == Saved()


def test_no_file_is_a_beginning(tmp_path: Path) -> None:
    assert load(tmp_path / "provision.json") == Saved()
