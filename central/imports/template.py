"""The table that an office begins with: our headings, and three rows that show what goes where."""

import csv
import io

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill

from central.imports.columns import VIETNAMESE, Column

EXAMPLE: tuple[dict[Column, str], ...] = (
    {
        Column.UNIT: "UBND tỉnh Thái Nguyên",
        Column.CODE: "19",
        Column.KIND: "Tỉnh",
        Column.SINCE: "01/07/2025",
    },
    {
        Column.UNIT: "UBND phường Sông Công",
        Column.CODE: "05518",
        Column.KIND: "Phường",
        Column.PARENT: "19",
        Column.SINCE: "01/07/2025",
        Column.COUNTER: "Quầy 1",
        Column.FIELD: "Đất đai",
        Column.DEPARTMENT: "Trung tâm Phục vụ hành chính công",
    },
    {
        Column.CODE: "05518",
        Column.UNIT: "UBND phường Sông Công",
        Column.COUNTER: "Quầy 2",
        Column.FIELD: "Hộ tịch",
    },
)
_WIDTHS = {Column.UNIT: 34, Column.DEPARTMENT: 36, Column.QUESTION: 30}


def rows() -> list[list[str]]:
    """Headings and examples."""
    return [list(VIETNAMESE.values()), *([row.get(column, "") for column in Column] for row in EXAMPLE)]


def as_csv() -> bytes:
    """With the mark by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows())
    return out.getvalue().encode("utf-8-sig")


def as_xlsx() -> bytes:
    """Every column as text: a code keeps the zeros before it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Đơn vị và quầy"
    for number, row in enumerate(rows(), 1):
        for place, text in enumerate(row, 1):
            cell = sheet.cell(number, place)
            cell.value, cell.number_format = text, "@"
            if number == 1:
                cell.font, cell.alignment = Font(bold=True), Alignment(vertical="center")
                cell.fill = PatternFill("solid", fgColor="FFDCE8F2")
    for place, column in enumerate(Column):
        letter = chr(ord("A") + place)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, 18)
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
