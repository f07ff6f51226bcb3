"""Fixtures of the ledger's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import failing_disk, small_disk
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import Central
from tests.kiosk.ledger.enrolled import Terminal

__all__ = ["failing_disk", "small_disk"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a ledger is to be; made by the keeper."""
    return tmp_path / "a data folder" / "ledger"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def terminal(folder: Path, clock: FakeClock) -> Iterator[Terminal]:
    started = Terminal(folder, clock)
    yield started
    started.keeper.close(clean=False)


@pytest.fixture
def central() -> Central:
    return Central()


@pytest.fixture
def enrolled(terminal: Terminal, central: Central) -> Terminal:
    terminal.done(central.enrolment())
    return terminal
