"""The ``hailong-central`` command. A sub-command imports Django only when it runs (`central.cli.common.server`)."""

import click


@click.group()
@click.version_option(package_name="hailong", prog_name="hailong-central")
def main() -> None:
    """Hài lòng: the central server."""
