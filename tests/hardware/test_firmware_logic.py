"""What the firmware sends, against what the terminal understands; the time is the tests' own."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import frames
from hardware.events import InputEvent, Level, OtherButton, Press, Source, Switch, Trouble
from hardware.fakes.bounce import BounceTrace, load_traces
from hardware.firmware import five_buttons
from hardware.firmware.five_buttons import DARK_AFTER_MS, Pad
from hardware.frames import Ack, Button, Dark, Framer, Glow, Heartbeat, Hello, Stored, encode
from hardware.padlink import FramedLink

MS = 1_000_000
GOOD = 1 << (Level.GOOD - 1)
LANGUAGE = 1 << (OtherButton.LANGUAGE.value - 1)


@dataclass
class Wire:
    """A pad and a terminal with a line between them that loses what `loses` says. Times in ms."""

    loses: random.Random | None = None
    pad: Pad = field(default_factory=Pad)
    link: FramedLink = field(default_factory=FramedLink)
    now_ms: int = 0
    closed: int = 0
    answer: bytes = b""
    events: list[InputEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.link.opened(0)

    def run(self, ms: int) -> "Wire":
        """A pad's turn and a terminal's turn in every millisecond."""
        for _ in range(ms):
            self.now_ms += 1
            said = self._line(self.pad.turn(self.now_ms, self.closed, self._line(self.answer)))
            events, self.answer = self.link.heard(said, self.now_ms * MS)
            self.events += events + self.link.tick(self.now_ms * MS)
        return self

    def _line(self, data: bytes) -> bytes:
        chance = self.loses
        return bytes(byte for byte in data if chance is None or chance.random() > 0.02)

    def presses(self) -> list[Level]:
        """The presses that arrived."""
        assert not any(isinstance(event, Trouble) for event in self.events)
        return [event.level for event in self.events if isinstance(event, Press)]


def heard(pad: Pad, until_ms: int, closed: int = 0) -> list[frames.Frame]:
    """What a pad says to a terminal that never answers, asked every millisecond."""
    framer = Framer()
    return [frame for ms in range(until_ms) for frame in framer.feed(pad.turn(ms, closed))]


def greeted(lights: bool = True) -> Pad:
    pad = Pad(0, lights)
    pad.turn(0, 0)
    pad.turn(1, 0, encode(Ack(0)))
    return pad


def changes_of(pad: Pad, from_ms: int, until_ms: int, *, lit: bool = True) -> list[int]:
    """When the lights change, asked every millisecond."""
    changes = []
    for ms in range(from_ms, until_ms):
        pad.turn(ms, 0)
        if pad.lit(ms) != lit:
            lit = not lit
            changes.append(ms)
    return changes


def test_it_speaks_the_same_protocol() -> None:
    assert five_buttons.VERSION == frames.VERSION
    assert five_buttons.checksum(b"123456789") == 0x29B1
    assert five_buttons.frame(five_buttons.BUTTON, 165, b"\x01\x01") == encode(
        Button(165, Level.VERY_POOR, True)
    )


def test_it_greets_every_200_ms_and_says_nothing_else_until_it_is_answered() -> None:
    pad = Pad(GOOD)
    assert heard(pad, 1000, GOOD) == [Hello(0, 3, frozenset({Level.GOOD}), True, True)] * 5
    assert Framer().feed(pad.turn(1000, GOOD, encode(Ack(0)))) == [
        Heartbeat(0, frozenset({Level.GOOD}), shows_stored=True, shows_glow=True)
    ]


def test_a_press_before_the_greeting_is_answered_comes_right_after_it() -> None:
    pad = Pad()
    for ms in range(300):
        pad.turn(ms, GOOD if ms >= 100 else 0)
    answer = Framer().feed(pad.turn(300, GOOD, encode(Ack(0))))
    assert Button(1, Level.GOOD, True) in answer


def test_a_frame_that_nobody_acknowledges_is_given_up_after_2_s() -> None:
    pad = greeted()
    framer = Framer()
    said = [(ms, f) for ms in range(2, 5000) for f in framer.feed(pad.turn(ms, GOOD))]
    times = [ms for ms, frame in said if isinstance(frame, Button)]
    assert times == [7 + 100 * n for n in range(20)]
    assert sum(isinstance(frame, Heartbeat) for _, frame in said) == 4


def test_at_most_eight_frames_wait() -> None:
    pad = greeted()
    framer = Framer()
    said: list[frames.Frame] = []
    for ms in range(2, 200):
        said += framer.feed(pad.turn(ms, GOOD if ms // 10 % 2 else 0))
    repeated = framer.feed(pad.turn(320, 0))
    assert sum(isinstance(frame, Button) for frame in repeated) == 8


@settings(deadline=None)
@given(st.integers(0, 4), st.integers(1, 4))
def test_what_lasts_less_than_5_ms_is_no_edge(place: int, ms: int) -> None:
    wire = Wire().run(10)
    wire.closed = 1 << place
    wire.run(ms)
    wire.closed = 0
    assert wire.run(300).presses() == []


@pytest.mark.parametrize("trace", load_traces(), ids=lambda trace: trace.contact)
def test_a_bounce_train_is_one_press(trace: BounceTrace) -> None:
    wire = Wire().run(10)
    edges = list(trace.edges)
    for ms in range(edges[-1][0] // 1000 + 2):
        while edges and edges[0][0] <= ms * 1000:
            wire.closed = GOOD if edges.pop(0)[1] else 0
        wire.run(1)
    assert wire.run(300).presses() == [Level.GOOD]


@pytest.mark.parametrize("seed", range(20))
def test_on_a_bad_line_no_press_is_lost_and_none_comes_twice(seed: int) -> None:
    """One byte in fifty is lost, and with it one frame in seven, on the way there and on the way back."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible line, nothing secret
    wire = Wire(chance).run(1000)
    pressed = []
    for _ in range(12):
        level = chance.choice(list(Level))
        pressed.append(level)
        wire.closed = 1 << (level - 1)
        wire.run(300)
        wire.closed = 0
        wire.run(1000)
    assert wire.presses() == pressed


def test_sequences_go_round() -> None:
    wire = Wire().run(10)
    for _ in range(300):
        wire.closed = GOOD
        wire.run(20)
        wire.closed = 0
        wire.run(120)
    assert len(wire.presses()) == 300


def test_stored_makes_all_lights_blink_three_times_and_glow_again() -> None:
    pad = greeted()
    pad.turn(9, 0, encode(Glow()))
    assert pad.lit(9)
    pad.turn(10, 0, encode(Stored()))
    assert changes_of(pad, 10, 2000) == [10, 160, 310, 460, 610, 760]
    assert pad.lit(2000)


def test_the_lights_are_dark_until_glow_after_dark_and_when_no_terminal_says_anything() -> None:
    pad = greeted()
    assert not pad.lit(9)
    pad.turn(10, 0, encode(Dark()))
    assert not pad.lit(10)
    pad.turn(20, 0, encode(Glow()))
    assert changes_of(pad, 21, 9000) == [20 + DARK_AFTER_MS]
    pad.turn(9000, 0, encode(Glow()))
    assert pad.lit(9000)
    pad.turn(9100, 0, encode(Stored()) + encode(Dark()))
    assert changes_of(pad, 9100, 10_000) == [9100], "dark is dark, in the middle of a blink as well"
    pad.turn(10_000, 0, encode(Stored()))
    assert changes_of(pad, 10_000, 11_000, lit=False) == []


def test_the_sixth_button_asks_for_another_language_and_leaves_the_five_alone() -> None:
    wire = Wire().run(10)
    wire.closed = LANGUAGE
    wire.run(20)
    wire.closed = LANGUAGE | GOOD
    wire.run(300)
    [wish, press] = wire.events
    assert isinstance(wish, Switch)
    assert isinstance(press, Press)
    assert (wish.source, press.level) == (Source.PAD, Level.GOOD)


def test_a_pad_without_lights_says_so() -> None:
    assert heard(Pad(0, lights=False), 1) == [Hello(0, 3, frozenset())]


@given(st.lists(st.one_of(st.binary(max_size=9), st.integers(0, 255)), max_size=20), st.data())
def test_answers_are_found_in_noise_however_they_are_cut(
    parts: list[bytes | int], data: st.DataObject
) -> None:
    stream = b"".join(part if isinstance(part, bytes) else encode(Ack(part)) for part in parts)
    expected = [frame.sequence for frame in Framer().feed(stream) if isinstance(frame, Ack)]
    answers, found = five_buttons.Answers(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += answers.feed(stream[:size])
        stream = stream[size:]
    assert [sequence for kind, sequence in found if kind == five_buttons.ACK] == expected
