"""Finds entries in the raw pages of a database that SQLite can no longer find its way through.

SQLite reaches an entry from the root of a tree. Where the root or a branch is destroyed, all leaves below it are
out of reach although they are whole; here every page is looked at by itself (SQLite file format, 1.6 and 2.1:
https://www.sqlite.org/fileformat2.html). An entry longer than one page is not found.
"""

from collections.abc import Iterator
from typing import BinaryIO

from kiosk.ledger.chain import Entry
from kiosk.ledger.schema import PAGE_BYTES

_COLUMNS = 7
_LEAF_OF_A_TABLE = 0x0D
_LONGEST_ON_ONE_PAGE = PAGE_BYTES - 35
# How many bytes an integer takes, by its type in the record's header; 8 and 9 are the numbers 0 and 1.
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}


def of_database(file: BinaryIO) -> Iterator[Entry]:
    """What looks like an entry in a database file. Raises `OSError`."""
    while len(page := file.read(PAGE_BYTES)) == PAGE_BYTES:
        yield from _entries(page)


def of_log(file: BinaryIO) -> Iterator[Entry]:
    """What looks like an entry in a write-ahead log: a header of 32 bytes, then pages with 24 bytes before each."""
    file.seek(32)
    while len(frame := file.read(24 + PAGE_BYTES)) == 24 + PAGE_BYTES:
        yield from _entries(frame[24:])


def _entries(page: bytes) -> Iterator[Entry]:
    if page[0] != _LEAF_OF_A_TABLE:
        return
    cells = min(int.from_bytes(page[3:5], "big"), (PAGE_BYTES - 8) // 2)
    for number in range(cells):
        place = int.from_bytes(page[8 + 2 * number : 10 + 2 * number], "big")
        try:
            yield _entry(page, place)
        except (IndexError, TypeError, ValueError):
            continue  # not an entry, or a damaged one


def _entry(page: bytes, place: int) -> Entry:
    """The entry whose cell begins at `place`. Raises `IndexError`, `TypeError` or `ValueError` if there is none."""
    size, place = _varint(page, place)
    seq, place = _varint(page, place)
    if size > _LONGEST_ON_ONE_PAGE or place + size > PAGE_BYTES:
        raise ValueError("the entry is not on this page")
    header, at = _varint(page, place)
    body = place + header
    types: list[int] = []
    while at < body and len(types) <= _COLUMNS:  # damaged pages must not take all day
        kind, at = _varint(page, at)
        types.append(kind)
    # The first is NULL: `seq` is the row's own number.
    if len(types) != _COLUMNS or types[0] != 0:
        raise ValueError("not a row of the table of entries")
    values: list[int | str | bytes] = []
    for kind in types[1:]:
        value, body = _value(page, kind, body)
        values.append(value)
    boot_n, boottime_ns, name, payload, prev, digest = values
    match boot_n, boottime_ns, name, payload, prev, digest:
        case int(), int(), str(), bytes(), bytes(), bytes():
            return Entry(seq, boot_n, boottime_ns, name, payload, prev, digest)
    raise TypeError("the columns are not those of an entry")


def _value(page: bytes, kind: int, at: int) -> tuple[int | str | bytes, int]:
    if kind in (8, 9):
        return kind - 8, at
    if kind >= 12:
        length = (kind - 12) // 2
        content = page[at : at + length]
        return (content.decode() if kind % 2 else content), at + length
    length = _INTEGER_BYTES.get(kind, -1)
    if length < 0:
        raise ValueError("a column that no entry has")
    return int.from_bytes(page[at : at + length], "big", signed=True), at + length


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """SQLite's variable-length integer: seven bits a byte, the ninth byte whole. Also where it ends."""
    value = 0
    for length in range(8):
        byte = page[at + length]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + length + 1
    return value << 8 | page[at + 8], at + 9
