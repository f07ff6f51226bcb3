"""``hailong-central login-link``."""

from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.command("login-link")
@data_dir_option
@click.option("--user", default="admin", show_default=True, help="Whom the link logs in.")
def login_link(data_dir: Path | None, user: str) -> None:
    """Print a link that logs somebody in once, and lets them choose a password. It is good for a day."""
    with server(data_dir):
        from django.contrib.auth.models import User

        from central.web.links import link_for

        found = User.objects.filter(username=user, is_active=True).first()
        if found is None:
            raise click.ClickException(f"there is no user {user}")
        click.echo(link_for(found))
