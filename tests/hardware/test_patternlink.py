"""What the lines of a foreign pad mean, with times that the tests own."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.events import Ambiguous, InputEvent, Level, Press, Source
from hardware.padpattern import LONGEST_LINE, LinePattern
from hardware.patternlink import ENOUGH_LINES, PatternLink

MS = 1_000_000
S = 1_000_000_000
GOOD = Press(Level.GOOD, Source.PAD, S)


def opened(pattern: str = r"KEY(?P<level>[1-5])|alive") -> PatternLink:
    link = PatternLink(LinePattern(pattern))
    assert link.opened(0) == []
    return link


def heard(link: PatternLink, data: bytes, at_ns: int = S) -> list[InputEvent]:
    events, answer = link.heard(data, at_ns)
    assert answer == link.stored() == b""
    return events + link.tick(at_ns + 50 * MS)


@pytest.mark.parametrize(
    "data", [b"KEY4\r\n", b"KEY4\n", b"KEY4\r", b"  KEY4\t\r\n\r\n", b"alive\nKEY4\nalive\n"]
)
def test_a_line_that_fits_is_a_press(data: bytes) -> None:
    assert heard(opened(), data) == [GOOD]


@given(st.lists(st.integers(0, 12), max_size=6))
def test_a_press_is_the_same_however_its_bytes_are_cut(cuts: list[int]) -> None:
    link, stream = opened(), b"alive\nKEY4\r\n"
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(stream)], strict=True):
        assert link.heard(stream[start:end], S) == ([], b"")
    assert link.tick(2 * S) == [GOOD]


def test_a_line_that_is_repeated_at_once_is_one_press() -> None:
    assert heard(opened(), b"KEY4\nKEY4\nKEY4\n") == [GOOD]


def test_two_buttons_at_once_are_ambiguous() -> None:
    [event] = heard(opened(), b"KEY4\nKEY2\n")
    assert isinstance(event, Ambiguous)
    assert event.levels == (Level.GOOD, Level.POOR)
    both = opened("(?P<l1>a)?(?P<l2>b)?(?P<l3>c)?(?P<l4>d)?(?P<l5>e)?")
    [event] = heard(both, b"ae\n")
    assert isinstance(event, Ambiguous)


@pytest.mark.parametrize(
    "data",
    [
        b"KEY4",
        b"KEY9\n",
        b"xKEY4\n",
        b"\x00KEY4\n",
        b"KEY4\xff\n",
        b"K" * 100 + b"KEY4\n",
        b"\xc3\xa9\nKEY4\n",
    ],
)
def test_what_does_not_fit_or_is_noise_is_no_press(data: bytes) -> None:
    link = opened()
    assert heard(link, data) == []
    heard(link, b"\n", 2 * S)
    assert heard(link, b"KEY4\n", 3 * S) == [Press(Level.GOOD, Source.PAD, 3 * S)]


def test_noise_spoils_a_press_that_is_not_decided_yet() -> None:
    link = opened()
    link.heard(b"KEY4\n", S)
    assert heard(link, b"\xfe\n", S + 20 * MS) == []


def test_noise_at_full_speed_does_not_vote_takes_no_memory_and_a_press_after_it_counts() -> None:
    link = opened()
    for tenth in range(600):  # a minute at 115,200 baud
        assert heard(link, os.urandom(1152), tenth * 100 * MS) == []
    assert len(link._line) <= LONGEST_LINE + 1
    assert heard(link, b"\nKEY4\n", 61 * S) == [Press(Level.GOOD, Source.PAD, 61 * S)]


def test_a_pattern_that_never_fits_is_a_trouble_with_the_remedy_until_it_fits() -> None:
    link = opened()
    for number in range(ENOUGH_LINES):
        assert link.up
        heard(link, b"BTN4 ON\r\n", number * S)
    assert not link.up
    assert "none fits pad.pattern" in link.trouble
    assert heard(link, b"KEY4\n", 100 * S) == [Press(Level.GOOD, Source.PAD, 100 * S)]
    assert (link.up, link.trouble) == (True, "")


def test_lines_that_do_not_fit_are_no_trouble_once_one_did_also_after_an_unplugging() -> None:
    link = opened()
    heard(link, b"alive\n")
    link.closed(2 * S)
    link.opened(3 * S)
    for number in range(100):
        heard(link, b"temperature 23\n", (4 + number) * S)
    assert link.up


def test_a_wrong_speed_is_the_same_trouble() -> None:
    link = opened()
    for number in range(100):
        heard(link, b"\x80\xfe\x78\n", number * S)
    assert "pad.baud" in link.trouble


def test_half_a_line_of_an_unplugged_pad_is_dropped() -> None:
    link = opened()
    link.heard(b"KEY", S)
    link.closed(2 * S)
    link.opened(3 * S)
    assert heard(link, b"4\n", 4 * S) == []
