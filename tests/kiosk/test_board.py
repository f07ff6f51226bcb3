"""The serial number of a board, where there is one."""

from pathlib import Path

import pytest

from kiosk.board import is_another, serial_number

CPUINFO = "processor\t: 0\n\nHardware\t: BCM2835\nSerial\t\t: 10000000abcdef01\nModel\t\t: Raspberry Pi 4\n"


def root(folder: Path, tree: bytes | None, cpuinfo: str | None) -> Path:
    (folder / "proc/device-tree").mkdir(parents=True)
    if tree is not None:
        (folder / "proc/device-tree/serial-number").write_bytes(tree)
    if cpuinfo is not None:
        (folder / "proc/cpuinfo").write_text(cpuinfo)
    return folder


@pytest.mark.parametrize(
    ("tree", "cpuinfo", "found"),
    [
        (b"10000000abcdef01\0", CPUINFO, "10000000abcdef01"),
        (None, CPUINFO, "10000000abcdef01"),
        (b"\0", CPUINFO, "10000000abcdef01"),
        (None, "processor\t: 0\nmodel name\t: Some PC\n", None),
        (None, None, None),
        (b"\xff\xfe\x01", None, None),
        (b"x" * 500, None, "x" * 100),
    ],
)
def test_it_is_read_from_where_the_kernel_tells_it(
    tmp_path: Path, tree: bytes | None, cpuinfo: str | None, found: str | None
) -> None:
    assert serial_number(root(tmp_path, tree, cpuinfo)) == found


@pytest.mark.parametrize(
    ("enrolled", "board", "another"),
    [("a", "a", False), ("a", "b", True), (None, "b", False), ("a", None, False), (None, None, False)],
)
def test_a_card_in_another_box_is_known_by_its_board(
    enrolled: str | None, board: str | None, another: bool
) -> None:
    assert is_another(enrolled, board) is another
