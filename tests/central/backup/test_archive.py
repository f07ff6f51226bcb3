"""A backup is as it was written, or it is refused."""

import random
import zipfile
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from central.backup.archive import DUMP, FORMAT, KEYS, MANIFEST, Archive, Damaged, Manifest, Writer, opened
from central.backup.read import CannotRestore, check_empty, check_version

FILES = {DUMP: bytes(random.Random(5).randbytes(20_000)), f"{KEYS}central.key": b"the key"}  # noqa: S311
ABOUT = Manifest(
    format=FORMAT,
    program="0.1.0",
    created_at="2026-11-26T00:00:00Z",
    key_id="0" * 16,
    public_url="https://danhgia.example.vn",
    migrations=["central.0001_initial"],
    postgresql=18,
    pg_dump=18,
    rows={"central_entry": 3},
    files={},
)


def written(**more: bytes) -> bytes:
    """A whole backup, and files that its manifest does not know."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        writer = Writer(zipped)
        for name, content in FILES.items():
            writer.add(name, BytesIO(content).read)
        for name, content in more.items():
            zipped.writestr(name, content)
        writer.finish(msgspec.structs.replace(ABOUT, files=writer.files))
    return file.getvalue()


def contents(archive: Archive) -> dict[str, bytes]:
    with archive.reading(DUMP) as dump:
        return {DUMP: dump.read(), **{KEYS + name: content for name, content in archive.keys().items()}}


def test_what_was_written_is_read() -> None:
    with opened(BytesIO(written())) as archive:
        assert contents(archive) == FILES
        assert archive.manifest.rows == ABOUT.rows


def test_a_file_that_is_cut_off_anywhere_is_refused() -> None:
    whole = written()
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        with pytest.raises(Damaged), opened(BytesIO(whole[:size])):
            pass


def test_a_changed_byte_is_refused_or_changes_nothing_that_is_used() -> None:
    whole, dice, refused = written(), random.Random(6), 0  # noqa: S311
    for _ in range(400):
        at = dice.randrange(len(whole))
        changed = bytearray(whole)
        changed[at] ^= 1 << dice.randrange(8)
        try:
            with opened(BytesIO(changed)) as archive:  # a date in the ZIP, say
                assert contents(archive) == FILES
        except Damaged:
            refused += 1
    assert refused > 350


def test_a_file_that_nobody_named_is_refused() -> None:
    with pytest.raises(Damaged, match="does not hold the files"), opened(BytesIO(written(more=b"x"))):
        pass


@pytest.mark.parametrize("name", ["keys/../../evil", "evil", "keys/a/../../b"])
def test_a_file_leads_nowhere_else(name: str) -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        writer = Writer(zipped)
        for one in (DUMP, name):
            writer.add(one, BytesIO(b"x").read)
        writer.finish(msgspec.structs.replace(ABOUT, files=writer.files))
    with pytest.raises(Damaged, match="no place in a backup"), opened(file):
        pass


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as zipped:
        zipped.writestr("a", "b")
    with pytest.raises(Damaged, match="no manifest"), other.open("rb") as file, opened(file):
        pass
    with zipfile.ZipFile(other, "w") as zipped:
        zipped.writestr(MANIFEST, "{}")
    with pytest.raises(Damaged, match="cannot be understood"), other.open("rb") as file, opened(file):
        pass


def test_a_backup_of_a_newer_version_is_refused_with_what_to_install() -> None:
    check_version(ABOUT, {"central.0001_initial", "central.0002_more"}, "0.2.0")
    newer = msgspec.structs.replace(ABOUT, program="0.3.0", migrations=["central.0009_later"])
    with pytest.raises(CannotRestore, match=r"by Hài lòng 0\.3\.0.*0009_later.*install 0\.3\.0 or newer"):
        check_version(newer, {"central.0001_initial"}, "0.2.0")
    with pytest.raises(CannotRestore, match="newer kind"):
        check_version(msgspec.structs.replace(ABOUT, format=FORMAT + 1), set(ABOUT.migrations), "0.2.0")


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    check_empty(tmp_path)
    check_empty(tmp_path / "new")
    (tmp_path / "keys").mkdir()
    with pytest.raises(CannotRestore, match="is not empty"):
        check_empty(tmp_path)
