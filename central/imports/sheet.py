"""A table in a file, as rows of text: CSV as Excel, LibreOffice and scripts write it, and XLSX.

Whatever is wrong with the file as a whole is said here, before any row is looked at; a file that is too large is
refused before it is unpacked.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_BYTES = 16 * 1024 * 1024
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_ROWS = 50_000
"""The whole country has 3,321 communes; with five counters each a table has 16,605 rows."""

MOST_COLUMNS = 60
LONGEST_CELL = 2_000

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]+)([0-9]+):[A-Z]+([0-9]+)["']""")
_CHUNK = 1024 * 1024


class BadFile(ValueError):
    """The file cannot be read as a table. `text` says why and what to do, in the language of whoever asks."""

    def __init__(self, text: str | Promise) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        number: As the spreadsheet counts, from 1.
        cells: Texts in composed form with single blanks; empty = nothing.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What is in a file.

    Attributes:
        rows: Those in which something stands.
        merged: Rows that cells joined with other rows or columns cover: (first row, last row, where it begins).
        formulas: Cells that hold a formula: (row, column, both from 1).
    """

    rows: tuple[Row, ...]
    merged: tuple[tuple[int, int, str], ...] = ()
    formulas: tuple[tuple[int, int], ...] = ()


def read(content: bytes) -> Table:
    """The table in a file; what kind of file it is, is seen from the content.

    Raises:
        BadFile: It is none, or too large.
    """
    if len(content) > MOST_BYTES:
        raise too_large()
    if content.startswith(_ZIP):
        return _workbook(content)
    if content.startswith(_OLE):
        raise BadFile(
            _("This is an old Excel file, or one with a password. Please save it as .xlsx without one.")
        )
    return Table(tuple(_kept(_csv_rows(_decoded(content)))))


def too_large() -> BadFile:
    """What is said of a file that is."""
    limit = MOST_BYTES // 1024 // 1024
    return BadFile(
        _("The file is too large (at most {limit} MB). Please split it by province.").format(limit=limit)
    )


def _too_many_rows() -> BadFile:
    return BadFile(
        _(
            "The table has more than {limit} rows. Please delete the rows below the last one, also those that look "
            "empty, or split the table by province."
        ).format(limit=f"{MOST_ROWS:,}".replace(",", "."))
    )


def _kept(rows: Iterable[list[str]]) -> Iterator[Row]:
    """Rows with something in them, within the limits."""
    for number, cells in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise _too_many_rows()
        clean = [_text(cell) for cell in cells[:MOST_COLUMNS]]
        while clean and not clean[-1]:
            clean.pop()
        if any(len(cell) > LONGEST_CELL for cell in clean):
            raise BadFile(
                _("Row {row}: a cell holds more than {limit} characters.").format(
                    row=number, limit=LONGEST_CELL
                )
            )
        if clean:
            yield Row(number, tuple(clean))


def _text(value: object) -> str:
    """What a cell says, as somebody would type it."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return " ".join(unicodedata.normalize("NFC", str(value)).split())


# --- CSV


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF_16):
        encoding = "utf-16"
    elif b"\0" in content:
        raise BadFile(
            _(
                "The file is neither CSV in UTF-8 nor XLSX. Please save it in Excel as “CSV UTF-8” or as .xlsx."
            )
        )
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFile(
            _(
                "Line {line}: the letters are not in UTF-8. Please save the table in Excel as “CSV UTF-8” or as .xlsx."
            ).format(line=line)
        ) from error


def _csv_rows(text: str) -> Iterator[list[str]]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise BadFile(
            _("Line {line}: a quotation mark is not closed, or stands where none may. ({reason})").format(
                line=reader.line_num, reason=error
            )
        ) from error


# --- XLSX


def _workbook(content: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _refuse_bombs(packed)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            sheet = next((found for found in book.worksheets if found.sheet_state == "visible"), None)
            if not isinstance(sheet, ReadOnlyWorksheet):
                raise BadFile(_("There is no sheet with a table in the file."))
            part: str = sheet._worksheet_path  # type: ignore[attr-defined]  # joined cells are offered nowhere else
            merged = tuple(_merged(packed, part))
            return _sheet(sheet, merged)
    except (zipfile.BadZipFile, InvalidFileException, NotImplementedError, RuntimeError) as error:
        raise BadFile(_damaged(error)) from error
    except (KeyError, ValueError, SyntaxError, TypeError, AttributeError, EOFError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(_damaged(error)) from error  # openpyxl says all of these of workbooks that are none


def _damaged(error: Exception) -> str:
    return str(
        _(
            "The workbook cannot be read. Please open it in Excel and save it again as .xlsx. ({reason})"
        ).format(reason=str(error)[:200])
    )


def _refuse_bombs(packed: zipfile.ZipFile) -> None:
    """The sizes that the archive claims are added up, and then tried: they may be lies.

    Raises:
        BadFile: It unpacks to too much.
        zipfile.BadZipFile: It is damaged.
    """
    if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
        raise too_large()
    if (damaged := packed.testzip()) is not None:
        raise zipfile.BadZipFile(damaged)


def _merged(packed: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int, str]]:
    for column, first, last in _MERGED.findall(packed.read(part.lstrip("/"))):
        yield int(first), int(last), f"{column.decode()}{int(first)}"


def _sheet(sheet: ReadOnlyWorksheet, merged: tuple[tuple[int, int, str], ...]) -> Table:
    formulas: list[tuple[int, int]] = []
    sheet.reset_dimensions()  # what the file claims of them may be wrong

    def cells() -> Iterator[list[str]]:
        rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)  # type: ignore[misc]  # of the stubs
        for number, row in enumerate(rows, 1):
            formulas.extend((number, column) for column, cell in enumerate(row, 1) if cell.data_type == "f")
            yield [_text(cell.value) for cell in row]

    return Table(tuple(_kept(cells())), merged, tuple(islice(formulas, 1000)))
