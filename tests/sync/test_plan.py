"""A batch is as large as a body takes, and carries the tag only when it ends just there."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ledger.chain import GENESIS, Entry, link
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import checkpoint_of
from sync import keys, protocol
from sync.plan import end_of, planned
from sync.protocol import Batch

LEDGER_ID = bytes(range(16))
KEY = keys.generate("device")
TAG = "ab" * 32


def chain(payloads: list[bytes], after: int = 0) -> list[Entry]:
    made, prev = [], GENESIS
    for seq, payload in enumerate(payloads, after + 1):
        digest = link(prev, LEDGER_ID, seq, 1, seq, "rating", payload)
        made.append(Entry(seq, 1, seq, "rating", payload, prev, digest))
        prev = digest
    return made


@pytest.mark.parametrize(("tag_seq", "expected"), [(12, TAG), (11, None), (13, None), (None, None)])
def test_the_tag_goes_along_when_the_batch_ends_just_there(tag_seq: int | None, expected: str | None) -> None:
    tag = None if tag_seq is None else (tag_seq, TAG)
    made = planned(LEDGER_ID, 10, chain([b"{}", b"{}"], 10), tag, KEY.sign)
    assert msgspec.json.decode(made.body, type=Batch).tag == expected


def test_the_checkpoint_is_at_the_end_and_signed() -> None:
    entries = chain([b"{}"] * 3)
    made = planned(LEDGER_ID, 0, entries, None, KEY.sign)
    batch = msgspec.json.decode(made.body, type=Batch)
    note = parse_note(batch.checkpoint)
    assert note.is_signed_by(KEY.public)
    assert checkpoint_of(note) == made.checkpoint
    assert (end_of(made).seq, end_of(made).hash) == (3, entries[-1].hash)
    assert protocol.chained(batch, LEDGER_ID, GENESIS) == entries


@settings(max_examples=50)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30), st.integers(5000, 60_000))
def test_a_body_is_never_larger_than_allowed_unless_one_entry_is(sizes: list[int], most_bytes: int) -> None:
    entries = chain([b"x" * size for size in sizes])
    made = planned(LEDGER_ID, 0, entries, (len(sizes), TAG), KEY.sign, most_bytes)
    assert 1 <= made.count <= len(entries)
    assert len(made.body) <= most_bytes or made.count == 1
    assert made.checkpoint.size == made.count
    if made.count < len(entries):
        more = planned(LEDGER_ID, 0, entries[: made.count + 1], None, KEY.sign, 10**9)
        assert len(more.body) > most_bytes - 8192


def test_five_hundred_ordinary_ratings_fit_into_one_body_and_few_bytes() -> None:
    wall = '"wall":"2026-11-22T01:00:00.000Z","synced":true}'
    payloads = [f'{{"level":{n % 5 + 1},"source":"touch",{wall}'.encode() for n in range(500)]
    made = planned(LEDGER_ID, 0, chain(payloads), (500, TAG), KEY.sign)
    assert made.count == 500
    assert len(protocol.compressed(made.body)) / 500 < 30
