"""``hailong enrol``: this terminal belongs to a central server from now on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options
from kiosk.config.phrase import Phrase

if TYPE_CHECKING:
    from sync.enrolling import Enrolled
    from sync.tickets import Ticket

BAD_INPUT = 2
"""Exit code when the command line, the ticket or a file of this machine is wrong."""

_ = Texts()
_FILE = click.Path(path_type=Path)
_LONGEST_TICKET = 4096
WAIT_S = 900.0


@click.command(
    help=_(
        "Enrol this terminal at the central server at URL with a one-time CODE from its administrator. KEY_ID, where "
        "it is given, must be that of the server's key. Ends with 0 when the terminal is accepted or waits for an "
        "administrator, with 2 when the input is wrong, with 3 when the server was not reached, with 4 when it "
        "refused, with 5 when nobody has confirmed the key (--by-phone)."
    )
)
@click.argument("url", required=False)
@click.argument("code", required=False)
@click.argument("key_id", required=False)
@click.option(
    "--code-file",
    type=_FILE,
    metavar="FILE",
    help=_(
        "Read URL, CODE and KEY_ID from this file, or with - from standard input (a scanner types there)."
    ),
)
@click.option(
    "--ca",
    type=_FILE,
    metavar="FILE",
    help=_("Trust only this authority (a certificate in PEM) for the server, from now on."),
)
@click.option(
    "--same-ledger",
    is_flag=True,
    help=_(
        "Go on as the same terminal, with its ledger and its key, after the board was changed or the server got "
        "another address. CODE alone is enough where the address is the same."
    ),
)
@click.option(
    "--by-phone",
    is_flag=True,
    help=_(
        "Without CODE: show a link as a square for the administrator's telephone, and wait until the key of this "
        "terminal is confirmed there."
    ),
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=WAIT_S,
    show_default=True,
    help=_("How long to wait for the confirmation; 0 = ask once, and show no square."),
)
@click.option("--replace", is_flag=True, help=_("Leave the central server that the terminal belongs to now."))
@common_options
def enrol(
    common: Common,
    url: str | None,
    code: str | None,
    key_id: str | None,
    code_file: Path | None,
    ca: Path | None,
    same_ledger: bool,
    by_phone: bool,
    seconds: float,
    replace: bool,
) -> None:
    """Show the key id, ask, and say what has become of it."""
    from sync.commands.common import failed, say, settings_of, show_link
    from sync.enrolling import enrol as ask
    from sync.enrolling import known_address, until_confirmed
    from sync.errors import SyncError
    from sync.lending import serve_as_owner
    from sync.links import link
    from sync.place import certificates
    from sync.tickets import in_groups

    settings, texts = settings_of(common.load())
    if same_ledger and replace:
        say(
            Phrase("--same-ledger and --replace contradict each other. Please give one of them."),
            texts,
            err=True,
        )
        raise click.exceptions.Exit(BAD_INPUT)
    if same_ledger and code is None and url is not None and not by_phone:
        try:
            url, code = known_address(settings), url
        except SyncError as error:
            raise failed(error, texts) from error
    ticket = _ticket(url, code, key_id, code_file, texts, by_phone=by_phone)
    try:
        pinned = None if ca is None else certificates(ca)
        serve_as_owner(settings.place)
        key = settings.place.key_or_new()
        say(Phrase("The key of this terminal: {key}.", {"key": in_groups(key.public.key_id)}), texts)
        if by_phone and seconds:
            show_link(link(ticket.url, key.public.raw), texts)
        enrolled = until_confirmed(
            lambda: ask(settings, ticket, key, pinned, same_ledger=same_ledger, replace=replace),
            settings.clock,
            seconds if by_phone else 0,
        )
    except SyncError as error:
        raise failed(error, texts) from error
    for phrase in _outcome(enrolled, code_file):
        say(phrase, texts)


def _ticket(
    url: str | None,
    code: str | None,
    key_id: str | None,
    code_file: Path | None,
    texts: Texts,
    *,
    by_phone: bool,
) -> Ticket:
    """What was typed, or is in the file. Raises `click.exceptions.Exit`."""
    from sync import tickets
    from sync.address import NotProtected
    from sync.codes import BadCode
    from sync.commands.common import say
    from sync.tickets import BadTicket

    try:
        if by_phone:
            if url is None or code is not None or code_file is not None:
                raise BadTicket("--by-phone takes URL alone")
            return tickets.ticket(url, None)
        if (code_file is None) == (url is None) or (url is not None and code is None):
            raise BadTicket("either URL and CODE, or --code-file")
        if code_file is not None:
            return tickets.read(_text(code_file, texts))
        return tickets.ticket(url or "", code or "", key_id)
    except BadTicket as error:
        match error.__cause__:
            case NotProtected():
                reason = Phrase(
                    "Without encryption (http) only this machine itself is reached. Please use https."
                )
            case BadCode():
                reason = Phrase(
                    "The code cannot be right: it has 12 letters and digits, such as 7K3F-9Q2M-XPTB."
                )
            case _other:
                reason = Phrase(
                    "Please give the address of the server and the code, such as: hailong enrol "
                    "https://danhgia.example.vn 7K3F-9Q2M-XPTB; or a file with both: --code-file FILE. ({reason})",
                    {"reason": str(error)},
                )
        say(reason, texts, err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    except OSError as error:
        values: dict[str, str | int | Phrase] = {"path": str(code_file), "reason": str(error.strerror)}
        say(Phrase("{path} cannot be read. ({reason})", values), texts, err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error


def _text(code_file: Path, texts: Texts) -> str:
    """What the file says. Raises `OSError`."""
    from sync import tickets
    from sync.commands.common import say

    with click.open_file(str(code_file), "rb") as file:
        if not file.isatty():
            return tickets.decoded(file.read(_LONGEST_TICKET))
        # A scanner ends what it types as a person does, with Enter; nobody there ends the input.
        say(
            Phrase("Please scan the code, or type the address and the code and press Enter."), texts, err=True
        )
        while (line := file.readline(_LONGEST_TICKET)) == b"\n":
            continue
        return tickets.decoded(line)


def _outcome(enrolled: Enrolled, code_file: Path | None) -> list[Phrase]:
    from sync.codes import for_people
    from sync.protocol import ACCEPTED
    from sync.tickets import in_groups

    identity, config = enrolled.identity, enrolled.config
    said = [
        Phrase(
            "Enrolled at {url} (the server's key: {key}) as terminal {device}.",
            {
                "url": identity.url,
                "key": in_groups(identity.central.key_id),
                "device": for_people(identity.device),
            },
        )
    ]
    if identity.status != ACCEPTED:
        said.append(
            Phrase(
                "The server waits for an administrator to accept this terminal. Please have the key of this terminal "
                "compared there. Ratings are kept meanwhile."
            )
        )
    elif config is not None:
        place = ", ".join(filter(None, (config.counter, config.department, config.unit)))
        said.append(Phrase("Accepted. From now on ratings count for: {place}.", {"place": place}))
    else:
        said.append(Phrase("Accepted."))
    if code_file is not None and str(code_file) != "-":
        said.append(
            Phrase("The code in {path} has been used and is worth nothing now.", {"path": str(code_file)})
        )
    return said
