"""What the last start needed is in memory before this one asks for it; whatever is in the list, a start goes on."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk import ahead, needed

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


def in_memory(file: Path) -> int:
    """How many bytes of a file the kernel has in memory (fincore(1))."""
    done = subprocess.run(
        ["fincore", "--bytes", "--noheadings", "--output", "RES", os.fspath(file)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return int(done.stdout)


def forgotten(file: Path) -> None:
    """Have the kernel forget a file."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
    assert in_memory(file) == 0


def wait_for(file: Path, size: int) -> None:
    """Until so much of a file is in memory: the kernel reads when it likes to."""
    end_s = time.monotonic() + PATIENCE_S
    while (found := in_memory(file)) < size:
        assert time.monotonic() < end_s, f"{found} bytes of {file} are in memory"


def read(file: Path) -> None:
    for reader in ahead.read(os.fspath(file)):
        reader.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """On a disk: what lies in a tmpfs is always in memory."""
    kind = subprocess.run(
        ["findmnt", "-no", "FSTYPE", "-T", os.fspath(tmp_path)], capture_output=True, text=True, check=True
    )
    assert kind.stdout.strip() not in ("tmpfs", "ramfs")
    return tmp_path


def test_the_files_of_a_list_come_into_memory(folder: Path) -> None:
    files = [folder / f"tệp {number}" for number in range(9)]
    for file in files:
        file.write_bytes(b"x" * 20_000)
        forgotten(file)
    other = folder / "other"
    other.write_bytes(b"x" * 20_000)
    forgotten(other)
    (folder / "list").write_text("\n".join(map(str, files)), encoding="utf-8")
    read(folder / "list")
    for file in files:
        wait_for(file, 20_000)
    assert in_memory(other) == 0


def test_whatever_is_in_the_list_nothing_fails_or_waits(folder: Path) -> None:
    good = folder / "good"
    good.write_bytes(b"x" * 20_000)
    forgotten(good)
    os.mkfifo(folder / "pipe")  # opening it would wait for a writer
    names = [folder / "gone", folder, folder / "pipe", "/dev/zero", "/" + "x" * 5000, "relative", "", good]
    content = b"\n".join(os.fsencode(str(name)) for name in names) + b"\n/a\0b\n\xff\xfe\n/\xff"
    (folder / "list").write_bytes(content)
    read(folder / "list")
    wait_for(good, 20_000)
    (folder / "list").write_bytes(os.urandom(3 << 20))
    read(folder / "list")
    read(folder)
    assert ahead.read(None) == []
    assert ahead.read(os.fspath(folder / "none")) == []


def test_what_a_program_needed_is_written_down_and_only_when_it_is_other_than_before(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "start.txt"
    program = (
        "import sys, sqlite3, kiosk.clock, kiosk.needed\n"
        "kiosk.needed.remember(sys.argv[1])\n"
        "import os; before = os.stat(sys.argv[1])\n"
        "kiosk.needed.remember(sys.argv[1])\n"
        "assert os.stat(sys.argv[1]) == before\n"
        "import kiosk.view; kiosk.needed.remember(sys.argv[1])\n"
        "assert os.stat(sys.argv[1]) != before\n"
    )
    subprocess.run([sys.executable, "-c", program, os.fspath(file)], cwd=ROOT, check=True, timeout=60)
    names = file.read_text(encoding="utf-8").splitlines()
    assert len(set(names)) == len(names)
    for name in names:
        assert Path(name).is_file(), name
    assert any("/kiosk/" in name and "/clock." in name for name in names)
    assert any("/kiosk/" in name and "/view." in name for name in names)
    assert any("libsqlite3" in name for name in names)
    assert [path.name for path in file.parent.iterdir()] == ["start.txt"]


def test_a_place_that_takes_nothing_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    needed.remember(os.fspath(tmp_path / "file" / "start.txt"))
    needed.remember(None)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"CACHE_DIRECTORY": "/var/cache/hailong", "HOME": "/home/a"}, "/var/cache/hailong/start.txt"),
        ({"CACHE_DIRECTORY": "/var/cache/a:/var/cache/b"}, "/var/cache/a/start.txt"),
        ({"XDG_CACHE_HOME": "/c", "HOME": "/home/a"}, "/c/hailong/start.txt"),
        ({"HOME": "/home/a"}, "/home/a/.cache/hailong/start.txt"),
        ({"XDG_CACHE_HOME": "relative"}, None),
        ({}, None),
    ],
)
def test_the_list_lies_where_caches_do(environ: dict[str, str], expected: str | None) -> None:
    assert ahead.list_file(environ) == expected
