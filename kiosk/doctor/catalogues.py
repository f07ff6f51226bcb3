"""Is every language there, and whole? What is missing is shown in English, so nobody would notice otherwise."""

import struct
from collections.abc import Iterator
from importlib.resources.abc import Traversable

from assets.texts import DEFAULT_LANGUAGE, Texts, catalogue_of
from kiosk.config.options import languages
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict

NAME = Phrase("Languages")

_HEADER = struct.Struct("=7I")
_MAGIC = 0x950412DE


def check(catalogues: Traversable | None = None) -> list[Finding]:
    """Only what is wrong, or that all is right.

    Args:
        catalogues: Where the folders are; by default those of the package.
    """
    names = [name for name in languages(catalogues) if name != "en"]
    found = list(_wrong(names, catalogues))
    listed = ", ".join(Texts(name, catalogues).own_name for name in (*names, "en"))
    return found or [Finding(NAME, Verdict.OK, Phrase("{languages}: every sentence.", {"languages": listed}))]


def _wrong(names: list[str], catalogues: Traversable | None) -> Iterator[Finding]:
    sentences = _sentences(DEFAULT_LANGUAGE, catalogues)
    for name in names:
        values: dict[str, str | int | Phrase] = {"language": name}
        problem = Texts(name, catalogues).problem
        if problem:
            seen = Phrase(
                "The texts of the language {language} cannot be read: {problem}",
                values | {"problem": problem},
            )
            remedy = Phrase(
                "Install hailong again: that compiles the catalogues. Until then these texts are English."
            )
            yield Finding(NAME, Verdict.ERROR if name == DEFAULT_LANGUAGE else Verdict.WARNING, seen, remedy)
        elif missing := len(sentences - _sentences(name, catalogues)):
            seen = Phrase("The language {language} lacks {count} sentences.", values | {"count": missing})
            remedy = Phrase(
                "Add them to assets/locale/{language}/LC_MESSAGES/hailong.po and install again; until then they are "
                "English.",
                values,
            )
            yield Finding(NAME, Verdict.WARNING, seen, remedy)


def _sentences(language: str, catalogues: Traversable | None) -> frozenset[bytes]:
    """The keys of a compiled catalogue (GNU gettext manual, "The Format of GNU MO Files"); none where it is damaged."""
    try:
        content = catalogue_of(language, catalogues).read_bytes()
        magic, _, count, at, _, _, _ = _HEADER.unpack_from(content)
        if magic != _MAGIC:
            return frozenset()
        places = struct.iter_unpack("=2I", content[at : at + 8 * count])
        return frozenset(content[begin : begin + length] for length, begin in places)
    except (OSError, struct.error):
        return frozenset()
