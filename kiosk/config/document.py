"""Writes ``docs/configuration.md`` from the list of options: ``python -m kiosk.config.document > …``."""

import sys
from itertools import groupby

from assets.texts import Texts
from kiosk.config.option import Option
from kiosk.config.options import OPTIONS, TABLES
from kiosk.config.toml_write import as_toml

_INTRODUCTION = """\
# Configuration

<!-- Written by `python -m kiosk.config.document > docs/configuration.md`. Change kiosk/config/options.py instead. -->

A terminal runs without any configuration: touch and the keys 1 to 5 are on, GPIO buttons and the serial pad are off.
What differs is set in one of these places; a later one replaces an earlier one, option by option:

1. the built-in values below;
2. `/etc/hailong/hailong.toml`, if it exists;
3. environment variables, one for each option; lists are written with commas (`HAILONG_GPIO_PINS=5,6,13,19,26`),
   switches as `true` or `false`;
4. the file given with `--config FILE`, which must exist;
5. other arguments, such as `--data-dir`.

On a card that was prepared with `--read-only` ([package.md](package.md)) the system forgets every change at the next
start, but not the folder `/etc/hailong`: it lies on the data partition (as `.system/hailong` there). The file is
changed where it always is, and is kept; so are NetworkManager's connections. Whatever else of the system is changed is
gone with the next start.

| command | what it does |
| --- | --- |
| `hailong config default` | prints a file with every option, its built-in value and an explanation |
| `hailong config check` | checks everything that applies on this machine; `hailong config check FILE` one file alone |
| `hailong config show` | prints the values that apply, each with the place where it was set |

Files are [TOML](https://toml.io) in UTF-8, at most 1 MB; a byte order mark is accepted. Every mistake is reported at
once, with file and line: unknown options and variables, values of a wrong type or out of range, and values that do not
fit together. A wrong value is a mistake even where a stronger source replaces it. With a mistake `hailong config check`
ends with 1 and every other command with 2. `hailong run` shows the mistakes on its screen as well, turned and coloured
as far as the configuration can be read, and not where a kiosk uses that data folder already.

These must fit together:

- at least one of `inputs.touch`, `inputs.keyboard`, `gpio.enabled`, `pad.enabled` is on;
- `gpio.pull = "up"` goes with `gpio.active = "low"`, `"down"` with `"high"`, `"none"` with either;
- no pin of `gpio.leds` is one of `gpio.pins`;
- a pad that is enabled has a `pad.port`;
- with `pad.mode = "pattern"`, `pad.pattern` is a regular expression that has the groups and cannot be slow
  (*Pattern mode* in [pad-protocol.md](pad-protocol.md));
- `visit.correction_window_s` is not longer than `visit.repeat_interval_s`, since a correction belongs to the same
  visit; with a repeat interval of 0 every press is a visit of its own, and the window must be 0 as well;
- `screen.width` and `screen.height` are both set or both 0;
- `sound.quiet_from` and `sound.quiet_until` are two different times, or both empty.

**What the central server may set** has a ● in the last column. Its word is stronger than every place above, and is
followed while the terminal runs, when nobody is rating; `hailong config show` and `hailong doctor` say which values
are its own. A configuration of central's is taken whole or not at all, by the rules of this page; where one that is
in use does not fit any more, because another place was changed, its settings are left out together and its words
stay. Texts may not have characters that turn the direction of writing, wherever they come from.
"""


def document() -> str:
    """The whole page, Markdown."""
    parts = [_INTRODUCTION]
    for table, options in groupby(OPTIONS, key=lambda option: option.table):
        parts.append(_section(table, list(options)))
    return "\n".join(parts)


def _section(table: str, options: list[Option]) -> str:
    english = Texts("en")
    title = f"## [{table}]\n\n{TABLES[table].render(english)}" if table else "## Top of the file"
    rows = [
        f"| `{option.key}` | {option.doc.render(english)} | {option.kind.allowed().render(english)} "
        f"| `{as_toml(option.default)}` | `{option.variable}` | {'●' if option.central else ''} |"
        for option in options
    ]
    heading = "| option | meaning | allowed | built in | environment | central |\n"
    heading += "| --- | --- | --- | --- | --- | --- |"
    return "\n".join([title, "", heading, *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(document())
