"""Whether a millimetre is a millimetre: a line of 50 mm is shown, and the technician says how long it is.

Where the panel is mounted on its side or upside down an arrow is shown, and the technician says where it points.
"""

import re
from collections.abc import Mapping

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.panel import is_plausible
from kiosk.provision.page import RULER_MM, Choice, Entry, Keys, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform
from kiosk.provision.steps import State, Step
from kiosk.provision.works import Outcome, Panel, SeePanel, SetOptions, Work

_RIGHT, _TURN = "right", "turn"
_UP = "up"
_POINTS: Mapping[str, tuple[Phrase, int]] = {
    _UP: (Phrase("It points up: so it is right"), 0),
    "right": (Phrase("It points to the right"), 270),
    "left": (Phrase("It points to the left"), 90),
    "down": (Phrase("It points down"), 180),
}
"""Where the arrow of the picture points, and by how much more the picture has to be turned clockwise."""
_TOLERANCE_MM = 0.5
"""What a ruler held before a screen can tell."""

_LENGTH = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:mm)?")
_SIZE = re.compile(r"(\d{1,4})\s*[x×X*]\s*(\d{1,4})\s*(?:mm)?")


class PanelSize:
    """See `Stage`."""

    title = TITLES[Step.PANEL]

    def opened(self, state: State) -> Next:
        """See `Stage`."""
        del state
        return Perform(SeePanel())

    def page(self, state: State) -> Page:
        """See `Stage`."""
        seen = state.last(Panel)
        if state.question == _TURN:
            return Page(
                self.title,
                (
                    Phrase(
                        "Please look at the terminal as citizens will. Where does the arrow on the screen point?"
                    ),
                ),
                tuple(Choice(key, label) for key, (label, _more) in _POINTS.items()),
                arrow=True,
            )
        if state.question == "size" or seen is None:
            return Page(
                self.title,
                (
                    Phrase("The screen of this terminal cannot be reached from here."),
                    Phrase("Please measure the picture on the screen, width and height, in millimetres."),
                ),
                entry=Entry(Keys.DIGITS, Phrase("Width × height in millimetres, such as 217 × 136")),
            )
        lines = (
            Phrase(
                "Please measure the line with a ruler, from the outer edge of one end mark to that of the other."
            ),
            Phrase("It should be {length} mm long; half a millimetre does not matter.", {"length": RULER_MM}),
        )
        if state.question == "again":
            lines = (Phrase("The line has been drawn anew. Please measure it once more."), *lines[1:])
        return Page(
            self.title,
            lines,
            (
                Choice(_RIGHT, Phrase("It is {length} mm long", {"length": RULER_MM})),
                Choice(_TURN, Phrase("Turn the picture")),
            ),
            Entry(Keys.DIGITS, Phrase("Another length, in millimetres")),
            ruler_mm_per_px=seen.mm_per_px,
        )

    def answered(self, state: State, value: str) -> Next:
        """See `Stage`."""
        if state.question == "size":
            match = _SIZE.fullmatch(value.strip())
            size = (int(match[1]), int(match[2])) if match else (0, 0)
            if not is_plausible(size):
                return Ask(
                    state.question,
                    Phrase("That cannot be a screen. Please type width × height, such as 217 × 136."),
                )
            return Perform(SetOptions({"screen.panel_mm": size}))
        if state.question == _TURN:
            return _turned(state, value)
        if value == _TURN:
            return Ask(_TURN)
        seen = state.last(Panel)
        if seen is None or seen.size_px is None:
            return Perform(SeePanel())
        length_mm = float(RULER_MM) if value == _RIGHT else _length_mm(value)
        mm_per_px = seen.mm_per_px * length_mm / RULER_MM
        size = (round(seen.size_px[0] * mm_per_px), round(seen.size_px[1] * mm_per_px))
        if not RULER_MM / 4 <= length_mm <= RULER_MM * 4 or not is_plausible(size):
            return Ask(
                state.question, Phrase("That cannot be. Please type the length as the ruler shows it.")
            )
        return Perform(SetOptions({"screen.panel_mm": size}))

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """See `Stage`."""
        del work
        if isinstance(outcome, Panel):
            if outcome.size_px is None:
                return Ask("size")
            if state.question == _TURN:
                return Ask(_TURN)  # does it point up now?
            return Ask("again" if state.question else "ruler")
        if state.question == _TURN:
            return Perform(SeePanel())
        said = state.draft.get(state.question, "")
        is_wrong = said != _RIGHT and abs(_length_mm(said) - RULER_MM) > _TOLERANCE_MM
        if state.question != "size" and is_wrong:
            return Perform(SeePanel())  # is it right now?
        size = state.options["screen.panel_mm"]
        width, height = size if isinstance(size, tuple) and len(size) == 2 else (0, 0)
        return Complete((Phrase("{width} × {height} mm", {"width": int(width), "height": int(height)}),))

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """See `Stage`."""
        return SetOptions(before) if before else None


def _turned(state: State, value: str) -> Next:
    if value == _UP:
        return Ask("ruler")
    rotation = state.options["screen.rotation"]
    before = rotation if isinstance(rotation, int) else 0
    return Perform(SetOptions({"screen.rotation": (before + _POINTS[value][1]) % 360}))


def _length_mm(typed: str) -> float:
    """0 where it is no length."""
    match = _LENGTH.fullmatch(typed.strip())
    return float(match[1].replace(",", ".")) if match else 0.0
