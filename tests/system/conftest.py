"""Fixtures of the system tests."""

from pathlib import Path

import pytest

from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind
from tests.disks import failing_disk, small_disk
from tests.kiosk.fakes import FakeClock

__all__ = ["failing_disk", "large_ledger", "small_disk"]


@pytest.fixture(scope="session")
def large_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger's folder with a hundred thousand ratings; to be copied, not used."""
    folder = tmp_path_factory.mktemp("large") / "ledger"
    keeper = Keeper(folder, FakeClock(), "a test")
    keeper.open()
    for _ in range(100):
        keeper.append([Draft(Kind.RATING, {"level": n % 5 + 1, "source": "key"}) for n in range(1000)])
    keeper.close(clean=True)
    return folder
