import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.counting.meaning import (
    KINDS,
    NOTHING,
    UNCOUNTABLE,
    Anchored,
    Carried,
    Configured,
    Continues,
    Corrected,
    Enrolled,
    Meaning,
    Rated,
    Refused,
    Trust,
    Voided,
    meaning_of,
)
from kiosk.ledger.anchors import Anchor, Source
from kiosk.ledger.chain import Entry
from sync import keys
from tests.central.chains import DAY, NOON_MS, Chain

TRUST = Trust("4T8JQ2ZK7M", (keys.generate("central").public,), 0)


def said(kind: str, payload: bytes | str, seq: int = 9, trust: Trust = TRUST) -> Meaning:
    payload = payload if isinstance(payload, bytes) else payload.encode()
    return meaning_of(kind, payload, seq, NOON_MS, trust)


def of(entry: Entry, trust: Trust, received_ms: int = NOON_MS) -> Meaning:
    return meaning_of(entry.kind, entry.payload, entry.seq, received_ms, trust)


@pytest.mark.parametrize("level", range(1, 6))
def test_a_rating_has_one_of_five_levels(level: int) -> None:
    assert said("rating", f'{{"level":{level},"source":"touch","wall":"x","synced":false}}') == Rated(level)


BAD_LEVELS = (
    "0",
    "6",
    '"5"',
    "null",
    "true",
    "5.0",
    "5e0",
    "[5]",
    '{"level":5}',
    "-1",
    "99999999999999999999999",
    "NaN",
)


@pytest.mark.parametrize("level", BAD_LEVELS)
def test_what_is_no_level_is_never_counted(level: str) -> None:
    assert said("rating", f'{{"level":{level}}}') is UNCOUNTABLE
    assert said("correction", f'{{"of":1,"level":{level}}}') is UNCOUNTABLE


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[]", b"5", b"null", b"\xff\xfe", b'{"level":4', b"[" * 100_000]
)
def test_what_is_no_payload_is_never_counted(payload: bytes) -> None:
    assert said("rating", payload) is UNCOUNTABLE


@pytest.mark.parametrize(
    "kind", ["test", "repeat", "session_opened", "officer_shift", "Rating", "rating ", "verified"]
)
def test_a_test_and_a_kind_that_is_not_known_are_never_counted(kind: str) -> None:
    assert said(kind, '{"level":5,"of":1}') is NOTHING


def test_a_correction_and_a_void_are_about_something_before_them() -> None:
    assert said("correction", '{"of":8,"level":2}') == Corrected(8, 2)
    assert said("void", '{"of":8}') == Voided(8)
    for body in (
        '{"of":9,"level":2}',
        '{"of":10,"level":2}',
        '{"of":0,"level":2}',
        '{"of":"8","level":2}',
        "{}",
    ):
        assert said("correction", body) is UNCOUNTABLE
        assert said("void", body) is UNCOUNTABLE


def test_what_is_about_a_ledger_that_was_replaced_counts_nowhere() -> None:
    assert said("correction", '{"of":null,"of_hash":"ab","level":2}') is NOTHING
    assert said("void", '{"of":null,"of_hash":"ab"}') is NOTHING


def test_presses_that_could_not_be_kept_are_added_up() -> None:
    assert said("refused", '{"counts":{"1":2,"5":3},"ambiguous":1}') == Refused(5)
    assert said("refused", '{"counts":{}}') == Refused(0)
    for counts in ('{"1":-1}', '{"1":"2"}', '{"1":99999999999999}', "[]", "null"):
        assert said("refused", f'{{"counts":{counts}}}') is UNCOUNTABLE


def test_only_what_central_signed_for_this_terminal_says_whom_ratings_belong_to(
    chain: Chain, trust: Trust
) -> None:
    assert of(chain.configure(3, unit=12, counter=34), trust) == Configured(3, 12, 34)
    assert of(chain.configure(3, device="0000000000"), trust) is NOTHING
    assert of(replace(chain, central=keys.generate("central")).configure(3), trust) is NOTHING
    forged = json.loads(chain.configure(3).payload)
    forged["signed"] = forged["signed"].replace('"counter_id":"1"', '"counter_id":"2"')
    assert said("config", json.dumps(forged), trust=trust) is NOTHING
    assert said("config", '{"origin":"local","unit":"x"}', trust=trust) is NOTHING
    assert said("config", '{"origin":"central","signed":"nonsense"}', trust=trust) is NOTHING
    assert said("config", '{"origin":"central","signed":5}', trust=trust) is NOTHING


def test_only_central_and_administrators_tell_the_time(chain: Chain, trust: Trust) -> None:
    entry = chain.anchor(NOON_MS, 40)
    assert of(entry, trust) == Anchored(Anchor(entry.boottime_ns, NOON_MS, 40, Source.CENTRAL), binding=True)
    for source, binding in ((Source.NTP, False), (Source.RTC, False), (Source.ADMINISTRATOR, True)):
        found = of(chain.anchor(NOON_MS, source=source), trust)
        assert isinstance(found, Anchored)
        assert found.binding is binding


def test_a_time_that_central_did_not_sign_is_kept_and_not_believed(chain: Chain, trust: Trust) -> None:
    body = json.loads(chain.anchor(NOON_MS).payload)
    for change in (
        {"utc_ms": NOON_MS + 1},
        {"signed": None},
        {"signed": "x"},
        {"signed": chain.checkpoint()},
    ):
        found = said("clock_anchor", json.dumps(body | change), trust=trust)
        assert isinstance(found, Anchored)
        assert not found.binding
    foreign = replace(chain, central=keys.generate("central")).anchor(NOON_MS)
    assert isinstance(found := of(foreign, trust), Anchored)
    assert not found.binding


@pytest.mark.parametrize("utc_ms", [0, NOON_MS - 2 * DAY // 10**6, NOON_MS + 1, 253_402_300_799_999])
def test_an_administrator_who_is_years_off_is_not_believed(chain: Chain, trust: Trust, utc_ms: int) -> None:
    found = of(chain.anchor(utc_ms, source=Source.ADMINISTRATOR), trust)
    assert isinstance(found, Anchored)
    assert not found.binding


@pytest.mark.parametrize(
    "change",
    [
        {"utc_ms": -1},
        {"utc_ms": 1 << 60},
        {"at_ns": -1},
        {"error_ms": 1 << 50},
        {"source": "moon"},
        {"at_ns": "1"},
    ],
)
def test_what_is_no_anchor_says_nothing(chain: Chain, trust: Trust, change: dict[str, object]) -> None:
    body = json.loads(chain.anchor(NOON_MS).payload)
    assert said("clock_anchor", json.dumps(body | change), trust=trust) is NOTHING


def test_the_first_entry_says_which_ledger_it_continues(chain: Chain, trust: Trust) -> None:
    entry = chain.boot(continues={"file": "x", "reason": "fork", "ledger": "ab" * 16, "seq": 7})
    assert of(entry, trust) == Continues(b"\xab" * 16, 7)
    assert meaning_of(entry.kind, entry.payload, 2, NOON_MS, trust) is NOTHING
    assert said("boot", '{"continues":{"ledger":null,"seq":null}}', seq=1) is NOTHING
    assert said("boot", '{"boot_id":"b"}', seq=1) is NOTHING
    assert said("boot", '{"continues":7}', seq=1) is NOTHING


def test_an_enrolment_says_which_evolving_key_begins(chain: Chain, trust: Trust) -> None:
    assert isinstance(of(chain.enrol(bytes(32)), trust), Enrolled)
    assert said("enrolled", '{"evolve_check":"zz"}') is NOTHING


def test_an_entry_is_carried_over_only_as_it_was(chain: Chain, trust: Trust) -> None:
    old = Chain(chain.device, chain.central)
    entry = old.rate(2)
    chain.carry(old)
    assert of(chain.entries[-1], trust) == Carried(old.ledger_id, entry)
    body = json.loads(chain.entries[-1].payload)
    for change in (
        {"seq": 2},
        {"stored": "e30="},
        {"kind": "test"},
        {"boot_n": 9},
        {"stored": "!"},
        {"hash": "ab" * 32},
    ):
        assert said("salvaged", json.dumps(body | change), trust=trust) is UNCOUNTABLE
    assert said("salvaged", json.dumps(body | {"right": False}), trust=trust) == Carried(old.ledger_id, entry)
    assert (
        said("salvaged", json.dumps({"complete": "x", "ledger": "ab" * 16, "entries": 1, "missing": 0}))
        is NOTHING
    )
    assert said("salvaged", "{}") is UNCOUNTABLE


words = st.text("a5é\0", max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=4,
)
bodies = st.dictionaries(
    st.sampled_from(
        ["level", "of", "counts", "origin", "signed", "source", "at_ns", "utc_ms", "ledger", "seq", "stored"]
    ),
    json_values,
)


@given(st.sampled_from(sorted(KINDS)), st.binary() | bodies.map(lambda body: json.dumps(body).encode()))
def test_whatever_the_bytes_are_they_say_something_or_nothing(kind: str, payload: bytes) -> None:
    meaning_of(kind, payload, 9, NOON_MS, TRUST)
