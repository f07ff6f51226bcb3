"""How terminals and the server are, from the database: the same whichever process is asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from central import attention, clock, server
from central.backup import write
from central.models import AlarmKind, DeviceStatus
from central.session import Session, snapshot

_DEVICES = "SELECT status, count(*) FROM central_device GROUP BY status"
_WAITING = """
SELECT count(*) FILTER (WHERE last_seen_at IS NULL OR last_seen_at < %(since)s),
       count(*) FILTER (WHERE last_seen_at IS NULL OR last_seen_at < %(days)s),
       count(*) FILTER (WHERE waiting > 0), coalesce(sum(waiting), 0), coalesce(max(waiting), 0)
  FROM central_device WHERE status = 'accepted'
"""
_ALARMS = """
SELECT kind, acknowledged_at IS NOT NULL, count(*) FROM central_alarm WHERE closed_at IS NULL GROUP BY 1, 2
"""
_ENTRIES = """
SELECT coalesce(sum(size), 0), coalesce(sum(recorded - size), 0), max(last_received_at) FROM central_ledger
"""
_DATABASE = """
SELECT pg_database_size(current_database()), (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       (SELECT min(xact_start) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid())
"""


class State(Collector):
    """Reads it when it is asked. Raises `django.db.Error`, and `OSError` where the data folder cannot be read."""

    def collect(self) -> Iterator[Metric]:
        """All of one state of the database."""
        build = GaugeMetricFamily("hailong_build_info", "The program of the server.", labels=["version"])
        build.add_metric([version("hailong")], 1)
        yield build
        with snapshot() as session:
            yield from _devices(session)
            yield from _alarms(session)
            yield from _entries(session)
            yield from _database(session)
        if (backup := write.last(server.this().place)) is not None:
            yield GaugeMetricFamily(
                "hailong_last_backup_timestamp_seconds",
                "When the last backup was made by a command on this data folder.",
                datetime.fromisoformat(backup.at).timestamp(),
            )
            yield GaugeMetricFamily("hailong_last_backup_bytes", "How large it was.", backup.bytes)


def _devices(session: Session) -> Iterator[Metric]:
    found: dict[str, int] = dict(session.run(_DEVICES).fetchall())
    devices = GaugeMetricFamily("hailong_devices", "Terminals by status.", labels=["status"])
    for status in DeviceStatus.values:
        devices.add_metric([status], found.get(status, 0))
    yield devices
    since, days = clock.now() - attention.SILENT_AFTER, clock.now() - timedelta(days=3)
    row = session.run(_WAITING, {"since": since, "days": days}).fetchone() or (0,) * 5
    silent, long_silent, waiting, entries, most = row
    unheard = GaugeMetricFamily(
        "hailong_devices_unheard", "Accepted terminals that were not heard for so long.", labels=["for"]
    )
    unheard.add_metric(["15m"], silent)
    unheard.add_metric(["3d"], long_silent)
    yield unheard
    yield GaugeMetricFamily(
        "hailong_devices_with_backlog",
        "Accepted terminals at which entries waited when they were heard last.",
        waiting,
    )
    yield GaugeMetricFamily(
        "hailong_backlog_entries",
        "Entries that waited at accepted terminals when these were heard last.",
        entries,
    )
    yield GaugeMetricFamily("hailong_backlog_entries_most", "The most of them at one terminal.", most)


def _alarms(session: Session) -> Iterator[Metric]:
    found = {(kind, seen): n for kind, seen, n in session.run(_ALARMS)}
    alarms = GaugeMetricFamily("hailong_alarms_open", "Open alarms.", labels=["kind", "acknowledged"])
    for kind in AlarmKind.values:
        for seen in (False, True):
            alarms.add_metric([kind, str(seen).lower()], found.get((kind, seen), 0))
    yield alarms


def _entries(session: Session) -> Iterator[Metric]:
    held, missing, last = session.run(_ENTRIES).fetchone() or (0, 0, None)
    yield CounterMetricFamily("hailong_entries_held", "Entries of terminals that are held.", held)
    yield GaugeMetricFamily(
        "hailong_entries_missing", "Entries that terminals have signed for and that are not held.", missing
    )
    if last is not None:
        yield GaugeMetricFamily(
            "hailong_last_entry_timestamp_seconds", "When an entry was received last.", last.timestamp()
        )


def _database(session: Session) -> Iterator[Metric]:
    size, connections, oldest = session.run(_DATABASE).fetchone() or (0, 0, None)
    yield GaugeMetricFamily("hailong_database_size_bytes", "The database on its disk.", size)
    yield GaugeMetricFamily("hailong_database_connections", "Connections to the database.", connections)
    age_s = 0.0 if oldest is None else max(0.0, (clock.now() - oldest).total_seconds())
    yield GaugeMetricFamily(
        "hailong_oldest_write_seconds",
        "Age of the oldest transaction that writes; the feed of changes ends before it.",
        age_s,
    )
