"""The way to the database for what must be fast: psycopg itself, on Django's connection.

Statements of one transaction are sent together (PostgreSQL's pipeline) and prepared once for each connection. What the
ORM does for people's convenience costs more than all that ingest does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
from django.db import connection
from psycopg.rows import TupleRow

Row: TypeAlias = TupleRow
Connection: TypeAlias = "psycopg.Connection[Row]"
Cursor: TypeAlias = "psycopg.Cursor[Row]"
Values: TypeAlias = Sequence[object] | Mapping[str, object]


class Session:
    """Runs statements.

    Args:
        raw: A connection; in a transaction where it matters.
    """

    def __init__(self, raw: Connection) -> None:
        self._raw = raw

    def run(self, statement: str, values: Values = ()) -> Cursor:
        """Send a statement. In a pipeline its rows are there when somebody fetches them."""
        # Not Django's cursor, which puts values into the text.
        cursor: Cursor = psycopg.Cursor(self._raw)
        return cursor.execute(statement.encode(), values, prepare=True)


def _connection() -> Connection:
    connection.ensure_connection()
    raw: Connection = connection.connection
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


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session that sees one state of the database and changes nothing. Raises `django.db.Error`."""
    with transaction() as session:
        session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield session
