"""The page in the documentation is made from the list of options."""

from pathlib import Path

from kiosk.config.document import document
from kiosk.config.options import OPTIONS

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), (
        "python -m kiosk.config.document > docs/configuration.md"
    )


def test_the_page_has_every_option_and_variable() -> None:
    page = document()
    for option in OPTIONS:
        assert f"| `{option.key}` |" in page
        assert f"`{option.variable}`" in page
