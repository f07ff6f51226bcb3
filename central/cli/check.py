"""``hailong-central check`` and ``ports``."""

import json
import os
from pathlib import Path

import click

from central.cli.common import data_dir_option, server

_MARKS = {"ok": "✓", "note": "·", "warning": "!", "error": "✗"}
_LANGUAGE = click.option(
    "--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Of what is printed."
)


@click.command()
@data_dir_option
@_LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each finding.")
def check(data_dir: Path | None, language: str, as_json: bool) -> None:
    """Say whether this server is set up for real terminals, and what to do where it is not.

    Ends with 1 when something is wrong; a warning is for somebody to decide.
    """
    with server(data_dir, prepare=lambda _ready: None) as ready:
        from django.utils import translation

        from central import clock
        from central.checking.examine import examine

        wrong = False
        with translation.override(language):
            for found in examine(ready.place, ready.url, clock.now()):
                wrong |= found.state == "error"
                if as_json:
                    said = {
                        "code": found.code,
                        "state": found.state,
                        "text": found.text,
                        "remedy": found.remedy,
                    }
                    click.echo(json.dumps(said, ensure_ascii=False))
                else:
                    click.echo(f"{_MARKS[found.state]} {found.text}")
                    if found.remedy:
                        click.echo(f"    → {found.remedy}")
    if wrong:
        raise click.exceptions.Exit(1)


@click.command()
@data_dir_option
@_LANGUAGE
def ports(data_dir: Path | None, language: str) -> None:
    """Print which machine talks to which, for the firewall form of a network's office."""
    external = None
    with server(data_dir) as ready:
        from django.utils import translation

        from central import identity
        from central.checking.ports import form, ways

        external = ready.url if ready.cluster is None else None
        public = os.environ.get("HAILONG_CENTRAL_URL") or identity.public_url()
        if not public:
            raise click.ClickException("the server has no address yet: set HAILONG_CENTRAL_URL")
        networks = [str(network) for network in identity.pull_policy().networks]
        with translation.override(language):
            click.echo(form(ways(public, external, networks)))
