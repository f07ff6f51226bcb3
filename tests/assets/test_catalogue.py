"""Every sentence in the code has its Vietnamese, and every Vietnamese sentence its place in the code."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
# `Phrase` holds a sentence until it is known who reads it.
KEYWORDS = {"_": None, "Phrase": (1,)}
PACKAGES = ("assets", "hardware", "kiosk", "sync")
# Central speaks through Django's catalogues; the demonstration is for whoever tries a terminal.
SOURCES = (
    *(source for package in PACKAGES for source in sorted((ROOT / package).rglob("*.py"))),
    ROOT / "central" / "demonstration.py",
)
CATALOGUES = sorted((ROOT / "assets" / "locale").glob("*/LC_MESSAGES/hailong.po"))


def sentences() -> dict[str, str]:
    """Every sentence in the code, with the place where it was found last."""
    found: dict[str, str] = {}
    for source in SOURCES:
        for line, message, *_ in extract_from_file("python", source, keywords=KEYWORDS):
            assert isinstance(message, str), "plural forms are not used: Vietnamese has none"
            found[message] = f"{source.relative_to(ROOT)}:{line}"
    return found


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as text:
        return read_po(text, locale=path.parts[-3], abort_invalid=True)


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_there_is_a_vietnamese_catalogue() -> None:
    assert "vi" in {path.parts[-3] for path in CATALOGUES}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_sentence_in_the_code_is_translated(path: Path) -> None:
    words = catalogue(path)
    missing = {
        sentence: place
        for sentence, place in sentences().items()
        if not (m := words.get(sentence)) or not m.string
    }
    assert not missing


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_catalogue_has_no_sentence_that_the_code_has_not(path: Path) -> None:
    words = catalogue(path)
    assert not {message.id for message in words if message.id} - sentences().keys()
    assert not words.obsolete
    assert not [message.id for message in words if message.id and message.fuzzy]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_placeholders_agree(path: Path) -> None:
    for message in catalogue(path):
        if message.id:
            assert placeholders(str(message.id)) == placeholders(str(message.string)), message.id
