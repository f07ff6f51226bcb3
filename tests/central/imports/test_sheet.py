"""Tables are read as offices and scripts write them; what is none is refused with a sentence that helps."""

import io
import zipfile
from datetime import date, datetime

import pytest

from central.imports import sheet
from central.imports.sheet import BadFile, Row, read
from tests.central.imports.sheets import TABLE, csv_of, xlsx_of

_ROWS = tuple(
    Row(number, row if row[-1] else row[: len([*filter(None, row)])]) for number, row in enumerate(TABLE, 1)
)


@pytest.mark.parametrize(
    "content",
    [
        csv_of(),
        csv_of(encoding="utf-8-sig"),
        csv_of(delimiter=";"),
        csv_of(delimiter="\t", encoding="utf-16"),
        xlsx_of(),
    ],
    ids=["comma", "bom", "semicolon", "excel-unicode-text", "xlsx"],
)
def test_the_same_table_is_read_from_whatever_wrote_it(content: bytes) -> None:
    assert read(content).rows == _ROWS


def test_numbers_days_and_blanks_are_as_somebody_would_type_them() -> None:
    rows = (
        (5518, 19.0, 1.5, date(2025, 7, 1), datetime(2025, 7, 1, 8, 30), None, " Sông\n Công "),
        (None,),
        ("x",),
    )
    found = read(xlsx_of(rows)).rows
    assert found[0].cells == ("5518", "19", "1.5", "2025-07-01", "2025-07-01", "", "Sông Công")
    assert [row.number for row in found] == [1, 3]


def test_letters_with_marks_apart_are_composed() -> None:
    assert read("Đơn vị\nUBND xã Tân Tiến\n".encode()).rows[1].cells == ("UBND xã Tân Tiến",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Unit\nS\xf4ng C\xf4ng\n", "Dòng 2"),
        ("Đơn vị\n".encode("utf-16-le"), "UTF-8"),
        (b'Unit\n"never closed\n', "Dòng"),
        (b"\xd0\xcf\x11\xe0 an old one", ".xlsx"),
        (b"PK\x03\x04 no archive", ".xlsx"),
        (b"Unit\n" + b"x" * 3000, "Dòng 2"),
    ],
    ids=["another-encoding", "utf-16-without-mark", "quotation-mark", "xls", "no-archive", "long-cell"],
)
def test_what_is_no_table_is_refused_with_a_remedy(content: bytes, says: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(content)
    assert says in str(refused.value.text)


def test_a_million_rows_are_refused_before_they_are_all_looked_at() -> None:
    with pytest.raises(BadFile, match=r"50\.000"):
        read(b"Unit\n" + b"x\n" * 1_000_000)
    with pytest.raises(BadFile, match="16 MB"):
        read(b"Unit\n" + b"UBND xa\n" * 3_000_000)


def test_a_sheet_that_is_formatted_down_to_its_end_is_refused_and_one_that_lies_about_its_size_is_not() -> (
    None
):
    def with_rows(rows: bytes) -> bytes:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(xlsx_of())) as source,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
        ):
            for part in source.infolist():
                content = source.read(part)
                if part.filename.endswith("sheet1.xml"):
                    content = content.replace(b"</sheetData>", rows + b"</sheetData>")
                    content = content.replace(b'<dimension ref="A1:F4"', b'<dimension ref="A1:XFD1048576"')
                made.writestr(part.filename, content)
        return out.getvalue()

    assert read(with_rows(b"")).rows == _ROWS
    with pytest.raises(BadFile, match=r"50\.000"):
        read(with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


def test_an_archive_that_unpacks_to_too_much_is_refused_whatever_it_claims(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def packed(content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("xl/worksheets/sheet1.xml", content)
        return out.getvalue()

    with pytest.raises(BadFile, match="MB"):
        read(packed(b" " * (sheet.MOST_UNPACKED_BYTES + 1)))
    monkeypatch.setattr(sheet, "MOST_UNPACKED_BYTES", 1000)
    honest = packed(b" " * 5000)
    size = (5000).to_bytes(4, "little")
    assert honest.count(size) == 2
    with pytest.raises(BadFile, match=r"\.xlsx"):
        read(honest.replace(size, (10).to_bytes(4, "little")))
