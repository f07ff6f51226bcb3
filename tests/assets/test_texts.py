"""Catalogues: a further language is one file."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from assets.texts import Texts
from kiosk.screens.painter import Painter
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View
from tests.kiosk.screens.panels import PANELS, Panel
from tests.kiosk.screens.pictures import EVERY_VIEW, drawn


def compiled(folder: Path, language: str, texts: dict[str, str]) -> Path:
    """A folder of catalogues with this one in it."""
    catalogue = Catalog(locale=language)
    for message, text in texts.items():
        catalogue.add(message, text)
    path = folder / language / "LC_MESSAGES" / "hailong.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as compiled_file:
        write_mo(compiled_file, catalogue)
    return folder


def test_every_language_calls_itself_by_its_own_name() -> None:
    assert Texts("vi").own_name == "Tiếng Việt"
    assert Texts("en").own_name == "English"


def test_english_needs_no_catalogue_and_what_is_missing_in_one_is_english(tmp_path: Path) -> None:
    assert Texts("en")("Thank you!") == "Thank you!"
    german = Texts("de", compiled(tmp_path, "de", {"Good": "Gut"}))
    assert german("Good") == "Gut"
    assert german("Poor") == "Poor"


@pytest.mark.parametrize("wrong", ["{cuont} Fehler", "Fehler", "{count} {x}", "{count", "{0} Fehler"])
def test_a_sentence_whose_places_nobody_fills_is_english_and_no_crash(tmp_path: Path, wrong: str) -> None:
    right, message = "{count} Fehler", "{count} problems"
    german = Texts("de", compiled(tmp_path / "wrong", "de", {message: wrong}))
    assert german(message).format(count=3) == "3 problems"
    german = Texts("de", compiled(tmp_path / "right", "de", {message: right}))
    assert german(message).format(count=3) == "3 Fehler"


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_a_third_language_is_one_file(tmp_path: Path, panel: Panel) -> None:
    german = {
        "English": "Deutsch",
        "How did you find the service today?": "Wie zufrieden waren Sie heute mit unserem Service?",
        "Very poor": "Sehr un\u00adzufrieden",
        "Poor": "Un\u00adzufrieden",
        "Accept\u00adable": "Mittel\u00admäßig",
        "Good": "Zufrieden",
        "Excel\u00adlent": "Sehr zufrieden",
    }
    texts = Texts("de", compiled(tmp_path, "de", german))
    assert texts.own_name == "Deutsch"
    wording = Wording.from_texts(texts)
    assert wording.labels[1] == "Unzufrieden"
    painter = Painter(panel.size_px, panel.mm_per_px, texts, wording, switch="Tiếng Việt")
    english = Painter(
        panel.size_px, panel.mm_per_px, Texts("en"), Wording.from_texts(Texts("en")), switch="x"
    )
    idle = View(ScreenName.IDLE)
    assert painter.layout.targets(idle) == english.layout.targets(idle)
    assert drawn(painter, idle) != drawn(english, idle)


@pytest.mark.parametrize("text", ["Ễ" * 400, "lang " * 100, "\u200b", "🙂", "شكرا"])
def test_a_catalogue_with_impossible_texts_spoils_no_screen(tmp_path: Path, text: str) -> None:
    english = Texts("en")
    words = Wording.from_texts(english)
    everything = {
        "Thank you!",
        "English",
        words.question,
        "Please choose one of the five",
        *words.card_labels,
    }
    texts = Texts("de", compiled(tmp_path, "de", dict.fromkeys(everything, text)))
    panel = PANELS[0]
    wording = Wording.from_texts(texts)
    painter = Painter(panel.size_px, panel.mm_per_px, texts, wording, switch=texts.own_name)
    assert painter.layout.targets(View(ScreenName.IDLE))
    for view in EVERY_VIEW:
        drawn(painter, view)
