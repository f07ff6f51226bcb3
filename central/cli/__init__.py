"""The ``hailong-central`` command. A sub-command imports models only when it runs (`central.cli.common.server`)."""

import click

from central.cli.device import device
from central.cli.login_link import login_link
from central.cli.organisation import organisation
from central.cli.serve import serve


@click.group()
@click.version_option(package_name="hailong", prog_name="hailong-central")
def main() -> None:
    """Hài lòng: the central server."""


for command in (device, login_link, organisation, serve):
    main.add_command(command)
