"""The settings of an installed server reach the commands beside it, and root writes nothing into its folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from central.installed import BadSettings, read_settings

WRITE_AS_OWNER = """
import os, sys
from pathlib import Path
from central.installed import become_owner
folder = Path(sys.argv[1])
become_owner(folder)
(folder / "made").write_text("x")
print(os.getresuid(), os.getresgid(), os.getgroups())
"""


def test_settings_are_read_as_the_unit_reads_them_and_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "central.env"
    file.write_text(
        "# a note\n; another\n\nHAILONG_TEST_A=1\nHAILONG_TEST_B='two words'\nHAILONG_TEST_C=no#note\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("HAILONG_TEST_A", "kept")
    for name in "BC":  # taken away afterwards
        monkeypatch.setenv(f"HAILONG_TEST_{name}", "")
        monkeypatch.delenv(f"HAILONG_TEST_{name}")
    read_settings(file)
    assert [os.environ[f"HAILONG_TEST_{name}"] for name in "ABC"] == ["kept", "two words", "no#note"]


@pytest.mark.parametrize("line", ["export A=1", "A", "A='open", "a-b=1"])
def test_a_line_that_is_no_setting_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "central.env"
    file.write_text(f"# first\n{line}\n", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"central\.env, line 2"):
        read_settings(file)


def test_no_settings_are_no_error(tmp_path: Path) -> None:
    read_settings(tmp_path / "central.env")


def test_root_becomes_the_owner_of_the_folder_for_good() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody")
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    os.chown(folder, 4321, 4322)
    try:
        done = subprocess.run(
            [sys.executable, "-c", WRITE_AS_OWNER, str(folder)], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "(4321, 4321, 4321) (4322, 4322, 4322) [4322]"
        assert (folder / "made").stat().st_uid == 4321
        assert (folder / "made").stat().st_mode & 0o077 == 0
    finally:
        subprocess.run(["rm", "-r", str(folder)], check=True)
