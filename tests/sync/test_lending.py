"""A technician's command as root: the kiosk's user does it, and the delivery gets its folder back."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.place import Place

KIOSK, SYNC, GROUP = 61_201, 61_202, 61_203
"""Numbers that nobody has."""

ACT = """
import os, signal, sys
from pathlib import Path
from sync.lending import serve_as_owner
from sync.place import Place
place = Place(Path(sys.argv[1]))
serve_as_owner(place)
assert os.getuid() == int(sys.argv[2]), os.getuid()
place.folder.mkdir(exist_ok=True)
(place.folder / "made").write_text(place.key_file.read_text() if place.key_file.exists() else "no key")
if sys.argv[3] == "wait":
    print("here", flush=True)
    signal.pause()
sys.exit(int(sys.argv[3]))
"""


@pytest.fixture
def place() -> Iterator[Place]:
    """A data folder of the kiosk's, where everybody can reach it (those that pytest makes are the user's alone)."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        made = Place(Path(above) / "data")
        made.data_dir.mkdir()
        os.chown(made.data_dir, KIOSK, GROUP)
        yield made


@pytest.fixture
def delivered(place: Place) -> Place:
    """The same, once the delivery has run."""
    place.folder.mkdir()
    place.key_file.write_text("the key")
    place.key_file.chmod(0o600)
    for path in (place.folder, place.key_file):
        os.chown(path, SYNC, GROUP)
    return place


def act(place: Place, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", ACT, str(place.data_dir), str(KIOSK), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def owners(place: Place) -> dict[str, int]:
    return {path.name: path.stat().st_uid for path in (place.folder, *place.folder.iterdir())}


def test_before_the_delivery_ever_ran_all_is_the_kiosk_s(place: Place) -> None:
    with act(place, "0") as done:
        assert done.wait(60) == 0, done.communicate()
    assert owners(place) == {"sync": KIOSK, "made": KIOSK}


@pytest.mark.parametrize("code", [0, 3])
def test_the_delivery_gets_back_its_folder_with_all_that_was_made_in_it(delivered: Place, code: int) -> None:
    with act(delivered, str(code)) as done:
        assert done.wait(60) == code, done.communicate()
    assert owners(delivered) == {"sync": SYNC, "device.key": SYNC, "made": SYNC}
    assert (delivered.folder / "made").read_text() == "the key"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_ended_keeps_nothing(delivered: Place, number: signal.Signals) -> None:
    with act(delivered, "wait") as done:
        assert done.stdout is not None
        assert done.stdout.readline() == "here\n"
        if number is signal.SIGKILL:
            children = Path(f"/proc/{done.pid}/task/{done.pid}/children").read_text().split()
            os.kill(int(children[0]), number)
        else:
            done.send_signal(number)
        assert done.wait(60) == 128 + number
    assert set(owners(delivered).values()) == {SYNC}
