"""What each row of a table says, as far as that can be seen without looking at any other row or at the database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from central.imports import columns
from central.imports.columns import Column, Headings
from central.imports.sheet import Row, Table
from central.models import UnitKind

_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_DIGITS = {UnitKind.PROVINCE: 2, UnitKind.COMMUNE: 5}
"""How long the codes of the National Statistics Office are; spreadsheets take the zeros before a number away."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Why nothing is imported.

    Attributes:
        row: As the spreadsheet counts; 0 = the file as a whole.
        column: Its heading; empty = the row as a whole.
        text: What is wrong and what to do, in the reader's language.
    """

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A unit, and a counter of it where one is named. An empty text says nothing, and changes nothing."""

    row: int
    unit: str
    code: str
    kind: UnitKind | None
    parent: str
    since: date | None
    until: date | None
    counter: str
    field: str
    department: str
    question: str


def understood(table: Table, headings: Headings) -> tuple[list[Line], list[Problem]]:
    """Every row below the headings, and everything that is wrong with one by itself."""
    problems = [*_merged(table, headings), *_formulas(table, headings)]
    lines = []
    for row in table.rows:
        if row.number > headings.row:
            line, wrong = _line(row, headings)
            lines.append(line)
            problems.extend(wrong)
    return lines, problems


def code_variants(text: str) -> tuple[str, ...]:
    """A code as it stands, and with the zeros that a spreadsheet has taken away."""
    if not text.isdecimal():
        return (text,)
    return tuple(dict.fromkeys((text, *(text.zfill(digits) for digits in _DIGITS.values()))))


def _merged(table: Table, headings: Headings) -> Iterator[Problem]:
    for first, last, where in table.merged:
        if last > headings.row:
            yield Problem(
                max(first, headings.row + 1),
                "",
                _("Cells are merged from {where} on. Please unmerge them, and fill in each row.").format(
                    where=where
                ),
            )


def _formulas(table: Table, headings: Headings) -> Iterator[Problem]:
    for row, column in table.formulas:
        if row > headings.row:
            yield Problem(
                row,
                headings.name_of(column),
                _("There is a formula. Please copy the column and paste it as values."),
            )


def _line(row: Row, headings: Headings) -> tuple[Line, list[Problem]]:
    problems: list[Problem] = []

    def cell(column: Column) -> str:
        return headings.cell(row, column)

    def wrong(column: Column, text: str) -> None:
        problems.append(Problem(row.number, columns.heading(column), text))

    def day(column: Column) -> date | None:
        text = cell(column)
        found = _day(text)
        if text and found is None:
            wrong(column, _("“{text}” is not a day such as 01/07/2025.").format(text=_short(text)))
        return found

    kind = columns.kind_of(cell(Column.KIND))
    if cell(Column.KIND) and kind is None:
        words = ", ".join(columns.KIND_WORDS.values())
        wrong(
            Column.KIND,
            _("“{text}” is not known. Known are: {words}.").format(
                text=_short(cell(Column.KIND)), words=words
            ),
        )
    if not cell(Column.UNIT) and not cell(Column.CODE):
        wrong(Column.UNIT, _("The name of the unit is missing."))
    since, until = day(Column.SINCE), day(Column.UNTIL)
    if since is not None and until is not None and until <= since:
        wrong(Column.UNTIL, _("It ends before it begins."))
    said = {column: cell(column) for column in (Column.FIELD, Column.DEPARTMENT, Column.QUESTION)}
    if not cell(Column.COUNTER):
        for column, text in said.items():
            if text:
                wrong(column, _("That belongs to a counter, and the row names none."))
    line = Line(
        row=row.number,
        unit=cell(Column.UNIT),
        code=_code(cell(Column.CODE), kind),
        kind=kind,
        parent=cell(Column.PARENT),
        since=since,
        until=until,
        counter=cell(Column.COUNTER),
        field=said[Column.FIELD],
        department=said[Column.DEPARTMENT],
        question=said[Column.QUESTION],
    )
    return line, problems


def _code(text: str, kind: UnitKind | None) -> str:
    return text.zfill(_DIGITS[kind]) if kind in _DIGITS and text.isdecimal() else text


def _day(text: str) -> date | None:
    try:
        if found := _DAY.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
