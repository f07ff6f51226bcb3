"""Which configured words have characters that the screen will not show, for whoever configures it."""

from collections.abc import Iterator
from dataclasses import asdict

from kiosk.config.model import Config
from kiosk.config.phrase import Phrase, printable
from kiosk.screens.characters import left_out
from kiosk.screens.fontfile import FAMILY, font_file
from kiosk.screens.sfnt import characters_of, check_font

REMEDY = Phrase("Write it in Latin letters; until then these characters are left out on the screen.")


def lacking(config: Config) -> Iterator[Phrase]:
    """One sentence for each option with such characters, naming both.

    Raises:
        ImportError, OSError, ValueError: If the font cannot be read; `hailong doctor` says so by itself.
    """
    data = font_file(400).read_bytes()
    check_font(data)
    covered = characters_of(data)
    for table, words in (("texts", asdict(config.texts)), ("labels", asdict(config.labels))):
        for name, text in words.items():
            if lost := left_out(text, lambda character: ord(character) in covered):
                yield Phrase(
                    "{key}: the font {font} cannot show {characters}",
                    {"key": f"{table}.{name}", "font": FAMILY, "characters": printable(" ".join(lost))},
                )
