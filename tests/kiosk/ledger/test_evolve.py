"""A tag ties an entry to all before it, and the key that made it is not there any more."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.evolve import KEY_BYTES, NO_TAG, Evolving, begin, check_of, next_key

FIRST = bytes(range(KEY_BYTES))
hashes = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20)


def after_all(entries: list[bytes], state: Evolving | None = None) -> Evolving:
    state = state or begin(FIRST, 10)
    for entry_hash in entries:
        state = state.after(entry_hash)
    return state


def test_the_tags_are_those_of_the_published_formula() -> None:
    a, b = b"a" * 32, b"b" * 32
    one = hmac.digest(FIRST, bytes(32) + a, "sha256")
    second = hashlib.sha256(b"hailong/evolve/1" + FIRST).digest()
    state = after_all([a, b])
    assert state == Evolving(
        11, hashlib.sha256(b"hailong/evolve/1" + second).digest(), hmac.digest(second, one + b, "sha256")
    )


@given(hashes, st.data())
def test_another_history_has_another_tag(entries: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    other = list(entries)
    other[index] = data.draw(
        st.binary(min_size=32, max_size=32).filter(lambda found: found != entries[index])
    )
    assert after_all(other).tag != after_all(entries).tag
    assert after_all(entries[:index] + entries[index + 1 :]).tag != after_all(entries).tag


@given(hashes)
def test_the_key_moves_on_alike_whatever_is_tagged(entries: list[bytes]) -> None:
    key = FIRST
    for _ in entries:
        key = next_key(key)
    assert after_all(entries).key == key


def test_a_new_ledger_begins_with_a_key_of_its_own() -> None:
    old = after_all([b"a" * 32])
    one, other = old.for_new_ledger(bytes(16)), old.for_new_ledger(b"1" * 16)
    assert (one.seq, one.tag) == (0, NO_TAG)
    assert len({one.key, other.key, old.key}) == 3
    assert one.key == hmac.digest(old.key, b"hailong/new-ledger/1" + bytes(16), "sha256")


def test_the_first_key_cannot_be_found_from_what_the_ledger_says_of_it() -> None:
    assert check_of(FIRST) == hashlib.sha256(b"hailong/evolve-check/1" + FIRST).hexdigest()[:16]


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        begin(b"short", 1)


def test_a_key_is_not_shown() -> None:
    assert FIRST.hex() not in repr(begin(FIRST, 1))
    assert repr(FIRST) not in repr(begin(FIRST, 1))


@given(hashes)
def test_many_entries_at_once_are_the_same_as_one_after_the_other(entries: list[bytes]) -> None:
    state = begin(FIRST, 7)
    one_by_one = state
    for entry_hash in entries:
        one_by_one = one_by_one.after(entry_hash)
    assert state.after_all(entries) == one_by_one
    assert state.after_all([]) == state
