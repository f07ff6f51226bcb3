"""The supervisor's protocol, on a real socket."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.watchdog import Watchdog

LIMIT_S = 9
EVERY_NS = LIMIT_S * 10**9 // 3


@dataclass
class Time:
    """A clock that stands still."""

    ns: int = 5_000

    def __call__(self) -> int:
        return self.ns


@dataclass
class Supervisor:
    """The other end."""

    heard: socket.socket
    environ: dict[str, str]

    def messages(self) -> list[str]:
        """What has come since the last look."""
        found = []
        while True:
            try:
                found.append(self.heard.recv(100).decode())
            except BlockingIOError:
                return found


@pytest.fixture(params=["in a folder", "abstract"])
def supervisor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Supervisor]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.setblocking(False)
        if request.param == "abstract":
            heard.bind("")  # the kernel chooses a free name
            name = heard.getsockname()
            assert isinstance(name, bytes)
            address = "@" + name[1:].decode()
        else:
            address = str(tmp_path / "notify")
            heard.bind(address)
        yield Supervisor(heard, {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(LIMIT_S * 1_000_000)})


def test_it_feeds_three_times_within_the_limit_and_not_oftener(supervisor: Supervisor) -> None:
    now = Time()
    watchdog = Watchdog(supervisor.environ, now)
    watchdog.ready()
    assert supervisor.messages() == ["READY=1"]
    assert watchdog.until_due_s == 0.0
    for _ in range(3):
        watchdog.feed([lambda: True, lambda: True])
        watchdog.feed([lambda: True])
        assert supervisor.messages() == ["WATCHDOG=1"]
        assert watchdog.until_due_s == EVERY_NS / 1e9
        now.ns += EVERY_NS - 1
        watchdog.feed([lambda: True])
        assert supervisor.messages() == []
        now.ns += 1


def test_nobody_is_fed_while_a_thread_that_votes_need_is_dead(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    now, lives = Time(), True
    watchdog = Watchdog(supervisor.environ, now)
    watchdog.feed([lambda: True, lambda: lives])
    assert supervisor.messages() == ["WATCHDOG=1"]
    lives = False
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            now.ns += EVERY_NS
            watchdog.feed([lambda: True, lambda: lives])
    assert supervisor.messages() == []
    assert len(caplog.records) == 1  # said once, not every three seconds


@pytest.mark.parametrize("limit", [None, "", "soon"])
def test_a_supervisor_without_a_limit_is_told_that_all_is_ready_and_no_more(
    supervisor: Supervisor, limit: str | None
) -> None:
    environ = {"NOTIFY_SOCKET": supervisor.environ["NOTIFY_SOCKET"]}
    watchdog = Watchdog(environ if limit is None else environ | {"WATCHDOG_USEC": limit}, Time())
    watchdog.ready()
    watchdog.feed([lambda: True])
    assert watchdog.until_due_s is None
    assert supervisor.messages() == ["READY=1"]


def test_without_a_supervisor_nothing_is_waited_for() -> None:
    watchdog = Watchdog({"WATCHDOG_USEC": "9000000"}, Time())
    watchdog.ready()
    watchdog.feed([lambda: False])
    assert watchdog.until_due_s is None


def test_a_supervisor_that_cannot_be_reached_costs_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = {"NOTIFY_SOCKET": str(tmp_path / "gone"), "WATCHDOG_USEC": "9000000"}
    Watchdog(gone, Time()).ready()
    assert "READY=1" in caplog.text
