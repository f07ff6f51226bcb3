"""Whenever the power is cut, the file holds a state that was true, and never a key older than it must."""

import os
import stat
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.chain import GENESIS
from kiosk.ledger.evolve import begin, check_of, next_key
from kiosk.ledger.evolve_file import SLOT_BYTES, WRITTEN_BYTES, EvolveFile, Kept
from tests.disks import recorded_syncs

KEY = bytes(range(32))
LEDGER = b"0123456789abcdef"


def states(number: int) -> list[Kept]:
    """The states after one entry, two, three and so on."""
    kept = Kept(LEDGER, check_of(KEY), GENESIS, begin(KEY, 1))
    made = [kept]
    for seq in range(1, number):
        made.append(made[-1].after(bytes([seq % 256]) * 32))
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evolve.key"


def test_what_was_kept_is_read_again(path: Path) -> None:
    first, second, third = states(3)
    file = EvolveFile(path)
    assert file.read() is None
    file.begin(first)
    assert EvolveFile(path).read() == first
    file.write(second)
    assert EvolveFile(path).read() == second
    file.settle(second)
    file.write(third)
    assert EvolveFile(path).read() == third


def test_only_the_kiosk_may_read_it(path: Path) -> None:
    file = EvolveFile(path)
    file.begin(states(1)[0])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    EvolveFile(path).read()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_its_repr_tells_no_key() -> None:
    assert KEY.hex() not in repr(states(1)[0])
    assert str(KEY) not in repr(states(1)[0])


def test_when_it_is_settled_no_earlier_key_is_left_in_it(path: Path) -> None:
    kept = states(6)
    file = EvolveFile(path)
    file.begin(kept[0])
    for state in kept[1:]:
        file.write(state)
    file.settle(kept[-1])
    content = path.read_bytes()
    assert [kept.index(state) for state in kept if state.state.key in content] == [5]
    assert next_key(kept[-2].state.key) == kept[-1].state.key


def test_a_new_beginning_leaves_nothing_of_the_key_before(path: Path) -> None:
    file = EvolveFile(path)
    for state in states(4):
        file.begin(state) if state.state.seq == 0 else file.write(state)
    other = Kept(LEDGER, check_of(bytes(32)), GENESIS, begin(bytes(32), 9))
    file.begin(other)
    content = path.read_bytes()
    assert not any(state.state.key in content for state in states(4))
    assert EvolveFile(path).read() == other


def changes(before: bytes, after: bytes) -> list[bytes]:
    """The file as a cut leaves it within the writing from one state to the next, at any byte, forwards or backwards."""
    places = [at for at in range(len(after)) if before[at : at + 1] != after[at : at + 1]]
    if not places:
        return [after]
    first, last = places[0], places[-1] + 1
    torn = [before[:first] + after[first:at] + before[at:] for at in range(first, last + 1)]
    return torn + [before[:at] + after[at:] for at in range(first, last + 1)]


def test_a_write_torn_at_any_byte_leaves_the_state_before_or_the_one_after(
    path: Path, tmp_path: Path
) -> None:
    kept = states(3)
    file = EvolveFile(path)
    file.begin(kept[0])
    torn = tmp_path / "torn"
    for earlier, later in pairwise(kept):
        before = path.read_bytes()
        file.write(later)
        found = set()
        for content in changes(before, path.read_bytes()):
            torn.write_bytes(content)
            read = EvolveFile(torn).read()
            assert read in (earlier, later)
            found.add(read)
        assert found == {earlier, later}
        file.settle(later)


@given(st.lists(st.booleans(), max_size=12), st.data())
def test_whatever_was_not_synced_may_be_lost_in_any_part(settles: list[bool], data: st.DataObject) -> None:
    """Between two syncs the disk may have any mixture of what was written: the state that was synced last survives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evolve.key"
        kept = states(len(settles) + 1)
        file = EvolveFile(path)
        file.begin(kept[0])
        synced, on_disk = kept[0], path.read_bytes()
        since = [kept[0]]
        for state, settle in zip(kept[1:], settles, strict=True):
            file.write(state)
            since.append(state)
            if settle:
                file.settle(state)
                synced, on_disk, since = state, path.read_bytes(), [state]
        now = path.read_bytes()
        cut = bytearray(on_disk)
        for slot in (0, SLOT_BYTES):  # each is old, new, or torn at some byte
            torn_at = slot + data.draw(st.integers(0, WRITTEN_BYTES))
            cut[slot:torn_at] = now[slot:torn_at]
        path.write_bytes(bytes(cut))
        read = EvolveFile(path).read()
        assert read is not None
        assert read in since
        assert read.state.seq >= synced.state.seq


@pytest.mark.parametrize("content", [b"", b"x", bytes(2 * SLOT_BYTES), os.urandom(2 * SLOT_BYTES)])
def test_nothing_whole_is_no_state(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert EvolveFile(path).read() is None


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    EvolveFile(tmp_path / "elsewhere").begin(states(1)[0])
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        EvolveFile(path).read()


def test_a_file_that_was_removed_is_made_again_when_it_is_settled(path: Path) -> None:
    first, second = states(2)
    file = EvolveFile(path)
    file.begin(first)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        file.write(second)
    file.settle(second)
    assert EvolveFile(path).read() == second


def test_a_beginning_is_on_the_disk_in_both_slots_when_it_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = recorded_syncs(monkeypatch)
    EvolveFile(path).begin(states(1)[0])
    file = path.stat()
    assert synced[:2] == [(file.st_ino, file.st_size)] * 2
    assert synced[2][0] == path.parent.stat().st_ino
