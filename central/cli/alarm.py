"""``hailong-central alarm``."""

import json
from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.group()
def alarm() -> None:
    """Alarms: list. They are looked at and closed in the administration."""


@alarm.command("list")
@data_dir_option
@click.option("--all", "everything", is_flag=True, help="Those that are closed, too.")
def list_alarms(data_dir: Path | None, everything: bool) -> None:
    """Print each alarm as one line of JSON."""
    with server(data_dir):
        from central.models import Alarm

        rows = Alarm.objects.order_by("opened_at", "pk")
        for row in rows if everything else rows.filter(closed_at=None):
            said = {
                "kind": row.kind,
                "device": row.device_id,
                "ledger_id": None if row.ledger_id is None else bytes(row.ledger_id).hex(),
                "detail": row.detail,
                "opened": row.opened_at.isoformat(),
                "acknowledged": row.acknowledged_at is not None,
                "closed": row.closed_at is not None,
                "comment": row.comment,
            }
            click.echo(json.dumps(said, ensure_ascii=False))
