"""``hailong clock``: the machine's clock forward to the time that central has signed; hailong-clock.service runs it."""

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options, set_up_logging
from kiosk.config.phrase import Phrase

NOT_ALLOWED = 1
"""Exit code when this process may not set the clock."""
UNREADABLE = 2
"""Exit code when the ledger cannot be read."""

_ = Texts()


@click.command(
    help=_(
        "Put the machine's clock forward to the time that the central server has signed in this boot; never back. "
        "Ends with 0 also when there was nothing to do, with 1 when it may not, with 2 when the ledger cannot be read."
    )
)
@common_options
def clock(common: Common) -> None:
    """With a kiosk that runs or without."""
    import sqlite3
    from datetime import timedelta

    from kiosk.clock import SystemClock
    from kiosk.ledger.errors import LedgerError, LedgerMissing
    from kiosk.ledger.reader import reading
    from sync import system_clock
    from sync.commands.common import say
    from sync.place import Place

    set_up_logging()
    config = common.load()
    texts, machine = Texts(config.language), SystemClock()
    try:
        with reading(Place(config.data_dir).ledger) as ledger:
            anchor = system_clock.anchor_of_boot(ledger, machine.boot_id())
    except LedgerMissing:
        anchor = None
    except (LedgerError, sqlite3.Error, OSError) as error:
        say(Phrase("The ledger cannot be read: {problem}", {"problem": str(error)}), texts, err=True)
        raise click.exceptions.Exit(UNREADABLE) from error
    if anchor is None:
        say(Phrase("The central server has not said in this boot what time it is. The clock is left."), texts)
        return
    by_ms = system_clock.behind_ms(anchor, machine)
    if by_ms == 0:
        say(Phrase("The clock is not behind. It is left."), texts)
        return
    try:
        system_clock.put_forward(by_ms)
    except PermissionError as error:
        say(
            Phrase("This user may not set the clock. Please use: sudo systemctl start hailong-clock"),
            texts,
            err=True,
        )
        raise click.exceptions.Exit(NOT_ALLOWED) from error
    say(
        Phrase("The clock was put forward by {time}.", {"time": str(timedelta(seconds=by_ms // 1000))}), texts
    )
