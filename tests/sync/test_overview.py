"""What is read out over the telephone: every state of the kiosk, every code with its remedy, nothing guessed."""

from dataclasses import replace
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.codes import CODES
from kiosk.faults import FaultCode
from sync.contact import Settings
from sync.overview import Answering, Overview, look, sentences
from tests.sync.world import office, settings, votes

WELL = Overview("hailong 1.0", Answering.YES, (), "central", 2_500_000_000, 48.6, undervoltage=False)


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    return settings(tmp_path / "data")


def said(found: Overview, where: Settings, language: str = "en") -> str:
    return "\n".join(phrase.render(Texts(language)) for phrase in sentences(found, where))


def test_when_all_is_well_it_says_so(where: Settings) -> None:
    text = said(WELL, where)
    assert WELL.well
    assert "Ratings are being taken; there is no fault." in text
    assert "Free space: 2500 MB. Clock: vouched for by the server. Temperature: 49 °C." in text
    assert "belongs to no central server" in text
    assert "supply" not in text


@pytest.mark.parametrize("code", FaultCode)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_fault_is_said_with_its_remedy(where: Settings, code: FaultCode, language: str) -> None:
    found = replace(WELL, faults=(code.value,))
    assert not found.well
    text = said(found, where, language)
    assert code.value in text
    assert CODES[code].remedy.render(Texts(language)) in text


def test_a_fault_of_a_newer_kiosk_is_said_by_its_code(where: Settings) -> None:
    assert "Fault D99." in said(replace(WELL, faults=("D99",)), where)


def test_a_weak_supply_is_said_and_is_no_reason_to_call_ratings_lost(where: Settings) -> None:
    found = replace(WELL, undervoltage=True)
    assert found.well
    assert "power supply is too weak" in said(found, where)


def test_what_is_not_known_is_not_guessed(where: Settings) -> None:
    text = said(replace(WELL, clock=None, free=None, temperature_c=None), where)
    assert "Free space: unknown. Clock: unknown. Temperature: unknown." in text


def test_without_a_kiosk_it_looks_and_changes_nothing(where: Settings) -> None:
    found = look(where)
    assert found.kiosk is Answering.STOPPED
    assert not found.well
    assert "no rating is taken" in said(found, where)
    assert not where.place.data_dir.exists()


def test_a_program_that_writes_and_answers_nobody_is_told_apart_from_a_kiosk(where: Settings) -> None:
    votes(where, 1)
    with office(where):
        found = look(where)
    assert found.kiosk is Answering.NO
    assert not found.well
    assert "does not answer" in said(found, where)
    assert found.free is not None
