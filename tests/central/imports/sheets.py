"""Tables as offices keep them."""

import io
from collections.abc import Sequence
from datetime import date

import openpyxl

Value = str | int | float | date | None

HEAD = ("Đơn vị", "Mã đơn vị", "Loại", "Trực thuộc", "Quầy", "Lĩnh vực")
TABLE: tuple[tuple[str, ...], ...] = (
    HEAD,
    ("UBND tỉnh Thái Nguyên", "19", "Tỉnh", "", "", ""),
    ("UBND phường Sông Công", "05518", "Phường", "19", "Quầy 1", "Đất đai"),
    ("UBND phường Sông Công", "05518", "", "", "Quầy 2", "Hộ tịch"),
)


def csv_of(rows: Sequence[Sequence[object]] = TABLE, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """As scripts write it."""
    return "".join(f"{delimiter.join(map(str, row))}\r\n" for row in rows).encode(encoding)


def xlsx_of(rows: Sequence[Sequence[Value]] = TABLE, merged: Sequence[str] = ()) -> bytes:
    """As Excel writes it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value
    for cells in merged:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
