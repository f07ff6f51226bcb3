"""What the database itself refuses."""

import pytest
from django.db import IntegrityError

from central import clock
from central.models import Entry, HourlyCount, Ledger, Rating
from tests.central import makers

pytestmark = pytest.mark.usefixtures("database")

LEDGER = bytes(range(16))


def entry(seq: int = 1, digest: bytes = bytes(32)) -> Entry:
    return Entry(
        device=makers.device(),
        ledger_id=LEDGER,
        seq=seq,
        boot_n=1,
        boottime_ns=0,
        kind="boot",
        payload=b"{}",
        hash=digest,
        received_at=clock.now(),
    )


def test_an_entry_is_never_changed_and_never_removed() -> None:
    made = entry()
    made.save()
    with pytest.raises(IntegrityError, match="append-only"):
        Entry.objects.update(payload=b"other")
    with pytest.raises(IntegrityError, match="append-only"):
        Entry.objects.all().delete()
    assert bytes(Entry.objects.get().payload) == b"{}"


def test_an_entry_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(IntegrityError, match="entry_numbers"):
        entry(seq=0).save(force_insert=True)
    with pytest.raises(IntegrityError, match="entry_hash_32_bytes"):
        entry(digest=bytes(31)).save(force_insert=True)


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_rating_has_one_of_five_levels(level: int) -> None:
    device = makers.device()
    with pytest.raises(IntegrityError, match="rating_level"):
        Rating.objects.create(
            device=device, ledger_id=LEDGER, seq=1, hash=bytes(32), boot_n=1, boottime_ns=0, level=level
        )


def test_central_never_holds_more_than_the_terminal_has_signed() -> None:
    with pytest.raises(IntegrityError, match="ledger_sizes"):
        Ledger.objects.create(device=makers.device(), ledger_id=LEDGER, size=2, recorded=1)


def test_uncertain_ratings_have_one_row_too() -> None:
    device = makers.device()
    row = {
        "device": device,
        "counter": device.counter,
        "unit": device.counter.unit,
        "level": 5,
        "certain": False,
    }
    HourlyCount.objects.create(**row, n=1)
    with pytest.raises(IntegrityError, match="hourly_count_once"):
        HourlyCount.objects.create(**row, n=1)
