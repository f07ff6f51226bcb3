"""Quiet hours, by the time in Viet Nam."""

import pytest

from kiosk.sound.hours import is_quiet, minute_in_viet_nam, minute_of
from tests.kiosk.fakes import MORNING_NS

HOUR_NS = 3_600_000_000_000


def at(hour: float) -> int:
    """A wall time by the hour in Viet Nam."""
    return MORNING_NS + round((hour - 8) * HOUR_NS)


def test_the_hour_is_that_of_viet_nam() -> None:
    assert minute_in_viet_nam(MORNING_NS) == 8 * 60


@pytest.mark.parametrize(
    ("begins", "ends", "quiet", "loud"),
    [
        ("11:30", "13:30", [11.5, 12, 13.49], [11.49, 13.5, 0, 23]),
        ("21:00", "06:30", [21, 23.99, 0, 6.49], [6.5, 12, 20.99]),
        ("00:00", "23:59", [0, 12, 23.9], [23.99]),
        ("", "", [], [0, 12, 23]),
        ("21:00", "", [], [22]),
    ],
)
def test_quiet_hours_may_go_over_midnight(
    begins: str, ends: str, quiet: list[float], loud: list[float]
) -> None:
    assert all(is_quiet(at(hour), begins, ends) for hour in quiet)
    assert not any(is_quiet(at(hour), begins, ends) for hour in loud)


@pytest.mark.parametrize("text", ["24:00", "7", "07:60", "7h30", "", "07:30:00", "٠٧:٣٠"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        minute_of(text)


def test_an_hour_may_be_written_with_one_digit() -> None:
    assert minute_of("7:05") == 7 * 60 + 5
