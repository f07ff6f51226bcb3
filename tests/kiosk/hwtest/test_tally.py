"""What a technician is told of each thing that comes, and of what did not."""

import pytest

from assets.texts import Texts
from hardware.events import Ambiguous, InputEvent, Level, Press, Source, Switch, Trouble, TroubleKind
from kiosk.hwtest.tally import Tally

EN = Texts("en")


def said(tally: Tally, event: InputEvent) -> str:
    return "\n".join(phrase.render(EN) for phrase in tally.take(event))


def press(level: int, source: Source = Source.GPIO) -> Press:
    return Press(Level(level), source, 1)


def summary(tally: Tally) -> list[str]:
    return [phrase.render(EN) for phrase in tally.summary()]


@pytest.mark.parametrize("source", list(Source))
def test_every_press_is_named_by_its_input_and_its_button(source: Source) -> None:
    tally = Tally(frozenset({source}))
    assert said(tally, press(4, source)).endswith(": button 4")


def test_the_button_for_the_language_is_told_and_missed_where_it_is_configured() -> None:
    tally = Tally(frozenset({Source.GPIO, Source.PAD}), frozenset({Source.GPIO, Source.PAD}))
    assert said(tally, Switch(1, Source.PAD)) == "✓ pad: the button for the language"
    for source in (Source.GPIO, Source.PAD):
        for level in Level:
            tally.take(press(level, source))
    assert summary(tally) == [
        "✓ GPIO buttons: all five work.",
        "! GPIO buttons: nothing came from the button for the language.",
        "    → Check the wires against gpio.pins, pull and active; hailong doctor says more.",
        "✓ pad: all five work.",
    ]


def test_an_input_whose_five_buttons_came_works() -> None:
    tally = Tally(frozenset({Source.GPIO}))
    for level in Level:
        tally.take(press(level))
    assert summary(tally) == ["✓ GPIO buttons: all five work."]


def test_a_finger_is_called_so_whatever_the_display_server_makes_of_it() -> None:
    tally = Tally(frozenset({Source.TOUCH, Source.MOUSE}))
    assert said(tally, press(3, Source.MOUSE)) == "✓ touch: button 3"


def test_a_button_keeps_its_mark_and_another_one_when_every_input_has_sent_it() -> None:
    tally = Tally(frozenset({Source.TOUCH, Source.MOUSE, Source.GPIO}))
    tally.take(press(1, Source.MOUSE))
    tally.take(press(2))
    assert (set(tally.heard), set(tally.complete)) == ({Level(1), Level(2)}, set())
    tally.take(press(1))
    assert (set(tally.heard), set(tally.complete)) == ({Level(1), Level(2)}, {Level(1)})


def test_buttons_that_did_not_come_are_named_with_what_to_do() -> None:
    tally = Tally(frozenset({Source.GPIO}))
    for level in (1, 2, 5):
        tally.take(press(level))
    first, remedy = summary(tally)
    assert first == "! GPIO buttons: nothing came from button 3, 4."
    assert "gpio.pins" in remedy


@pytest.mark.parametrize("source", [Source.TOUCH, Source.KEY, Source.GPIO, Source.PAD])
def test_every_input_from_which_nothing_came_has_a_remedy(source: Source) -> None:
    first, remedy = summary(Tally(frozenset({source})))
    assert first.endswith("nothing came.")
    assert remedy.startswith("    → ")


def test_a_finger_that_arrives_as_a_mouse_is_a_touch_panel_that_works() -> None:
    tally = Tally(frozenset({Source.TOUCH, Source.MOUSE}))
    for level in Level:
        tally.take(press(level, Source.MOUSE if level % 2 else Source.TOUCH))
    assert summary(tally) == ["✓ touch: all five work."]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Ambiguous((Level(2), Level(4)), Source.PAD, 1), "buttons 2, 4 at once"),
        (
            Trouble(TroubleKind.LOST, Source.PAD, True, 1, detail="no such port"),
            "lost (no such port). Plug it in",
        ),
        (Trouble(TroubleKind.LOST, Source.PAD, False, 1), "found again"),
        (Trouble(TroubleKind.STUCK, Source.PAD, True, 1, Level(3)), "button 3 is held down. Free it"),
        (
            Trouble(TroubleKind.STUCK, Source.PAD, True, 1),
            "the button for the language is held down. Free it",
        ),
        (Trouble(TroubleKind.STUCK, Source.PAD, False, 1, Level(3)), "released"),
    ],
)
def test_every_trouble_is_said_with_what_to_do(event: InputEvent, words: str) -> None:
    tally = Tally(frozenset({Source.PAD}))
    assert words in said(tally, event)
    assert not tally.presses


@pytest.mark.parametrize(("source", "word"), [(Source.TOUCH, "another screen"), (Source.GPIO, "gpio.pins")])
def test_touches_that_are_turned_or_of_another_screen_and_wires_the_other_way_round_are_told(
    source: Source, word: str
) -> None:
    """Every button is heard, each as the one on the other side."""
    tally = Tally(frozenset({source}))
    for level in sorted(Level, reverse=True):
        tally.take(press(level, source))
    assert tally.is_complete
    assert tally.is_reversed
    said, remedy = summary(tally)
    assert said.startswith("✗")
    assert word in remedy


def test_only_the_very_other_way_round_is_told_and_pressing_again_changes_nothing() -> None:
    tally = Tally(frozenset({Source.GPIO}))
    for level in (2, 1, 3, 4, 5, 4, 3, 2, 1):
        tally.take(press(level))
    assert not tally.is_reversed
