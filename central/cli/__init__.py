"""The ``hailong-central`` command. A sub-command imports models only when it runs (`central.cli.common.server`)."""

import click

from central.cli.alarm import alarm
from central.cli.backup import backup, restore
from central.cli.check import check, ports
from central.cli.check_silence import check_silence
from central.cli.complete import complete
from central.cli.config import config
from central.cli.demo import demo
from central.cli.device import device
from central.cli.key import key
from central.cli.ledger import ledger
from central.cli.login_link import login_link
from central.cli.organisation import organisation
from central.cli.pull import pull
from central.cli.receive import receive
from central.cli.recount import recount
from central.cli.serve import serve
from central.cli.sign_update import sign_update
from central.cli.token import token
from central.cli.votes import votes


@click.group()
@click.version_option(package_name="hailong", prog_name="hailong-central")
def main() -> None:
    """Hài lòng: the central server."""


for command in (
    alarm,
    backup,
    check,
    ports,
    restore,
    check_silence,
    complete,
    config,
    demo,
    device,
    key,
    ledger,
    login_link,
    organisation,
    pull,
    receive,
    recount,
    serve,
    sign_update,
    token,
    votes,
):
    main.add_command(command)
