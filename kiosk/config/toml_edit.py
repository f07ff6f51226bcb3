"""Options changed in a file that a person wrote: its comments, its order and all that is not meant stay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.config.errors import ConfigError
from kiosk.config.kinds import Value
from kiosk.config.load import Loaded, load
from kiosk.config.toml_lines import spans
from kiosk.config.toml_write import as_toml
from kiosk.ledger.disk import replace_file


class NotEdited(Exception):
    """The file cannot be changed by a program: it is written in a way that only a person can follow."""


def edited(text: str, values: Mapping[str, Value]) -> str:
    """A TOML text with other values.

    Args:
        text: A right one, with either kind of line ends.
        values: By dotted key.
    """
    for key, value in values.items():
        text = _with(text, key, as_toml(value))
    return text


def set_options(file: Path, values: Mapping[str, Value]) -> None:
    """Change options in a file, which is made where there is none: all of them or none, through to the disk.

    Raises:
        ConfigError: The file would not be right with them; it is as it was.
        NotEdited: See there; it is as it was.
        OSError: It cannot be read or written; it is as it was.
    """
    try:
        before = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        before = ""
    after = edited(before, values)
    loaded = checked(after.encode(), file)
    if any(loaded.settings[key].value != value for key, value in values.items()):
        raise NotEdited(f"{file} sets {', '.join(values)} in a way that is not understood")
    replace_file(file, after.encode(), keep_owner=True)


def checked(content: bytes, file: Path) -> Loaded:
    """What a content would mean by itself, were it in that file. Raises `ConfigError`, which names that file."""
    with TemporaryDirectory(prefix="hailong-") as folder:
        draft = Path(folder) / file.name
        draft.write_bytes(content)
        try:
            return load(environment={}, system_file=None, config_file=draft)
        except ConfigError as error:
            problems = tuple(
                replace(problem, origin=replace(problem.origin, file=file)) for problem in error.problems
            )
            raise ConfigError(problems, error.readable) from error


def _with(text: str, key: str, value: str) -> str:
    path = tuple(key.split("."))
    found = list(spans(text))
    for span in found:
        if span.path == path and not span.is_header:
            return f"{text[: span.value]}= {value}{text[span.end :]}"
    table, name = path[:-1], path[-1]
    line = f"{name} = {value}\n"
    if not table:
        place = _line_start(text, found[0].start) if found else len(text)
        return f"{_ended(text[:place])}{line}{text[place:]}"
    for span in found:
        if span.path == table and span.is_header:
            return f"{_ended(text[: span.end])}{line}{text[span.end :].removeprefix(chr(13)).removeprefix(chr(10))}"
    return f"{_ended(text)}\n[{'.'.join(table)}]\n{line}"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1
