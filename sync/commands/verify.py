"""``hailong verify``: an exported ledger, checked on any computer."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from assets.texts import Texts
from kiosk.messages.statements import LATEST_S
from sync import statements_verifier, verifier
from sync.verifier import Reason, Verdict

_ = Texts()

_HO_CHI_MINH = timezone(timedelta(hours=7))
_FILE = click.Path(path_type=Path)


@click.command(
    help=_(
        "Check the chain of an EXPORT made with “hailong ledger export --format jsonl”; no ledger is needed."
        " Receipts of the central server in it are checked, too; with KEY_ID only those by the server's key of that id"
        " count, and there must be one. Ends with 0 when it is intact, with 1 when an entry is wrong, with 2 when it"
        " cannot be read. A central server's statement of completeness is checked in the same way, and of a"
        " sealed export that it is whole and whose (KEY_ID is then that of the terminal's key)."
    )
)
@click.argument("export", type=_FILE)
@click.argument("key_id", required=False)
# Every command takes these two. An export is checked by itself, so nothing is read from either.
@click.option(
    "--config",
    type=_FILE,
    metavar="FILE",
    expose_value=False,
    help=_("A configuration file, stronger than that of the machine and than the environment."),
)
@click.option(
    "--data-dir",
    type=_FILE,
    metavar="FOLDER",
    expose_value=False,
    help=_("The folder where the ratings are kept."),
)
def verify(export: Path, key_id: str | None) -> None:
    """Say whether every entry continues the one before, and which is the first that does not."""
    if _is_statement(export):
        _verify_statement(export, key_id)
        return
    try:
        found = verifier.verify(export, key_id)
    except (OSError, verifier.CannotRead) as error:
        _say_unreadable(export, error)
        raise click.exceptions.Exit(verifier.CANNOT_READ) from error
    if found.reason is not None:
        message = _("The export is NOT intact. First bad entry: seq {seq}: {reason}.")
        click.echo(message.format(seq=found.first_bad, reason=_explained(found.reason)))
        raise click.exceptions.Exit(verifier.NOT_INTACT)
    _say_intact(found)


def _say_unreadable(path: Path, error: OSError | ValueError) -> None:
    reason = (error.strerror or error) if isinstance(error, OSError) else error
    message = _("{path} cannot be read as an export. ({reason})")
    click.echo(message.format(path=path, reason=reason), err=True)


def _is_statement(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return statements_verifier.is_statement(file.read(100).decode("utf-8", "replace"))
    except OSError:
        return False  # said by whoever reads it


def _verify_statement(path: Path, key_id: str | None) -> None:
    try:
        found = statements_verifier.verify_file(path, key_id)
    except (OSError, ValueError) as error:
        _say_unreadable(path, error)
        raise click.exceptions.Exit(verifier.CANNOT_READ) from error
    key = "-".join(re.findall("....", found.key_id))
    if "sha256" in found.said:
        _say_sealed(found, key)
        return
    if not found.good:
        message = _(
            "The statement is NOT as a server signed it, or not by the key that is wanted. It names the key {key}."
        )
        click.echo(message.format(key=key))
        raise click.exceptions.Exit(verifier.NOT_INTACT)
    message = _(
        "The statement is as it was signed: {name}, at {at} by the key {key}. Please compare that id with what the"
        " server's administrator says."
    )
    said = found.said
    click.echo(message.format(name=said.get("name") or said.get("device"), at=said.get("at"), key=key))
    message = _("Entries recorded {recorded}, held {held}, missing {missing}.")
    click.echo(message.format(**{name: said.get(name) for name in ("recorded", "held", "missing")}))


def _say_sealed(found: statements_verifier.Statement, key: str) -> None:
    said = found.said
    if not found.good:
        message = _(
            "The sealed export is NOT whole, or not as the terminal with the key {key} has signed it."
        )
        click.echo(message.format(key=key))
        raise click.exceptions.Exit(verifier.NOT_INTACT)
    message = _(
        "The sealed export is whole: terminal {device}, key {key}, ledger {ledger}, seq {first} to {last}, for the"
        " server with the key {central}. What is in it only that server can read."
    )
    central = "-".join(re.findall("....", str(said.get("central"))))
    first, last = int(said["after"]) + 1, said["size"]
    facts = {"device": said.get("device"), "ledger": said.get("ledger"), "first": first, "last": last}
    click.echo(message.format(**facts, key=key, central=central))


def _say_intact(found: Verdict) -> None:
    message = _("The export is intact: ledger {ledger}, seq {first} to {last}, head {head}.")
    click.echo(message.format(ledger=found.ledger_id, first=found.first, last=found.last, head=found.head))
    if found.first > 1:
        message = _(
            "It begins at seq {first}: the entries before are not in the export and were not checked."
        )
        click.echo(message.format(first=found.first))
    if found.receipts:
        _say_receipts(found)
    else:
        message = _(
            "There is no receipt of a central server in it: whether its end was cut off cannot be known from it."
        )
        click.echo(message)


def _say_receipts(found: Verdict) -> None:
    at = datetime.fromtimestamp(min(found.signed_at_s, LATEST_S), _HO_CHI_MINH)
    message = _(
        "{receipts} receipts of the central server agree with it; the last is for all entries up to seq {seq}, given"
        " at {at} by the key {keys}. Please compare that id with what the server's administrator says."
    )
    keys = ", ".join("-".join(re.findall("....", key_id)) for key_id in found.key_ids)
    click.echo(
        message.format(receipts=found.receipts, seq=found.signed, at=f"{at:%H:%M %d/%m/%Y}", keys=keys)
    )
    if not verifier.CAN_VERIFY:
        click.echo(_("The signatures were NOT checked: the Python package cryptography is missing."))


def _explained(reason: Reason) -> str:
    match reason:
        case Reason.OTHER_LEDGER:
            return _("it belongs to another ledger")
        case Reason.GAP:
            return _("an entry before it is missing, or it is not in its place")
        case Reason.PREV:
            return _("prev is not the hash of the entry before")
        case Reason.HASH:
            return _("its hash is not that of its contents")
        case Reason.COLUMN:
            return _("a column (level, wall, counted, level_counted) does not say what the entries say")
        case Reason.OTHER:
            return _("the central server has signed for another entry here")
        case Reason.LOST:
            return _("the central server has signed for this entry, and it is not in the export")
        case Reason.SIGNATURE:
            return _("a receipt with it is not one that the central server has signed for this ledger")
        case Reason.UNSIGNED:
            return _("no receipt by the key that was given vouches for it")
