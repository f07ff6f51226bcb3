"""Lines of tables for spreadsheets (RFC 4180)."""

import csv
import io
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
"""At the beginning, by which Excel knows UTF-8."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def line(row: Iterable[object]) -> str:
    """A line without its end."""
    found = io.StringIO()
    csv.writer(found, lineterminator="").writerow([_cell(value) for value in row])
    return found.getvalue()


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; yes and no as in JSON, several words with blanks."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return " ".join(f"{name}:{of}" for name, of in value.items())
        case list() | tuple():
            return " ".join(map(str, value))
        case str() if value.lstrip(" ").startswith(_FORMULA):
            return f"'{value}"
        case _:
            return value
