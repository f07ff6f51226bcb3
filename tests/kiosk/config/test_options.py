"""The list of options itself."""

from assets.texts import DEFAULT_LANGUAGE
from kiosk.config.options import BY_KEY, OPTIONS, languages


def test_keys_and_variables_name_one_option_each() -> None:
    assert len(BY_KEY) == len(OPTIONS)
    assert len({option.variable for option in OPTIONS}) == len(OPTIONS)


def test_a_variable_is_the_key_in_capitals() -> None:
    assert BY_KEY["visit.repeat_interval_s"].variable == "HAILONG_VISIT_REPEAT_INTERVAL_S"
    assert BY_KEY["data_dir"].variable == "HAILONG_DATA_DIR"


def test_vietnamese_and_english_can_always_be_chosen() -> None:
    assert {DEFAULT_LANGUAGE, "en"} <= set(languages())
