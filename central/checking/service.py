"""The machine and the program: database, clock, settings, administrators, versions."""

import platform
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from psycopg.conninfo import conninfo_to_dict

from central import durability
from central.checking.finding import Finding, State
from kiosk.clock import SystemClock

OLDEST_POSTGRESQL = 15
_WITH_TLS = {"require", "verify-ca", "verify-full"}


def migrations() -> Iterator[Finding]:
    """Whether the tables are those of this version. Raises `django.db.Error`."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if unknown:
        yield Finding(
            "migrations",
            State.ERROR,
            _("The database belongs to a newer version than the installed one, {version}.").format(
                version=version("hailong")
            ),
            _("Install the newer version."),
        )
    elif missing:
        yield Finding(
            "migrations",
            State.ERROR,
            _("{number} changes of the tables are still to be made.").format(number=len(missing)),
            _("Restart the server: it makes them when it starts."),
        )
    else:
        yield Finding("migrations", State.OK, _("The tables are those of this version."))


def database(url: str) -> Iterator[Finding]:
    """Whether the database keeps what it has committed, and what it is. Raises `django.db.Error`."""
    try:
        durability.check()
        yield Finding("durability", State.OK, _("The database keeps what it has committed."))
    except durability.Unsafe as error:
        yield Finding(
            "durability",
            State.ERROR,
            _("The database may lose what it has committed: {why}.").format(why=error),
            _("Set fsync, full_page_writes and synchronous_commit to on in postgresql.conf."),
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (major,) = cursor.fetchone()
    if major < OLDEST_POSTGRESQL:
        yield Finding(
            "postgresql",
            State.ERROR,
            _("PostgreSQL {version} is too old.").format(version=major),
            _("Take PostgreSQL {version} or newer.").format(version=OLDEST_POSTGRESQL),
        )
    parts = conninfo_to_dict(url)
    host = str(parts.get("host") or "")
    if not is_near(host) and parts.get("sslmode") not in _WITH_TLS:
        yield Finding(
            "database_tls",
            State.WARNING,
            _("The way to the database at {host} is not protected.").format(host=host),
            _("Add ?sslmode=verify-full to DATABASE_URL."),
        )


def is_near(host: str) -> bool:
    """Whether a database is on this machine: a socket, or loopback."""
    return host.startswith("/") or host in ("", "localhost", "127.0.0.1", "::1")


def clock() -> Iterator[Finding]:
    """Whether a time server sets the clock: terminals are told this time."""
    if SystemClock.SYNCED.exists() or _timedatectl() == "yes":
        yield Finding("clock", State.OK, _("The clock is set by a time server."))
    else:
        yield Finding(
            "clock",
            State.ERROR,
            _("Nobody vouches for the clock: terminals take the time from this server."),
            _("Let systemd-timesyncd or chrony reach a time server (UDP port 123)."),
        )


def _timedatectl() -> str:
    command = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout.strip()  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""


def program() -> Iterator[Finding]:
    """What runs here, and that it shows strangers nothing of itself."""
    if settings.DEBUG:
        yield Finding(
            "debug",
            State.ERROR,
            _("DEBUG is on: strangers are shown the inside of the program."),
            _("Use central.settings as it is."),
        )
    else:
        yield Finding("debug", State.OK, _("DEBUG is off."))
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgresql,) = cursor.fetchone()
    yield Finding(
        "versions",
        State.NOTE,
        f"Hài lòng {version('hailong')}, Python {platform.python_version()}, Django {django.get_version()},"
        f" PostgreSQL {postgresql}",
    )


def administrators() -> Iterator[Finding]:
    """Who may change everything, and by what they show it. Raises `django.db.Error`."""
    found = User.objects.filter(is_active=True, is_superuser=True)
    if not any(user.has_usable_password() for user in found):
        yield Finding(
            "administrators",
            State.WARNING,
            _("No administrator has a password yet."),
            _("Run hailong-central login-link and choose one."),
        )
        return
    names = ", ".join(sorted(user.get_username() for user in found))
    yield Finding(
        "second_factor",
        State.WARNING,
        _("Administrators ({names}) log in with a password alone: there is no second factor.").format(
            names=names
        ),
        _("Let only the network of your office reach /admin/ (docs/en/server.md), and use long passwords."),
    )


def folder(path: Path) -> Iterator[Finding]:
    """Where the data lie, so that people know of which server this speaks."""
    yield Finding("folder", State.NOTE, _("Data folder: {folder}").format(folder=path))
