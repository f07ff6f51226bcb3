"""Root in somebody else's data folder."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.owner import Owner, become_owner, hand_over, owner_of, stands_for_another

KIOSK, SYNC, GROUP = 61_201, 61_202, 61_203
"""Numbers that nobody has."""

ACT = """
import os, sys
from pathlib import Path
from kiosk.owner import become_owner
folder = Path(sys.argv[1])
become_owner(folder)
(folder / "made").write_text("")
print(os.getresuid(), os.getresgid(), os.getgroups())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of the kiosk's, where everybody can reach it (those that pytest makes are the user's alone)."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        made = Path(above) / "data"
        made.mkdir()
        os.chown(made, KIOSK, GROUP)
        yield made


def test_what_root_makes_there_belongs_to_the_folder_s_owner(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ACT, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"{(KIOSK,) * 3} {(GROUP,) * 3} [{GROUP}]"
    facts = (folder / "made").stat()
    assert (facts.st_uid, facts.st_gid, facts.st_mode & 0o777) == (KIOSK, GROUP, 0o640)


def test_root_stays_root_in_a_folder_of_its_own_and_in_none(tmp_path: Path) -> None:
    before = os.getresuid()
    become_owner(tmp_path)
    become_owner(tmp_path / "not there yet")
    assert os.getresuid() == before
    assert stands_for_another(tmp_path) is None
    assert owner_of(tmp_path / "not there yet") is None


def test_only_the_files_of_the_one_who_gives_are_handed_over(folder: Path) -> None:
    for name, uid in (("key", SYNC), ("ours", KIOSK), ("of root", 0)):
        (folder / name).write_text(name)
        os.chown(folder / name, uid, GROUP)
    secret = folder.parent / "secret"
    secret.write_text("root's")
    (folder / "link").symlink_to(secret)
    (folder / "hard link").hardlink_to(secret)
    hand_over(folder, Owner(SYNC, GROUP), KIOSK)
    owners = {path.name: path.lstat().st_uid for path in folder.iterdir()}
    assert owners == {"key": SYNC, "ours": SYNC, "of root": 0, "link": 0, "hard link": 0}
    assert (folder.stat().st_uid, secret.stat().st_uid) == (SYNC, 0)


def test_a_link_in_the_place_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder.parent / "elsewhere").symlink_to(folder)
    with pytest.raises(OSError, match="elsewhere"):
        hand_over(folder.parent / "elsewhere", Owner(SYNC, GROUP), KIOSK)
