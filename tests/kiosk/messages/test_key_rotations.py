"""What is signed where a key is replaced has one form, and whoever has not both keys says nothing by it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import KeyRotation, key_rotation_of
from sync import keys
from sync.rotating import statement

DEVICE = "4T8JQ2ZK7M"
OLD, NEW = keys.generate("device"), keys.generate("device")
GOOD = statement(DEVICE, OLD, NEW)


def test_it_is_read_as_it_was_written_and_signed_by_both() -> None:
    assert key_rotation_of(GOOD) == KeyRotation(DEVICE, OLD.public.key_id, NEW.public)
    assert GOOD.is_signed_by(OLD.public)
    assert GOOD.is_signed_by(NEW.public)
    assert (
        statement(DEVICE, OLD, NEW) == GOOD == parse_note(GOOD.render())
    )  # the same each time: an entry is not written twice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        GOOD.text + "more\n",
        GOOD.text[:-1],
        GOOD.text.replace(DEVICE, DEVICE.lower()),
        GOOD.text.replace(DEVICE, "4T8JQ2ZK7U"),
        GOOD.text.replace(OLD.public.key_id, OLD.public.key_id.upper() + "A"),
        GOOD.text.replace("/1\n", "/2\n"),
        GOOD.text.replace(NEW.public.raw.hex(), NEW.public.raw.hex()[:-2]),
    ],
)
def test_what_deviates_is_none(text: str) -> None:
    with pytest.raises(NoteError):
        key_rotation_of(NEW.sign(text))


def test_the_new_key_must_have_signed_it() -> None:
    with pytest.raises(NoteError, match="not signed by the new key"):
        key_rotation_of(OLD.sign(GOOD.text))
    renamed = replace(OLD.sign(GOOD.text).signatures[0], name=NEW.public.name)
    with pytest.raises(NoteError, match="not signed by the new key"):
        key_rotation_of(Note(GOOD.text, (renamed,)))


def test_the_old_key_must_have_signed_it_where_it_is_known() -> None:
    assert key_rotation_of(GOOD, OLD.public) == key_rotation_of(GOOD)
    for note, old in ((NEW.sign(GOOD.text), OLD), (GOOD, keys.generate("device"))):
        with pytest.raises(NoteError, match="that it replaces"):
            key_rotation_of(note, old.public)


def test_a_key_does_not_replace_itself() -> None:
    with pytest.raises(NoteError):
        key_rotation_of(statement(DEVICE, OLD, OLD))


@given(st.text(max_size=200) | st.from_regex(r"hailong/key-rotation/1\n.{10}\n.{16}\n.{64}\n"))
def test_any_other_text_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(NoteError):
        key_rotation_of(Note(text, GOOD.signatures))


@given(st.binary(min_size=32, max_size=32))
def test_who_does_not_hold_the_key_does_not_bring_it(raw: bytes) -> None:
    said = KeyRotation(DEVICE, OLD.public.key_id, PublicKey("device", raw))
    with pytest.raises(NoteError):
        key_rotation_of(OLD.sign(said.text()))
