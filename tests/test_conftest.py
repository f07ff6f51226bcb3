"""Nothing is skipped in CI: whatever skips itself there has failed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SKIPPING = {
    "in a test": "import pytest\ndef test_it(): pytest.skip('no disk')\n",
    "by a mark": "import pytest\n@pytest.mark.skip(reason='no disk')\ndef test_it(): ...\n",
    "in a fixture": (
        "import pytest\n@pytest.fixture\ndef disk(): pytest.skip('no disk')\ndef test_it(disk): ...\n"
    ),
    "as a file": "import pytest\npytest.importorskip('no_such_module')\ndef test_it(): ...\n",
    "for want of cases": (
        "import pytest\n@pytest.mark.parametrize('case', [])\ndef test_it(case): ...\ndef test_other(): ...\n"
    ),
}


def run(folder: Path, text: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    file = folder / "test_skipping.py"
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml")]
    others = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST"))}
    return subprocess.run(
        [*command, "-n0", "--rootdir", str(folder), str(file)],
        cwd=ROOT,
        env=others | environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("text", SKIPPING.values(), ids=SKIPPING.keys())
def test_what_is_skipped_in_ci_has_failed(tmp_path: Path, text: str) -> None:
    done = run(tmp_path, text, {"CI": "true"})
    assert done.returncode in (1, 2), done.stdout  # a test failed, or a file could not be collected
    assert "nothing is skipped in CI" in done.stdout or "Empty parameter set" in done.stdout


def test_elsewhere_a_test_may_skip_itself(tmp_path: Path) -> None:
    done = run(tmp_path, SKIPPING["in a test"], {})
    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout
