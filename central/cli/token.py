"""``hailong-central token``."""

import json
from datetime import timedelta
from pathlib import Path

import click

from central.cli.common import data_dir_option, server


@click.group()
def token() -> None:
    """Tokens with which other systems read: create, list, revoke."""


@token.command()
@data_dir_option
@click.option("--name", required=True, help="Which system has it.")
@click.option(
    "--unit", metavar="UNIT", help="Only this unit and those below: its name or number. Without: all."
)
@click.option("--metrics", is_flag=True, help="It opens /metrics, and nothing else.")
@click.option(
    "--exact-times", is_flag=True, help="It sees the time of each rating, at once; others see hours."
)
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(1, 1095), help="It is good so long."
)
def create(
    data_dir: Path | None, name: str, unit: str | None, metrics: bool, exact_times: bool, days: int
) -> None:
    """Make a token and print it, once, as a line of JSON."""
    with server(data_dir):
        from django.core.exceptions import ValidationError

        from central import registry
        from central.models import Purpose
        from central.reading import tokens

        try:
            made = tokens.make(
                name,
                registry.Actor(),
                purpose=Purpose.METRICS if metrics else Purpose.READ,
                unit=None if unit is None else registry.unit_named(unit),
                exact_times=exact_times,
                good_for=timedelta(days=days),
            )
        except (registry.Ambiguous, registry.BadName, registry.NoUnit) as error:
            raise click.ClickException(str(error)) from error
        except ValidationError as error:
            raise click.ClickException("; ".join(error.messages)) from error
        said = {"id": made.row.finder, "token": made.text, "expires": made.row.expires_at.isoformat()}
        click.echo(json.dumps(said))


@token.command("list")
@data_dir_option
def list_tokens(data_dir: Path | None) -> None:
    """Print each token as a line of JSON, without itself."""
    with server(data_dir):
        from central.models import ReadToken

        for row in ReadToken.objects.select_related("unit"):
            said = {
                "id": row.finder,
                "name": row.name,
                "purpose": row.purpose,
                "unit": None if row.unit is None else row.unit.name,
                "exact_times": row.exact_times,
                "expires": row.expires_at.isoformat(),
                "revoked": None if row.revoked_at is None else row.revoked_at.isoformat(),
                "last_used": None if row.last_used_at is None else row.last_used_at.isoformat(),
            }
            click.echo(json.dumps(said, ensure_ascii=False))


@token.command()
@data_dir_option
@click.argument("token_id", metavar="ID")
def revoke(data_dir: Path | None, token_id: str) -> None:
    """Revoke the token with this id (the eight characters after “hlr_”)."""
    with server(data_dir):
        from central import registry
        from central.models import ReadToken
        from central.reading import tokens

        row = ReadToken.objects.filter(finder=token_id.removeprefix("hlr_")[:8]).first()
        if row is None:
            raise click.ClickException(f"there is no token {token_id}")
        if not tokens.revoke(row, registry.Actor()):
            raise click.ClickException(f"token {token_id} was revoked before")
        click.echo(json.dumps({"id": row.finder, "revoked": True}))
