"""The window of ``hailong hwtest``: the plain page with five columns, and the last thing that came."""

from dataclasses import replace

from assets.texts import Texts
from kiosk.config.phrase import Phrase
from kiosk.screens.wording import Wording
from kiosk.window import Window
from kiosk.windowed import WindowDisplay


class TrialDisplay(WindowDisplay):
    """A `WindowDisplay` that never asks a citizen for an opinion.

    Args:
        window: The open window.
        texts: The catalogue.
        wording: What this terminal calls the levels.
        touch: Whether glass and mouse are tested.
        keyboard: Whether keys are.
    """

    def __init__(
        self, window: Window, texts: Texts, wording: Wording, *, touch: bool, keyboard: bool
    ) -> None:
        _ = texts
        question = _("Test of the inputs: nothing is counted")
        super().__init__(
            window, texts, replace(wording, question=question), touch=touch, keyboard=keyboard, plain=True
        )

    def tell(self, phrase: Phrase) -> None:
        """Show a line below the title; the next one takes its place."""
        safe = replace(self._wording.safe, press=phrase.render(self._texts))
        self._wording = replace(self._wording, safe=safe)
        self._stale = True
