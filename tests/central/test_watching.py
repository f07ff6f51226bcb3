"""What a server looks at by itself."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError

from central import silence, watching
from central.embedded import Cluster
from central.runner import runner
from tests.central import served
from tests.central.remote import Place
from tests.system.program import PATIENCE_S


@contextmanager
def database(data: Path) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The embedded database of a data folder, beside its server or without one."""
    cluster = Cluster(data / "postgresql", runner())
    cluster.start()
    try:
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            yield connection
    finally:
        cluster.stop()


def test_a_server_opens_alarms_for_terminals_that_fell_silent() -> None:
    with served.data_folder() as data:
        with served.serving(data) as program:
            device = Place(data, served.url(program)).chain.device
            assert program.end() == 0
        with database(data) as connection:
            connection.execute("UPDATE central_device SET last_seen_at = now() - interval '73 hours'")
            with served.serving(data) as program:
                deadline = time.monotonic() + PATIENCE_S
                while not (
                    rows := connection.execute("SELECT kind, device_id FROM central_alarm").fetchall()
                ):
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                assert rows == [("silence", device)]
                assert program.end() == 0
                assert program.log == ""


def test_it_is_done_again_and_again_and_ends_at_once() -> None:
    done, looked = threading.Event(), []

    def look() -> None:
        looked.append(1)
        if len(looked) > 2:
            done.set()

    with watching.repeated("often", 0.001, look):
        assert done.wait(PATIENCE_S)
    with watching.repeated("seldom", 10 * PATIENCE_S, look):
        pass  # it does not wait for the next time
    assert all(thread.name not in ("often", "seldom") for thread in threading.enumerate())


def test_a_database_that_is_away_is_told_of_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    twice, calls = threading.Event(), []

    def away() -> int:
        calls.append(1)
        if len(calls) > 1:
            twice.set()
        raise OperationalError("connection to server failed: password=secret")

    monkeypatch.setattr(silence, "look", away)
    monkeypatch.setattr(watching, "SILENCE_S", 0.001)
    with watching.watched(None):
        assert twice.wait(PATIENCE_S)
    said = capsys.readouterr().err
    assert "OperationalError" in said
    assert "secret" not in said
