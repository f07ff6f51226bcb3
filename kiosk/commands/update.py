"""``hailong update``: another version of the program, signed by the server."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options
from kiosk.config.phrase import Phrase, printable

if TYPE_CHECKING:
    from kiosk.messages.notes import PublicKey
    from kiosk.update.files import Files, Result
    from kiosk.update.staging import Refused

NOT_BEGUN, NOT_INSTALLED = 2, 1
"""Exit codes: nothing was changed; the version before is back, or the kiosk is not ready."""

UNIT = "hailong-update.service"
PATIENCE_S = 300.0
_LOOK_S = 1.0

_ = Texts()


@click.command(
    help=_(
        "Install the package FILE, which the central server must have signed (FILE.sig lies beside it). Ratings are"
        " taken meanwhile. When the new version is not ready within a minute the one before comes back by itself; so it"
        " does when the power goes in the middle. Without FILE: how the last update ended. Ends with 0 when the new"
        " version is in use, with 1 when the one before is back, with 2 when nothing was changed."
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--older", is_flag=True, help=_("Also a version that is older, or the same again."))
@click.option("--resume", is_flag=True, hidden=True)
@common_options
def update(common: Common, file: Path | None, older: bool, resume: bool) -> None:
    """Stage it, have systemd carry it out, and say how it ended."""
    from kiosk.update.files import Files

    files, texts = Files(), Texts(common.load().language)
    if resume:
        _resume(files)
        return
    if file is None:
        click.echo(_said(files.result()).render(texts))
        return
    if os.geteuid() != 0:
        raise _stop(
            Phrase("An update needs the rights of the administrator: please run it with sudo."), texts
        )
    key = _pinned(common.load().data_dir)
    if key is None:
        phrase = Phrase(
            "This terminal belongs to no central server yet, so nobody's signature can be believed. Please enrol it "
            "first, or install the package by hand: sudo apt install ./{file}",
            {"file": file.name},
        )
        raise _stop(phrase, texts)
    _begin(files, file, key, texts, older=older)
    click.echo(Phrase("The package is as the server has signed it. Installing it …").render(texts))
    ended = _ended(files)
    click.echo(printable(_said(ended).render(texts)))
    if ended is None or ended.outcome != "installed":
        raise click.exceptions.Exit(NOT_INSTALLED)


def _begin(files: "Files", file: Path, key: "PublicKey", texts: Texts, *, older: bool) -> None:
    import subprocess

    from kiosk.update.files import Busy
    from kiosk.update.machine import DebianMachine
    from kiosk.update.staging import Refused, stage

    if not Path("/run/systemd/system").is_dir():
        phrase = Phrase(
            "An update needs systemd. Please install the package by hand: sudo apt install ./{file}",
            {"file": file.name},
        )
        raise _stop(phrase, texts)
    try:
        files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with files.held(wait=False):
            stage(files, file, key, DebianMachine(files), older=older)
    except Busy as error:
        raise _stop(_refusals()["under_way"], texts) from error
    except Refused as error:
        raise _stop(_why(error), texts) from error
    except (OSError, ValueError) as error:
        phrase = Phrase(
            "The update could not be prepared, and nothing was changed. ({reason})", {"reason": str(error)}
        )
        raise _stop(phrase, texts) from error
    # What goes on from here goes on without this program: a connection that breaks, or the power, may end it.
    subprocess.run(["systemctl", "--no-block", "start", UNIT], check=True)  # noqa: S603, S607 - by its name


def _ended(files: "Files") -> "Result | None":
    """How it ended; None where that has not come within `PATIENCE_S`."""
    import subprocess

    give_up_s = time.monotonic() + PATIENCE_S
    while (result := files.result()) is None and time.monotonic() < give_up_s:
        failed = subprocess.run(["systemctl", "--quiet", "is-failed", UNIT], check=False)  # noqa: S603, S607
        if failed.returncode == 0:
            break
        time.sleep(_LOOK_S)
    return result or files.result()


def _resume(files: "Files") -> None:
    """By hand, what the unit does: with the copy that no package exchanges."""
    from kiosk.update.machine import PYTHON

    if files.updater.exists():
        os.execv(PYTHON, [PYTHON, "-I", str(files.updater), "--resume"])  # noqa: S606 - no shell


def _pinned(data_dir: Path) -> "PublicKey | None":
    """Central's key, as the enrolment has pinned it."""
    from kiosk.ledger.membership import Membership

    membership = Membership(data_dir / "ledger")
    membership.load()
    return None if membership.enrolment is None else membership.enrolment.central


def _said(result: "Result | None") -> Phrase:
    if result is None:
        return Phrase("There is no result of an update. The log says more: journalctl -u hailong-update")
    versions = {"old": result.old, "new": result.new}
    match result.outcome:
        case "installed":
            return Phrase("Version {new} is in use; it was {old} before.", versions)
        case "returned":
            return Phrase(
                "Version {new} did not work on this terminal, and {old} is back. Ratings were kept all the time. "
                "({reason})",
                {**versions, "reason": result.reason},
            )
        case _other:
            return Phrase(
                "Version {new} is installed, but the rating screen is not ready; it was not with {old} either. "
                "({reason})",
                {**versions, "reason": result.reason},
            )


def _refusals() -> dict[str, Phrase]:
    return {
        "under_way": Phrase("An update is under way already. Please wait until it has ended: hailong update"),
        "no_file": Phrase("There is no file {file}."),
        "no_signature": Phrase(
            "There is no signature {file}. Please copy both files from the server: the package, and the one that ends "
            "with .sig."
        ),
        "not_signed": Phrase(
            "{file} is not a signature by the central server of this terminal (key {key}). Nothing was changed. Please "
            "ask the server's administrator, and do not install the package in another way."
        ),
        "other_file": Phrase(
            "{file} is not the package that the server has signed: copied by half, damaged, or changed. Please copy it "
            "once more."
        ),
        "foreign": Phrase(
            "{file} is not a package of this program, or of another version than its signature says."
        ),
        "architecture": Phrase(
            "The package is for machines of the kind {theirs}; this one is {here}. Please take the other package."
        ),
        "needs": Phrase(
            "The package needs others that are not installed here: {missing}. Please install them first (sudo apt "
            "install), or take the package for this version of the system."
        ),
        "no_room": Phrase(
            "There is not enough room for the package on the card: it needs {need} MB, and {free} MB are free. Please "
            "make room (sudo apt clean) and try again; nothing of the ledger must be deleted."
        ),
        "overlay": Phrase(
            "The overlay file system is on: what is installed now would be gone after the next start. Please switch it "
            "off (sudo raspi-config), restart, update, and switch it on again."
        ),
        "not_a_package": Phrase(
            "This program was not installed as a Debian package on this machine, so it cannot be updated by one."
        ),
        "not_newer": Phrase(
            "Version {new} is not newer than {old}, which is in use. To install it all the same, add --older."
        ),
    }


def _why(error: "Refused") -> Phrase:
    return Phrase(_refusals()[error.why].msgid, error.values)


def _stop(phrase: Phrase, texts: Texts) -> click.exceptions.Exit:
    click.echo(printable(phrase.render(texts)), err=True)
    return click.exceptions.Exit(NOT_BEGUN)
