"""``hailong ledger``: is the ledger intact, what is in it, and a copy of it for other programs.

All of it works while the kiosk runs and leaves the kiosk's files alone. SQLite and rich are imported only by
the command that needs them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options
from kiosk.commands.ledger_destroy import destroy
from kiosk.ledger.errors import LedgerError, LedgerForbidden, LedgerMissing, LedgerNewer

if TYPE_CHECKING:
    from kiosk.ledger.reader import Reading
    from kiosk.ledger.witness import Witness

NOT_INTACT = 1
"""Exit code of ``ledger verify`` when an entry is wrong."""

CANNOT_READ = 2
"""Exit code when there is no ledger to read, or the export cannot be written."""

_ = Texts()


@click.group(help=_("Check, show and export the ledger that keeps the ratings, also while the kiosk runs."))
def ledger() -> None:
    """The group; its commands are below."""


ledger.add_command(destroy)


@ledger.command(
    help=_(
        "Check the chain of all entries, of this terminal's ledger or of the one at PATH."
        " Ends with 0 when it is intact, with 1 when an entry is wrong, with 2 when it cannot be read."
    )
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@common_options
def verify(common: Common, path: Path | None) -> None:
    """Walk the chain; the first wrong entry is named on standard output."""
    from kiosk.ledger.verify import untrue_figures
    from kiosk.ledger.verify import verify as walk

    with _opened(_ledger_at(path) if path is not None else _path(common)) as reading:
        verdict = walk(reading.connection)
        wrong = untrue_figures(reading.connection) if verdict.intact else ""
        if not verdict.intact:
            message = _("The ledger is NOT intact. First bad entry: seq {seq}.")
            click.echo(message.format(seq=verdict.first_bad))
        elif wrong:
            message = _(
                "The entries are intact, but what the file adds up from them cannot be believed: {reason}."
            )
            click.echo(message.format(reason=wrong))
        else:
            message = _("The ledger is intact: {entries} entries, head {head}.")
            click.echo(message.format(entries=verdict.entries, head=verdict.head.hex()))
    if wrong or not verdict.intact:
        raise click.exceptions.Exit(NOT_INTACT)


@ledger.command(help=_("Show what the ledger holds, and the last entries."))
@click.option(
    "--last", type=click.IntRange(min=0), default=10, show_default=True, help=_("How many entries to show.")
)
@common_options
def show(common: Common, last: int) -> None:
    """Tables for people; for programs there is ``export``."""
    from kiosk.commands.ledger_tables import print_summary
    from kiosk.ledger.summary import closed_ledgers, last_entries, summarise

    path = _path(common)
    with _opened(path) as reading:
        summary = summarise(reading)
        entries = last_entries(reading, summary.head, last)
        print_summary(path, reading.ledger_id, summary, closed_ledgers(path.parent), entries, _)


@ledger.command(
    help=_(
        "Write every entry for other programs: one JSON object a line, or CSV for spreadsheets."
        " To standard output unless --output is given."
        " With --sealed it is for the central server alone: whoever carries the stick cannot read it."
    )
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="jsonl",
    show_default=True,
    help=_("jsonl can be checked with “hailong verify”; csv is for spreadsheets."),
)
@click.option(
    "--since",
    metavar="SEQ|TIME",
    help=_("Begin at this seq, or at this date or time, such as 2026-11-22 or 2026-11-22T07:30."),
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help=_("Write to this file."))
@click.option(
    "--sealed",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=_(
        "Write what the central server has not signed for yet into this folder, such as that of a USB stick, so that"
        " only that server can read it (“hailong-central receive” takes it in)."
    ),
)
@click.option("--request", type=click.Path(path_type=Path), hidden=True)
@click.option("--answer", type=click.Path(path_type=Path), hidden=True)
@common_options
def export(
    common: Common,
    form: str,
    since: str | None,
    output: Path | None,
    sealed: Path | None,
    request: Path | None,
    answer: Path | None,
) -> None:
    """Stream the rows; an output file appears when it is complete."""
    if sealed is not None:
        if output is not None or form != "jsonl":
            raise click.UsageError(
                _("--sealed has a form of its own: it goes neither with --output nor with --format.")
            )
        _seal(common, sealed, since, request, answer)
        return
    from kiosk.commands.ledger_output import destination, shown_progress
    from kiosk.ledger import export as exporting
    from kiosk.ledger.witness import witnessed

    path = _path(common)
    try:
        begins = exporting.since(since) if since is not None else None
    except ValueError as error:
        message = _("--since: {value} is neither a seq nor a date or time such as 2026-11-22T07:30.")
        raise click.UsageError(message.format(value=repr(since))) from error
    with _opened(path) as reading, destination(output, path.parent, _) as write:
        known = _receipts(path, reading.ledger_id)
        up_to = reading.head().seq
        exported = exporting.export(reading.connection, reading.ledger_id, up_to, begins)
        if form == "csv":
            lines = exporting.as_csv
        else:
            lines, exported = exporting.as_jsonl, witnessed(exported, known)
        quiet = output is None and sys.stdout.isatty()
        for line in lines(shown_progress(exported, up_to, _, quiet=quiet)):
            write(line.encode())


def _seal(common: Common, folder: Path, since: str | None, request: Path | None, answer: Path | None) -> None:
    """What seals is found by its name: it is in a package above this one."""
    from importlib.metadata import entry_points

    if since is not None and not (since.isascii() and since.isdigit() and int(since)):
        raise click.UsageError(_("With --sealed, --since takes a seq, from 1."))
    (found,) = entry_points(group="hailong.exports", name="sealed")
    found.load()(common, folder, None if since is None else int(since), request, answer)


def _receipts(path: Path, ledger_id: bytes) -> Witness:
    """What central has signed of this ledger; where that cannot be read, the export goes without and says so."""
    from kiosk.ledger.witness import Witness, witness

    database = path.parents[1] / "sync" / "sync.db"
    try:
        return witness(database, ledger_id)
    except LedgerError as error:
        message = _("The receipts of the central server cannot be read and are not in the export. ({reason})")
        click.echo(message.format(reason=error), err=True)
        return Witness()


def _path(common: Common) -> Path:
    return common.load().data_dir / "ledger" / "ledger.db"


def _ledger_at(path: Path) -> Path:
    """A ledger may be named by its file, its folder or the data folder."""
    if path.is_dir():
        inside = path / "ledger" / "ledger.db"
        return inside if inside.exists() else path / "ledger.db"
    return path


@contextmanager
def _opened(path: Path) -> Iterator[Reading]:
    """The ledger, open for reading; what prevents it is said on standard error and ends with `CANNOT_READ`."""
    import sqlite3

    from kiosk.ledger.reader import reading

    try:
        with reading(path) as opened:
            yield opened
    except BrokenPipeError:
        raise  # whoever read our output has seen enough: click ends quietly
    except (LedgerError, sqlite3.Error, OSError) as error:
        click.echo(_explained(path, error), err=True)
        raise click.exceptions.Exit(CANNOT_READ) from error


def _explained(path: Path, error: Exception) -> str:
    """Why a ledger cannot be read, and what to do about it."""
    match error:
        case LedgerMissing():
            message = _("There is no ledger at {path}. Is this the right --data-dir? Has the kiosk run?")
        case LedgerForbidden():
            message = _("This user may not read {path}. Run the command with sudo.")
        case LedgerNewer():
            message = _(
                "{path} was made by a newer hailong (version {found}; this one knows {known})."
                " Install the newer one; the ledger was not touched."
            )
            return message.format(path=path, found=error.found, known=error.known)
        case OSError():
            message = _("{path} cannot be read, or the result cannot be written. ({reason})")
            return message.format(path=path, reason=error)
        case _other:
            message = _("{path} is damaged, or is not a ledger. ({reason})")
            return message.format(path=path, reason=error)
    return message.format(path=path)
