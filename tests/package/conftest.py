"""The packages and the systems they are installed in: made once, copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.package.debian import BOOKWORM, TRIXIE, System, build, unpacked


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where packages are built."""
    return tmp_path_factory.mktemp("packages")


@pytest.fixture(scope="session")
def package(output: Path) -> Path:
    """For Bookworm on this machine."""
    return build(BOOKWORM, output)


@pytest.fixture(scope="session")
def trixie_package(output: Path) -> Path:
    """For Trixie on this machine."""
    return build(TRIXIE, output)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Bookworm, before anything of ours is in it."""
    with unpacked(BOOKWORM, tmp_path_factory.mktemp("systems")) as system:
        yield system


@pytest.fixture(scope="session")
def bare_trixie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Trixie, before anything of ours is in it."""
    with unpacked(TRIXIE, tmp_path_factory.mktemp("systems")) as system:
        yield system
