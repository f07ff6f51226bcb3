"""``hailong ledger export --sealed``: found by `kiosk.commands.ledger` by its name, for it is above the kiosk."""

import errno
from pathlib import Path

import click

from kiosk.commands.common import Common
from kiosk.config.phrase import Phrase, printable
from kiosk.handover import Answer, Request
from sync.commands.common import settings_of
from sync.errors import SyncError
from sync.exporting import Exported, export
from sync.outcome import LOCAL, WELL, exit_code, outcome_of
from sync.stick import StickError
from sync.words import explained, with_detail

_SAFE = Phrase("Nothing is lost: the ratings are on this terminal as before.")


def sealed(
    common: Common, folder: Path, first: int | None, requested: Path | None, answer: Path | None
) -> None:
    """Write the file, and say what became of it: to people, and to the service menu where that has asked.

    Args:
        common: Of the command line.
        folder: Of the stick.
        first: The seq to begin with; None = the first one that central has not signed for.
        requested: The menu's request; None = nobody but whoever typed the command waits for an answer.
        answer: Where the menu looks for it.
    """
    settings, texts = settings_of(common.load())
    request = None if requested is None else Request.read(requested)
    try:
        said, short, code = _written(export(settings, folder, first)), None, WELL
    except StickError as error:
        said, short, code = Phrase("{reason} {safe}", {"reason": _why(error), "safe": _SAFE}), None, LOCAL
    except SyncError as error:
        outcome = outcome_of(error)
        said, short, code = with_detail(outcome), explained(outcome), exit_code(error)
    if answer is not None and request is not None:
        Answer(request.id, code == WELL, printable((short or said).render(texts))).write(answer)
    click.echo(printable(said.render(texts)), err=code != WELL)
    if code != WELL:
        raise click.exceptions.Exit(code)


def _written(done: Exported) -> Phrase:
    if done.path is None:
        return Phrase(
            "The server has signed for all {last} entries: there is nothing to be carried. --since 1 writes "
            "all of them.",
            {"last": done.last},
        )
    return Phrase(
        "Written and read back: {file}, entries {first} to {last}. The stick may be pulled out. Please bring the file "
        "to whoever runs the server.",
        {"file": done.path.name, "first": done.first, "last": done.last},
    )


def _why(error: StickError) -> Phrase:
    match error.reason:
        case None:
            return Phrase("There is no USB stick. Please plug one in and wait for ten seconds.")
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return Phrase("The USB stick is full. Please take another one, or delete something on it.")
        case errno.EROFS:
            return Phrase("The USB stick takes no files: it is locked or damaged. Please take another one.")
        case errno.EACCES | errno.EPERM:
            return Phrase("This user may not write to the USB stick. Please run the command with sudo.")
        case _other:
            return Phrase(
                "The USB stick was pulled out or is broken, and the file is not on it. Please plug it in again, or "
                "take another one, and repeat this."
            )
