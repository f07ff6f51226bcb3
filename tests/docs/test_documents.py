"""The documents say what is there."""

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.cli import main
from kiosk.controller.rules import Rules, S
from kiosk.ledger.kinds import Kind

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not {".venv", "demo-data", ".pytest_cache"} & set(path.parts)
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_every_command_of_the_readme_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for line in re.findall(r"^hailong ([a-z ]+?)(?= {2,}| -| [a-z]+\.|$)", text, re.MULTILINE):
        done = CliRunner().invoke(main, [*line.split(), "--help"])
        assert done.exit_code == 0, f"hailong {line}: {done.output}"
    for script in re.findall(r"^(scripts/\w+)", text, re.MULTILINE):
        assert (ROOT / script).stat().st_mode & 0o111


def test_every_kind_of_entry_is_explained() -> None:
    text = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    for kind in Kind:
        assert f"`{kind.value}`" in text


def test_the_times_of_a_visit_are_those_of_the_program() -> None:
    text = (ROOT / "docs" / "visit.md").read_text(encoding="utf-8")
    rules = Rules()
    assert f"within {rules.wait_ns // S} s |" in text
    assert f"within {rules.give_up_ns // S} s |" in text
    assert f"{rules.chatter_presses} repeats within {rules.chatter_ns // S} s" in text
    assert f"| {rules.repeat_interval_ns // S} s | 0–60 s |" in text
    assert f"| {rules.correction_window_ns // S} s from the first press" in text


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", ":!central/migrations/0001*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lengths = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in listed.stdout.split()
        if (ROOT / name).exists()
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_the_pages_of_the_gallery_show_every_picture_and_no_other() -> None:
    gallery = ROOT / "docs" / "gallery"
    shown = {
        page.parent / picture
        for page in gallery.glob("*/README.md")
        for picture in re.findall(r'src="([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert shown == set(gallery.rglob("*.png"))
    index = (gallery / "README.md").read_text(encoding="utf-8")
    assert all((gallery / picture).exists() for picture in re.findall(r'src="([^"]+)"', index))
