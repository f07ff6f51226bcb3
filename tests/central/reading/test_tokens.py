"""Tokens of other systems: what is not one opens nothing, and says why."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from central import clock
from central.models import AuditLog, Purpose, ReadToken, Unit
from central.reading import tokens
from central.registry import Actor
from tests.central import makers
from tests.central.reading.reader import Reader, token
from tests.central.terminal import problem

pytestmark = pytest.mark.usefixtures("database")


def test_a_token_is_not_kept_and_not_in_the_log_of_changes() -> None:
    text = token()
    secret = text.rpartition("_")[2]
    row = ReadToken.objects.get()
    assert row.finder in text
    for table in ("central_readtoken", "central_auditlog"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            (kept,) = cursor.fetchone()
        assert secret not in kept
        assert bytes(row.digest).hex() not in kept or table == "central_readtoken"
    assert secret not in repr(tokens.make("a", Actor()))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "Bearer hlr_00000000_" + "A" * 43,
        "Bearer hlr_" + "0" * 100_000,
        "Bearer hlr_0000000\u00e9_" + "A" * 43,
    ],
)
def test_what_is_no_token_opens_nothing(header: str | None) -> None:
    token()
    reader = Reader("")
    headers = {} if header is None else {"Authorization": header}
    answer = reader.client.get("/api/v1/ratings", headers=headers)
    assert problem(answer) == "401.2"  # type: ignore[arg-type]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "hlr_0" not in answer.content.decode()


def test_one_letter_of_a_token_makes_another() -> None:
    text = token()
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert problem(Reader(wrong).get("ratings")) == "401.2"
    assert Reader(text).get("ratings").status_code == 200


def test_a_token_in_an_address_is_refused_and_said_to_be_lost() -> None:
    text = token()
    answer = Reader(text).get("ratings", token=text)
    assert problem(answer) == "400.2"
    detail = json.loads(answer.content)["detail"]
    assert "revoke" in detail
    assert text not in detail


def test_a_token_ends_by_time_and_by_revocation(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(token())
    assert reader.get("ratings").status_code == 200
    later = clock.now() + tokens.GOOD_FOR
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        assert problem(reader.get("ratings")) == "401.2"
    row = ReadToken.objects.get()
    assert tokens.revoke(row, Actor())
    assert not tokens.revoke(row, Actor())
    answer = reader.get("ratings")
    assert (problem(answer), "revoked" in answer.content.decode()) == ("401.2", True)
    assert [(line.action, line.object_type) for line in AuditLog.objects.order_by("id")] == [
        ("create", "readtoken"),
        ("revoke", "readtoken"),
    ]


def test_when_and_from_where_it_was_used_is_noted() -> None:
    reader = Reader(token())
    reader.get("ratings")
    row = ReadToken.objects.get()
    assert row.last_used_at is not None
    assert row.last_used_from == "192.0.2.7"


def test_who_asks_too_often_waits_for_the_next_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "A_MINUTE", 3)
    moment = clock.now().replace(second=10)
    monkeypatch.setattr(clock, "now", lambda: moment)
    reader, other = Reader(token()), Reader(token())
    assert [reader.get("units").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = reader.get("units")
    assert (problem(answer), answer.headers["Retry-After"]) == ("429.1", "50")
    assert other.get("units").status_code == 200
    moment += timedelta(minutes=1)
    assert reader.get("units").status_code == 200


def test_a_token_for_something_else_opens_nothing_here() -> None:
    assert problem(Reader(token(purpose=Purpose.METRICS)).get("ratings")) == "403.4"


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\x1bb", "x" * 101])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(ValidationError):
        tokens.make(name, Actor())


@pytest.mark.parametrize("days", [0, -1, 1096])
def test_a_token_is_good_for_three_years_at_most(days: int) -> None:
    with pytest.raises(ValueError, match="1 to 1095 days"):
        tokens.make("a", Actor(), good_for=timedelta(days=days))


def test_a_token_of_a_unit_sees_it_and_what_is_below_and_nothing_else() -> None:
    above = Unit.objects.create(name="Tỉnh A")
    mine = Unit.objects.create(name="Phường A", parent=above)
    below = Unit.objects.create(name="Bộ phận một cửa", parent=mine)
    other = Unit.objects.create(name="Phường B", parent=above)
    counters = [makers.counter("Quầy 1", unit.name) for unit in (above, mine, below, other)]
    device = makers.device()
    device.counter = counters[2]
    device.save()
    reader = Reader(token(mine))
    assert [item["name"] for item in reader.page("units")["items"]] == ["Phường A", "Bộ phận một cửa"]
    assert [item["unit"] for item in reader.page("counters")["items"]] == [mine.pk, below.pk]
    assert [item["id"] for item in reader.page("devices")["items"]] == [device.pk]
    assert [item["id"] for item in reader.page("units", unit=below.pk)["items"]] == [below.pk]
    for unit in (above, other):
        assert problem(reader.get("units", unit=unit.pk)) == "404.1"
    assert problem(reader.get("ratings", unit=123_456)) == "404.1"
    assert len(Reader(token()).page("units")["items"]) == Unit.objects.count()
