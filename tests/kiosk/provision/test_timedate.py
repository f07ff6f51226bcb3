"""What timedatectl is told."""

from collections.abc import Sequence

import pytest

from kiosk.provision.errors import PartFailed
from kiosk.provision.processes import Ran
from kiosk.provision.timedate import TimeDate
from kiosk.provision.works import Time
from tests.kiosk.fakes import FakeClock


class Timedatectl:
    def __init__(
        self, refuses: str = "", why: str = "set time: Interactive authentication required."
    ) -> None:
        self.refuses, self.why = refuses, why
        self.calls: list[str] = []

    def __call__(self, arguments: Sequence[str], text: str, timeout_s: float) -> Ran:
        assert not text
        assert timeout_s > 0
        self.calls.append(" ".join(arguments[2:]))
        if self.refuses and self.refuses in self.calls[-1]:
            return Ran(1, "", f"Failed to {self.why}\n")
        return Ran(0, "", "")


def test_the_clock_is_shown_as_a_watch_in_viet_nam() -> None:
    assert TimeDate(FakeClock(synced=True), Timedatectl()).see() == Time("2026-11-22 08:00 +07:00", True)


def test_a_time_is_one_of_viet_nam_and_a_time_server_has_the_last_word_again() -> None:
    told = Timedatectl()
    TimeDate(FakeClock(), told).set("2026-11-26 14:05:00")
    assert told.calls == [
        "set-timezone Asia/Ho_Chi_Minh",
        "set-ntp false",
        "set-time 2026-11-26 14:05:00",
        "set-ntp true",
    ]


def test_a_clock_that_cannot_be_set_is_said_to_hinder_nobody_and_servers_are_asked_again() -> None:
    told = Timedatectl("set-time 2")
    with pytest.raises(PartFailed) as raised:
        TimeDate(FakeClock(), told).set("2026-11-26 14:05:00")
    assert "Ratings go on all the same" in raised.value.problem.msgid
    assert told.calls[-1] == "set-ntp true"


def test_where_nothing_asks_time_servers_the_clock_is_set_all_the_same() -> None:
    told = Timedatectl("set-ntp", "set ntp: NTP not supported")
    TimeDate(FakeClock(), told).set("2026-11-26 14:05:00")
    assert "set-time 2026-11-26 14:05:00" in told.calls
    with pytest.raises(PartFailed):
        TimeDate(FakeClock(), Timedatectl("set-ntp")).set("2026-11-26 14:05:00")
