"""Healthy is a database that has just taken a write."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.test import Client

from central.embedded import Cluster
from central.models import Identity
from tests.central.terminal import problem

pytestmark = pytest.mark.usefixtures("database")


def test_a_database_that_takes_writes_is_healthy() -> None:
    Identity.objects.update(checked_at=None)
    assert Client().get("/api/v1/health").status_code == 200
    assert Identity.objects.get().checked_at is not None


@pytest.fixture
def read_only(database: Cluster) -> Iterator[None]:  # noqa: ARG001 - ends before it
    """New sessions may only read."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
    connections.close_all()
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute("ALTER DATABASE postgres RESET default_transaction_read_only")
    connections.close_all()


@pytest.mark.usefixtures("read_only")
def test_one_that_may_only_be_read_is_not() -> None:
    assert problem(Client().get("/api/v1/health")) == "503.1"  # type: ignore[arg-type]
