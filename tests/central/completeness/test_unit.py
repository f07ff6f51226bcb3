"""What a figure of a unit is made of, and what of it is missing or doubtful."""

from datetime import date, timedelta

import msgspec
import pytest
from django.db import connection
from django.utils import timezone

from central import alarms, clock, server
from central.completeness import device as of_device
from central.completeness import unit as of_unit
from central.completeness.note import signed
from central.completeness.period import Period, between
from central.models import AlarmKind, Counter, DeviceStatus, Rating, Unit
from kiosk.messages.notes import PublicKey
from sync.statements_verifier import verify
from tests.central import makers
from tests.central.chains import HOUR, Chain
from tests.central.delivered import Delivered, delivering

DAY_MS = 86_400_000
FIRST = date(2026, 10, 26)
NOON_MS = 1_792_990_800_000
"""FIRST, 2026-10-26, noon in Viet Nam."""


def begun(delivered: Delivered) -> Chain:
    chain = delivered.chain
    chain.boot()
    chain.configure(1, delivered.device.counter.unit_id, delivered.device.counter_id)
    return chain


def lived(delivered: Delivered) -> Chain:
    """Two ratings on the first day, one of them taken back, one on the next day, one that nobody knows when."""
    chain = begun(delivered)
    chain.anchor(NOON_MS)
    chain.rate(5)
    chain.void(chain.rate(1).seq)
    chain.rate(4, chain.boottime_ns + 24 * HOUR)
    chain.reboot()
    chain.boot()
    chain.rate(3)
    chain.rate(7)
    chain.add("refused", {"counts": {"2": 3}})
    return chain


NAMES = (
    "recorded",
    "held",
    "missing",
    "certain",
    "uncertain",
    "not_counted",
    "uncountable",
    "refused",
    "flagged",
)


def figures(said: of_unit.Figures) -> list[int]:
    return [getattr(said, name) for name in NAMES]


def test_a_unit_has_the_sums_of_its_terminals_and_of_those_below(terminal: Delivered) -> None:
    lived(terminal)
    terminal.send()
    above = Unit.objects.create(name="Tỉnh")
    Unit.objects.filter(pk=terminal.device.counter.unit_id).update(parent=above)
    other = delivering()
    other.device.counter = makers.counter("Quầy 2")
    other.device.save()
    begun(other)
    other.send()
    makers.device(status=DeviceStatus.RESERVED)
    for unit in (above.pk, terminal.device.counter.unit_id):
        said = of_unit.statement(unit)
        assert figures(said) == [13, 13, 0, 2, 1, 1, 1, 3, 1]
        assert [part.counter for part in said.devices] == ["Quầy 1", "Quầy 2"]
        assert figures(said.devices[0])[3:6] == [2, 1, 1]
        head = said.devices[0].ledgers[0]
        assert (head.held, head.head, head.admitted) == (11, terminal.chain.head.hex(), True)
        assert said.devices[0].last_receipt is not None


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, [2, 1, 1]),
        (FIRST, FIRST, [1, 0, 1]),  # the one without a day came after the second day: not before that
        (FIRST + timedelta(1), FIRST + timedelta(1), [1, 1, 0]),
        (FIRST, FIRST + timedelta(1), [2, 1, 1]),
        (FIRST + timedelta(2), None, [0, 1, 0]),
        (None, FIRST - timedelta(1), [0, 0, 0]),
    ],
)
def test_a_period_has_what_lies_in_it_and_apart_from_it_what_may(
    terminal: Delivered, first: date | None, last: date | None, expected: list[int]
) -> None:
    lived(terminal)
    terminal.send()
    period = between(first, last)
    said = of_unit.statement(terminal.device.counter.unit_id, period)
    assert figures(said)[3:6] == expected
    own = of_device.statement(terminal.device.pk, period).period
    assert own is not None
    assert [own.certain, own.uncertain, own.not_counted] == expected
    assert said.received == own.received == (11 if last is None else 0)  # all came today


def test_days_begin_and_end_at_midnight_in_viet_nam(terminal: Delivered) -> None:
    chain = begun(terminal)
    midnight_ms = NOON_MS - DAY_MS // 2
    chain.anchor(midnight_ms - 1_000)  # the next entries are 1 s later each
    chain.rate(5, chain.boottime_ns + 500_000_000)  # half a second before midnight
    chain.rate(5, chain.boottime_ns + 1_000_000_000)  # half a second after
    terminal.send()
    unit = terminal.device.counter.unit_id
    days = [of_unit.statement(unit, Period(day, day)).certain for day in (FIRST - timedelta(1), FIRST)]
    assert days == [1, 1]


def test_entries_that_came_are_told_by_the_day_on_which_they_came(
    terminal: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, now = begun(terminal), clock.now()
    today = now.astimezone(timezone.get_default_timezone()).date()
    terminal.send()
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: now + timedelta(days=1))
        chain.rate(3)
        chain.rate(3)
        terminal.send()
        unit = terminal.device.counter.unit_id
        tomorrow = today + timedelta(1)
        spans = ((today, today), (tomorrow, tomorrow), (today, tomorrow), (None, today), (tomorrow, None))
        assert [of_unit.statement(unit, Period(*span)).received for span in spans] == [2, 2, 4, 2, 2]


def test_a_terminal_that_stands_elsewhere_now_is_told_of_where_its_ratings_are(terminal: Delivered) -> None:
    lived(terminal)
    terminal.send()
    before = terminal.device.counter.unit_id
    terminal.device.counter = makers.counter("Quầy 5", "UBND phường khác")
    terminal.device.save()
    assert figures(of_unit.statement(before))[3:6] == [2, 1, 1]
    there = of_unit.statement(terminal.device.counter.unit_id)
    assert [part.device for part in there.devices] == [terminal.device.pk]
    assert figures(there)[3:6] == [0, 0, 0]


def test_what_the_terminal_signed_and_central_lacks_is_missing_from_the_unit(terminal: Delivered) -> None:
    chain = lived(terminal)
    terminal.send(chain.batch(0, 4))
    with pytest.raises(Exception, match="go back"):
        terminal.send(chain.batch(8))
    said = of_unit.statement(terminal.device.counter.unit_id)
    assert figures(said)[:3] == [11, 4, 7]
    alarms.open_alarm(AlarmKind.CLONE, terminal.device, None, {})
    assert "clone" in of_unit.statement(terminal.device.counter.unit_id).devices[0].alarms


def test_what_counts_is_what_is_counted(terminal: Delivered) -> None:
    """The statement comes from hourly counts; counting the ratings themselves gives the same."""
    lived(terminal)
    terminal.send()
    said = of_unit.statement(terminal.device.counter.unit_id)
    assert said.certain == Rating.objects.filter(counted=True, certain=True).count()
    assert said.uncertain == Rating.objects.filter(counted=True, certain=False).count()


def test_there_is_no_statement_of_no_unit(terminal: Delivered) -> None:
    with pytest.raises(LookupError):
        of_unit.statement(123_456_789)
    with pytest.raises(ValueError, match="before the first"):
        between(FIRST, FIRST - timedelta(1))
    empty = of_unit.statement(Unit.objects.create(name="Tỉnh mới").pk)
    assert (empty.devices, empty.certain) == ([], 0)
    assert terminal.device.pk


def test_a_statement_is_verified_by_a_stranger_and_an_altered_one_is_not(terminal: Delivered) -> None:
    lived(terminal)
    terminal.send()
    Counter.objects.update(name="Quầy “1” – Tư pháp")
    note = signed(of_unit.statement(terminal.device.counter.unit_id, Period(FIRST, None)))
    public = PublicKey("central", server.this().key.public.raw)
    found = verify(note)
    assert (found.good, found.key_id) == (True, public.key_id)
    assert found.said == msgspec.json.decode(note.splitlines()[1])
    assert found.said["devices"][0]["counter"] == "Quầy “1” – Tư pháp"
    for altered in (
        note.replace('"held":11', '"held":12'),
        note.replace(public.raw.hex(), "00" * 32),
        note.replace("complete-unit/1", "complete/1"),
    ):
        assert not verify(altered).good


def test_large_units_are_found_by_their_index(terminal: Delivered) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename IN ('central_rating', 'central_hourlycount')"
        )
        names = {name for (name,) in cursor.fetchall()}
    assert {"rating_doubtful", "hourly_count_unit", "rating_changed"} <= names
    assert terminal.device.pk
