"""One stroke of a key 1 to 5 is one press, whatever auto-repeat does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.events import Level, OtherButton, Press, Source, Switch
from hardware.keys import KEY_BUTTONS, STALE_NS, KeyDown, KeyRecord, Keys, KeyUp

MS = 1_000_000


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("prefix", ["", "kp"])
def test_digits_and_keypad_are_the_levels(level: Level, prefix: str) -> None:
    assert Keys().feed(KeyDown(f"{prefix}{level.value}", False, 7)) == Press(level, Source.KEY, 7)


@pytest.mark.parametrize("code", ["0", "6", "kp0", "kp6", "a", "key 27", "", "11", "১"])
def test_other_keys_are_no_presses(code: str) -> None:
    assert Keys().feed(KeyDown(code, False, 0)) is None


@pytest.mark.parametrize("code", ["0", "kp0"])
def test_the_key_0_asks_for_another_language_once_and_only_where_it_is_wanted(code: str) -> None:
    keys = Keys(language=True)
    records = [KeyDown(code, False, 7), *(KeyDown(code, True, n * 40 * MS) for n in range(1, 100))]
    assert [keys.feed(record) for record in records] == [Switch(7, Source.KEY), *[None] * 99]
    assert Keys().feed(KeyDown(code, False, 7)) is None


def test_a_held_key_is_one_press_when_the_system_marks_repeats() -> None:
    keys = Keys()
    records = [KeyDown("3", number > 0, number * 40 * MS) for number in range(500)]
    assert sum(keys.feed(record) is not None for record in records) == 1


def test_a_held_key_is_one_press_when_nothing_marks_repeats() -> None:
    keys = Keys()
    times = [0, *range(660 * MS, 60_000 * MS, 40 * MS)]
    assert sum(keys.feed(KeyDown("3", False, at_ns)) is not None for at_ns in times) == 1


def test_a_key_held_since_before_the_start_is_no_press() -> None:
    assert Keys().feed(KeyDown("3", True, 0)) is None


def test_a_lost_release_does_not_deafen_the_key() -> None:
    keys = Keys()
    assert keys.feed(KeyDown("2", False, 0)) is not None
    assert keys.feed(KeyDown("2", False, STALE_NS)) is not None


def test_a_thousand_strokes_in_a_second_are_a_thousand_presses() -> None:
    keys, presses = Keys(), 0
    for number in range(1000):
        code = str(number % 5 + 1)
        presses += keys.feed(KeyDown(code, False, number * MS)) is not None
        presses += keys.feed(KeyUp(code, number * MS + MS // 2)) is not None
    assert presses == 1000


codes = st.one_of(st.sampled_from(sorted(KEY_BUTTONS)), st.text(max_size=3))
times = st.integers(min_value=0, max_value=10 * STALE_NS)
records: st.SearchStrategy[KeyRecord] = st.one_of(
    st.builds(KeyDown, codes, st.booleans(), times), st.builds(KeyUp, codes, times)
)


@given(st.lists(records))
def test_any_stream_gives_at_most_one_press_for_each_unmarked_down(stream: list[KeyRecord]) -> None:
    keys = Keys()
    for record in stream:
        press = keys.feed(record)
        if press is not None:
            assert isinstance(record, KeyDown)
            assert not record.repeat
            button = KEY_BUTTONS[record.code]
            assert isinstance(button, Level)
            assert press == Press(button, Source.KEY, record.at_ns)


@given(st.lists(st.tuples(st.sampled_from(sorted(KEY_BUTTONS)), st.integers(0, 5)), max_size=50))
def test_strokes_with_any_marked_repeats_are_one_press_each(strokes: list[tuple[str, int]]) -> None:
    keys, pressed, at_ns = Keys(language=True), [], 0
    for code, repeats in strokes:
        stream = [KeyDown(code, number > 0, at_ns + number) for number in range(repeats + 1)]
        pressed += [
            press.level if isinstance(press, Press) else OtherButton.LANGUAGE
            for press in map(keys.feed, stream)
            if press is not None
        ]
        keys.feed(KeyUp(code, at_ns + repeats))
        at_ns += 10
    assert pressed == [KEY_BUTTONS[code] for code, _ in strokes]
