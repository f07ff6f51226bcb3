"""Where an export goes: standard output, or a file that appears only when it is complete."""

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from assets.texts import Texts
from kiosk.ledger.disk import rename_through
from kiosk.ledger.export import Row

CANNOT_WRITE = 2
"""Exit code when the export cannot be written."""

_READABLE_BY_GROUP = 0o640


@contextmanager
def destination(output: Path | None, ledger_folder: Path, _: Texts) -> Iterator[Callable[[bytes], object]]:
    """A function that takes the export's bytes.

    An output file is written under another name, synced and renamed, so that half an export is never taken
    for a whole one.

    Args:
        output: None for standard output.
        ledger_folder: Where nothing may be written but by the kiosk.
        _: The language of complaints.

    Raises:
        click.exceptions.Exit: It cannot be written; why is on standard error.
    """
    if output is None or str(output) == "-":
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    _refuse_precious(output, ledger_folder, _)
    try:
        fd, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    except OSError as error:
        raise _failed(output, error, _) from error
    draft = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            os.fchmod(fd, _READABLE_BY_GROUP)
            yield _telling_write(file.write, output, _)
            file.flush()
            os.fsync(fd)
        rename_through(draft, output)
    except OSError as error:
        raise _failed(output, error, _) from error
    finally:
        draft.unlink(missing_ok=True)


def _telling_write(write: Callable[[bytes], object], output: Path, _: Texts) -> Callable[[bytes], object]:
    def told(content: bytes) -> None:
        try:
            write(content)
        except OSError as error:
            raise _failed(output, error, _) from error

    return told


def _refuse_precious(output: Path, ledger_folder: Path, _: Texts) -> None:
    """Refuse to replace the ledger, one of its companions, or something that is not a file (``/dev/null``)."""
    if output.resolve().parent == ledger_folder.resolve():
        message = _("--output: {path} is in the ledger's own folder. Choose another place for the export.")
    elif output.exists() and not stat.S_ISREG(output.stat().st_mode):
        message = _("--output: {path} is not a file. Leave --output out to write to standard output.")
    else:
        return
    click.echo(message.format(path=output), err=True)
    raise click.exceptions.Exit(CANNOT_WRITE)


def _failed(output: Path, error: OSError, _: Texts) -> click.exceptions.Exit:
    message = _("--output: {path} cannot be written. ({reason})")
    click.echo(message.format(path=output, reason=error.strerror or error), err=True)
    return click.exceptions.Exit(CANNOT_WRITE)


def shown_progress(exported: Iterable[Row], up_to: int, _: Texts, *, quiet: bool) -> Iterator[Row]:
    """The same rows, with a progress bar on standard error where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield from exported
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(_("Exporting"), total=up_to)
        for row in exported:
            yield row
            progress.update(task, completed=int(str(row["seq"])))
