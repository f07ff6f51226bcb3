"""The tables of ``hailong ledger show``."""

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table

from assets.texts import Texts
from kiosk.config.phrase import printable
from kiosk.ledger.chain import Entry
from kiosk.ledger.summary import Closed, Summary, wall_of


def print_summary(
    path: Path,
    ledger_id: bytes,
    summary: Summary,
    closed: Sequence[Closed],
    entries: Sequence[Entry],
    _: Texts,
) -> None:
    """Print everything on standard output, in the language of the given texts."""
    # What stands in a ledger is data: no markup, nothing guessed to be a number or a path and coloured.
    console = Console(markup=False, highlight=False, emoji=False)
    # Not a table: a hash that is to be compared or copied stays on one line.
    console.print(_facts(path, ledger_id, summary, _), soft_wrap=True)
    sections = [(_("Entries by kind"), _kinds(summary, _))]
    if summary.counted:
        sections.append((_("Ratings that count"), _counted(summary, _)))
    if closed:
        sections.append((_("Ledgers that were closed"), _closed(closed, _)))
    if entries:
        sections.append((_("The last entries"), _entries(entries, _)))
    for title, table in sections:
        console.print(f"\n{title}")
        console.print(table)


def _facts(path: Path, ledger_id: bytes, summary: Summary, _: Texts) -> str:
    facts = {
        _("Ledger"): printable(str(path)),
        _("Identity"): ledger_id.hex(),
        _("Entries"): str(summary.head.seq),
        _("Head"): summary.head.hash.hex(),
        _("First entry"): _or_unknown(summary.first_wall, _),
        _("Last entry"): _or_unknown(summary.last_wall, _),
    }
    width = max(map(cell_len, facts))
    return "\n".join(f"{set_cell_size(name, width)}  {fact}" for name, fact in facts.items())


def _or_unknown(wall: str | None, _: Texts) -> str:
    return printable(wall) if wall is not None else _("unknown")


def _kinds(summary: Summary, _: Texts) -> Table:
    table = Table(box=SIMPLE)
    table.add_column(_("Kind"))
    table.add_column(_("Number"), justify="right")
    for kind, number in summary.kinds.items():
        table.add_row(printable(kind), str(number))
    return table


def _counted(summary: Summary, _: Texts) -> Table:
    table = Table(box=SIMPLE, show_footer=True)
    table.add_column(_("Level"), _("Total"))
    table.add_column(_("Number"), str(sum(summary.counted.values())), justify="right")
    for level, number in summary.counted.items():
        table.add_row(printable(str(level)), str(number))
    return table


def _closed(closed: Sequence[Closed], _: Texts) -> Table:
    table = Table(box=SIMPLE)
    table.add_column(_("File"))
    table.add_column(_("Size (bytes)"), justify="right")
    table.add_column(_("Entries brought over"))
    for one in closed:
        table.add_row(
            printable(one.path.name),
            str(one.size_bytes),
            _("all brought over") if one.salvaged else _("not all brought over yet"),
        )
    return table


def _entries(entries: Sequence[Entry], _: Texts) -> Table:
    table = Table(box=SIMPLE)
    table.add_column("seq", justify="right")
    table.add_column(_("Kind"))
    table.add_column(_("Boot"), justify="right")
    table.add_column(_("Wall time (UTC)"))
    for entry in entries:
        wall = _or_unknown(wall_of(entry), _)
        table.add_row(str(entry.seq), printable(entry.kind), str(entry.boot_n), wall)
    return table
