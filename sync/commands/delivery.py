"""``hailong sync``: deliver for as long as the terminal runs, deliver once, and how it goes."""

import json
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options, set_up_logging
from kiosk.config.phrase import Phrase
from kiosk.owner import become_owner

if TYPE_CHECKING:
    from sync.once import Delivered

ALREADY_RUNNING = 1
"""Exit code of ``sync run`` when another one serves the folder."""

_ = Texts()


@click.group(help=_("Deliver the ratings to the central server, and say how that goes."))
def sync() -> None:
    """The group; its commands are below."""


@sync.command(
    help=_("Deliver for as long as the terminal runs. The kiosk does not need it and does not wait for it.")
)
@click.option(
    "--pull",
    "listen",
    metavar="ADDRESS:PORT",
    help=_("Answer there a server that fetches the ratings itself; with port 0 at any that is free."),
)
@click.option("--no-push", is_flag=True, help=_("Send no ratings: the server fetches them."))
@common_options
def run(common: Common, listen: str | None, no_push: bool) -> None:
    """Until SIGTERM or Ctrl-C."""
    from dataclasses import replace

    from sync.commands.common import failed, say, settings_of
    from sync.commands.pulled import answering
    from sync.connect import KioskLink
    from sync.errors import LocalFault
    from sync.place import AlreadyRunning
    from sync.resting import MaybeKiosk
    from sync.run import Runner

    set_up_logging()
    config = common.load(None if listen is None else {"pull.listen": listen})
    settings, texts = settings_of(config)
    settings = replace(settings, push=not no_push)
    place = settings.place
    become_owner(place.folder if place.folder.exists() else place.data_dir)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    try:
        with settings.place.serving():
            if config.pull.listen:
                with answering(config.pull, settings, texts) as url:
                    kiosk = MaybeKiosk(settings.place, settings.clock, settings.program)
                    Runner(replace(settings, pull=url, opened=kiosk.opened), lambda: kiosk).run()
            else:
                Runner(settings, lambda: KioskLink(settings.place.data_dir)).run()
    except AlreadyRunning as error:
        phrase = Phrase("“hailong sync run” serves {path} already.", {"path": str(settings.place.data_dir)})
        say(phrase, texts, err=True)
        raise click.exceptions.Exit(ALREADY_RUNNING) from error
    except LocalFault as error:
        raise failed(error, texts) from error


def _end(_number: int, _frame: object) -> NoReturn:
    """Wherever the program is, it may stop there: nothing is ever half sent in what it remembers."""
    sys.exit(0)


@sync.command(
    help=_(
        "Deliver what is waiting, now. Ends with 0 when no rating is waiting any more, with 3 when the server was not "
        "reached (nothing is lost), with 4 when it refused, with 2 when something of this machine is in the way."
    )
)
@click.option("--json", "as_json", is_flag=True, help=_("Say it as one line of JSON on standard output."))
@common_options
def once(common: Common, as_json: bool) -> None:
    """With a kiosk that runs or without."""
    from sync.commands.common import failed, say, settings_of
    from sync.errors import SyncError
    from sync.lending import serve_as_owner
    from sync.once import deliver
    from sync.outcome import REFUSED
    from sync.protocol import ACCEPTED

    settings, texts = settings_of(common.load())
    serve_as_owner(settings.place)
    try:
        delivered = deliver(settings)
    except SyncError as error:
        raise failed(error, texts) from error
    if as_json:
        click.echo(json.dumps(_facts(delivered)))
    if delivered.status != ACCEPTED:
        say(Phrase("The server waits for an administrator to accept this terminal."), texts, err=True)
        if delivered.waiting.votes:
            raise click.exceptions.Exit(REFUSED)
        return
    if as_json:
        return
    say(
        Phrase(
            "Delivered: there is a receipt for all entries up to {size}. {votes} ratings are waiting.",
            {"size": delivered.size, "votes": delivered.waiting.votes},
        ),
        texts,
    )


def _facts(delivered: "Delivered") -> dict[str, str | int]:
    """What a program wants to know: the receipt is for all entries up to `size`, whose hash is `head`."""
    return {
        "status": delivered.status,
        "waiting": delivered.waiting.votes,
        "size": delivered.size,
        "head": delivered.signed.hash.hex(),
    }


@sync.command(
    help=_("Say how the delivery goes: online or not, what is waiting, the last receipt, the next try.")
)
@common_options
def status(common: Common) -> None:
    """Also while ``sync run`` runs, and when the terminal was never enrolled."""
    from sync.commands.common import say, settings_of
    from sync.status import lines

    settings, texts = settings_of(common.load())
    for phrase in lines(settings.place, settings.clock):
        say(phrase, texts)
