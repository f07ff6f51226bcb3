"""Central's texts take the place of the terminal's own, where central has one that can be shown."""

from dataclasses import replace

import pytest

from kiosk.commands.start import local_of, words_of
from kiosk.config.central import applied
from kiosk.config.load import load
from kiosk.config.model import Config
from kiosk.messages.statements import ConfigStatement

STATEMENT = ConfigStatement("0123456789", 1, "u", "c")


@pytest.fixture
def config() -> Config:
    return load(
        environment={},
        system_file=None,
        config_file=None,
        arguments={"texts.unit": "Đơn vị", "texts.counter": "Quầy 3", "labels.level_1": "Kém"},
    ).config


def test_empty_texts_leave_the_terminals_own(config: Config) -> None:
    assert applied(config, None) is config
    assert applied(config, STATEMENT) == config


def test_each_text_takes_its_place_and_no_other(config: Config) -> None:
    labels = ("", "B", "", "D", "")
    found = applied(config, replace(STATEMENT, unit="UBND phường", field="Đất đai", labels=labels))
    assert (found.texts.unit, found.texts.counter, found.texts.field) == ("UBND phường", "Quầy 3", "Đất đai")
    assert [found.labels.level_1, found.labels.level_2, found.labels.level_4] == ["Kém", "B", "D"]
    assert replace(found, texts=config.texts, labels=config.labels) == config


def test_what_the_file_of_the_machine_could_not_have_is_left_out(config: Config) -> None:
    found = applied(config, replace(STATEMENT, unit="a\u2028b", counter="  ", question="\u0085?"))
    assert found == config


def test_texts_are_composed_like_those_of_the_file(config: Config) -> None:
    assert applied(config, replace(STATEMENT, unit=" Que\u0302\u0301 ")).texts.unit == "Quế"


def test_the_ledger_says_what_every_language_shows(config: Config) -> None:
    statement = replace(STATEMENT, question="Hài lòng không?")
    words = words_of(applied(config, statement))
    assert {wording.question for _, wording in words.values()} == {"Hài lòng không?"}
    shown = local_of(config).shown
    assert shown is not None
    said = shown(statement)
    assert (said["question"], said["unit"]) == ("Hài lòng không?", "Đơn vị")
    assert isinstance(said["labels"], list)
    assert said["labels"][0] == "Kém"
