"""Items as JSON or as a table for a spreadsheet, with where to go on."""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse

from central import cells
from central.reading.parameters import Parameters

FORMATS = ("json", "csv")
CURSOR_HEADER, MORE_HEADER = "Hailong-Cursor", "Hailong-More"


class Listed(msgspec.Struct, frozen=True):
    """Items, and the cursor to go on with; `more`: there are more now."""

    items: Sequence[msgspec.Struct]
    cursor: str
    more: bool


def answer(
    request: HttpRequest, asked: Parameters, kind: type[msgspec.Struct], found: Listed
) -> HttpResponse:
    """A page of items in the format that was asked for. Raises `Refusal` (400.2)."""
    if asked.one_of("format", FORMATS, "json") == "json":
        response = HttpResponse(msgspec.json.encode(found), content_type="application/json")
    else:
        lines = [
            cells.line(kind.__struct_fields__),
            *(cells.line(msgspec.structs.astuple(item)) for item in found.items),
        ]
        mark = cells.BYTE_ORDER_MARK if asked.is_in("bom", default=False) else ""
        text = mark + "".join(f"{line}\r\n" for line in lines)
        response = HttpResponse(text.encode(), content_type="text/csv; charset=utf-8; header=present")
        response["Content-Disposition"] = f'attachment; filename="{request.path.rpartition("/")[2]}.csv"'
    response[CURSOR_HEADER] = found.cursor
    response[MORE_HEADER] = "true" if found.more else "false"
    if found.more:
        query = urlencode({**asked.given, "cursor": found.cursor})
        response["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response
