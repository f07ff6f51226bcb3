"""The machine's clock goes forward to what central has signed, and in no other direction."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.ledger.anchor_entries import draft_of
from kiosk.ledger.anchors import Anchor, Source
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.reader import reading
from sync.contact import Settings
from sync.system_clock import anchor_of_boot, behind_ms, put_forward
from tests.kiosk.fakes import FakeClock
from tests.sync.reference import Reference
from tests.sync.world import clock_of, drafts, settings

HOUR_MS = 3_600_000
LATER_MS = 1_800_000_000_000


def anchor(clock: FakeClock, source: Source = Source.CENTRAL, ahead_ms: int = 0) -> Anchor:
    """What somebody says now: so much later than the machine's clock."""
    return Anchor(clock.boottime_ns(), clock.wall_ns() // 1_000_000 + ahead_ms, 250, source)


def newest(where: Settings) -> Anchor | None:
    with reading(where.place.ledger) as ledger:
        return anchor_of_boot(ledger, where.clock.boot_id())


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    return settings(tmp_path)


@pytest.mark.parametrize(
    ("ahead_ms", "forward_ms"),
    [
        (365 * 24 * HOUR_MS, 365 * 24 * HOUR_MS),  # a year without a battery
        (1_000, 1_000),
        (252, 252),  # 250 ms of error and what is rounded up: the least that is certain
        (251, 0),  # it may be right
        (0, 0),
        (-1_000, 0),
        (-10 * 365 * 24 * HOUR_MS, 0),  # never back
    ],
)
def test_the_clock_goes_forward_where_it_is_certainly_behind(ahead_ms: int, forward_ms: int) -> None:
    clock = FakeClock()
    assert behind_ms(anchor(clock, ahead_ms=ahead_ms), clock) == forward_ms


def test_what_was_said_a_while_ago_has_grown_older_since() -> None:
    clock = FakeClock()
    said = anchor(clock, ahead_ms=HOUR_MS)
    clock.advance(600)  # the machine's clock, too, has gone on
    assert abs(behind_ms(said, clock) - HOUR_MS) <= 1


def test_the_newest_word_of_this_boot_counts_and_only_of_those_who_are_believed(where: Settings) -> None:
    clock = clock_of(where)
    central, administrator = (
        anchor(clock, ahead_ms=1_000),
        anchor(clock, Source.ADMINISTRATOR, ahead_ms=2_000),
    )
    drafts(where, draft_of(central, "signed"))
    assert newest(where) == central
    drafts(where, draft_of(administrator))
    drafts(where, draft_of(anchor(clock, Source.NTP, ahead_ms=HOUR_MS)))
    drafts(where, draft_of(anchor(clock, Source.RTC, ahead_ms=HOUR_MS)))
    drafts(where, Draft(Kind.CLOCK_ANCHOR, {"source": "somebody", "utc_ms": LATER_MS}))
    assert newest(where) == administrator


def test_what_was_said_in_another_boot_is_not_believed(where: Settings) -> None:
    drafts(where, draft_of(anchor(clock_of(where), ahead_ms=HOUR_MS), "signed"))
    clock_of(where).reboot("the next boot")
    assert newest(where) is None  # nobody has written yet
    drafts(where)
    assert newest(where) is None


def test_the_delivery_says_that_there_is_an_anchor(terminal: Settings, central: Reference) -> None:  # noqa: ARG001
    from sync.once import deliver

    assert terminal.place.anchored.exists()  # the enrolment has brought one
    assert newest(terminal) is not None
    terminal.place.anchored.unlink()
    clock_of(terminal).reboot("the next boot")
    deliver(terminal)
    assert terminal.place.anchored.exists()
    assert newest(terminal) is not None


def test_the_clock_is_never_put_back() -> None:
    with pytest.raises(ValueError, match="never put back"):
        put_forward(-1)


def test_who_may_not_set_the_clock_is_told_who_may(tmp_path: Path) -> None:
    where = settings(tmp_path / "data")
    # In a process without that right: no test may set the clock of the machine that it runs on.
    powerless = ("setpriv", "--bounding-set=-sys_time") if os.geteuid() == 0 else ()
    program = (
        "from sync import system_clock; import sync.commands.clock as command;"
        "system_clock.anchor_of_boot = lambda ledger, boot: system_clock.Anchor(0, 4 * 10**12, 0);"
        f"command.clock(['--data-dir', {str(where.place.data_dir)!r}])"
    )
    drafts(where)
    done = subprocess.run(
        [*powerless, sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HAILONG_LANGUAGE": "en"},
    )
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "systemctl start hailong-clock" in done.stderr
