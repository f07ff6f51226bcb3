"""The way to the database for what must be fast: psycopg itself, on Django's connection.

Statements of one transaction are sent together (PostgreSQL's pipeline) and prepared once for each connection. What the
ORM does for people's convenience costs more than all that ingest does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
from django.db import connection

Value: TypeAlias = object
Row: TypeAlias = tuple[Value, ...]


class Session:
    """Runs statements.

    Args:
        raw: A connection; in a transaction where it matters.
    """

    def __init__(self, raw: "psycopg.Connection[Row]") -> None:
        self._raw = raw

    def run(self, statement: str, values: Sequence[Value] = ()) -> "psycopg.Cursor[Row]":
        """Send a statement. In a pipeline its rows are there when somebody fetches them."""
        # Not Django's cursor, which puts values into the text.
        cursor: psycopg.Cursor[Row] = psycopg.Cursor(self._raw)
        return cursor.execute(statement.encode(), values, prepare=True)


def _connection() -> "psycopg.Connection[Row]":
    connection.ensure_connection()
    raw: psycopg.Connection[Row] = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 1
    return raw


@contextmanager
def reading() -> Iterator[Session]:
    """A session whose statements stand alone. Raises `django.db.Error`."""
    with connection.wrap_database_errors:
        yield Session(_connection())


@contextmanager
def transaction() -> Iterator[Session]:
    """A session in a transaction that has been committed when this returns, or rolled back when it raises.

    Raises:
        django.db.Error: A statement, or COMMIT, failed.
    """
    with connection.wrap_database_errors:
        raw = _connection()
        with raw.pipeline(), raw.transaction():
            yield Session(raw)
