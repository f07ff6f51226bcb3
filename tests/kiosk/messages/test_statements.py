"""A statement has one form, and what deviates from it says nothing."""

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.messages.notes import Note, NoteError
from kiosk.messages.statements import (
    LATEST_MS,
    LONGEST_LABEL,
    LONGEST_TEXT,
    Checkpoint,
    ConfigStatement,
    TimeStatement,
    checkpoint_of,
    claimed_revision,
    config_of,
    time_of,
)

LEDGER_ID = bytes(range(16))
CHECKPOINT = Checkpoint(LEDGER_ID, 121, bytes(range(32)))
CONFIG = ConfigStatement("7K3F9Q2MXP", 3, "12", "34", "UBND phường Sông Công", counter="Quầy 1")

words = st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32), max_size=LONGEST_LABEL)


@given(st.binary(min_size=16, max_size=16), st.integers(0, 10**18), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(ledger_id: bytes, size: int, head: bytes) -> None:
    checkpoint = Checkpoint(ledger_id, size, head)
    assert checkpoint_of(Note(checkpoint.text())) == checkpoint


HEAD = base64.b64encode(CHECKPOINT.head).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        CHECKPOINT.text() + "more\n",
        CHECKPOINT.text().replace("121", "0121"),
        CHECKPOINT.text().replace("121", "-1"),
        CHECKPOINT.text().replace("121", "１２１"),
        CHECKPOINT.text().replace("121", "1" * 20),
        CHECKPOINT.text().replace("0001", "000G"),
        CHECKPOINT.text().replace("0a0b", "0A0B"),
        CHECKPOINT.text().replace(HEAD, HEAD[:-1]),
        CHECKPOINT.text().replace(HEAD, HEAD[:-2] + "9="),  # another spelling of the same bytes
        CHECKPOINT.text().replace("hailong/ledger", "hailong/time"),
        CHECKPOINT.text().rstrip("\n"),
        CHECKPOINT.text() + "\n",
    ],
)
def test_what_is_not_written_in_its_one_form_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteError):
        checkpoint_of(Note(text))


@given(st.binary(min_size=16, max_size=16), st.integers(1, LATEST_MS))
def test_a_time_is_read_as_it_was_written(nonce: bytes, utc_ms: int) -> None:
    statement = TimeStatement(nonce, utc_ms)
    assert time_of(Note(statement.text())) == statement


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hailong/time/1\n",
        "hailong/time/1\n" + "0" * 32 + "\n0\n",
        TimeStatement(bytes(16), LATEST_MS + 1).text(),  # a year that no calendar has
        CHECKPOINT.text(),
    ],
)
def test_what_is_no_time_says_none(text: str) -> None:
    with pytest.raises(NoteError):
        time_of(Note(text))


@given(words, words, st.lists(words, min_size=5, max_size=5), st.integers(1, 2**31 - 1))
def test_a_configuration_is_read_as_it_was_written(a: str, b: str, labels: list[str], revision: int) -> None:
    statement = replace(CONFIG, revision=revision, unit=a, question=b, labels=tuple(labels))
    assert config_of(Note(statement.text())) == statement
    assert statement.text().count("\n") == 2


def changed(**members: object) -> str:
    body = json.loads(CONFIG.text().split("\n")[1]) | members
    return f"hailong/config/1\n{json.dumps(body)}\n"


def without(member: str) -> str:
    body = json.loads(CONFIG.text().split("\n")[1])
    del body[member]
    return f"hailong/config/1\n{json.dumps(body)}\n"


def test_members_that_are_not_known_are_left_alone() -> None:
    assert config_of(Note(changed(colour="red"))) == CONFIG


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hailong/config/1\n",
        "hailong/config/1\n{}\n",
        "hailong/config/1\n[]\n",
        "hailong/config/1\nnull\n",
        "hailong/config/1\n{\n",
        "hailong/config/1\n" + "[" * 100_000 + "\n",
        CONFIG.text() + "{}\n",
        changed(revision=0),
        changed(revision=True),
        changed(revision=1.0),
        changed(revision="1"),
        changed(revision=1 << 31),
        changed(device="7K3F9Q2MX"),
        changed(device="7K3F9Q2MXU"),
        changed(device=None),
        changed(unit="x" * (LONGEST_TEXT + 1)),
        changed(unit=5),
        changed(unit="\n"),
        changed(unit="\u0000"),
        changed(counter="\ud800"),
        changed(labels=["", "", "", ""]),
        changed(labels=["", "", "", "", 5]),
        changed(labels=["", "", "", "", "x" * (LONGEST_LABEL + 1)]),
        changed(labels="12345"),
        *map(without, ("device", "revision", "unit_id", "counter_id", "unit", "question", "labels")),
    ],
)
def test_a_configuration_that_is_not_whole_configures_nothing(text: str) -> None:
    with pytest.raises(NoteError):
        config_of(Note(text))


@given(
    st.dictionaries(
        words,
        st.booleans() | st.integers() | st.floats(allow_nan=False) | words | st.lists(words, max_size=20),
        max_size=20,
    )
)
def test_settings_are_read_as_they_were_written(
    settings: dict[str, bool | int | float | str | list[str]],
) -> None:
    statement = replace(CONFIG, settings=settings)
    assert config_of(Note(statement.text())) == statement


def test_a_statement_without_settings_is_as_it_always_was() -> None:
    assert "settings" not in CONFIG.text()
    assert claimed_revision(Note(CONFIG.text())) == 3


@pytest.mark.parametrize(
    "text", ["", "hailong/config/1\n[]\n", 'hailong/config/1\n{"revision":true}\n', "{" * 9000]
)
def test_what_claims_no_revision_claims_none(text: str) -> None:
    assert claimed_revision(Note(text)) == 0
