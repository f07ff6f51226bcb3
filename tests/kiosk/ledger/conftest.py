"""Fixtures of the ledger's tests."""

from pathlib import Path

import pytest

from tests.disks import failing_disk, small_disk
from tests.kiosk.fakes import FakeClock

__all__ = ["failing_disk", "small_disk"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a ledger is to be; made by the keeper."""
    return tmp_path / "a data folder" / "ledger"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
