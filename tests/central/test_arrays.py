"""What goes into the database as an array comes out as it was."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central import clock
from central.arrays import Array, BigInts, Blobs, Bools, Ints, Moments, SmallInts, Texts
from central.session import reading

pytestmark = pytest.mark.usefixtures("database")


def back(array: Array) -> list[object]:
    with reading() as session:
        row = session.run("SELECT %s", (array,)).fetchone()
    assert row is not None
    found: list[object] = row[0]
    return found


def whole(bits: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1), max_size=9)


again = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@again
@given(whole(64), whole(32), whole(16), st.lists(st.booleans(), max_size=9))
def test_numbers(large: list[int], middle: list[int], small: list[int], truths: list[bool]) -> None:
    assert back(BigInts(large)) == large
    assert back(Ints(middle)) == middle
    assert back(SmallInts(small)) == small
    assert back(Bools(truths)) == truths


@again
@given(st.lists(st.binary(max_size=40), max_size=9), st.lists(st.text("aế\u4e2d'\\", max_size=9), max_size=9))
def test_bytes_and_texts(blobs: list[bytes], texts: list[str]) -> None:
    assert back(Blobs(blobs)) == blobs
    assert back(Texts(texts)) == texts


def test_nothing_is_nothing() -> None:
    assert back(BigInts([1, None, -1])) == [1, None, -1]
    assert back(SmallInts([None])) == [None]
    assert back(Moments([None, 0])) == [None, clock.EPOCH]


def test_moments_are_exact() -> None:
    moments = [0, 1, 946_684_799_999, 1_795_582_800_001, 253_402_300_799_999 - 14 * 3_600_000]
    assert back(Moments(moments)) == [clock.EPOCH + timedelta(milliseconds=ms) for ms in moments]
