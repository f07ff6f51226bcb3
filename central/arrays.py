"""Columns of rows on their way into PostgreSQL, as binary arrays.

psycopg takes lists too, and looks at each element in Python: for a batch that costs more than everything else.
"""

import struct
from collections.abc import Sequence

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.rows import TupleRow

_HEAD = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)
_EPOCH_MS = 946_684_800_000
"""2000-01-01T00:00:00Z, from which PostgreSQL counts."""


class Array:
    """An array of one dimension without an element that is longer than 2 GiB. Subclasses say of what."""

    array_oid = 0
    element_oid = 0

    __slots__ = ("data",)

    def __init__(self, n: int, elements: bytes, has_null: bool) -> None:
        # Dimensions, whether there are NULLs, type; then the size and the first index of the dimension.
        self.data = _HEAD.pack(1, has_null, self.element_oid, n, 1) + elements


class _Numbers(Array):
    code, size = "q", 8

    def __init__(self, values: Sequence[int | None]) -> None:
        if None in values:
            pack, size = struct.Struct(f">i{self.code}").pack, self.size
            some = [_NULL if value is None else pack(size, value) for value in values]
            super().__init__(len(values), b"".join(some), has_null=True)
        else:
            flat: list[int | None] = [self.size] * (2 * len(values))
            flat[1::2] = values
            cells = struct.pack(">" + f"i{self.code}" * len(values), *flat)
            super().__init__(len(values), cells, has_null=False)


class BigInts(_Numbers):
    """bigint[]."""

    array_oid, element_oid = 1016, 20


class Ints(_Numbers):
    """integer[]."""

    array_oid, element_oid, code, size = 1007, 23, "i", 4


class SmallInts(_Numbers):
    """smallint[]."""

    array_oid, element_oid, code, size = 1005, 21, "h", 2


class Bools(_Numbers):
    """boolean[]."""

    array_oid, element_oid, code, size = 1000, 16, "?", 1


class Moments(BigInts):
    """timestamptz[]; given as milliseconds since 1970 UTC."""

    array_oid, element_oid = 1185, 1184

    def __init__(self, values: Sequence[int | None]) -> None:
        super().__init__([None if value is None else (value - _EPOCH_MS) * 1000 for value in values])


class Blobs(Array):
    """bytea[]."""

    array_oid, element_oid = 1001, 17

    def __init__(self, values: Sequence[bytes]) -> None:
        parts = [b""] * (2 * len(values))
        parts[::2] = map(_LENGTH.pack, map(len, values))
        parts[1::2] = values
        super().__init__(len(values), b"".join(parts), has_null=False)


class Texts(Blobs):
    """text[]."""

    array_oid, element_oid = 1009, 25

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__([value.encode() for value in values])


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.data


def register(connection: "Connection[TupleRow]") -> None:
    """Let a connection take these."""
    for kind in (BigInts, Ints, SmallInts, Bools, Moments, Blobs, Texts):
        dumper = type(f"{kind.__name__}Dumper", (_ArrayDumper,), {"oid": kind.array_oid})
        connection.adapters.register_dumper(kind, dumper)
