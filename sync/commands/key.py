"""``hailong key``: the key by which central knows this terminal."""

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options
from kiosk.config.phrase import Phrase

_ = Texts()


@click.group(help=_("The key by which the central server knows this terminal."))
def key() -> None:
    """The group; its commands are below."""


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
