"""What CI does with tests that fail: a few get one more try and are named, those that guard votes get none."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNSTEADY = """
from pathlib import Path

def test_it() -> None:
    seen = Path("seen")
    first = not seen.exists()
    seen.touch()
    assert not first
"""
BROKEN = """
import pytest

@pytest.mark.parametrize("n", range({count}))
def test_it(n: int) -> None:
    assert n < 0
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project with CI's own command, and tests that are run by this Python."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/tests", tmp_path / ".ci")
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts/test"
    script.write_text(
        f'#!/bin/sh\ncd "{tmp_path}" && exec "{sys.executable}" -m pytest -q --rootdir . "$@"\n'
    )
    script.chmod(0o755)
    return tmp_path


def ci(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / ".ci/tests", *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def put(checkout: Path, name: str, text: str) -> None:
    file = checkout / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_what_fails_once_is_named_and_passes(checkout: Path) -> None:
    put(checkout, "tests/test_one.py", UNSTEADY)
    done = ci(checkout, "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "UNSTEADY, to be mended:\n  tests/test_one.py::test_it\n" in done.stdout


@pytest.mark.parametrize("count", [1, 4])
def test_what_fails_again_fails(checkout: Path, count: int) -> None:
    put(checkout, "tests/test_one.py", BROKEN.format(count=count))
    done = ci(checkout, "tests")
    assert done.returncode == 1
    assert ("Once more" in done.stdout) == (count <= 3)


def test_what_guards_votes_gets_no_second_try(checkout: Path) -> None:
    put(checkout, "tests/kiosk/ledger/test_one.py", UNSTEADY)
    done = ci(checkout, "tests")
    assert done.returncode == 1
    assert "Once more" not in done.stdout


def test_tests_that_cannot_be_collected_or_are_not_there_fail(checkout: Path) -> None:
    assert ci(checkout, "tests/nothing.py").returncode not in (0, 1)
    put(checkout, "tests/test_one.py", "import nothing_of_this_name\n")
    assert ci(checkout, "tests").returncode not in (0, 1)


def test_the_places_of_tests_that_guard_votes_exist() -> None:
    text = (ROOT / ".ci/tests").read_text(encoding="utf-8")
    places = [line.strip(' ",') for line in text.splitlines() if line.startswith('    "tests/')]
    assert len(places) > 5
    assert [place for place in places if not (ROOT / place).exists()] == []
