"""What a terminal can change while it runs: how it looks, sounds and counts time, and never what it keeps."""

from dataclasses import dataclass

from kiosk.controller.rules import Rules
from kiosk.display import Words
from kiosk.screens.palette import Palette
from kiosk.sound.player import Tuning


@dataclass(frozen=True, slots=True)
class Manner:
    """A terminal under one configuration.

    Attributes:
        words: What it calls things.
        colours: The theme.
        rules: The times of a visit, and the languages to choose from.
        sound: What the loudspeaker plays.
        headphones: How loud they are; 0 = switched off.
    """

    words: Words
    colours: Palette
    rules: Rules
    sound: Tuning
    headphones: int
