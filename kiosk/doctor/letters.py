"""The words on the screen: has the font every character of them?"""

from collections.abc import Iterator

from kiosk.config.model import Config
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.screens.lacking import REMEDY, lacking

NAME = Phrase("Characters on the screen")


def check(config: Config) -> Iterator[Finding]:
    """A warning for each option with characters that are not shown; nothing is said of a font that is broken."""
    try:
        found = [Finding(NAME, Verdict.WARNING, seen, REMEDY) for seen in lacking(config)]
    except (ImportError, OSError, ValueError):
        found = [Finding(NAME, Verdict.NOTE, Phrase("The font cannot be read, see there."))]
    yield from found or [Finding(NAME, Verdict.OK, Phrase("The font has every character of them."))]
