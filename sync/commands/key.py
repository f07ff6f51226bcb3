"""``hailong key``: the key by which central knows this terminal."""

import json

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options
from kiosk.config.phrase import Phrase

_ = Texts()
BAD_INPUT = 2
"""Exit code when the address cannot be one."""


@click.group(help=_("The key by which the central server knows this terminal."))
def key() -> None:
    """The group; its commands are below."""


@key.command(
    help=_(
        "Show the key of this terminal, and the link by which the administrator of the central server at URL (where it "
        "is left out, of the one that the terminal belongs to) confirms it. It holds no secret."
    )
)
@click.argument("url", required=False)
@click.option("--json", "as_json", is_flag=True, help=_("Say it as one line of JSON on standard output."))
@common_options
def link(common: Common, url: str | None, as_json: bool) -> None:
    """Changes nothing; asks no server."""
    from sync.address import BadAddress, normalised
    from sync.commands.common import failed, say, settings_of, show_link
    from sync.errors import SyncError
    from sync.lending import serve_as_owner
    from sync.links import link as link_of
    from sync.store import read_only
    from sync.tickets import in_groups

    settings, texts = settings_of(common.load())
    try:
        serve_as_owner(settings.place)
        own = settings.place.key_or_new().public
        with read_only(settings.place.database) as store:
            identity = None if store is None else store.identity()
        where = identity.url if url is None and identity is not None else normalised(url or "")
    except SyncError as error:
        raise failed(error, texts) from error
    except BadAddress as error:
        phrase = Phrase(
            "Please give the address of the server, such as https://danhgia.example.vn. ({reason})",
            {"reason": str(error)},
        )
        say(phrase, texts, err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    found = link_of(where, own.raw)
    if as_json:
        status = None if identity is None else identity.status
        click.echo(json.dumps({"key": in_groups(own.key_id), "link": found, "status": status}))
        return
    say(Phrase("The key of this terminal: {key}.", {"key": in_groups(own.key_id)}), texts)
    show_link(found, texts)


@key.command(
    help=_(
        "Replace the key of this terminal now, without a gap in the delivery. Ends with 0 when the new key is in use, "
        "or waits for the server; with 3 when the server was not reached (it goes on by itself), with 4 when it "
        "refused, with 2 when something of this machine is in the way."
    )
)
@common_options
def rotate(common: Common) -> None:
    """With a kiosk and a delivery that run, or without."""
    from sync.commands.common import failed, say, settings_of
    from sync.errors import SyncError
    from sync.lending import serve_as_owner
    from sync.rotate import rotate as replace_key
    from sync.tickets import in_groups

    settings, texts = settings_of(common.load())
    serve_as_owner(settings.place)
    try:
        rotated = replace_key(settings)
    except SyncError as error:
        raise failed(error, texts) from error
    if rotated.done:
        say(Phrase("The new key is in use: {key_id}", {"key_id": in_groups(rotated.now)}), texts)
    else:
        say(
            Phrase(
                "The new key is ready and takes the place of the old one when the server has confirmed it; until then "
                "the old one goes on."
            ),
            texts,
        )
