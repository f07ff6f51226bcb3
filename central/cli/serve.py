"""``hailong-central serve``."""

import json
import signal
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import click

from central.certificates import BadCertificate
from central.cli.common import data_dir_option, server
from central.cli.pull import listed_networks
from central.notify import is_service, tell
from central.serving import Address, CannotListen
from central.serving import serve as serve_at
from central.watching import PULL_EVERY_S, watched

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@data_dir_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="HAILONG_CENTRAL_HOST",
    help="The address to listen at.",
)
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    envvar="HAILONG_CENTRAL_PORT",
    help="0: any that is free.",
)
@click.option(
    "--url", metavar="URL", envvar="HAILONG_CENTRAL_URL", help="The address terminals and people use."
)
@click.option(
    "--certificate",
    type=_FILE,
    metavar="FILE",
    envvar="HAILONG_CENTRAL_CERTIFICATE",
    help="Of TLS: a PEM file, the server's own first.",
)
@click.option(
    "--key",
    type=_FILE,
    metavar="FILE",
    envvar="HAILONG_CENTRAL_KEY",
    help="Of TLS: the private key of the certificate.",
)
@click.option(
    "--proxy",
    multiple=True,
    metavar="ADDRESS",
    envvar="HAILONG_CENTRAL_PROXIES",
    help="A proxy whose X-Forwarded-… headers are true.",
)
@click.option(
    "--insecure",
    is_flag=True,
    envvar="HAILONG_CENTRAL_INSECURE",
    help="Plain HTTP at an address that others reach: TLS ends before us.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    envvar="HAILONG_CENTRAL_WORKERS",
    help="Web processes.",
)
@click.option(
    "--pull-allow",
    multiple=True,
    metavar="NETWORK",
    envvar="HAILONG_CENTRAL_PULL_ALLOW",
    help="A network whose terminals may be asked for their ratings, such as 10.0.0.0/8.",
)
@click.option(
    "--pull-every",
    default=PULL_EVERY_S,
    show_default=True,
    type=click.FloatRange(1.0),
    metavar="SECONDS",
    envvar="HAILONG_CENTRAL_PULL_EVERY",
    help="How often terminals that are to be asked are.",
)
def serve(
    data_dir: Path | None,
    host: str,
    port: int,
    url: str | None,
    certificate: Path | None,
    key: Path | None,
    proxy: tuple[str, ...],
    insecure: bool,
    pull_allow: tuple[str, ...],
    pull_every: float,
    workers: int,
) -> None:
    """Run the server. One line of JSON says when it is ready, and how the first administrator logs in."""
    signal.signal(signal.SIGTERM, _end)
    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate and --key go together")
    try:
        address = Address(host, port, certificate, key).claimed()
    except CannotListen as error:
        raise click.ClickException(str(error)) from error
    if certificate is None and not address.is_loopback and not insecure:
        raise click.UsageError(
            f"plain HTTP at {host} can be read and changed on the way: give --certificate and --key, or --insecure"
            " where a proxy with TLS stands before it"
        )
    public = _public_url(url, address)
    networks = listed_networks(pull_allow)
    with server(data_dir, public) as ready:
        link = _prepared(proxy, networks)
        # A service's output is its journal, which more people read than may log in.
        shown = None if is_service() else link
        line = json.dumps({"event": "listening", "url": public, "admin_login": shown})

        def say() -> None:
            click.echo(line)
            tell("READY=1")

        try:
            with watched(ready.cluster, pull_every):
                serve_at(address, workers, say)
        except BadCertificate as error:
            raise click.ClickException(str(error)) from error


def _public_url(url: str | None, address: Address) -> str:
    if url is not None:
        parts = urlsplit(url.rstrip("/"))
        if (
            parts.scheme not in ("https", "http")
            or not parts.hostname
            or parts.path
            or parts.query
            or parts.username
        ):
            raise click.UsageError(
                "--url is https:// (or http:// on this machine), a name and perhaps a port"
            )
        return parts.geturl()
    if address.host in ("0.0.0.0", "::"):  # noqa: S104 - it is no address that a terminal can use
        raise click.UsageError(
            f"{address.host} is every address of this machine: say with --url which one to use"
        )
    return address.url


def _prepared(proxies: tuple[str, ...], networks: str) -> str | None:
    """The link for the first administrator, once the database has been looked at and tidied."""
    import os

    from django.core.management import call_command
    from django.db import connections

    from central import identity
    from central.durability import Unsafe, check
    from central.web.links import first_link

    os.environ["HAILONG_CENTRAL_PROXIES"] = " ".join(proxies)
    try:
        check()
        identity.allow_pull(networks)
        call_command("clearsessions")
        return first_link()
    except Unsafe as error:
        raise click.ClickException(str(error)) from error
    finally:
        connections.close_all()


def _end(_number: int, _frame: object) -> NoReturn:
    """SIGTERM before the web processes run."""
    raise SystemExit(0)
