"""``hailong ledger destroy``: the only thing that deletes ratings, and only those that central holds."""

from __future__ import annotations

import os
import syslog
from pathlib import Path

import click

from assets.texts import Texts
from kiosk.clock import SystemClock, rfc3339
from kiosk.commands.common import Common, common_options
from kiosk.ledger.errors import LedgerError, LedgerLocked, LedgerMissing
from kiosk.ledger.lock import WriterLock

REFUSED = 1
"""Exit code when the ledger stays: something is pending, or nobody confirmed."""

CANNOT = 2
"""Exit code when it could not be looked at, or not be deleted."""

_ = Texts()


@click.command(
    help=_(
        "Delete this terminal's ledger for good. Refused while a rating in it has no receipt of the central server."
        " The kiosk must be stopped; the first eight characters of the ledger's id are asked for."
    )
)
@common_options
def destroy(common: Common) -> None:
    """Look, ask, write down, delete; all of it while holding the right to write, so that no vote comes meanwhile."""
    import sqlite3

    folder = common.load().data_dir / "ledger"
    try:
        if not (folder / "ledger.db").exists():
            raise LedgerMissing(folder / "ledger.db")
        lock = WriterLock(folder / "ledger.lock")
    except LedgerMissing as error:
        raise _failed(_("There is no ledger at {path}.").format(path=error.path), CANNOT) from error
    except LedgerLocked as error:
        stop = _("The kiosk is running. Stop it first: sudo systemctl stop hailong-kiosk")
        raise _failed(stop, REFUSED) from error
    except OSError as error:
        raise _unable(error) from error
    try:
        _destroy(folder)
    except (LedgerError, OSError, sqlite3.Error) as error:
        raise _unable(error) from error
    finally:
        lock.close()


def _destroy(folder: Path) -> None:
    from kiosk.ledger.destroying import destroy as delete
    from kiosk.ledger.destroying import fate

    gone = fate(folder)
    if gone.pending:
        message = _(
            "{pending} entries have no receipt of the central server and would be lost. Nothing was deleted."
            " Start the terminal and let it deliver (hailong sync status), then stop it and try again."
        )
        raise _failed(message.format(pending=gone.pending), REFUSED)
    if not gone.may_go:
        message = _(
            "{closed} closed ledgers are not brought over yet; their ratings would be lost. Nothing was deleted."
            " Start the terminal and let it deliver, then stop it and try again."
        )
        raise _failed(message.format(closed=gone.closed), REFUSED)

    message = _("Ledger {ledger}: {entries} entries; the central server has signed for them up to {receipt}.")
    click.echo(message.format(ledger=gone.ledger, entries=gone.entries, receipt=gone.receipt))
    wanted = gone.ledger[:8]
    question = _("To delete it for good, type {wanted}").format(wanted=wanted)
    if click.prompt(question, default="", show_default=False) != wanted:
        raise _failed(_("Not confirmed. Nothing was deleted."), REFUSED)

    by = os.environ.get("SUDO_USER") or str(os.getuid())
    record = delete(folder, gone, rfc3339(SystemClock().wall_ns()), by)
    syslog.syslog(
        syslog.LOG_NOTICE, f"hailong: ledger {gone.ledger} with {gone.entries} entries deleted by {by}"
    )
    click.echo(_("The ledger is deleted; {record} says so.").format(record=record))


def _failed(message: str, code: int) -> click.exceptions.Exit:
    click.echo(message, err=True)
    return click.exceptions.Exit(code)


def _unable(error: Exception) -> click.exceptions.Exit:
    message = _(
        "The ledger cannot be read or deleted; what it holds is not known to be delivered. ({reason})"
    )
    return _failed(message.format(reason=error), CANNOT)
