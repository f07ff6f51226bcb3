"""Expressions for the lines of foreign pads: what is read, and what is refused before it can hang anything."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.errors import PadError, PadPatternCostly, PadPatternGroups, PadPatternSyntax
from hardware.events import Level
from hardware.padpattern import LONGEST_LINE, LinePattern

FIVE = "|".join(f"(?P<l{n}>{word})" for n, word in enumerate(("AWFUL", "BAD", "SO-SO", "FINE", "BEST"), 1))


@pytest.mark.parametrize(
    ("pattern", "line", "levels"),
    [
        (r"KEY(?P<level>[1-5])", "KEY4", (Level.GOOD,)),
        (r"KEY(?P<level>[1-5])", "KEY4 ", None),
        (r"KEY(?P<level>[1-5])", "MONKEY4", None),
        (r"KEY(?P<level>\d)", "KEY6", None),
        (r"(?P<level>.*)", "4", (Level.GOOD,)),
        (r"(?P<level>.*)", "٤", None),
        (r"(?i)\s*btn[ _=]*(?P<level>[1-5]).*", "  Btn_= 2 down", (Level.POOR,)),
        (r"KEY(?P<level>[1-5])|alive", "alive", ()),
        (FIVE, "FINE", (Level.GOOD,)),
        (FIVE, "fine", None),
        (r"(?P<l1>a)?(?P<l2>b)?(?P<l3>c)?(?P<l4>d)?(?P<l5>e)?", "bd", (Level.POOR, Level.GOOD)),
        (r"(?P<id>\w{4}):(?P<level>[1-5])", "x12f:3", (Level.ACCEPTABLE,)),
    ],
)
def test_a_line_is_read_as_the_pattern_says(
    pattern: str, line: str, levels: tuple[Level, ...] | None
) -> None:
    assert LinePattern(pattern).read(line) == levels


@pytest.mark.parametrize(
    "pattern",
    ["KEY([1-5]", "*", "(?P<level>", "[z-a](?P<level>.)", "a{99999999999}", "(" * 150, "[[a](?P<level>.)"],
)
def test_what_is_no_expression_is_refused(pattern: str) -> None:
    with pytest.raises(PadPatternSyntax):
        LinePattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["", "KEY([1-5])", "(?P<levle>[1-5])", "(?P<l1>a)|(?P<l2>b)", FIVE + "|(?P<level>[1-5])"]
)
def test_an_expression_that_does_not_say_where_the_level_is_is_refused(pattern: str) -> None:
    with pytest.raises(PadPatternGroups) as caught:
        LinePattern(pattern)
    assert isinstance(caught.value, PadError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a|a)*",
        "(a|aa)+",
        "(.*)*(.*)*",
        "(?:(?:a{9}){9}){9}",
        r"(\w+\s*)+",
        "(?:(?=(a+)+b)a)?",
        "(?<!a)b",
        r"(a)\1",
        r"(a)(?(1)b|c)",
        ".*.*.*.*.*",
        "a*b*c*d*",
        ".?" * 17,
        "(a|aa)" * 17,
        "((a|b)?c?)?" * 9,
        "x" * 200,
        "(?>a*)",
        "a*+",
    ],
)
def test_an_expression_that_could_be_slow_is_refused(pattern: str) -> None:
    with pytest.raises(PadPatternCostly):
        LinePattern(pattern + "(?P<level>[1-5])")


@pytest.mark.parametrize(
    "pattern", [".*.*.*", ".?" * 16, "(a|aa)" * 10 + ".*", r"\w*\s*\w*", "a{1,1000}b{64}"]
)
@pytest.mark.parametrize("line", ["a", "1", "ab", "a 1"])
def test_the_worst_that_is_taken_comes_to_an_end(pattern: str, line: str) -> None:
    whole = (line * LONGEST_LINE)[:LONGEST_LINE]
    assert LinePattern(f"{pattern}(?P<level>[1-5])!").read(whole) is None


_atoms = st.sampled_from(["a", "1", ".", r"\w", "[ab]", "[^a]", "^", "$", r"\b"])
_expressions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2,5}", "*?", "??"])).map(
            lambda two: f"(?:{two[0]}){two[1]}"
        ),
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(_expressions, st.text("ab1! ", max_size=LONGEST_LINE))
def test_whatever_is_taken_comes_to_an_end_and_agrees_with_python(expression: str, line: str) -> None:
    pattern = f"{expression}(?P<level>[1-5])"
    try:
        taken = LinePattern(pattern)
    except (PadPatternCostly, PadPatternSyntax):
        return
    found = re.fullmatch(pattern, line)
    assert taken.read(line) == (None if found is None else (Level(int(found["level"])),))
