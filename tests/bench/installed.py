"""The program as a terminal has it: in an environment of its own, without the tools of those who develop it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_NOT_PART_OF_IT = shutil.ignore_patterns(
    ".*", "build", "dist", "docs", "tests", "demo-data", "*.egg-info", "__pycache__"
)
_INSTALL_S = 900


def install(folder: Path) -> Path:
    """Install this checkout; the ``hailong`` command. Raises `subprocess.CalledProcessError`."""
    source, environment = folder / "source", folder / "environment"
    shutil.copytree(_ROOT, source, ignore=_NOT_PART_OF_IT)
    _run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    _run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--disable-pip-version-check",
        source,
    )
    return environment / "bin" / "hailong"


def _run(*command: str | Path) -> None:
    subprocess.run([os.fspath(part) for part in command], check=True, timeout=_INSTALL_S, stdout=sys.stderr)
