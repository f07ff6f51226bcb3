"""The feed of changes: nothing is skipped, nothing comes twice, and what changes later comes again as it is then."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central import clock
from central.counting import rows
from central.counting.admit import admit
from central.counting.projection import RatingRow
from central.counting.rows import Owner
from central.embedded import Cluster
from central.models import Counter, Rating, Unit
from central.reading import feed, life
from central.session import transaction
from kiosk.ledger.chain import Entry
from tests.central import makers
from tests.central.chains import NOON_MS, Chain
from tests.central.delivered import Delivered
from tests.central.reading.reader import Reader, token
from tests.central.terminal import problem

PAST_MS = NOON_MS - 30 * 86_400_000


def begun(delivered: Delivered) -> Chain:
    chain = delivered.chain
    chain.boot()
    chain.configure(1, delivered.device.counter.unit_id, delivered.device.counter_id)
    return chain


def test_what_changes_later_comes_again_as_it_is_then(terminal: Delivered) -> None:
    chain = begun(terminal)
    first, second = chain.rate(4), chain.rate(2)
    terminal.send()
    reader = Reader(token())
    items, cursor = reader.all()
    assert [(item["seq"], item["state"], item["level"], item["hour"]) for item in items] == [
        (first.seq, "counted", 4, None),
        (second.seq, "counted", 2, None),
    ]
    assert reader.all(cursor=cursor)[0] == []

    chain.correct(first.seq, 5)
    terminal.send()
    items, cursor = reader.all(cursor=cursor)
    assert [(item["seq"], item["level"]) for item in items] == [(first.seq, 5)]

    chain.void(second.seq)
    terminal.send()
    items, cursor = reader.all(cursor=cursor)
    assert [(item["seq"], item["state"]) for item in items] == [(second.seq, "not_counted")]

    chain.anchor(PAST_MS)
    terminal.send()
    items, cursor = reader.all(cursor=cursor)
    assert [(item["seq"], item["hour"]) for item in items] == [
        (first.seq, "2026-10-26T11:00:00+07:00"),
        (second.seq, "2026-10-26T11:00:00+07:00"),
    ]


def test_a_ledger_that_is_admitted_later_comes_then(terminal: Delivered) -> None:
    begun(terminal)
    terminal.send()
    reader = Reader(token())
    _, cursor = reader.all()
    new = terminal.successor()
    new.boot()
    new.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    rated = new.rate(5)
    terminal.send(chain=new)
    assert reader.all(cursor=cursor)[0] == []
    admit(Owner(terminal.device.pk, new.ledger_id), "quản trị")
    items, _ = reader.all(cursor=cursor)
    assert [item["id"] for item in items] == [rated.hash.hex()]


def test_pages_of_any_size_make_the_same_whole(terminal: Delivered) -> None:
    chain = begun(terminal)
    for _ in range(7):
        for _ in range(5):
            chain.rate(3)
        terminal.send()
    reader = Reader(token())
    whole, _ = reader.all()
    assert len(whole) == 35
    for limit in (1, 4, 5, 35, 36):
        assert reader.all(limit=limit)[0] == whole


def test_a_reader_of_a_unit_looks_through_others_a_window_at_a_time(
    terminal: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "WINDOW", 3)
    monkeypatch.setattr(feed, "WINDOWS", 2)
    chain = begun(terminal)
    for _ in range(10):
        chain.rate(3)
    other = makers.counter("Quầy 9", "UBND phường khác")
    chain.configure(2, other.unit_id, other.pk)
    mine = chain.rate(4)
    terminal.send()
    reader = Reader(token(other.unit))
    page = reader.page()
    assert (page["items"], page["more"]) == ([], True)
    assert [item["id"] for item in reader.all()[0]] == [mine.hash.hex()]


def row(entry: Entry, unit: int | None, counter: int | None) -> RatingRow:
    return RatingRow(
        seq=entry.seq, hash=entry.hash, boot_n=1, boottime_ns=1, level=3, unit_id=unit, counter_id=counter,
        time_low_ms=None, time_high_ms=PAST_MS, certain=False, hour_ms=None, flags=0, counted=unit is not None,
    )  # fmt: skip


def test_what_a_unit_loses_is_told_to_its_reader_and_to_no_other(database: Cluster) -> None:  # noqa: ARG001
    device, chain = makers.device(), Chain("X", None)  # type: ignore[arg-type]
    here, there = makers.counter("Quầy 1", "A"), makers.counter("Quầy 1", "B")
    owner, entry = Owner(device.pk, chain.ledger_id), chain.rate()
    first, second = row(entry, here.unit_id, here.pk), row(entry, there.unit_id, there.pk)
    readers = [Reader(token(unit)) for unit in (here.unit, there.unit, None)]
    cursors: list[dict[str, str]] = [{}, {}, {}]

    def told(before: RatingRow | None, after: RatingRow | None) -> list[list[str]]:
        with transaction() as session:
            rows.apply(session, owner, [(before, after)])
        found = []
        for reader, cursor in zip(readers, cursors, strict=True):
            items, cursor["cursor"] = reader.all(**cursor)
            found.append([item["state"] for item in items])
        return found

    assert told(None, first) == [["counted"], [], ["counted"]]
    assert told(first, second) == [["removed"], ["counted"], ["counted"]]
    assert told(second, None) == [[], ["removed"], ["removed"]]
    assert told(None, first) == [["counted"], [], ["counted"]]
    # Who begins now is told what is, and nothing of what was.
    states = [[item["state"] for item in reader.all()[0]] for reader in readers]
    assert states == [["counted"], ["removed"], ["counted"]]


def test_a_unit_that_moves_into_what_a_reader_sees_makes_him_begin_again(terminal: Delivered) -> None:
    begun(terminal).rate(4)
    terminal.send()
    above = Unit.objects.create(name="Tỉnh")
    reader = Reader(token(above))
    items, cursor = reader.all()
    assert items == []
    Unit.objects.filter(pk=terminal.device.counter.unit_id).update(parent=above)
    assert problem(reader.get("ratings", cursor=cursor)) == "410.1"
    items, cursor = reader.all()
    assert len(items) == 1
    assert reader.all(cursor=cursor)[0] == []
    # Within what he sees nothing changes for him.
    between = Unit.objects.create(name="Huyện", parent=above)
    Unit.objects.filter(pk=terminal.device.counter.unit_id).update(parent=between)
    assert reader.all(cursor=cursor)[0] == []
    Unit.objects.filter(pk=between.pk).update(parent=None)
    assert problem(reader.get("ratings", cursor=cursor)) == "410.1"


def test_a_database_that_was_put_back_makes_readers_begin_again(terminal: Delivered) -> None:
    begun(terminal).rate(4)
    terminal.send()
    reader = Reader(token())
    _, cursor = reader.all()
    life.settle()
    assert reader.all(cursor=cursor)[0] == []
    life.renew()
    assert problem(reader.get("ratings", cursor=cursor)) == "410.1"
    assert len(reader.all()[0]) == 1


def test_in_a_cluster_that_counts_from_anew_stamps_go_on_growing(terminal: Delivered) -> None:
    chain = begun(terminal)
    chain.rate(4)
    terminal.send()
    with (
        connection.cursor() as cursor
    ):  # as if these rows came from a cluster that was a billion transactions ahead
        cursor.execute("UPDATE central_rating SET changed = changed + 1000000000")
        cursor.execute("UPDATE central_identity SET feed_origin = 'elsewhere'")
    life.settle()
    reader = Reader(token())
    items, after = reader.all()
    assert len(items) == 1
    rated = chain.rate(5)
    terminal.send()
    assert [item["id"] for item in reader.all(cursor=after)[0]] == [rated.hash.hex()]


def test_who_reads_hours_is_told_when_the_hour_is_over(
    terminal: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = begun(terminal)
    old = chain.rate(4, 0)
    now_ms = clock.ms_of(clock.now())
    chain.anchor(now_ms)
    chain.rate(2)
    terminal.send()
    exact, hours = Reader(token()), Reader(token(exact_times=False))
    assert len(exact.all()[0]) == 2
    items, cursor = hours.all()
    told = {item["id"] for item in items}
    assert len(told) < 2
    later = clock.now() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    more, _ = hours.all(cursor=cursor)
    assert told | {item["id"] for item in more} == {item["id"] for item in exact.all()[0]}
    assert old.hash.hex() in told | {item["id"] for item in more}
    for item in items + more:
        assert (item["time_low"], item["time_high"], item["seq"], item["ledger"]) == (None,) * 4


class Slow:
    """Somebody whose transaction takes as long as it likes, on a connection of his own."""

    def __init__(self, url: str) -> None:
        import psycopg

        self.raw = psycopg.connect(url)

    def rate(self, device: str, n: int) -> str:
        """A rating that nobody sees yet; says its id."""
        digest = n.to_bytes(32, "big")
        self.raw.execute(
            "INSERT INTO central_rating (device_id, ledger_id, seq, hash, boot_n, boottime_ns, level, certain, flags,"
            " counted, time_high_ms) VALUES (%s, %s, %s, %s, 1, 1, 3, false, 0, false, 1)",
            (device, bytes(16), n, digest),
        )
        return digest.hex()

    def change(self, n: int) -> None:
        """A rating that was there becomes another."""
        self.raw.execute(
            "UPDATE central_rating SET level = 4, changed = central_stamp() WHERE hash = %s",
            (n.to_bytes(32, "big"),),
        )


Steps = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["rate", "rate", "change", "commit", "rollback", "read", "read"])
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=Steps, limit=st.integers(1, 3))
def test_whoever_commits_when_nothing_is_skipped_and_nothing_comes_twice(
    database: Cluster, steps: list[tuple[int, str]], limit: int
) -> None:
    """Three writers whose transactions overlap in any way, and a reader in between."""
    Rating.objects.all().delete()
    device = makers.device().pk
    writers = [Slow(database.url) for _ in range(3)]
    try:
        _play(device, writers, steps, Reader(token()), limit)
    finally:
        for writer in writers:
            writer.raw.close()


def _play(device: str, writers: list[Slow], steps: list[tuple[int, str]], reader: Reader, limit: int) -> None:
    open_: list[dict[str, int]] = [{}, {}, {}]  # what each has written and not committed
    is_: dict[str, int] = {}  # what was committed: how often it has been changed
    told: dict[str, list[int]] = {}
    number, cursor = 0, dict[str, str]()
    busy: dict[str, int] = {}  # rows that an open transaction has changed: others would wait

    def read() -> None:
        items, cursor["cursor"] = reader.all(limit=limit, **cursor)
        for item in items:
            if item["state"] != "removed":
                told.setdefault(item["id"], []).append(item["change"])

    for who, what in steps:
        match what:
            case "rate":
                number += 1
                open_[who][writers[who].rate(device, number)] = 0
            case "change":
                free = [name for name in is_ if busy.get(name, who) == who]
                if free:
                    name = free[number % len(free)]
                    writers[who].change(int(name, 16))
                    busy[name] = who
                    open_[who][name] = is_[name] + 1
            case "commit" | "rollback":
                getattr(writers[who].raw, what)()
                if what == "commit":
                    is_ |= open_[who]
                open_[who] = {}
                busy = {name: owner for name, owner in busy.items() if owner != who}
            case _:
                read()
    for who, writer in enumerate(writers):
        writer.raw.commit()
        is_ |= open_[who]
    read()
    assert set(told) == set(is_)
    for name, changes in told.items():
        assert changes == sorted(set(changes)), "told twice of one change"
        assert len(changes) <= is_[name] + 1
        assert changes[-1] == Rating.objects.get(hash=bytes.fromhex(name)).changed, "not told of the last"


def test_while_terminals_deliver_at_once_a_reader_gets_every_rating_once(database: Cluster) -> None:  # noqa: ARG001
    from tests.central.delivered import delivering

    terminals = [delivering() for _ in range(4)]
    for one in terminals:
        begun(one)
    reader, seen, ended = Reader(token()), [], threading.Event()

    def deliver(one: Delivered, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - nothing secret
        try:
            for _ in range(12):
                for _ in range(dice.randint(1, 4)):
                    one.chain.rate(3)
                one.send()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver, args=(one, n)) for n, one in enumerate(terminals)]
    for thread in threads:
        thread.start()
    cursor: dict[str, str] = {}
    while not ended.is_set():
        if not any(thread.is_alive() for thread in threads):
            ended.set()  # once more, for what came last
        items, cursor["cursor"] = reader.all(limit=5, **cursor)
        seen += [item["id"] for item in items]
        _no_limit()
    assert len(seen) == len(set(seen))
    assert sorted(seen) == sorted(
        bytes(digest).hex() for digest in Rating.objects.values_list("hash", flat=True)
    )


def _no_limit() -> None:
    """This reader is impatient."""
    from central.models import ReadToken

    ReadToken.objects.update(minute=None)


def test_counters_and_units_of_ratings_are_named(terminal: Delivered) -> None:
    begun(terminal).rate(4)
    terminal.send()
    (item,) = Reader(token()).all()[0]
    counter = Counter.objects.get()
    assert (item["counter"], item["counter_name"]) == (counter.pk, "Quầy 1")
    assert (item["unit"], item["unit_name"]) == (counter.unit_id, "UBND phường Sông Công")
