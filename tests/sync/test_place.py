"""One program delivers at a time, one serves, and what is not there is said with its remedy."""

import stat
import threading
from pathlib import Path

import pytest

from sync.errors import Fault, LocalFault
from sync.place import AlreadyRunning, Place, certificates
from tests.sync.certificates import Authority


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "data")


def test_the_second_waits_for_its_turn(place: Place) -> None:
    order: list[str] = []

    def second() -> None:
        with place.turn():
            order.append("second")

    with place.turn():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_only_one_serves_and_whoever_looks_hinders_nobody(place: Place) -> None:
    assert not place.is_served()
    assert not place.data_dir.exists()
    with place.serving():
        assert place.is_served()
        with pytest.raises(AlreadyRunning), place.serving():
            pass
        with place.turn():
            pass
    assert not place.is_served()
    with place.serving():
        assert place.is_served()


def test_a_key_is_made_once_in_a_folder_that_others_cannot_enter(place: Place) -> None:
    with pytest.raises(LocalFault, match="enrol again") as found:
        place.key()
    assert found.value.fault is Fault.KEY
    assert place.key_or_new().public == place.key().public
    assert stat.S_IMODE(place.folder.stat().st_mode) & 0o007 == 0
    assert stat.S_IMODE(place.key_file.stat().st_mode) == 0o600


def test_the_configured_authority_counts_before_that_of_the_enrolment(place: Place, tmp_path: Path) -> None:
    assert place.pinned("") is None
    one, other = Authority(), Authority()
    place.make()
    place.ca.write_text(one.pem)
    (tmp_path / "other.pem").write_text(other.pem)
    assert place.pinned("") == one.pem
    assert place.pinned(str(tmp_path / "other.pem")) == other.pem


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_an_authority_that_cannot_be_read_is_never_replaced_by_those_of_the_machine(
    place: Place, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LocalFault) as found:
        place.pinned(str(path))
    assert found.value.fault is Fault.CA
    with pytest.raises(LocalFault):
        certificates(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    place = Place(tmp_path / "data")
    for use in (place.make, place.key_or_new):
        with pytest.raises(LocalFault) as found:
            use()
        assert found.value.fault is Fault.STORE
