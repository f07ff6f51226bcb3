"""Lines of keys, with every way to write them."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from kiosk.config.toml_lines import first_lines, line_of, statements

TEXT = '''\
# a comment with [brackets] and "quotes"
top = "a # no comment \\" still"   # comment

[gpio]
pins = [
  5, # ] not the end
  6, "]", ']',
]
"pull" = 'x'
[ pad . "sub" ]
port = """
[not.a.table]
not_a_key = 1
"""
mode = \'\'\'
baud = 1\'\'\'\'\'
visit.thanks_s = 1
[[list]]
a = {b = 1, c = [1, 2]}
[list.inner]
'''


def test_every_way_to_write_a_key_is_followed() -> None:
    tomllib.loads(TEXT)
    assert statements(TEXT) == [
        (("top",), 2),
        (("gpio",), 4),
        (("gpio", "pins"), 5),
        (("gpio", "pull"), 9),
        (("pad", "sub"), 10),
        (("pad", "sub", "port"), 11),
        (("pad", "sub", "mode"), 15),
        (("pad", "sub", "visit", "thanks_s"), 17),
        (("list",), 18),
        (("list", "a"), 19),
        (("list", "inner"), 20),
    ]


def test_windows_line_ends_count_once() -> None:
    assert statements("a = 1\r\n\r\nb = 2\r\n") == [(("a",), 1), (("b",), 3)]


def test_a_key_inside_an_inline_table_stands_where_the_table_begins() -> None:
    lines = first_lines(statements("\ngpio = {pin = 1}\n"))
    assert line_of(lines, ("gpio", "pin")) == 2
    assert line_of(lines, ("pad", "port")) == 0


def test_the_first_mention_counts() -> None:
    lines = first_lines(statements("pad.a = 1\npad.b = 2\n"))
    assert (line_of(lines, ("pad",)), line_of(lines, ("pad", "b"))) == (1, 2)


_BARE = st.text("abc_-1", min_size=1, max_size=4)
_STATEMENT = st.sampled_from(
    ["1", "'a'", '"""x\n[y]\nz = 1"""', "[1,\n2]", "{a = '}'}", "'''\n'''", '"\\"#"', "[] # [", "[[\n'#'\n]]"]
)


@given(st.lists(st.tuples(_BARE, _STATEMENT), unique_by=lambda pair: pair[0]))
def test_every_key_of_a_valid_text_is_found_on_its_line(pairs: list[tuple[str, str]]) -> None:
    text, expected = "", []
    for key, value in pairs:
        expected.append(((key,), text.count("\n") + 1))
        text += f"{key} = {value}\n"
    tomllib.loads(text)
    assert statements(text) == expected


@given(st.text("[]{}\"'=.,#\n\r \\a1"))
def test_no_text_makes_it_raise_or_hang(text: str) -> None:
    for path, line in statements(text):
        assert isinstance(path, tuple)
        assert 1 <= line <= text.count("\n") + 1
