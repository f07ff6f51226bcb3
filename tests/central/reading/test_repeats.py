"""Repeats in the feed: where they are wanted, with the rating that they are of."""

from importlib import import_module

from django.db import connection

from central.models import Repeat
from kiosk.ledger.kinds import Json
from tests.central import makers
from tests.central.delivered import Delivered
from tests.central.reading.reader import Reader, token
from tests.central.reading.test_feed import begun


def test_repeats_come_where_they_are_wanted_with_the_rating_that_they_are_of(terminal: Delivered) -> None:
    chain = begun(terminal)
    rated = chain.rate(4)
    terminal.send()
    plain, reader = Reader(token()), Reader(token(terminal.device.counter.unit))
    _, after = reader.all(repeats="in")
    first = chain.add("repeat", {"of": rated.seq, "counts": {"1": 3, "4": 1, "7": 9}})
    odds: list[Json] = [
        {"of": None, "counts": {"1": 1}},
        {"of": 999, "counts": {"1": 1}},
        {"of": 1},
        {"counts": []},
    ]
    for odd in odds:
        chain.add("repeat", odd)
    chain.rate(5)
    terminal.send()
    items, _ = reader.all(repeats="in", cursor=after)
    assert [item["state"] for item in items] == ["repeat", "counted"]
    assert (items[0]["id"], items[0]["repeat_of"]) == (first.hash.hex(), rated.hash.hex())
    assert (items[0]["repeats"], items[0]["level"]) == ({"1": 3, "4": 1}, None)
    assert (items[0]["counter_name"], items[0]["unit"]) == ("Quầy 1", terminal.device.counter.unit_id)
    assert [item["state"] for item in plain.all()[0]] == ["counted", "counted"]
    assert len(reader.all(repeats="in", limit=1)[0]) == 3
    assert "1:3 4:1" in reader.get("ratings", repeats="in", format="csv").content.decode()
    other = Reader(token(makers.counter("Quầy 1", "khác").unit))
    assert other.all(repeats="in")[0] == []


def test_repeats_that_were_here_before_they_were_looked_at_are_found_by_the_migration(
    terminal: Delivered,
) -> None:
    chain = begun(terminal)
    rated = chain.rate(4)
    chain.add("repeat", {"of": rated.seq, "counts": {"2": 1}})
    chain.add("repeat", b"\xff")
    terminal.send()
    Repeat.objects.all().delete()
    module = import_module("central.migrations.0013_earlier_repeats")
    with connection.schema_editor() as editor:
        module.fill(None, editor)
    assert [item["repeats"] for item in Reader(token()).all(repeats="in")[0]] == [None, {"2": 1}]
