"""The pull API as the command line and the configuration want it."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import click

from assets.texts import Texts
from kiosk.config.model import PullApi
from kiosk.config.network_kinds import split_address
from kiosk.config.phrase import Phrase
from kiosk.messages.notes import PublicKey
from sync.commands.common import say
from sync.contact import Settings
from sync.outcome import LOCAL
from sync.pull.serving import CannotListen, Wanted, serving

log = logging.getLogger(__name__)


def wanted(pull: PullApi) -> Wanted:
    """What was configured."""
    address, port = split_address(pull.listen)
    key = PublicKey("central", bytes.fromhex(pull.server_key)) if pull.server_key else None
    return Wanted(address, port, pull.url, tuple(ip_network(one) for one in pull.allow), key)


@contextmanager
def answering(pull: PullApi, settings: Settings, texts: Texts) -> Iterator[str]:
    """Answer servers that fetch until the block ends; the URL at which they do.

    Raises:
        click.exceptions.Exit: The address cannot be listened at; it has been said why.
        LocalFault: The key of this terminal cannot be used.
    """
    try:
        with serving(settings, wanted(pull)) as url:
            key = settings.place.key().public
            log.info("the pull API listens at %s; its certificate has the key %s", url, key.key_id)
            line = {"event": "listening", "url": url, "key_id": key.key_id, "public_key": key.raw.hex()}
            click.echo(json.dumps(line))
            yield url
    except CannotListen as error:
        reason: dict[str, str | int | Phrase] = {"address": pull.listen, "reason": str(error.strerror)}
        phrase = Phrase(
            "Nobody can listen at {address}: another program does, or it is no address of this machine. Please choose "
            "another one in [pull] listen or with --pull. ({reason})",
            reason,
        )
        say(phrase, texts, err=True)
        raise click.exceptions.Exit(LOCAL) from error
