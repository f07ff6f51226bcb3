"""What the connected panel says of its size: its EDID, as the kernel hands it on.

Read from ``/sys/class/drm``; a panel without EDID (most of those with a ribbon cable) says nothing there. The
layout of the block is VESA's "Enhanced EDID Standard", release A revision 2.
"""

import logging
from pathlib import Path

CONNECTORS = Path("/sys/class/drm")

_MAGIC = bytes.fromhex("00ffffffffffff00")
_BLOCK = 128
_CM_ACROSS, _CM_DOWN = 21, 22
_TIMING = 54
"""The preferred timing: bytes 12 to 14 of it are the picture's size in millimetres."""

_log = logging.getLogger(__name__)


def size_mm(edid: bytes) -> tuple[int, int] | None:
    """The size in millimetres that an EDID states; None where it is damaged or states none.

    The millimetres of the preferred timing go before the centimetres of the panel.
    """
    block = edid[:_BLOCK]
    if len(block) < _BLOCK or not block.startswith(_MAGIC) or sum(block) % 256:
        return None
    timing = block[_TIMING : _TIMING + 18]
    if timing[0] or timing[1]:  # else it is no timing but a text
        across = timing[12] | (timing[14] >> 4) << 8
        down = timing[13] | (timing[14] & 15) << 8
        if across and down:
            return across, down
    across, down = 10 * block[_CM_ACROSS], 10 * block[_CM_DOWN]
    return (across, down) if across and down else None


def reported_mm(connectors: Path = CONNECTORS) -> tuple[int, int] | None:
    """The size of the one panel that is connected; None where there is none, or more than one."""
    sizes = []
    for folder in sorted(connectors.glob("card*-*")):
        try:
            if (folder / "status").read_text(encoding="ascii").strip() == "connected":
                sizes.append(size_mm((folder / "edid").read_bytes()))
        except (OSError, UnicodeDecodeError) as error:
            _log.warning("what %s says of its panel cannot be read: %s", folder.name, error)
    return sizes[0] if len(sizes) == 1 else None
