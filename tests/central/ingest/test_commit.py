"""Nothing is signed for that is not committed."""

from collections.abc import Iterator

import pytest
from django.db import Error, connection, transaction
from psycopg.errors import DivisionByZero

from central import session
from central.models import Entry, HourlyCount, Ledger, Rating, Receipt
from tests.central.delivered import Delivered

_FAIL = """
CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'not today'; END $$;
CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON central_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_commit();
"""


@pytest.fixture
def no_commit(terminal: Delivered) -> Iterator[None]:  # noqa: ARG001 - after it
    """Every statement succeeds, and COMMIT does not."""
    with connection.cursor() as cursor:
        cursor.execute(_FAIL)
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER IF EXISTS refuse_commit ON central_entry; DROP FUNCTION refuse_commit CASCADE"
        )


def begun(terminal: Delivered) -> None:
    terminal.chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    terminal.chain.rate(5)


@pytest.mark.usefixtures("no_commit")
def test_a_commit_that_fails_gives_no_receipt_and_leaves_nothing(terminal: Delivered) -> None:
    begun(terminal)
    with pytest.raises(Error, match="not today"):
        terminal.send()
    assert not any(model.objects.exists() for model in (Entry, Rating, HourlyCount, Receipt))
    assert Ledger.objects.get().size == 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse_commit ON central_entry")
    assert terminal.send()
    assert HourlyCount.objects.get().n == 1


def failing(raises: Exception | None = None, caught: bool = False) -> None:
    """A transaction in which something goes wrong after something was changed."""
    with session.transaction() as found:
        found.run("UPDATE central_ledger SET recorded = 9")
        if raises is not None:
            raise raises
        if not caught:
            found.run("SELECT 1 / 0")
            return
        with pytest.raises(DivisionByZero):
            found.run("SELECT 1 / 0").fetchone()


def test_a_statement_that_fails_leaves_nothing_and_the_connection_goes_on(terminal: Delivered) -> None:
    begun(terminal)
    with pytest.raises(Error):
        failing()
    assert Ledger.objects.get().recorded == 0
    assert terminal.send()


def test_an_error_of_ours_leaves_nothing(terminal: Delivered) -> None:
    with pytest.raises(KeyError):
        failing(KeyError())
    assert Ledger.objects.get().recorded == 0
    begun(terminal)
    assert terminal.send()


def test_a_failed_statement_that_somebody_caught_is_not_committed(terminal: Delivered) -> None:
    with pytest.raises(Error):
        failing(caught=True)
    assert Ledger.objects.get().recorded == 0
    begun(terminal)
    assert terminal.send()


def rolled_back_without_a_word() -> None:
    """After a sync PostgreSQL takes further statements, and answers COMMIT with ROLLBACK."""
    with session.transaction() as found:
        found.run("UPDATE central_ledger SET recorded = 9")
        with pytest.raises(DivisionByZero), connection.connection.pipeline():
            found.run("SELECT 1 / 0")


def test_a_commit_that_was_a_rollback_is_no_commit(terminal: Delivered) -> None:
    with pytest.raises(session.NotCommitted):
        rolled_back_without_a_word()
    assert Ledger.objects.get().recorded == 0
    begun(terminal)
    assert terminal.send()


@pytest.mark.usefixtures("database")
def test_a_transaction_of_django_is_not_ended_by_ours() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        failing()
