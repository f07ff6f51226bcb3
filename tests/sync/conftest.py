"""A central server, and a terminal that is enrolled there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.contact import Settings
from tests.disks import failing_disk, small_disk
from tests.sync.reference import Reference, serving
from tests.sync.world import enrolled, settings, votes

__all__ = ["failing_disk", "small_disk"]


@pytest.fixture
def central() -> Iterator[Reference]:
    with serving(Reference()) as reference:
        yield reference


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    """Not enrolled anywhere."""
    return settings(tmp_path / "data")


@pytest.fixture
def terminal(tmp_path: Path, central: Reference) -> Settings:
    """Enrolled, with three ratings."""
    made = settings(tmp_path / "a data folder")
    enrolled(made, central)
    votes(made, 3)
    return made
