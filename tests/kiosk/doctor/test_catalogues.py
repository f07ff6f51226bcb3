"""Languages that are missing, damaged or not whole are told; on the screen they would be English, and nobody notice."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from assets.texts import Texts
from kiosk.doctor import catalogues
from kiosk.doctor.finding import Verdict

SENTENCES = {"English": "Tiếng Việt", "Good": "Tốt", "Poor": "Chưa tốt"}


def compiled(folder: Path, language: str, texts: dict[str, str]) -> Path:
    """A catalogue as the build makes it."""
    catalogue = Catalog(locale=language)
    for message, text in texts.items():
        catalogue.add(message, text)
    path = folder / language / "LC_MESSAGES" / "hailong.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    return path


def test_those_of_the_package_are_whole() -> None:
    (found,) = catalogues.check()
    assert found.verdict is Verdict.OK
    assert "Tiếng Việt, English" in found.seen.render(Texts("en"))


def test_a_third_language_is_one_file_and_named_by_itself(tmp_path: Path) -> None:
    compiled(tmp_path, "vi", SENTENCES)
    compiled(tmp_path, "km", {"English": "ខ្មែរ", "Good": "ល្អ", "Poor": "x"})
    (found,) = catalogues.check(tmp_path)
    assert found.verdict is Verdict.OK
    assert "ខ្មែរ" in found.seen.render(Texts("en"))


def test_missing_sentences_are_counted_with_the_file_to_write_them_in(tmp_path: Path) -> None:
    compiled(tmp_path, "vi", SENTENCES)
    compiled(tmp_path, "km", {"English": "ខ្មែរ"})
    (found,) = catalogues.check(tmp_path)
    assert found.verdict is Verdict.WARNING
    assert found.seen.render(Texts("en")) == "The language km lacks 2 sentences."
    assert found.remedy is not None
    assert "assets/locale/km/LC_MESSAGES/hailong.po" in found.remedy.render(Texts("vi"))


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "noise"])
@pytest.mark.parametrize(("language", "verdict"), [("vi", Verdict.ERROR), ("km", Verdict.WARNING)])
def test_a_damaged_catalogue_is_told_and_the_program_speaks_english(
    tmp_path: Path, harm: str, language: str, verdict: Verdict
) -> None:
    for name in ("vi", "km"):
        compiled(tmp_path, name, SENTENCES)
    file = tmp_path / language / "LC_MESSAGES" / "hailong.mo"
    match harm:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(file.read_bytes()[:-20])
        case "noise":
            file.write_bytes(b"\xff" * 500)
    (found,) = catalogues.check(tmp_path)
    assert found.verdict is verdict
    assert f"The texts of the language {language} cannot be read: " in found.seen.render(Texts("en"))
    assert Texts(language, tmp_path)("Good") == "Good"
