"""The hash layout: as published, and sensitive to every bit."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.chain import GENESIS, Entry, follows, link, own_hash_is_right
from tests.kiosk.ledger.vectors import vectors

DOCUMENT = Path(__file__).parents[3] / "docs" / "ledger.md"
ID = bytes(range(16))

u64 = st.integers(0, 2**64 - 1)
kinds = st.text(st.characters(min_codepoint=1, max_codepoint=127), min_size=1, max_size=255)
hashes = st.binary(min_size=32, max_size=32)


def published() -> list[dict[str, str | int]]:
    found = re.search(
        r"### Test vectors.*?```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    parsed: list[dict[str, str | int]] = json.loads(found[1])
    return parsed


def test_the_published_vectors_are_those_of_the_program() -> None:
    assert published() == vectors()


def test_the_first_vector_is_what_the_published_layout_says_byte_by_byte() -> None:
    v = published()[0]
    kind, payload = str(v["kind"]).encode(), str(v["payload"]).encode()
    numbers = b"".join(int(v[name]).to_bytes(8, "big") for name in ("seq", "boot_n", "boottime_ns"))
    laid_out = (
        b"hailong/entry/1\0"
        + bytes.fromhex(str(v["prev"]))
        + bytes.fromhex(str(v["ledger_id"]))
        + numbers
        + bytes([len(kind)])
        + kind
        + len(payload).to_bytes(4, "big")
        + payload
    )
    assert laid_out[88] == len(kind)
    assert hashlib.sha256(laid_out).hexdigest() == v["hash"]


@given(hashes, u64, u64, u64, kinds, st.binary(max_size=200), st.data())
def test_no_field_can_change_without_changing_the_hash(
    prev: bytes, seq: int, boot_n: int, boottime_ns: int, kind: str, payload: bytes, data: st.DataObject
) -> None:
    whole = (prev, ID, seq, boot_n, boottime_ns, kind, payload)
    other = (
        data.draw(st.one_of(st.just(prev), hashes)),
        ID,
        data.draw(st.one_of(st.just(seq), u64)),
        data.draw(st.one_of(st.just(boot_n), u64)),
        data.draw(st.one_of(st.just(boottime_ns), u64)),
        data.draw(st.one_of(st.just(kind), kinds)),
        data.draw(st.one_of(st.just(payload), st.binary(max_size=200))),
    )
    assert (link(*whole) == link(*other)) == (whole == other)


def test_a_border_between_kind_and_payload_cannot_be_moved() -> None:
    assert link(GENESIS, ID, 1, 1, 1, "ab", b"c") != link(GENESIS, ID, 1, 1, 1, "a", b"bc")


@pytest.mark.parametrize(
    ("prev", "ledger_id", "seq", "kind"),
    [
        (b"short", ID, 1, "x"),
        (GENESIS, b"short", 1, "x"),
        (GENESIS, ID, -1, "x"),
        (GENESIS, ID, 2**64, "x"),
        (GENESIS, ID, 1, ""),
        (GENESIS, ID, 1, "x" * 256),
        (GENESIS, ID, 1, "đ"),
    ],
)
def test_what_does_not_fit_the_layout_is_refused(prev: bytes, ledger_id: bytes, seq: int, kind: str) -> None:
    with pytest.raises(ValueError, match=r"entry|ascii"):
        link(prev, ledger_id, seq, 1, 1, kind, b"")


def test_an_entry_follows_only_in_its_own_place() -> None:
    digest = link(GENESIS, ID, 1, 1, 5, "boot", b"{}")
    first = Entry(1, 1, 5, "boot", b"{}", GENESIS, digest)
    assert follows(first, ID, GENESIS, 1)
    assert not follows(first, ID, GENESIS, 2)
    assert not follows(first, ID, bytes([1]) * 32, 1)
    assert not follows(first, bytes(16), GENESIS, 1)
    assert not follows(replace(first, boottime_ns=6), ID, GENESIS, 1)


def test_an_entry_that_no_layout_fits_is_wrong_and_not_an_error() -> None:
    assert not own_hash_is_right(Entry(-1, 1, 1, "đ", b"", b"", b""), ID)
