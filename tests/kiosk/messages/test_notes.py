"""What is signed can be believed: a note that was changed anywhere is not signed any more."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.messages.notes import (
    LONGEST_NOTE_BYTES,
    MOST_SIGNATURES,
    Note,
    NoteError,
    PublicKey,
    Signature,
    cosignature_of,
    parse_note,
    public_key_of,
    signature_of,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
AT_S = 1_795_309_200

lines = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
# A text that ends with a newline and has no line that is empty at its end.
texts = st.lists(lines, min_size=1, max_size=5).map(lambda parts: "\n".join([*parts, "end"]) + "\n")


def signed(text: str, key: Ed25519PrivateKey = KEY, role: str = "device") -> Note:
    return Note(text, (signature_of(text, key, role),))


@given(texts)
def test_a_signed_note_is_read_as_it_was_written(text: str) -> None:
    note = signed(text).with_signature(cosignature_of(text, OTHER, "central", AT_S))
    found = parse_note(note.render())
    assert found == note
    assert found.is_signed_by(public_key_of(KEY, "device"))
    assert found.cosigned_at(public_key_of(OTHER, "central")) == AT_S


@given(texts, st.integers(0, 10**6), st.integers(1, 0x7F))
def test_a_note_changed_in_any_character_is_not_signed(text: str, place: int, change: int) -> None:
    rendered = signed(text).render()
    at = place % len(rendered)
    bad = rendered[:at] + chr((ord(rendered[at]) + change) % 0x3000) + rendered[at + 1 :]
    try:
        found = parse_note(bad)
    except NoteError:
        return
    # Base64 has spare bits at its end: what they say is nothing.
    assert not found.is_signed_by(public_key_of(KEY, "device")) or found == parse_note(rendered)


@given(st.integers(0, 75), st.integers(0, 7))
def test_a_cosignature_changed_in_any_bit_is_none(byte: int, bit: int) -> None:
    line = cosignature_of("text\n", KEY, "central", AT_S)
    blob = bytearray(line.blob)
    blob[byte] ^= 1 << bit
    assert (
        Note("text\n", (Signature(line.name, bytes(blob)),)).cosigned_at(public_key_of(KEY, "central"))
        is None
    )


def test_the_time_of_a_cosignature_is_signed_with_it() -> None:
    note = Note("text\n", (cosignature_of("text\n", KEY, "central", AT_S),))
    assert note.cosigned_at(public_key_of(KEY, "central")) == AT_S
    assert Note("other\n", note.signatures).cosigned_at(public_key_of(KEY, "central")) is None


def test_a_signature_is_no_cosignature_and_a_cosignature_no_signature() -> None:
    key = public_key_of(KEY, "central")
    both = (signature_of("text\n", KEY, "central"), cosignature_of("text\n", KEY, "central", AT_S))
    assert Note("text\n", both[:1]).cosigned_at(key) is None
    assert not Note("text\n", both[1:]).is_signed_by(key)


def test_another_key_or_the_same_key_in_another_role_has_not_signed() -> None:
    note = signed("text\n")
    assert not note.is_signed_by(public_key_of(OTHER, "device"))
    assert not note.is_signed_by(public_key_of(KEY, "central"))


def test_a_line_that_only_bears_the_name_does_not_hide_the_right_one() -> None:
    false = Signature(public_key_of(KEY, "device").name, bytes(68))
    short = Signature(public_key_of(KEY, "device").name, bytes(5))
    text = "text\n"
    note = Note(text, (false, short, *signed(text).signatures))
    assert note.is_signed_by(public_key_of(KEY, "device"))
    right = cosignature_of(text, KEY, "device", AT_S)
    assert (
        Note(text, (Signature(false.name, bytes(76)), right)).cosigned_at(public_key_of(KEY, "device"))
        == AT_S
    )


def test_a_key_is_named_by_the_beginning_of_its_digest() -> None:
    key = public_key_of(KEY, "device")
    assert key.name == f"hailong-device-{key.key_id}"
    assert len(key.key_id) == 16
    with pytest.raises(ValueError, match="32 bytes"):
        PublicKey("device", b"short")


def _with_line(line: str) -> str:
    return f"text\n\n{line}\n"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "text",
        "text\n",
        "text\n\n",
        "text\n\nno newline",
        signed("text\n").render()[:-1],
        signed("text\n").render().replace("— ", "- "),
        _with_line("— name"),
        _with_line("— name "),
        _with_line("—  c2lnbmVk"),
        _with_line("— name !!!!"),
        _with_line("— name c2ln"),
        _with_line("— name c2lnbmV"),
        _with_line("— tên c2lnbmVk"),
        _with_line("— name ｃ2lnbmVk"),
        "te\tt\n\n— name c2lnbmVk\n",
        "te\x00t\n\n— name c2lnbmVk\n",
        "te\ud800t\n\n— name c2lnbmVk\n",
        "x" * LONGEST_NOTE_BYTES + signed("text\n").render(),
        "text\n\n" + signed("text\n").signatures[0].line() * (MOST_SIGNATURES + 1),
    ],
)
def test_what_is_no_note_is_refused(bad: str) -> None:
    with pytest.raises(NoteError):
        parse_note(bad)


@given(st.text() | st.builds(lambda a, b: f"{a}\n\n— {b}\n", st.text(), st.text()))
def test_no_text_at_all_does_anything_but_be_read_or_refused(text: str) -> None:
    try:
        note = parse_note(text)
    except NoteError:
        return
    assert parse_note(note.render()) == note


def test_the_base64_of_a_signature_is_the_standard_one() -> None:
    line = signed("text\n").signatures[0].line()
    assert base64.b64decode(line.split(" ")[2]) == signed("text\n").signatures[0].blob
