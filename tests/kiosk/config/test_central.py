"""Central's texts take the place of the terminal's own, where central has one that can be shown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.texts import Texts
from kiosk.commands.start import local_of, words_of
from kiosk.config.central import applied, applied_to, objections, values_of
from kiosk.config.checks import CHECKS
from kiosk.config.load import load
from kiosk.config.model import Config, build
from kiosk.config.options import OPTIONS, defaults
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


def test_what_central_sets_is_stronger_and_says_where_it_is_from() -> None:
    own = load(environment={"HAILONG_SOUND_VOLUME": "10", "HAILONG_SCREEN_THEME": "calm"}, system_file=None)
    said = replace(STATEMENT, revision=7, settings={"sound.volume": 90, "languages": ["en"]}, unit="UBND")
    found = applied_to(own, said)
    assert found.config == applied(own.config, said)
    assert (found.config.sound.volume, found.config.languages) == (90, ("en",))
    said_where = {
        key: setting.origin.describe().render(Texts("en")) for key, setting in found.settings.items()
    }
    assert said_where["sound.volume"] == said_where["texts.unit"] == "central server, revision 7"
    assert said_where["screen.theme"] == "environment variable HAILONG_SCREEN_THEME"
    assert applied_to(own, None) is own


def test_settings_that_do_not_fit_any_more_are_left_out_together_and_the_texts_stay(
    caplog: pytest.LogCaptureFixture,
) -> None:
    own = load(
        environment={"HAILONG_VISIT_REPEAT_INTERVAL_S": "2", "HAILONG_VISIT_CORRECTION_WINDOW_S": "1"},
        system_file=None,
    ).config
    said = replace(STATEMENT, settings={"visit.correction_window_s": 3, "sound.volume": 90}, unit="UBND")
    found = applied(own, said)
    assert (found.visit, found.sound, found.texts.unit) == (own.visit, own.sound, "UBND")
    assert "visit.correction_window_s" in caplog.text
    assert next(phrase.render(Texts("en")) for phrase in objections(own)(said)).startswith("visit.correction")


def test_only_looks_sounds_times_and_words_can_be_set_by_central() -> None:
    tables = {option.table for option in OPTIONS if option.central}
    assert tables == {"", "visit", "screen", "sound", "texts", "labels"}
    of_the_machine = {
        "data_dir",
        "screen.rotation",
        "screen.panel_mm",
        "sound.loudspeaker",
        "sound.headphones",
    }
    assert not [option.key for option in OPTIONS if option.central and option.key in of_the_machine]


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


some = st.text(max_size=8) | st.sampled_from([option.key for option in OPTIONS])
anything = (
    st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=300)
    | st.lists(st.text(max_size=5), max_size=20)
    | st.sampled_from(["vi", "calm", "21:30"])
)


@given(st.dictionaries(some, anything, max_size=10), st.text(max_size=50))
def test_whatever_is_signed_is_judged_and_what_is_used_is_a_configuration(
    settings: dict[str, bool | int | float | str | list[str]], text: str
) -> None:
    own = build(defaults())
    statement = replace(STATEMENT, settings=settings, unit=text)
    reasons = [phrase.render(Texts("vi")) for phrase in objections(own)(statement)]
    found = applied(own, statement)
    assert found.data_dir == own.data_dir
    assert (found.gpio, found.pad, found.inputs, found.sync, found.pull) == (
        own.gpio, own.pad, own.inputs, own.sync, own.pull,
    )  # fmt: skip
    assert not any(check.find(found) for check in CHECKS)
    assert reasons or all(key in values_of(found) for key in settings)
