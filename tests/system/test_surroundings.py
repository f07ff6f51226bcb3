"""Systems that nobody set up carefully: a locale that is missing or lacks our letters, a host name with accents."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.system.program import PATIENCE_S, PYTHON, hailong, kinds, without_display

LOCALES = (
    {"LC_ALL": "xx_YY.UTF-8"},  # was never generated
    {"LC_ALL": "C"},
    {"LANG": "POSIX"},
    {
        "PYTHONIOENCODING": "latin-1"
    },  # as in a locale of that encoding, of which Debian generates none by itself
)
HOST_NAME = "máy-một-cửa"


def bare(more: dict[str, str]) -> dict[str, str]:
    """An environment without any locale but the given one."""
    kept = {name: value for name, value in without_display().items() if not name.startswith(("LC_", "LANG"))}
    return kept | more


def said(*arguments: str, environ: dict[str, str], before: tuple[str, ...] = ()) -> tuple[int, bytes]:
    done = subprocess.run(
        [*before, *PYTHON, *arguments], env=environ, capture_output=True, timeout=PATIENCE_S, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("locale", LOCALES, ids=str)
def test_votes_are_kept_and_words_are_said_in_any_locale(tmp_path: Path, locale: dict[str, str]) -> None:
    environ = bare(locale)
    with hailong("run", "--headless", data=tmp_path, environ=environ, keys=True) as program:
        program.until("ready")
        program.key("4")
        program.stored()
        assert program.end() == 0
    assert kinds(tmp_path).count("rating") == 1
    code, words = said("status", "--data-dir", str(tmp_path), environ=environ)
    assert code == 1, words
    assert b"Traceback" not in words
    assert b"hailong doctor" in words


def test_a_host_name_with_accents_harms_nothing(tmp_path: Path) -> None:
    """Set in a name space of its own; the kernel takes any bytes (hostname(7) allows fewer)."""
    set_name = "import os, socket, sys; socket.sethostname(sys.argv[1].encode()); os.execvp(sys.argv[2], sys.argv[2:])"
    before = ("unshare", "--uts", PYTHON[0], "-c", set_name, HOST_NAME)
    environ = dict(os.environ)
    report = tmp_path / "report.txt"
    arguments = ("doctor", "--headless", "--language", "vi", "--data-dir", str(tmp_path / "data"))
    code, words = said(*arguments, "--report", str(report), environ=environ, before=before)
    assert code == 0, words
    assert HOST_NAME not in report.read_text(encoding="utf-8")  # a report names no place
    code, words = said("status", "--data-dir", str(tmp_path / "data"), environ=environ, before=before)
    assert (code, b"Traceback" in words) == (1, False), words
