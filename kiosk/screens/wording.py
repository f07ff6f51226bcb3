"""The words that a place may choose: its names, the question, the five labels. The rest is the catalogue's.

The safe screen's words are here as well: it must not go looking for a catalogue when everything else has failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assets.texts import Texts
from kiosk.screens.characters import Has, as_read, shown
from kiosk.screens.layout import LEVELS


@dataclass(frozen=True, slots=True)
class SafeWords:
    """What the safe screen says, as plain text."""

    press: str
    starting: str
    saving: str
    thanked: str
    repeat: str
    ambiguous: str
    fault: str
    service: str
    close: str

    @classmethod
    def from_texts(cls, _: Texts) -> "SafeWords":
        """The words in one language."""
        return cls(
            press=_("Please choose one of the five"),
            starting=_("Starting…"),
            saving=_("One moment, please…"),
            thanked=_("Thank you!"),
            repeat=_("Your rating is already kept"),
            ambiguous=_("Just one button, please"),
            fault=_("This device is not taking ratings for now"),
            service=_("Service page"),
            close=_("Close"),
        )


@dataclass(frozen=True, slots=True)
class Officer:
    """Who serves at the counter.

    Attributes:
        name: As it is to be read.
        title: Below the name, or empty.
        photo: A PNG or JPEG file, or empty.
    """

    name: str
    title: str = ""
    photo: bytes = b""


@dataclass(frozen=True, slots=True)
class Wording:
    """What one terminal calls things.

    Attributes:
        unit: The office, or empty.
        department: What it is part of, or empty.
        counter: The counter, or empty.
        field: What the counter deals with, or empty.
        question: The question above the cards.
        card_labels: The words of the five levels, worst to best, with soft hyphens where they may be broken.
        safe: The words of the safe screen.
        officer: Who serves; None where nobody is named, as long as there is no option for it.
    """

    unit: str
    department: str
    counter: str
    field: str
    question: str
    card_labels: tuple[str, str, str, str, str]
    safe: SafeWords
    officer: Officer | None = None

    @classmethod
    def from_texts(cls, _: Texts, overrides: Mapping[str, str] | None = None) -> "Wording":
        """The catalogue's words, and those that the configuration puts in their place.

        Args:
            _: The catalogue.
            overrides: By name: ``unit``, ``department``, ``counter``, ``field``, ``question``, ``label_1`` to
                ``label_5``. An empty text leaves the catalogue's word.

        Raises:
            ValueError: If a name is unknown.
        """
        words = {
            "unit": "",
            "department": "",
            "counter": "",
            "field": "",
            "question": _("How did you find the service today?"),
            # Soft hyphens show where narrow cards may break a word; a translation may have some of its own.
            "label_1": _("Very poor"),
            "label_2": _("Poor"),
            "label_3": _("Accept\u00adable"),
            "label_4": _("Good"),
            "label_5": _("Excel\u00adlent"),
        }
        for name, text in (overrides or {}).items():
            if name not in words:
                msg = f"there is no wording called {name!r}; there are {', '.join(words)}"
                raise ValueError(msg)
            if text.strip():
                words[name] = text
        first, second, third, fourth, fifth = (words[f"label_{number + 1}"] for number in range(LEVELS))
        return cls(
            unit=words["unit"],
            department=words["department"],
            counter=words["counter"],
            field=words["field"],
            question=words["question"],
            card_labels=(first, second, third, fourth, fifth),
            safe=SafeWords.from_texts(_),
        )

    def drawn_with(self, has: Has, _: Texts) -> "Wording":
        """The wording on a screen whose font may lack all of a text: no name then, the catalogue's question or label.

        Args:
            has: Whether the font has a character.
            _: The catalogue.
        """

        def or_else(text: str, otherwise: str) -> str:
            return text if shown(text, has) else otherwise

        usual = Wording.from_texts(_)
        first, second, third, fourth, fifth = map(or_else, self.card_labels, usual.card_labels)
        return replace(
            self,
            unit=or_else(self.unit, ""),
            department=or_else(self.department, ""),
            counter=or_else(self.counter, ""),
            field=or_else(self.field, ""),
            question=or_else(self.question, usual.question),
            card_labels=(first, second, third, fourth, fifth),
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The words of the five levels as they are read."""
        return tuple(map(as_read, self.card_labels))

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The blocks of the header, each a name and the line below it; none where nothing is configured."""
        blocks = ((self.unit, self.department), (self.counter, self.field))
        # A line without its name moves up: a header never begins with a gap.
        return tuple((name, below) if name else (below, "") for name, below in blocks if name or below)
