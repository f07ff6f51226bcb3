"""Which column of a table says what: headings in Vietnamese and English, with or without marks, in any order."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from central.imports.sheet import BadFile, Row
from central.models import UnitKind


class Column(StrEnum):
    """What can be said in a row. The value is the English heading."""

    UNIT = "unit"
    CODE = "code"
    KIND = "kind"
    PARENT = "belongs to"
    SINCE = "valid from"
    UNTIL = "valid until"
    COUNTER = "counter"
    FIELD = "field"
    DEPARTMENT = "department"
    QUESTION = "question"


VIETNAMESE: Mapping[Column, str] = {
    Column.UNIT: "Đơn vị",
    Column.CODE: "Mã đơn vị",
    Column.KIND: "Loại",
    Column.PARENT: "Trực thuộc",
    Column.SINCE: "Từ ngày",
    Column.UNTIL: "Đến ngày",
    Column.COUNTER: "Quầy",
    Column.FIELD: "Lĩnh vực",
    Column.DEPARTMENT: "Bộ phận",
    Column.QUESTION: "Câu hỏi",
}

_ALSO: Mapping[str, Column] = {
    "ten don vi": Column.UNIT,
    "unit name": Column.UNIT,
    "ma": Column.CODE,
    "official code": Column.CODE,
    "loai don vi": Column.KIND,
    "don vi cap tren": Column.PARENT,
    "parent": Column.PARENT,
    "ngay bat dau": Column.SINCE,
    "ngay ket thuc": Column.UNTIL,
    "ten quay": Column.COUNTER,
    "quay so": Column.COUNTER,
    "phong ban": Column.DEPARTMENT,
}

_NOTHING_TO_US = frozenset({"stt", "tt", "so tt", "no", "ghi chu", "note", "notes", "remark", "remarks"})

_KINDS: Mapping[str, UnitKind] = {
    "tinh": UnitKind.PROVINCE,
    "thanh pho": UnitKind.PROVINCE,
    "tinh thanh pho": UnitKind.PROVINCE,
    "province": UnitKind.PROVINCE,
    "city": UnitKind.PROVINCE,
    "xa": UnitKind.COMMUNE,
    "phuong": UnitKind.COMMUNE,
    "dac khu": UnitKind.COMMUNE,
    "xa phuong dac khu": UnitKind.COMMUNE,
    "commune": UnitKind.COMMUNE,
    "ward": UnitKind.COMMUNE,
    "special zone": UnitKind.COMMUNE,
    "so": UnitKind.AGENCY,
    "co quan": UnitKind.AGENCY,
    "so nganh": UnitKind.AGENCY,
    "agency": UnitKind.AGENCY,
    "trung tam phuc vu hanh chinh cong": UnitKind.ONE_STOP,
    "bo phan mot cua": UnitKind.ONE_STOP,
    "one stop": UnitKind.ONE_STOP,
    "khac": UnitKind.OTHER,
    "other": UnitKind.OTHER,
}
KIND_WORDS: Mapping[UnitKind, str] = {
    UnitKind.PROVINCE: "Tỉnh",
    UnitKind.COMMUNE: "Xã",
    UnitKind.AGENCY: "Cơ quan",
    UnitKind.ONE_STOP: "Bộ phận một cửa",
    UnitKind.OTHER: "Khác",
}
"""As our own tables have them."""

_LOOKED_AT = 10
"""Titles may stand above the headings, in so many rows."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Where which column is.

    Attributes:
        row: The number of their row.
        places: The index of each column in a row.
    """

    row: int
    places: Mapping[Column, int]

    def cell(self, row: Row, column: Column) -> str:
        """What a row says; empty where it says nothing."""
        place = self.places.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def name_of(self, index: int) -> str:
        """The heading of a column, from 1; its letter where it is none of ours."""
        found = next((column for column, place in self.places.items() if place == index - 1), None)
        return chr(ord("A") + (index - 1) % 26) if found is None else heading(found)


def heading(column: Column) -> str:
    """As the reader's language has it."""
    return VIETNAMESE[column] if get_language() == "vi" else column.value.capitalize()


def find(rows: Sequence[Row]) -> Headings:
    """The row of the headings, and what stands where.

    Raises:
        BadFile: There is none; or a heading is not known, or stands there twice.
    """
    for row in rows[:_LOOKED_AT]:
        if Column.UNIT in {_KNOWN.get(plain(cell)) for cell in row.cells}:
            return _headings(row)
    raise BadFile(
        _(
            "There is no row of headings. One column must be called “{unit}”; please begin with our template."
        ).format(unit=VIETNAMESE[Column.UNIT])
    )


def _headings(row: Row) -> Headings:
    places: dict[Column, int] = {}
    for index, cell in enumerate(row.cells):
        if not cell or plain(cell) in _NOTHING_TO_US:
            continue
        column = _KNOWN.get(plain(cell))
        if column is None:
            raise BadFile(_unknown(row, cell))
        if column in places:
            raise BadFile(
                _("Row {row}: the heading “{heading}” stands there twice.").format(
                    row=row.number, heading=cell
                )
            )
        places[column] = index
    return Headings(row.number, places)


def _unknown(row: Row, cell: str) -> str:
    near = get_close_matches(plain(cell), _KNOWN, n=1)
    if near:
        return _("Row {row}: the heading “{heading}” is not known. Is “{meant}” meant?").format(
            row=row.number, heading=cell, meant=VIETNAMESE[_KNOWN[near[0]]]
        )
    return _(
        "Row {row}: the heading “{heading}” is not known. Please delete that column, or rename it."
    ).format(row=row.number, heading=cell)


def kind_of(text: str) -> UnitKind | None:
    """What a word says of a unit; None = nothing that is known."""
    return _KINDS.get(plain(text))


def plain(text: str) -> str:
    """Without marks, capitals and signs: as people in a hurry type it."""
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(c for c in apart if not unicodedata.combining(c)).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


_KNOWN: Mapping[str, Column] = {
    **{column.value: column for column in Column},
    **{plain(text): column for column, text in VIETNAMESE.items()},
    **_ALSO,
}
