"""A screen with five cards on it, ours or the rival's: what is looked at, and one visit from press to thanks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from assets.faces import EXPRESSIONS
from hardware.events import Level
from kiosk.screens.layout import Layout
from kiosk.screens.palette import CALM
from kiosk.screens.rect import Rect
from tests.bench.page import tick
from tests.bench.panel import PATIENCE_S, NothingChanged, Panel, pixel

_STILL_S = 2.0
_HOLD_S = 0.12
"""How long a finger stays. Chromium takes the pointer for itself while it does, so it must not leave sooner."""
_REST_S = (0.05, 0.15)
"""Between two visits, at random: no press is to fall into step with anybody's frames."""
_BESIDE_FACE_PX = 10


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit.

    Attributes:
        first_s: From the press to the first pixel of the card that changes.
        thanked_s: From the press to the check of the thank-you.
    """

    first_s: float
    thanked_s: float


class Stage:
    """One screen.

    Args:
        panel: The connection to it.
        layout: Where everything is.
        patience_s: How long an answer to a press may take.
    """

    def __init__(self, panel: Panel, layout: Layout, patience_s: float = PATIENCE_S) -> None:
        self.panel = panel
        self._layout = layout
        self._patience_s = patience_s
        parts = layout.parts(layout.cards[0])
        self._rows = [
            Rect(0, place.centre[1], layout.size_px[0], 1)
            for place in (parts.face, parts.label, layout.question)
        ]
        self._idle: list[bytes] | None = None
        self._random = Random(1)  # noqa: S311 (not a secret)

    def learn(self, patience_s: float = 60.0) -> None:
        """Remember how it looks while nobody presses: when all five faces are there and nothing moves any more.

        Raises:
            NothingChanged: The five faces did not come.
        """
        discs = [bytes.fromhex(EXPRESSIONS[level].disc[1:])[::-1] + b"\0" for level in Level]
        self.panel.wait(lambda: all(disc in self._seen()[0] for disc in discs), "the five faces", patience_s)
        end_s, still_s, before = time.monotonic() + patience_s, time.monotonic(), self._seen()
        while time.monotonic() < still_s + _STILL_S:
            if (seen := self._seen()) != before:
                before, still_s = seen, time.monotonic()
            if time.monotonic() > end_s:
                raise NothingChanged(f"{self.panel.name} never stands still")
            time.sleep(0.05)
        self._idle = before

    @property
    def learnt(self) -> bool:
        """Whether `learn` was called."""
        return self._idle is not None

    @property
    def idle(self) -> bool:
        """Whether it looks as it does while nobody presses."""
        return self._seen() == self._idle

    def wait_idle(self, patience_s: float = 60.0) -> float:
        """CLOCK_MONOTONIC when it looks so, seconds. Raises `NothingChanged`."""
        return self.panel.wait(lambda: self.idle, "the screen that nobody presses", patience_s)

    def wait_gone(self) -> None:
        """Until the screen is empty again. Raises `NothingChanged`."""
        self.panel.wait(lambda: not self.idle, "an empty screen")

    def _seen(self) -> list[bytes]:
        """A row of pixels through the faces, one through the words below them, one through the question."""
        return [self.panel.picture(row) for row in self._rows]

    def visit(
        self,
        level: Level,
        push: Callable[[], None] | None = None,
        let_go: Callable[[], None] | None = None,
    ) -> Visit:
        """Press once, and look.

        Args:
            level: Which card.
            push: Presses; by default the pointer's button on the card.
            let_go: Ends the press.

        Raises:
            NothingChanged: Nothing came of it.
        """
        self.wait_idle()
        card = self._layout.cards[level - 1]
        self.panel.point(*card.centre)
        time.sleep(self._random.uniform(*_REST_S))
        # Inside the card's rim: it is tinted when pressed, and the thank-you's cards begin lower down.
        strip, check = (
            Rect(card.x + _BESIDE_FACE_PX, card.y, 1, card.h),
            tick(self._layout.acknowledgement),
        )
        before, accent = self.panel.picture(strip), pixel(CALM.accent)
        began_s = time.monotonic()
        (push or self.panel.press)()
        try:
            first_s = self.panel.wait(
                lambda: self.panel.picture(strip) != before, "an answer to a press", self._patience_s
            )
            thanked_s = self.panel.wait(
                lambda: self.panel.picture(check) == accent, "the thank-you", self._patience_s
            )
        finally:
            time.sleep(max(0.0, began_s + _HOLD_S - time.monotonic()))
            (let_go or self.panel.release)()
        return Visit(first_s - began_s, thanked_s - began_s)
