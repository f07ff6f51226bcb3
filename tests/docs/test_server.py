"""What the handbook of the server tells a technician to type is there: commands, options, settings, files."""

import re
import shlex
from pathlib import Path

import click
import pytest

from central.cli import main

ROOT = Path(__file__).parents[2]
BOOKS = ("docs/en/server.md", "docs/vi/may-chu.md")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(?:sudo )?(hailong-central [^`]*)`")
COMMAND = re.compile(r"^(?:sudo )?(?:/\S+/)?(hailong-central .*)$", re.MULTILINE)
SETTING = re.compile(r"HAILONG_CENTRAL_\w+")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    return [content for found, content in BLOCK.findall(text(name)) if found == kind]


def commands(name: str) -> set[str]:
    typed = {line for block in blocks(name, "sh") for line in COMMAND.findall(block)}
    return typed | set(INLINE.findall(text(name)))


def check(line: str) -> None:
    """That a command exists, and its options."""
    words = shlex.split(line)[1:]
    command: click.Command = main
    while isinstance(command, click.Group):
        assert words, line
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        assert not word.startswith("--") or word.partition("=")[0] in known, line


@pytest.mark.parametrize("name", BOOKS)
def test_every_command_of_the_server_exists(name: str) -> None:
    found = commands(name)
    assert len(found) > 10
    for line in found:
        check(line)


@pytest.mark.parametrize("name", BOOKS)
def test_every_setting_is_one_of_the_server(name: str) -> None:
    known = {
        parameter.envvar
        for command in main.commands.values()
        for parameter in command.params
        if isinstance(parameter.envvar, str)
    }
    assert set(SETTING.findall(text(name))) <= known


@pytest.mark.parametrize("name", BOOKS)
def test_every_unit_and_every_file_of_the_sources_exists(name: str) -> None:
    for file in re.findall(r"(?<![/\w])systemd/[\w.-]+", text(name)):
        assert (ROOT / file).exists(), file
    for unit in re.findall(r"hailong-central[\w-]*\.(?:timer|service)", text(name)):
        assert (ROOT / "systemd" / unit).exists(), unit


def test_both_languages_say_the_same() -> None:
    english, vietnamese = BOOKS
    assert [text(english).count(mark) for mark in ("\n## ", "\n### ", "\n| ")] == [
        text(vietnamese).count(mark) for mark in ("\n## ", "\n### ", "\n| ")
    ]
    for kind in ("sh", "ini", "nginx"):
        said = [re.sub(r" --language en|#.*", "", block) for block in blocks(english, kind)]
        assert said == [re.sub(r"#.*", "", block) for block in blocks(vietnamese, kind)]
    # Who types what both books say types the same.
    assert (
        len({re.sub(r" --language en", "", line) for line in commands(english)} ^ commands(vietnamese)) == 0
    )


def test_a_command_that_is_not_there_would_be_found() -> None:
    for line in (
        "hailong-central nothing",
        "hailong-central device nothing",
        "hailong-central backup --never x",
    ):
        with pytest.raises(AssertionError):
            check(line)
