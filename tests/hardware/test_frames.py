"""The framer finds every frame that the line did not destroy, and invents none."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hardware.events import AnyButton, Level, OtherButton
from hardware.frames import (
    LONGEST,
    START,
    Ack,
    Button,
    Dark,
    Frame,
    Framer,
    Glow,
    Heartbeat,
    Hello,
    Stored,
    checksum,
    encode,
)

PAGE = Path(__file__).parents[2] / "docs" / "pad-protocol.md"

sequences = st.integers(0, 255)
five = st.frozensets(st.sampled_from(Level))
buttons: st.SearchStrategy[AnyButton] = st.sampled_from((*Level, *OtherButton))
frames: st.SearchStrategy[Frame] = st.one_of(
    st.builds(Hello, sequences, st.integers(0, 255), five),
    st.builds(Hello, sequences, st.integers(2, 255), five, st.booleans()),
    st.builds(Hello, sequences, st.integers(3, 255), st.frozensets(buttons), st.booleans(), st.booleans()),
    st.builds(Button, sequences, buttons, st.booleans()),
    st.builds(Heartbeat, sequences, st.frozensets(buttons), st.booleans(), st.booleans()),
    st.builds(Ack, sequences),
    st.builds(Stored, sequences),
    st.builds(Glow, sequences),
    st.builds(Dark, sequences),
)


def is_noise(data: bytes) -> bool:
    """Not a frame, and no frame that the start of the next one makes whole: that has a test of its own."""
    return not any(Framer().feed(data + begin) for begin in (b"\xa5\x02", b"\xa5\x03", b"\xa5\x04"))


# Noise that looks like the real thing as often as possible.
beginnings = st.tuples(frames, st.integers(1, 5)).map(lambda pair: encode(pair[0])[: pair[1]])
noise = (
    st.lists(st.one_of(st.binary(max_size=6), beginnings, st.just(b"\xa5\xa5\x03\x03")), max_size=6)
    .map(b"".join)
    .filter(is_noise)
)


def vectors(heading: str) -> list[tuple[str, bytes]]:
    """The rows of the table with this column heading in the protocol's page."""
    _, _, table = PAGE.read_text("utf-8").partition(f"| {heading} | bytes (hexadecimal) |")
    rows = [line.split("|") for line in table.partition("\n\n")[0].splitlines()[2:]]
    return [(row[1].strip(), bytes.fromhex(row[2].strip(" `"))) for row in rows]


def described(frame: Frame) -> str:
    """A frame in the words of the page."""
    name = type(frame).__name__.upper()
    if isinstance(frame, Button):
        return (
            f"{name}, sequence {frame.sequence}, button {frame.button.value} {'down' if frame.down else 'up'}"
        )
    words = f"{name}, sequence {frame.sequence}"
    if isinstance(frame, Hello):
        words += f", version {frame.version}"
    if not isinstance(frame, Hello | Heartbeat):
        return words
    lights = ", shows STORED" if frame.shows_stored else ""
    lights += " and GLOW" if frame.shows_glow else ""
    if not frame.held:
        return f"{words}, no button down{lights}"
    down = " and ".join(str(number) for number in sorted(button.value for button in frame.held))
    return f"{words}, {'buttons' if len(frame.held) > 1 else 'button'} {down} down{lights}"


def test_the_page_has_vectors_for_every_kind() -> None:
    assert {name.split(",")[0] for name, _ in vectors("frame")} == {
        "HELLO",
        "BUTTON",
        "HEARTBEAT",
        "ACK",
        "STORED",
        "GLOW",
        "DARK",
    }
    assert len(vectors("reason")) >= 5


@pytest.mark.parametrize(("name", "wire"), vectors("frame"))
def test_the_test_vectors_of_the_page_are_what_we_send_and_understand(name: str, wire: bytes) -> None:
    [frame] = Framer().feed(wire)
    assert described(frame) == name
    assert encode(frame) == wire


@pytest.mark.parametrize(("reason", "wire"), vectors("reason"))
def test_what_the_page_calls_no_frame_is_dropped(reason: str, wire: bytes) -> None:
    framer = Framer()
    assert framer.feed(wire) == [], reason
    assert framer.feed(encode(Ack(1))) == [Ack(1)]
    assert framer.dropped == len(wire)


def test_the_checksum_is_the_published_one() -> None:
    assert checksum(b"123456789") == 0x29B1


@given(frames)
def test_what_is_encoded_is_understood(frame: Frame) -> None:
    assert Framer().feed(encode(frame)) == [frame]


@given(st.lists(st.tuples(noise, frames), max_size=12), st.lists(st.integers(0, 200), max_size=20))
def test_every_frame_between_noise_is_found_however_the_bytes_are_cut(
    parts: list[tuple[bytes, Frame]], cuts: list[int]
) -> None:
    stream = b"".join(before + encode(frame) for before, frame in parts)
    whole = Framer().feed(stream)
    framer = Framer()
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    pieces = [frame for start, end in pairwise(places) for frame in framer.feed(stream[start:end])]
    assert pieces == whole == [frame for _, frame in parts]
    assert framer.dropped == sum(len(before) for before, _ in parts)


@given(st.binary(max_size=2000))
def test_random_bytes_are_no_frames(data: bytes) -> None:
    assert Framer().feed(data) == []


@given(frames, st.integers(0, 7), st.integers(1, 255))
def test_a_frame_with_a_wrong_byte_is_never_another_frame(frame: Frame, place: int, change: int) -> None:
    wire = bytearray(encode(frame))
    assume(place < len(wire))
    wire[place] ^= change
    framer = Framer()
    assert framer.feed(bytes(wire)) == []
    assert framer.feed(encode(frame) + encode(Ack(0)))[-1] == Ack(0)


@given(frames, st.integers(1, LONGEST), frames)
def test_a_good_frame_that_begins_inside_a_broken_one_is_found(
    broken: Frame, length: int, good: Frame
) -> None:
    assume(length < len(encode(broken)))
    assert Framer().feed(encode(broken)[:length] + encode(good))[-1] == good


@given(frames)
def test_a_frame_whose_start_was_taken_for_the_end_of_a_broken_one_is_not_lost(frame: Frame) -> None:
    whole = encode(Ack(255))
    assert whole[-1] == START
    framer = Framer()
    assert framer.feed(whole[:-1] + encode(frame)) == [Ack(255), frame]
    assert framer.dropped == 0
    assert framer.feed(whole) + framer.feed(whole + encode(frame)) == [Ack(255), Ack(255), frame]
    assert framer.dropped == 0


@given(noise, frames)
def test_a_frame_is_given_at_its_last_byte_even_after_noise(before: bytes, frame: Frame) -> None:
    framer = Framer()
    framer.feed(before)
    *most, last = encode(frame)
    assert framer.feed(bytes(most)) == []
    assert framer.feed(bytes((last,))) == [frame]


def test_an_endless_line_of_start_bytes_takes_no_memory() -> None:
    framer = Framer()
    for _ in range(200):
        assert framer.feed(bytes((START,)) * 1000) == []
    assert framer.dropped >= 200 * 1000 - LONGEST
    assert framer.feed(encode(Ack(9))) == [Ack(9)]


def test_a_minute_of_noise_at_full_speed_has_no_frame_in_it() -> None:
    framer = Framer()
    assert [frame for _ in range(60) for frame in framer.feed(os.urandom(11_520))] == []


def test_half_a_frame_is_forgotten_with_its_connection() -> None:
    framer = Framer()
    wire = encode(Button(1, Level.GOOD, True))
    assert framer.feed(wire[:5]) == []
    framer.clear()
    assert framer.feed(wire[5:]) == []


@pytest.mark.parametrize(
    "hello",
    [
        Hello(0, 1, frozenset(), shows_stored=True),
        Hello(0, 2, frozenset(), shows_glow=True),
        Hello(0, 2, frozenset({OtherButton.LANGUAGE})),
    ],
)
def test_a_pad_has_only_what_its_version_has(hello: Hello) -> None:
    with pytest.raises(ValueError, match=f"version {hello.version} of the protocol has no signs"):
        encode(hello)


@pytest.mark.parametrize("frame", [Ack(256), Ack(-1), Hello(0, 300, frozenset())])
def test_a_number_that_does_not_fit_is_refused(frame: Frame) -> None:
    with pytest.raises(ValueError, match=r"range\(0, 256\)"):
        encode(frame)
