"""The way to the database for what must be fast: psycopg itself, on Django's connection.

Statements of one transaction are sent together (PostgreSQL's pipeline) and prepared once for each connection. What the
ORM does for people's convenience costs more than all that ingest does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol, TypeAlias

import psycopg
from django.db import OperationalError, connection
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from central import arrays

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
        """Send a statement; `%s` and `%(name)s` stand for values.

        In a pipeline its rows are there when somebody fetches them.
        """
        text, names = _numbered(statement)
        if isinstance(values, Mapping):
            values = [values[name] for name in names]
        # Not Django's cursor, which puts values into the text; nor psycopg's usual one, which reads the text each time.
        cursor: Cursor = psycopg.RawCursor(self._raw)
        return cursor.execute(text, values, prepare=True)


_PLACE = re.compile(r"%(?:s|\((\w+)\)s)")


@lru_cache(maxsize=1000)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement as PostgreSQL wants it, with $1, $2 …, and the names of these, where they have any."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        name = found[1] or f"#{len(names)}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PLACE.sub(number, statement).encode(), tuple(names)


class Writer(Protocol):
    """Takes statements whose rows nobody wants."""

    def run(self, statement: str, values: Sequence[object]) -> object:
        """Take a statement."""


class Together:
    """Statements that change rows of their own, sent as one: each one costs a journey, whatever it does.

    They all see what was there before the first of them.
    """

    def __init__(self) -> None:
        self._statements: list[str] = []
        self._values: list[object] = []

    def run(self, statement: str, values: Sequence[object]) -> None:
        """One more."""
        self._statements.append(statement)
        self._values += values

    def send(self, session: Session) -> None:
        """Send what was collected; then it is empty. Raises `psycopg.Error`."""
        if self._statements:
            named = ", ".join(f"s{n} AS ({text})" for n, text in enumerate(self._statements))
            session.run(f"WITH {named} SELECT", self._values)
            self._statements, self._values = [], []


def _connection() -> Connection:
    connection.ensure_connection()
    raw: Connection = connection.connection
    if raw.prepare_threshold is None:  # Django's way: it has not been used here before
        raw.prepare_threshold = 1
        arrays.register(raw)
    return raw


@contextmanager
def reading() -> Iterator[Session]:
    """A session whose statements stand alone. Raises `django.db.Error`."""
    with connection.wrap_database_errors:
        yield Session(_connection())


@contextmanager
def within() -> Iterator[Session]:
    """A session in the transaction of Django's that is open.

    Raises:
        django.db.Error: A statement failed.
        RuntimeError: None is open.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("only within django.db.transaction.atomic")
    with reading() as session:
        yield session


class NotCommitted(OperationalError):
    """COMMIT was answered with something else: nothing of the transaction is there."""


@contextmanager
def transaction() -> Iterator[Session]:
    """A session in a transaction that has been committed when this returns, or rolled back when it raises.

    Raises:
        django.db.Error: A statement, or COMMIT, failed.
        RuntimeError: One of Django's transactions is open: this one would end it.
    """
    if connection.in_atomic_block:
        raise RuntimeError("not within django.db.transaction.atomic")
    with connection.wrap_database_errors:
        raw = _connection()
        session = Session(raw)
        try:
            with raw.pipeline():
                session.run("BEGIN")
                yield session
                committed = session.run("COMMIT")
        finally:
            if raw.pgconn.transaction_status != TransactionStatus.IDLE and not raw.closed:
                raw.rollback()
    if committed.statusmessage != "COMMIT":  # PostgreSQL's way to say that a statement had failed
        raise NotCommitted("the transaction was rolled back")


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session that sees one state of the database and changes nothing. Raises `django.db.Error`."""
    with transaction() as session:
        session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield session
