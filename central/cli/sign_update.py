"""``hailong-central sign-update``."""

import json
from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.command("sign-update")
@data_dir_option
@click.argument("file", metavar="FILE.deb", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def sign_update(data_dir: Path | None, file: Path) -> None:
    """Sign a package of the terminal's program: terminals of this server install what it has signed, and nothing else.

    Writes FILE.deb.sig beside it; a terminal needs both files (“hailong update FILE.deb”). Install a version on one
    terminal first, and on the others when it is good there.
    """
    with server(data_dir):
        from django.db import Error

        from central import audit
        from central.signing_updates import NotAPackage, sign

        try:
            made = sign(file, audit.COMMAND)
        except (NotAPackage, Error) as error:
            raise click.ClickException(str(error)) from error
        said = {"file": file.name, "signature": made.path.name, "version": made.signed.version}
        click.echo(json.dumps(said | {"architecture": made.architecture, "sha256": made.signed.sha256}))
