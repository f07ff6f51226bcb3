"""The window of ``hailong hwtest``: the plain page with five columns, and the last thing that came."""

from collections.abc import Callable
from dataclasses import replace

from assets.texts import DEFAULT_LANGUAGE, Texts
from kiosk.config.phrase import Phrase
from kiosk.screens.palette import Palette
from kiosk.screens.wording import Wording
from kiosk.window import Window
from kiosk.windowed import WindowDisplay


class TrialDisplay(WindowDisplay):
    """A `WindowDisplay` that never asks a citizen for an opinion.

    Args:
        window: The open window.
        scale: Millimetres a pixel, from the size of the window.
        words: The catalogue, and what this terminal calls the levels.
        colours: The theme.
        touch: Whether glass and mouse are tested.
        keyboard: Whether keys are.
        language_key: Whether the key 0 is.
    """

    def __init__(
        self,
        window: Window,
        scale: Callable[[tuple[int, int]], float],
        words: tuple[Texts, Wording],
        colours: Palette,
        *,
        touch: bool,
        keyboard: bool,
        language_key: bool,
    ) -> None:
        _, wording = words
        self._catalogue = _
        self._page = replace(wording, question=_("Test of the inputs: nothing is counted"))
        super().__init__(
            window,
            scale,
            self._said(self._page),
            colours,
            touch=touch,
            keyboard=keyboard,
            language_key=language_key,
            plain=True,
        )

    def tell(self, phrase: Phrase) -> None:
        """Show a line below the title; the next one takes its place."""
        safe = replace(self._page.safe, press=phrase.render(self._catalogue))
        self._words = self._said(replace(self._page, safe=safe))
        self._stale = True

    def _said(self, wording: Wording) -> dict[str, tuple[Texts, Wording]]:
        """The page has one language, whatever a view asks for: it is the technician's, and nobody switches."""
        return {DEFAULT_LANGUAGE: (self._catalogue, wording)}
