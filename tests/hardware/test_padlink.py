"""What a pad's bytes mean, with times that the tests own."""

import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.events import Ambiguous, InputEvent, Level, Press, ServiceGesture, Source, Trouble
from hardware.frames import Ack, Button, Framer, Heartbeat, Hello, Stored, encode
from hardware.padlink import CharacterLink, FramedLink, PadLink
from hardware.padpattern import LinePattern
from hardware.patternlink import PatternLink

MS = 1_000_000
S = 1_000_000_000
NOBODY: frozenset[Level] = frozenset()
HELLO = encode(Hello(0, 1, NOBODY))
GOOD_DOWN = encode(Button(1, Level.GOOD, True))
GOOD_UP = encode(Button(2, Level.GOOD, False))


class Line:
    """A framed link with its port open, and what came out of it."""

    def __init__(self, first: bytes = HELLO) -> None:
        self.link = FramedLink()
        self.events: list[InputEvent] = self.link.opened(0)
        self.answers: list[int] = []
        self.say(first, 0)

    def say(self, data: bytes, at_ns: int) -> None:
        events, answer = self.link.heard(data, at_ns)
        self.events += events + self.link.tick(at_ns)
        self.answers += [frame.sequence for frame in Framer().feed(answer)]

    def wait(self, until_ns: int) -> list[InputEvent]:
        self.events += self.link.tick(until_ns)
        return self.events


def test_a_press_is_read_acknowledged_and_counted() -> None:
    line = Line()
    line.say(GOOD_DOWN + GOOD_UP, S)
    assert line.wait(2 * S) == [Press(Level.GOOD, Source.PAD, S)]
    assert line.answers == [0, 1, 2]


@given(st.lists(st.integers(1, 40), max_size=20))
def test_a_press_is_the_same_however_its_bytes_are_cut(cuts: list[int]) -> None:
    line = Line(b"")
    stream = HELLO + GOOD_DOWN + GOOD_UP
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(stream)], strict=True):
        line.say(stream[start:end], S)
    assert line.wait(2 * S) == [Press(Level.GOOD, Source.PAD, S)]


def test_a_repeated_frame_is_acknowledged_again_and_counted_once() -> None:
    line = Line()
    for repeat in range(20):
        line.say(GOOD_DOWN, S + repeat * 100 * MS)
        line.say(GOOD_UP, S + repeat * 100 * MS + MS)
    assert line.wait(4 * S) == [Press(Level.GOOD, Source.PAD, S)]
    assert line.answers == [0, *[1, 2] * 20]


def test_a_pad_that_starts_anew_is_not_taken_for_one_that_repeats_itself() -> None:
    line = Line()
    line.say(GOOD_DOWN + GOOD_UP, S)
    line.say(HELLO, S + 500 * MS)
    line.say(GOOD_DOWN + GOOD_UP, S + 600 * MS)
    assert line.wait(3 * S) == [
        Press(Level.GOOD, Source.PAD, S),
        Press(Level.GOOD, Source.PAD, S + 600 * MS),
    ]


def test_sequences_may_go_round_many_times() -> None:
    line = Line()
    sequence, at_ns = 0, S
    for _ in range(600):
        for down in (True, False):
            sequence = (sequence + 1) % 256
            line.say(encode(Button(sequence, Level.POOR, down)), at_ns)
            at_ns += 110 * MS
    assert len(line.wait(at_ns)) == 600


def test_nothing_counts_before_the_pad_has_shown_itself() -> None:
    line = Line(b"")
    line.say(GOOD_DOWN + GOOD_UP, S)
    assert line.answers == []
    line.say(encode(Heartbeat(2, NOBODY)), S + 50 * MS)
    line.say(GOOD_DOWN + GOOD_UP, S + 100 * MS)  # so the pad repeats it, and now it counts
    assert line.wait(2 * S) == [Press(Level.GOOD, Source.PAD, S + 100 * MS)]


def test_our_own_words_echoed_by_the_line_are_no_sign_of_life() -> None:
    line = Line(b"")
    line.say(encode(Ack(0)), S)
    line.wait(4 * S)
    assert not line.link.up
    assert line.link.trouble


def test_a_silent_pad_is_lost_after_4_s_and_noise_does_not_keep_it() -> None:
    line = Line()
    for tenth in range(1, 40):
        line.say(os.urandom(500), tenth * 100 * MS)
        assert line.link.up
    assert line.link.next_deadline_ns == 4 * S
    line.say(os.urandom(500), 4 * S)
    assert not line.link.up
    assert "no sign of life" in line.link.trouble
    assert line.events == []


def test_a_line_that_carries_something_else_says_what_to_check() -> None:
    line = Line(b"")
    line.wait(4 * S)
    assert line.link.trouble == "no sign of life for 4 s"
    line = Line()
    line.say(b"\xa5 hello\r\n" * 10, S)
    line.wait(5 * S)
    assert (
        "no sign of life for 4 s; 90 bytes came that are no frames: check pad.mode and pad.baud"
        in line.link.trouble
    )
    line.say(HELLO, 6 * S)
    line.wait(10 * S)
    assert line.link.trouble == "no sign of life for 4 s", "what came before the last frame is forgotten"


def test_a_pad_that_is_heard_again_is_back_and_its_next_press_counts() -> None:
    line = Line()
    line.wait(10 * S)
    line.say(encode(Heartbeat(0, NOBODY)), 11 * S)
    assert line.link.up
    assert line.link.trouble == ""
    line.say(GOOD_DOWN, 12 * S)
    assert line.wait(13 * S) == [Press(Level.GOOD, Source.PAD, 12 * S)]


def test_a_button_that_was_down_when_the_pad_vanished_is_not_held_when_it_is_back() -> None:
    line = Line()
    line.say(GOOD_DOWN, S)
    line.events += line.link.closed(2 * S) + line.link.opened(60 * S)
    line.say(HELLO + GOOD_DOWN, 61 * S)
    line.say(GOOD_UP, 62 * S)
    assert line.wait(120 * S) == [Press(Level.GOOD, Source.PAD, S), Press(Level.GOOD, Source.PAD, 61 * S)]


def test_half_a_frame_of_an_unplugged_pad_is_dropped() -> None:
    line = Line()
    line.say(GOOD_DOWN[:5], S)
    line.events += line.link.closed(2 * S) + line.link.opened(3 * S)
    line.say(GOOD_DOWN[5:] + HELLO, 4 * S)
    assert line.wait(5 * S) == []
    assert line.link.up


def test_buttons_that_are_down_in_hello_are_held_and_become_stuck() -> None:
    line = Line(encode(Hello(0, 1, frozenset({Level.GOOD}))))
    line.say(GOOD_DOWN, S)
    for second in range(1, 31):
        line.say(encode(Heartbeat(1, frozenset({Level.GOOD}))), second * S)
    [trouble] = line.events
    assert isinstance(trouble, Trouble)
    assert (trouble.active, trouble.level) == (True, Level.GOOD)


def test_a_release_that_got_lost_is_made_good_by_the_heartbeat() -> None:
    line = Line()
    line.say(GOOD_DOWN, S)
    line.say(encode(Heartbeat(2, NOBODY)), 2 * S)
    line.say(encode(Button(3, Level.GOOD, True)), 3 * S)
    assert line.wait(4 * S) == [Press(Level.GOOD, Source.PAD, S), Press(Level.GOOD, Source.PAD, 3 * S)]


def test_a_press_whose_first_frame_got_lost_counts_when_it_is_repeated() -> None:
    line = Line()
    line.say(GOOD_UP, S + 80 * MS)
    line.say(GOOD_DOWN, S + 100 * MS)
    assert line.wait(2 * S) == [Press(Level.GOOD, Source.PAD, S + 100 * MS)]


def test_another_protocol_version_is_refused_with_that_reason() -> None:
    line = Line(encode(Hello(0, 4, NOBODY)))
    assert "version 4" in line.link.trouble
    assert line.link.stored() == b""
    line.say(encode(Heartbeat(0, NOBODY)) + GOOD_DOWN, S)
    assert not line.link.up
    assert line.answers == []
    line.say(HELLO, 2 * S)
    assert line.link.up


def test_only_a_pad_that_shows_stored_is_told() -> None:
    old, plain, lights = HELLO, encode(Hello(0, 2, NOBODY)), encode(Hello(0, 2, NOBODY, shows_stored=True))
    assert [Line(first).link.stored() for first in (b"", old, plain)] == [b"", b"", b""]
    line = Line(lights)
    assert Framer().feed(line.link.stored()) == [Stored()]
    line.wait(10 * S)
    assert line.link.stored() == b"", "a pad that is lost"


def test_a_terminal_that_starts_later_knows_from_the_heartbeat_who_shows_stored() -> None:
    line = Line(encode(Heartbeat(7, NOBODY, shows_stored=True)))
    assert Framer().feed(line.link.stored()) == [Stored()]
    line.say(HELLO, S)  # another pad, plugged into the same socket
    assert line.link.stored() == b""
    line.events += line.link.closed(2 * S) + line.link.opened(3 * S)
    line.say(encode(Heartbeat(7, NOBODY)), 4 * S)
    assert line.link.stored() == b""


def test_our_own_stored_echoed_by_the_line_is_no_sign_of_life() -> None:
    line = Line(b"")
    line.say(encode(Stored()), S)
    assert not line.link.up
    assert line.answers == []


def test_two_buttons_in_one_read_are_ambiguous() -> None:
    line = Line()
    line.say(GOOD_DOWN + encode(Button(2, Level.POOR, True)), S)
    [event] = line.wait(2 * S)
    assert isinstance(event, Ambiguous)


@given(st.lists(st.binary(max_size=300), max_size=30))
def test_noise_never_votes(pieces: list[bytes]) -> None:
    line = Line()
    for number, piece in enumerate(pieces):
        line.say(piece, number * 10 * MS)
    assert line.wait(3 * S) == []


def simple(characters: str = "12345") -> CharacterLink:
    link = CharacterLink(characters)
    assert link.opened(0) == []
    return link


def test_each_character_is_a_press() -> None:
    link = simple("vwxyz")
    for place, character in enumerate("vwxyz"):
        at_ns = (place + 1) * S
        assert link.heard(character.encode() + b"\r\n", at_ns) == ([], b"")
        assert link.tick(at_ns + 50 * MS) == [Press(Level(place + 1), Source.PAD, at_ns)]


def test_a_character_that_is_repeated_at_once_is_one_press() -> None:
    link = simple()
    link.heard(b"444", S)
    link.heard(b"4", S + 30 * MS)
    assert link.tick(2 * S) == [Press(Level.GOOD, Source.PAD, S)]


def test_two_characters_at_once_are_ambiguous() -> None:
    link = simple()
    link.heard(b"4", S)
    link.heard(b"2", S + 40 * MS)
    assert link.tick(2 * S) == [Ambiguous((Level.GOOD, Level.POOR), Source.PAD, S)]


def test_characters_near_noise_are_noise() -> None:
    link = simple()
    link.heard(b"2", S)
    link.heard(b"x4\xff", S + 40 * MS)
    link.heard(b"4", S + 100 * MS)
    link.heard(b"5", S + 150 * MS)
    assert link.tick(2 * S) == []
    link.heard(b"5", 3 * S)
    assert link.tick(4 * S) == [Press(Level.EXCELLENT, Source.PAD, 3 * S)]


def test_a_simple_pad_is_there_while_its_port_is_open() -> None:
    link = simple()
    assert link.up
    link.tick(3600 * S)
    assert link.up
    assert link.next_deadline_ns is None
    link.closed(3600 * S)
    assert not link.up


WORST, BEST = Level.VERY_POOR, Level.EXCELLENT
OUTER = frozenset({WORST, BEST})


class HeldLine(Line):
    """A line whose pad has both outer buttons pressed, at 1 s and at 2 s."""

    def __init__(self) -> None:
        super().__init__()
        self.say(encode(Button(1, WORST, True)), S)
        self.say(encode(Button(2, BEST, True)), 2 * S)

    def beat(
        self, at_ns: int, sequence: int = 2, held: frozenset[Level] = OUTER, behind: bytes = b""
    ) -> None:
        """A heartbeat, and what is read together with it."""
        self.say(encode(Heartbeat(sequence, held)) + behind, at_ns)

    def live(self, from_s: int, to_s: int, sequence: int = 2) -> "HeldLine":
        """A heartbeat every second."""
        for second in range(from_s, to_s):
            self.beat(second * S, sequence)
        return self

    def gestures(self) -> list[ServiceGesture]:
        return [event for event in self.events if isinstance(event, ServiceGesture)]


def test_both_outer_buttons_for_six_seconds_are_the_gesture_at_the_next_heartbeat() -> None:
    line = HeldLine().live(3, 8)
    assert line.wait(8 * S + 400 * MS) == [Press(WORST, Source.PAD, S), Press(BEST, Source.PAD, 2 * S)]
    line.beat(8 * S + 500 * MS)
    [gesture] = line.gestures()
    assert gesture == ServiceGesture(
        Source.PAD, 8 * S + 500 * MS, (Press(WORST, Source.PAD, S), Press(BEST, Source.PAD, 2 * S))
    )
    line.live(9, 30)
    assert len(line.gestures()) == 1


def test_a_release_read_together_with_the_heartbeat_ends_the_hold() -> None:
    line = HeldLine().live(3, 8)
    line.beat(8 * S, behind=encode(Button(3, BEST, False)))
    assert not line.gestures()


def test_a_heartbeat_that_shows_one_of_them_up_ends_the_hold() -> None:
    line = HeldLine().live(3, 8)
    line.beat(8 * S, held=frozenset({WORST}))
    assert not line.live(9, 30).gestures()


def test_a_heartbeat_that_knows_of_an_edge_that_was_not_heard_ends_the_hold() -> None:
    """The release and the next press are lost together, and may still come."""
    line = HeldLine().live(3, 6)
    line.beat(6 * S, sequence=4)
    assert not line.live(7, 30, sequence=4).gestures()


def test_edges_that_were_repeated_because_they_got_lost_end_the_hold() -> None:
    line = HeldLine().live(3, 6)
    late = encode(Button(4, BEST, True)) + encode(Button(3, BEST, False))
    line.say(late, 6 * S + 500 * MS)
    assert not line.live(7, 30, sequence=4).gestures()


def test_a_release_and_a_press_in_one_reading_are_a_release() -> None:
    line = HeldLine().live(3, 6)
    line.say(encode(Button(3, BEST, False)) + encode(Button(4, BEST, True)), 6 * S)
    line.live(7, 12, sequence=4)
    assert not line.gestures()
    line.live(12, 14, sequence=4)
    [gesture] = line.gestures()
    assert [press.level for press in gesture.presses] == [WORST]  # the other was not quiet for 100 ms before


def test_a_frame_that_is_only_repeated_changes_nothing() -> None:
    line = HeldLine().live(3, 6)
    line.say(encode(Button(2, BEST, True)), 5 * S + 100 * MS)
    assert len(line.live(6, 10).gestures()) == 1


@pytest.mark.parametrize("cut", [FramedLink.closed, FramedLink.opened])
def test_a_pad_that_was_away_begins_anew(cut: Callable[[FramedLink, int], list[InputEvent]]) -> None:
    line = HeldLine().live(3, 6)
    line.events += cut(line.link, 6 * S)
    assert not line.live(7, 30).gestures()


def test_a_pad_that_is_silent_or_starts_anew_has_no_hold() -> None:
    silent = HeldLine().live(3, 5)
    silent.wait(9 * S)
    assert not silent.live(10, 30).gestures()
    anew = HeldLine().live(3, 6)
    anew.say(encode(Hello(0, 1, OUTER)), 6 * S)
    assert not anew.live(7, 30, sequence=0).gestures()


@pytest.mark.parametrize("link", [CharacterLink("12345"), PatternLink(LinePattern("(?P<level>[1-5])"))])
def test_pads_that_tell_no_release_never_make_the_gesture(link: PadLink) -> None:
    events = link.opened(0)
    for n in range(2000):
        events += link.heard(b"1\n" if n % 2 else b"5\n", n * 60 * MS)[0] + link.tick(n * 60 * MS)
    assert any(isinstance(event, Press) for event in events)
    assert not [event for event in events if isinstance(event, ServiceGesture)]
