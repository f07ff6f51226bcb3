"""The tables as this version wants them, whichever of several processes comes first."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

LOCK = 0x4861694C6F6E67
"""Of PostgreSQL's advisory locks, ours ("HaiLong")."""


def migrate() -> None:
    """Bring the database up to date; nothing is done where it is. Raises `django.db.Error`."""
    if not _missing():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


def _missing() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
