"""``hailong-central ledger``."""

import json
import re
from pathlib import Path

import click

from central.cli.common import data_dir_option, server

_LEDGER_ID = re.compile("[0-9a-f]{32}")


@click.group()
def ledger() -> None:
    """Copies of terminals' ledgers: list, admit."""


@ledger.command("list")
@data_dir_option
def list_ledgers(data_dir: Path | None) -> None:
    """Print each ledger as one line of JSON."""
    with server(data_dir):
        from central.models import Ledger

        for row in Ledger.objects.order_by("device", "first_received_at"):
            said = {
                "device": row.device_id,
                "ledger_id": bytes(row.ledger_id).hex(),
                "admitted": row.admitted,
                "recorded": row.recorded,
                "held": row.size,
                "tags": row.tag_state,
                "continues": None if row.continues_ledger is None else bytes(row.continues_ledger).hex(),
            }
            click.echo(json.dumps(said))


@ledger.command()
@data_dir_option
@click.option("--device", required=True, metavar="DEVICE", help="The terminal's id.")
@click.argument("ledger_id", metavar="LEDGER")
def admit(data_dir: Path | None, device: str, ledger_id: str) -> None:
    """Let a ledger count that replaces another, once somebody knows why it does."""
    if not _LEDGER_ID.fullmatch(ledger_id):
        raise click.UsageError("LEDGER has 32 hexadecimal digits; “ledger list” shows them")
    with server(data_dir):
        from central import audit
        from central.counting.admit import admit as let_in
        from central.counting.rows import Owner

        try:
            changed = let_in(Owner(device.upper(), bytes.fromhex(ledger_id)), audit.COMMAND)
        except LookupError as error:
            raise click.ClickException(str(error)) from error
        click.echo(json.dumps({"device": device.upper(), "ledger_id": ledger_id, "changed": changed}))
