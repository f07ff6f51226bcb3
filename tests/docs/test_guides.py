"""The guides say the same in both languages, and what they name is there. tests/systemd/test_guides.py types it."""

import re
import shlex
from pathlib import Path

import click
import pytest

from central.cli import main as central
from kiosk.cli import main as terminal
from tests.docs.blocks import DOCUMENTS, PAIRS, ROOT, blocks

INLINE = re.compile(r"`(?:sudo )?(hailong(?:-central)? [^`]*)`")
TYPED = re.compile(r"^(?:sudo )?(hailong(?:-central)? [^|>#\n]*)", re.MULTILINE)
MARKS = (r"^## ", r"^### ", r"^\| ", r"^- ", r"^\d\. ", r"!\[")
PROGRAMS = {"hailong": terminal, "hailong-central": central}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(name: str) -> set[str]:
    typed = [line for block in blocks(name) if block.kind == "sh" for line in TYPED.findall(block.text)]
    return {" ".join(line.split()) for line in [*typed, *INLINE.findall(text(name))]}


def check(line: str) -> None:
    """That a command exists, and its options."""
    program, *words = shlex.split(line)
    command: click.Command = PROGRAMS[program]
    context = click.Context(command)
    while isinstance(command, click.Group):
        assert words, line
        found = command.get_command(context, words[0])
        assert found is not None, line
        command = found
        words.pop(0)
    known = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        assert not word.startswith("--") or word.partition("=")[0] in known, line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_of_a_guide_exists(name: str) -> None:
    for line in commands(name):
        check(line)


@pytest.mark.parametrize("vietnamese", PAIRS)
def test_both_languages_have_the_same_structure(vietnamese: str) -> None:
    here, there = f"docs/vi/{vietnamese}", f"docs/en/{PAIRS[vietnamese]}"
    for mark in MARKS:
        counts = [len(re.findall(mark, text(name), re.MULTILINE)) for name in (here, there)]
        assert counts[0] == counts[1], mark
    pairs = zip(blocks(here), blocks(there), strict=True)
    assert [one.essence for one, other in pairs if one.essence != other.essence] == []
    pictures = [re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text(name)) for name in (here, there)]
    # Some screens are in the gallery in Vietnamese alone.
    one, other = ([picture.replace("/vi", "/en") for picture in shown] for shown in pictures)
    assert one == other


@pytest.mark.parametrize(
    ("name", "column"), [("docs/vi/den-va-loi-nhan.md", "msgstr"), ("docs/en/lights.md", "msgid")]
)
def test_messages_are_quoted_as_the_screen_says_them(name: str, column: str) -> None:
    catalogue = text("assets/locale/vi/LC_MESSAGES/hailong.po")
    said = {
        re.sub(r"[…. ]*( \(.*)?$", "", line)
        for line in re.findall(rf'^{column} "(.*)"$', catalogue, re.MULTILINE)
    }
    quoted = {re.sub(r"[…. ]*( ?\(K\d\))?$", "", quote) for quote in re.findall("“([^”]*)”", text(name))} - {
        ""
    }
    assert len(quoted) > 3
    assert quoted <= said


@pytest.mark.parametrize("folder", ["vi", "en"])
def test_the_index_leads_to_every_guide(folder: str) -> None:
    guides = {path.name for path in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
    assert guides == set(PAIRS if folder == "vi" else PAIRS.values())
    index = (ROOT / "docs" / folder / "README.md").read_text(encoding="utf-8")
    assert guides <= set(re.findall(r"\]\(([\w-]+\.md)\)", index))


def test_what_is_not_run_says_where_it_is_tested() -> None:
    for name in DOCUMENTS:
        for block in blocks(name):
            for place in re.findall(r"tests/[\w/.]+\w", block.no_run):
                assert Path(ROOT / place).exists(), f"{block}: {place}"


def test_a_command_that_is_not_there_would_be_found() -> None:
    for line in (
        "hailong nothing",
        "hailong ledger nothing",
        "hailong status --never",
        "hailong-central nothing",
    ):
        with pytest.raises(AssertionError):
            check(line)


@pytest.mark.parametrize(
    ("name", "column"), [("docs/vi/bat-dau.md", "msgstr"), ("docs/en/start.md", "msgid")]
)
def test_the_ten_minute_start_names_buttons_as_the_screen_does(name: str, column: str) -> None:
    catalogue = text("assets/locale/vi/LC_MESSAGES/hailong.po")
    said = {
        re.sub(r"\\{\w+\\}", r"\\w+", re.escape(line))
        for line in re.findall(rf'^{column} "(.+)"$', catalogue, re.MULTILINE)
    }
    own = {"Raspberry Pi OS Lite (64-bit)", "Tiếng Việt"}  # another program's; what a language calls itself
    quoted = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text(name))) - own
    assert len(quoted) > 20
    assert [quote for quote in quoted if not any(re.fullmatch(line, quote) for line in said)] == []
