"""A real PostgreSQL for central's tests: one cluster a process, migrated once, emptied after each test.

CENTRAL_TEST_DATABASE=debian takes Debian's postgresql-15 instead of the embedded one.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest
from django.conf import settings
from django.db import connection, connections

from central.database import parameters
from central.embedded import Cluster
from central.migrate import migrate
from central.runner import runner
from tests.disks import SmallDisk

if TYPE_CHECKING:
    from tests.central.delivered import Delivered

DEBIAN = Path("/usr/lib/postgresql/15/bin")
# Nothing of a test must survive a power cut.
FAST = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
KEPT = {"django_migrations", "django_content_type", "auth_permission", "central_identity"}


def _set_up_django() -> None:
    """Test modules import models, so Django must be ready before any of them; the database comes later."""
    folder = Path(tempfile.mkdtemp(prefix="hailong-central-"))
    folder.chmod(0o711)  # PostgreSQL's user passes
    atexit.register(shutil.rmtree, folder)
    before = dict(os.environ)
    os.environ |= {"DJANGO_SETTINGS_MODULE": "central.settings", "HAILONG_CENTRAL_DATA_DIR": str(folder)}
    try:
        os.environ.pop("DATABASE_URL", None)
        django.setup()
    finally:
        os.environ.clear()
        os.environ.update(before)


_set_up_django()


def binaries() -> Path | None:
    """Which PostgreSQL the tests run on; None = the embedded one."""
    wanted = os.environ.get("CENTRAL_TEST_DATABASE", "embedded")
    assert wanted in ("embedded", "debian"), wanted
    return DEBIAN if wanted == "debian" else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running cluster; its database `postgres` is migrated and Django's."""
    from central.identity import settle  # has models, and Django was not ready above

    assert settings.PLACE is not None
    found = Cluster(settings.PLACE.postgresql, runner(binaries()), FAST)
    found.start()
    connections.settings = connections.configure_settings({"default": dict(parameters(found.url))})
    del connections["default"]
    migrate()
    settle()
    yield found
    connections.close_all()
    found.stop()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Cluster]:
    """The migrated database, empty; commits are real."""
    yield cluster
    connections.close_all()  # the test may have broken its session
    # Faster than TRUNCATE while rows are few; the setting puts the append-only triggers and references aside.
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor)) - KEPT
        deletes = (f"DELETE FROM {connection.ops.quote_name(name)}" for name in sorted(names))
        cursor.execute("; ".join(("SET session_replication_role = replica", *deletes)))
    connections.close_all()


@pytest.fixture
def terminal(database: Cluster) -> Iterator["Delivered"]:  # noqa: ARG001 - its rows are wanted
    """An accepted terminal that delivers; afterwards every count must be what counting anew gives."""
    from central.counting.recount import check, devices
    from tests.central.delivered import delivering

    yield delivering()
    assert [line for device in devices() for line in check(device)] == []


@pytest.fixture
def central_disk() -> Iterator[SmallDisk]:
    """Room for a database and not much more."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    from tests.central import served
    from tests.system.program import PATIENCE_S

    with served.data_folder("đĩa") as folder:
        folder.mkdir(mode=0o711)
        mount = ["mount", "-t", "tmpfs", "-o", "size=192m,mode=0711", "small-disk", str(folder)]
        subprocess.run(mount, check=True)
        try:
            yield SmallDisk(folder)
        finally:
            for process in served.database_processes(folder):
                process.kill()
                process.wait(PATIENCE_S)
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
