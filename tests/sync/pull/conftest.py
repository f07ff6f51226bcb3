"""A terminal with votes, and who asks it; nobody has enrolled it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.contact import Settings
from tests.sync.pull.puller import Puller, answering
from tests.sync.world import settings, votes


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    made = settings(tmp_path / "a data folder")
    votes(made, 3)
    return made


@pytest.fixture
def puller(where: Settings) -> Iterator[Puller]:
    with answering(where) as found:
        yield found
