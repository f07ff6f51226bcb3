"""The paths of the Read API: pages, tables, and parameters that are wrong."""

import csv
import json

import pytest

from central.models import Unit
from central.reading import cursors
from central.reading.cursors import Cursor
from sync.statements_verifier import verify
from tests.central import makers
from tests.central.delivered import Delivered
from tests.central.reading.reader import Reader, token
from tests.central.terminal import problem

PAST_MS = 1_793_000_000_000
"""2026-10-26 in Viet Nam."""

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", "0"), ("limit", "10001"), ("limit", "-1"), ("limit", "1.5"), ("limit", "x"), ("limit", "9" * 40),
        ("limit", ""), ("unit", "x"), ("unit", "1\0"), ("unit", "٣"), ("device", "abc"), ("device", "\0" * 10),
        ("device", "../../etc"), ("from", "2026-13-01"), ("from", "2026-11-31"), ("from", "yesterday"),
        ("from", "0001-01-01"), ("to", "9999-12-31"), ("from", "2026-1-1"), ("state", "removed"), ("flags", "yes"),
        ("uncertain", ""), ("repeats", "1"), ("format", "xml"), ("nothing", "1"), ("bom", "maybe"), ("from", "\ud83d"),
        ("cursor", ""), ("cursor", "AAAA"), ("cursor", "€"), ("cursor", "A" * 5000), ("cursor", "\0"),
        ("level", "5"),
    ],
)  # fmt: skip
def test_a_parameter_that_is_wrong_is_named(parameter: str, value: str) -> None:
    asked: dict[str, str] = {parameter: value}
    if parameter == "bom":
        asked["format"] = "csv"
    answer = Reader(token()).get(
        "ratings", **{name: text.encode("utf-8", "replace") for name, text in asked.items()}
    )
    assert problem(answer) == "400.2"
    said = json.loads(answer.content)["detail"]
    assert parameter in said or "unknown parameter" in said
    assert value not in said or value in ("", "0", "1", "5", "x", "-1", "yes", "removed")


def test_a_parameter_twice_and_days_in_the_wrong_order() -> None:
    reader = Reader(token())
    answer = reader.client.get(
        "/api/v1/ratings?limit=1&limit=2", headers={"Authorization": f"Bearer {reader.text}"}
    )
    assert problem(answer) == "400.2"  # type: ignore[arg-type]
    answer = reader.get("ratings", from_="2026-11-02", to="2026-11-01")  # type: ignore[assignment]
    assert problem(answer) == "400.2"  # type: ignore[arg-type]


def test_thousands_of_parameters_are_refused_as_such() -> None:
    answer = Reader(token()).get("ratings", **{f"a{n}": 1 for n in range(3000)})
    assert problem(answer) == "400.2"
    assert "too many parameters" in json.loads(answer.content)["detail"]


def test_a_cursor_goes_on_with_its_own_question_only() -> None:
    reader = Reader(token())
    cursor = reader.page()["cursor"]
    assert reader.get("ratings", cursor=cursor).status_code == 200
    assert problem(reader.get("ratings", cursor=cursor, flags="out")) == "400.2"
    assert problem(Reader(token(Unit.objects.create(name="A"))).get("ratings", cursor=cursor)) == "400.2"


@pytest.mark.parametrize(
    "forged",
    [
        Cursor("x", "x", 0, 0, "\0"),
        Cursor("x", "x", 1 << 61, 1 << 61, "é" * 100, b"\xff" * 100, -1, b"\0", 77),
        Cursor("\0", "\0", 0, 0),
    ],
)
def test_a_cursor_that_was_made_up_is_refused(forged: Cursor) -> None:
    answer = Reader(token()).get("ratings", cursor=cursors.render(forged))
    assert problem(answer) == "400.2"


def test_a_cursor_that_was_made_up_well_reads_what_the_token_may_read_and_no_more() -> None:
    reader = Reader(token())
    true = cursors.parse(reader.page()["cursor"])
    for place in (
        Cursor(true.life, true.about, true.seen, -5, "é", b"\xff", -1, b"", -1),
        Cursor(true.life, true.about, -(1 << 62), -(1 << 62)),
    ):
        assert reader.get("ratings", cursor=cursors.render(place)).status_code == 200
    ahead = Cursor(true.life, true.about, true.seen, 1 << 61)
    assert problem(reader.get("ratings", cursor=cursors.render(ahead))) == "410.1"


@pytest.mark.parametrize("path", ["ratings", "units", "counters", "devices"])
def test_only_get_is_taken(path: str) -> None:
    reader = Reader(token())
    answer = reader.client.post(f"/api/v1/{path}", headers={"Authorization": f"Bearer {reader.text}"})
    assert problem(answer) == "405.1"  # type: ignore[arg-type]


def rated(terminal: Delivered) -> None:
    chain = terminal.chain
    chain.boot()
    chain.rate(1)  # before the first configuration
    chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    chain.anchor(PAST_MS)
    chain.rate(5)
    chain.void(chain.rate(2).seq)
    chain.reboot()
    chain.boot()
    chain.rate(4)  # nobody knows when
    terminal.send()


def test_filters_say_what_is_left_out(terminal: Delivered) -> None:
    rated(terminal)
    reader = Reader(token())

    def levels(**asked: str) -> list[int]:
        return [item["level"] for item in reader.page(**asked)["items"]]

    assert levels() == [1, 5, 2, 4]
    assert levels(state="counted") == [5, 4]
    assert levels(state="not_counted") == [1, 2]
    assert levels(flags="out") == [1, 5, 2]
    assert levels(uncertain="out", state="counted") == [5]
    assert levels(device="0000000000") == []
    assert levels(device=terminal.device.pk, state="counted") == [5, 4]
    hour = reader.page(state="counted", uncertain="out")["items"][0]["hour"]
    day = hour[:10]
    assert levels(from_=day, to=day, state="counted", uncertain="out") == [5]
    assert levels(to="2026-01-01") == []
    assert levels(from_="2030-01-01") == []
    # Of a rating whose day is not known it is said in every period in which it may lie.
    assert levels(from_=day, state="counted") == [5, 4]


def test_a_table_for_a_spreadsheet_is_harmless_and_known_to_be_utf8(terminal: Delivered) -> None:
    counter = terminal.device.counter
    counter.name = '=HYPERLINK("x")'
    counter.save()
    rated(terminal)
    reader = Reader(token())
    answer = reader.get("ratings", format="csv", bom="in", limit=3)
    assert answer.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["Hailong-More"] == "true"
    assert answer.content.startswith(b"\xef\xbb\xbfid,state,level,")
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert [row["counter_name"] for row in rows] == ["", '\'=HYPERLINK("x")', '\'=HYPERLINK("x")']
    assert rows[1]["certain"] == "true"
    follow = answer.headers["Link"].partition(">")[0].removeprefix("</api/v1/")
    more = reader.client.get(f"/api/v1/{follow}", headers={"Authorization": f"Bearer {reader.text}"})
    assert more.content.startswith(b"\xef\xbb\xbfid,")
    assert more.headers["Hailong-More"] == "false"
    assert len(more.content.decode().splitlines()) == 2
    assert not reader.get("ratings", format="csv").content.startswith(b"\xef\xbb\xbf")


def test_lists_are_read_page_by_page() -> None:
    counters = [makers.counter(f"Quầy {n}") for n in range(5)]
    device = makers.device()
    reader = Reader(token())
    items, cursor = reader.all("counters", limit=2)
    assert [item["name"] for item in items] == [*(counter.name for counter in counters), "Quầy 1"][:5]
    assert reader.page("counters", cursor=cursor) == {"items": [], "cursor": cursor, "more": False}
    (item,) = reader.page("devices")["items"]
    assert (item["id"], item["status"], item["recorded"], item["missing"]) == (device.pk, "accepted", 0, 0)
    assert reader.get("devices", format="csv").content.startswith(b"id,status,unit,")
    for path, cursor in (("units", "x"), ("devices", "\0"), ("counters", "9" * 30)):
        assert problem(reader.get(path, cursor=cursor)) == "400.2"


def test_a_statement_of_completeness_is_read_and_verified(terminal: Delivered) -> None:
    rated(terminal)
    unit = terminal.device.counter.unit
    mine, whole, other = Reader(token(unit)), Reader(token()), Reader(token(Unit.objects.create(name="B")))
    said = mine.page("completeness")
    assert (said["unit"], said["held"], said["certain"], said["uncertain"]) == (
        unit.pk,
        said["recorded"],
        1,
        1,
    )
    assert whole.page("completeness", unit=unit.pk, from_="2030-01-01")["certain"] == 0
    assert problem(whole.get("completeness")) == "400.2"
    of_terminal = whole.page("completeness", device=terminal.device.pk, to="2026-12-31")
    assert (of_terminal["counted"], of_terminal["period"]["certain"]) == (2, 1)
    assert mine.page("completeness", device=terminal.device.pk)["device"] == terminal.device.pk
    note = mine.get("completeness", format="note")
    assert verify(note.content.decode()).said == said | {"at": verify(note.content.decode()).said["at"]}
    for asked in ({"device": terminal.device.pk}, {"unit": unit.pk}, {"device": "0000000000"}):
        assert problem(other.get("completeness", **asked)) == "404.1"
    assert other.page("completeness")["devices"] == []
    for wrong in ({"format": "csv"}, {"limit": 1}, {"from_": "2026-02-30"}):
        assert problem(mine.get("completeness", **wrong)) == "400.2"
