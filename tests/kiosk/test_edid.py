"""What panels say of themselves, and what the kernel makes of it."""

from pathlib import Path

import pytest

from kiosk.edid import reported_mm, size_mm


def edid(cm: tuple[int, int], mm: tuple[int, int], *, timing: bool = True) -> bytes:
    """A block that is valid in what is read of it."""
    block = bytearray(128)
    block[:8] = bytes.fromhex("00ffffffffffff00")
    block[21:23] = bytes(cm)
    if timing:
        block[54:56] = b"\x01\x1d"
        block[66], block[67], block[68] = mm[0] & 255, mm[1] & 255, mm[0] >> 8 << 4 | mm[1] >> 8
    block[127] = -sum(block) % 256
    return bytes(block)


def connector(root: Path, name: str, block: bytes, *, connected: bool = True) -> None:
    folder = root / name
    folder.mkdir()
    (folder / "status").write_text("connected\n" if connected else "disconnected\n")
    (folder / "edid").write_bytes(block)


def test_the_millimetres_of_the_timing_go_before_the_centimetres() -> None:
    assert size_mm(edid((35, 19), (345, 194))) == (345, 194)
    assert size_mm(edid((35, 19), (0, 0))) == (350, 190)
    assert size_mm(edid((35, 19), (345, 194), timing=False)) == (350, 190)


@pytest.mark.parametrize(
    "block", [b"", b"\0" * 128, edid((35, 19), (345, 194))[:127], b"x" + edid((1, 1), (1, 1))[1:]]
)
def test_a_damaged_block_says_nothing(block: bytes) -> None:
    assert size_mm(block) is None


def test_a_flipped_bit_is_noticed() -> None:
    block = bytearray(edid((35, 19), (345, 194)))
    block[66] ^= 1
    assert size_mm(bytes(block)) is None


def test_a_panel_that_states_no_size_states_none() -> None:
    assert size_mm(edid((0, 0), (0, 0))) is None


def test_the_one_connected_panel_is_asked(tmp_path: Path) -> None:
    connector(tmp_path, "card0-DSI-1", b"", connected=False)
    connector(tmp_path, "card0-HDMI-A-1", edid((35, 19), (345, 194)))
    assert reported_mm(tmp_path) == (345, 194)


def test_of_two_panels_nobody_knows_which_is_meant(tmp_path: Path) -> None:
    connector(tmp_path, "card0-HDMI-A-1", edid((35, 19), (345, 194)))
    connector(tmp_path, "card0-HDMI-A-2", edid((22, 14), (217, 136)))
    assert reported_mm(tmp_path) is None


def test_without_panels_and_with_unreadable_ones_nothing_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert reported_mm(tmp_path / "none") is None
    (tmp_path / "card0-HDMI-A-1").mkdir()
    assert reported_mm(tmp_path) is None
    assert "HDMI-A-1" in caplog.text
