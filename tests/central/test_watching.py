"""What a server looks at by itself."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError

from central import clock, silence, watching
from central.models import Alarm, AlarmKind, Device
from sync.backoff import MOST_S
from tests.central.delivered import Delivered
from tests.system.program import PATIENCE_S


def test_a_server_opens_alarms_for_terminals_that_fell_silent(
    terminal: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    Device.objects.update(last_seen_at=clock.now() - silence.PATIENCE - timedelta(hours=1))
    monkeypatch.setattr(watching, "SILENCE_S", 0.01)
    with watching.watched(None):
        deadline = time.monotonic() + PATIENCE_S
        while not Alarm.objects.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.device) == (AlarmKind.SILENCE, terminal.device)


def test_a_server_that_was_away_for_days_gives_terminals_time_to_come_back(terminal: Delivered) -> None:
    Device.objects.update(last_seen_at=clock.now() - silence.PATIENCE - timedelta(hours=1))
    with watching.watched(None):
        pass
    assert terminal.device.alarms.count() == 0
    assert watching.SILENCE_S > MOST_S


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
