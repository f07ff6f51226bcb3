"""Whether a font file is whole, and which characters it has.

pygame 2.6.1 takes a file that is no font for one and dies of it (segmentation fault) at the first letter, where
no exception and no safe screen can help. A memory card that has lost power may hold such a file, so every font
is checked before pygame sees it. The layout is that of OpenType, "The OpenType Font File" (ISO/IEC 14496-22).
"""

import struct
import sys
from array import array
from collections.abc import Iterator

_KINDS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_HEADER, _RECORD = struct.Struct(">4sHHHH"), struct.Struct(">4sIII")
_PAIR, _ENCODING = struct.Struct(">HH"), struct.Struct(">HHI")
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


def characters_of(data: bytes) -> frozenset[int]:
    """The code points of the Basic Multilingual Plane that a font has a glyph for.

    Args:
        data: A font that `check_font` has found whole. pygame itself does not tell: it measures the box that it
            would draw.

    Raises:
        ValueError: If it has no character map of Unicode (``cmap``, format 4).
    """
    cmap = _table(data, b"cmap")
    try:
        _, count = _PAIR.unpack_from(cmap)
        maps = _ENCODING.iter_unpack(cmap[_PAIR.size : _PAIR.size + count * _ENCODING.size])
        for platform, encoding, offset in maps:
            if (platform == 0 or (platform, encoding) == (3, 1)) and cmap[offset : offset + 2] == b"\0\4":
                return frozenset(_segments(cmap[offset:]))
    except (IndexError, ValueError, struct.error) as error:
        msg = "its character map is not whole"
        raise ValueError(msg) from error
    msg = "it has no character map of Unicode"
    raise ValueError(msg)


def _table(data: bytes, wanted: bytes) -> bytes:
    _, tables, *_ = _HEADER.unpack_from(data)
    records = _RECORD.iter_unpack(data[_HEADER.size : _HEADER.size + tables * _RECORD.size])
    return next((data[offset : offset + length] for tag, _, offset, length in records if tag == wanted), b"")


def _segments(subtable: bytes) -> Iterator[int]:
    """The code points of a format 4 subtable: ranges, each with a shift or a list of glyphs; glyph 0 is none."""
    _, length, _, doubled = struct.unpack_from(">HHHH", subtable)
    words = struct.unpack(f">{length // 2}H", subtable[: length // 2 * 2])
    segments = doubled // 2
    ends, starts = words[7 : 7 + segments], words[8 + segments : 8 + 2 * segments]
    shifts, lists_at = words[8 + 2 * segments : 8 + 3 * segments], 8 + 3 * segments
    for n, (start, end, shift) in enumerate(zip(starts, ends, shifts, strict=True)):
        offset = words[lists_at + n]
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = words[lists_at + n + offset // 2 + code - start] if offset else code
            if glyph and (glyph + shift) & 0xFFFF:
                yield code


def _checksum(tag: bytes, table: bytes) -> int:
    """The sum of a table's 32-bit words; the file's own adjustment in ``head`` counts as nought."""
    if tag == b"head":
        table = table[:8] + b"\0\0\0\0" + table[12:]
    words = array("I", table + b"\0" * (-len(table) % 4))
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF
