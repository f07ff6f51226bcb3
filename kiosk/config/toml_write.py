"""The configuration written as TOML, for ``hailong config default`` and ``hailong config show``."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from assets.texts import Texts
from kiosk.config.kinds import Value
from kiosk.config.load import Setting
from kiosk.config.option import Option
from kiosk.config.options import OPTIONS, TABLES

_WIDTH = 100


def as_toml(value: Value) -> str:
    """One value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    # A JSON text is a TOML text as long as it has no control characters, which no option takes.
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def default_file(_: Texts) -> str:
    """A file that sets every option to its built-in value and explains it."""

    def explained(option: Option) -> Iterator[str]:
        yield ""
        yield from _comment(option.doc.render(_))
        yield from _comment(_("Allowed: {allowed}.").format(allowed=option.kind.allowed().render(_)))
        yield f"{option.name} = {as_toml(option.default)}"

    heading = _(
        "Settings of the rating terminal. Every line has the built-in value; a line that is left out keeps it. "
        "After a change, check this file with: hailong config check FILE"
    )
    return "\n".join([*_comment(heading), *_tables(_, explained)]) + "\n"


def effective_file(settings: Mapping[str, Setting], _: Texts) -> str:
    """The values that apply, each followed by where it was set."""

    def with_origin(option: Option) -> Iterator[str]:
        setting = settings[option.key]
        yield f"{option.name} = {as_toml(setting.value)}  # {setting.origin.describe().render(_)}"

    return "\n".join(_tables(_, with_origin)).lstrip("\n") + "\n"


def _tables(_: Texts, write: Callable[[Option], Iterator[str]]) -> Iterator[str]:
    """The lines of all options under the headers of their tables."""
    for table, options in groupby(OPTIONS, key=lambda option: option.table):
        if table:
            yield from ("", f"[{table}]  # {TABLES[table].render(_)}")
        for option in options:
            yield from write(option)


def _comment(text: str) -> list[str]:
    """The text as comment lines."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
