"""Every sentence that people read has its Vietnamese, and every Vietnamese sentence its place."""

import re
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CENTRAL = ROOT / "central"
CATALOGUE = CENTRAL / "locale" / "vi" / "LC_MESSAGES" / "django.po"
TRANSLATE = re.compile(r'{% translate "((?:[^"\\]|\\.)*)"')
BLOCK = re.compile(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", re.DOTALL)
VARIABLE = re.compile(r"{{ *(\w+) *}}")
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
# Django's own, which are said in other words; those in its JavaScript and templates are not in its Vietnamese.
UNTRANSLATED = {
    "Show counts",
    "Hide counts",
    "Skip to main content",
    "Breadcrumbs",
    "After you’ve created a user, you’ll be able to edit more user options.",
    "Password-based authentication",
    "Error:",
    "View selected %(model)s",
    "Model name",
    "Add link",
    "Change or view list link",
    "Disable password-based authentication",
    "Enable password-based authentication",
    "This action will <strong>enable</strong> password-based authentication for this user.",
    "Select this object for an action - {}",
    "Select all objects on this page for an action",
    "Set password: %s",
    "Enable password-based authentication for this user by setting a password.",
    "Conflicting form data submitted. Please try again.",
    "Password-based authentication was disabled.",
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    "Reset password",
    "Set password",
    "No password set.",
    "Raw passwords are not stored, so there is no way to see the user’s password.",
    "Enabled",
    "Disabled",
    (
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able"
        " to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    *(f"Toggle theme (current theme: {theme})" for theme in ("auto", "light", "dark")),
}


def read(path: Path) -> Catalog:
    with path.open("rb") as text:
        return read_po(text, locale="vi")


def sentences() -> set[str]:
    found: set[str] = set()
    for source in sorted(CENTRAL.rglob("*.py")):
        if "assets.texts" in source.read_text(encoding="utf-8"):
            continue  # it speaks on the terminal, with the terminal's catalogue
        for _, message, *_ in extract_from_file("python", source, keywords={"_": None}):
            assert isinstance(message, str), "plural forms are not used: Vietnamese has none"
            found.add(message)
    for page in sorted((CENTRAL / "templates").rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        found.update(TRANSLATE.findall(text))
        found |= {VARIABLE.sub(r"%(\1)s", block) for block in BLOCK.findall(text)}
    return found


def parts(message: Message) -> tuple[str, ...]:
    """Singular and plural; one for most."""
    return tuple(map(str, message.id)) if isinstance(message.id, (tuple, list)) else (str(message.id),)


def of_django() -> set[str]:
    root = Path(django.__file__).parent
    catalogues = [root / "conf", root / "contrib" / "admin", root / "contrib" / "auth"]
    return {
        part
        for place in catalogues
        for message in read(place / "locale" / "vi" / "LC_MESSAGES" / "django.po")
        for part in parts(message)
    }


def test_every_sentence_is_translated() -> None:
    words = read(CATALOGUE)
    assert {text for text in sentences() if not (m := words.get(text)) or not m.string} == set()


def test_the_catalogue_has_no_sentence_that_nobody_says() -> None:
    words = read(CATALOGUE)
    said = sentences() | of_django() | UNTRANSLATED
    assert {part for message in words for part in parts(message) if part} - said == set()
    assert not words.obsolete
    assert not [message.id for message in words if message.id and message.fuzzy]


def test_placeholders_agree() -> None:
    for message in read(CATALOGUE):
        if message.id:
            wanted, found = PLACEHOLDER.findall(str(message.id)), PLACEHOLDER.findall(str(message.string))
            assert sorted(set(wanted)) == sorted(set(found)), message.id
