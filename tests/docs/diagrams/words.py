"""What the drawings say, in the languages of the guides."""

from dataclasses import dataclass

from assets.texts import Texts
from hardware.events import Level
from kiosk.screens.wording import Wording

LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str

    def __call__(self, vietnamese: str, english: str) -> str:
        """The one of the two that is wanted."""
        return vietnamese if self.language == "vi" else english

    def level(self, level: Level) -> str:
        """As the terminal itself names it."""
        label = Wording.from_texts(Texts(self.language), {}).card_labels[level - 1]
        return label.replace("\N{SOFT HYPHEN}", "")
