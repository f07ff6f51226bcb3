"""Whether a font file is whole.

pygame 2.6.1 takes a file that is no font for one and dies of it (segmentation fault) at the first letter, where
no exception and no safe screen can help. A memory card that has lost power may hold such a file, so every font
is checked before pygame sees it. The layout is that of OpenType, "The OpenType Font File" (ISO/IEC 14496-22).
"""

import struct
import sys
from array import array

_KINDS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_HEADER, _RECORD = struct.Struct(">4sHHHH"), struct.Struct(">4sIII")
_NEEDED = {b"cmap", b"head", b"hhea", b"hmtx", b"maxp"}


def check_font(data: bytes) -> None:
    """Check the header, the extent of each table, and its checksum.

    Raises:
        ValueError: If the file is not a font, is cut short, or has been altered.
    """
    if data[:4] not in _KINDS or len(data) < _HEADER.size:
        msg = "it is not a TrueType or OpenType font"
        raise ValueError(msg)
    _, tables, *_ = _HEADER.unpack_from(data)
    directory_end = _HEADER.size + tables * _RECORD.size
    if directory_end > len(data):
        msg = "it is cut short in its table directory"
        raise ValueError(msg)
    seen = set()
    for tag, checksum, offset, length in _RECORD.iter_unpack(data[_HEADER.size : directory_end]):
        table = data[offset : offset + length]
        if len(table) < length or _checksum(tag, table) != checksum:
            msg = f"its table {tag!r} is damaged"
            raise ValueError(msg)
        seen.add(tag)
    if missing := _NEEDED - seen:
        msg = f"it lacks {sorted(missing)}"
        raise ValueError(msg)


def _checksum(tag: bytes, table: bytes) -> int:
    """The sum of a table's 32-bit words; the file's own adjustment in ``head`` counts as nought."""
    if tag == b"head":
        table = table[:8] + b"\0\0\0\0" + table[12:]
    words = array("I", table + b"\0" * (-len(table) % 4))
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF
