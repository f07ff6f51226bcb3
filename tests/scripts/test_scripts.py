"""The scripts on a fresh machine: no environment yet, a path with spaces, a Python that cannot make one."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what git knows, in a folder with spaces and a diacritic."""
    target = tmp_path / "một bản sao"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def plain(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HAILONG_", "VIRTUAL_ENV"))
    }
    return kept | {"PYTHONPATH": ""} | more


def test_the_demo_needs_nothing_but_python(checkout: Path) -> None:
    command = [str(checkout / "scripts" / "demo"), "--headless", "--presses", "5,4,3,2,1,5", "--exit"]
    done = subprocess.run(
        command, cwd=checkout.parent, env=plain(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["stored"], last["counted"], last["received"]) == (6, 6, 6)
    assert Path(last["ledger"]).is_relative_to(checkout.parent / "demo-data")
    for line in done.stdout.splitlines():
        json.loads(line)  # human text goes to standard error
    assert str(checkout.parent / "demo-data") in done.stderr


def test_a_python_that_cannot_make_environments_is_named_with_the_remedy(
    checkout: Path, tmp_path: Path
) -> None:
    fake = tmp_path / "bin" / "python3"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\n[ "$1" = -m ] && exit 1\nexit 0\n', encoding="utf-8")
    fake.chmod(0o755)
    done = subprocess.run(
        [checkout / "scripts" / "demo"],
        env=plain(PATH=f"{fake.parent}:{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert done.stdout == ""
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_too_old_is_named(checkout: Path, tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "python3"
    fake.parent.mkdir()
    script = '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n'
    fake.write_text(script, encoding="utf-8")
    fake.chmod(0o755)
    done = subprocess.run(
        [checkout / "scripts" / "demo"],
        env=plain(PATH=f"{fake.parent}:{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.9.2" in done.stderr
