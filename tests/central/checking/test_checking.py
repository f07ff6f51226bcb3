"""What is wrong with a server is found, what is right is not complained of, and everything has its remedy."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import translation

from central.backup.write import LAST, Last
from central.checking import address, examine, files, ports, service
from central.checking.finding import Finding, State
from central.embedded import Cluster
from central.place import Place
from tests.central.test_certificates import make

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
PUBLIC = "https://danhgia.example.vn"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path / "data")
    found.signing_key()
    found.secret("any")
    for path in found.keys.iterdir():
        os.utime(path, (0, 0))
    return found


def states(found: Iterable[Finding]) -> dict[str, str]:
    """By code; whatever is not right must say what to do."""
    listed = list(found)
    for one in listed:
        assert one.text, one.code
        assert bool(one.remedy) == (one.state in (State.WARNING, State.ERROR)), one
    return {one.code: one.state.value for one in listed}


def test_keys_that_others_can_read_are_found(place: Place) -> None:
    assert states(files.keys(place)) == {"keys": "ok"}
    (place.keys / "central.key").chmod(0o640)
    assert states(files.keys(place)) == {"keys": "error"}
    (place.keys / "central.key").chmod(0o600)
    place.keys.chmod(0o711)
    assert states(files.keys(place)) == {"keys": "error"}


@pytest.mark.parametrize(
    ("age", "state"),
    [(timedelta(hours=1), "ok"), (timedelta(hours=37), "warning"), (timedelta(days=8), "error")],
)
def test_an_old_backup_is_found(place: Place, age: timedelta, state: str) -> None:
    assert states(files.backup(place, NOW)) == {"backup": "error"}
    kept = place.folder / "kept.hailong"
    kept.touch()
    done = Last((NOW - age).isoformat(), str(kept), 1)
    (place.folder / LAST).write_bytes(msgspec.json.encode(done))
    assert states(files.backup(place, NOW)) == {"backup": state}
    kept.unlink()
    assert states(files.backup(place, NOW)) == {"backup": state, "backup_file": "note"}


def test_a_key_that_is_newer_than_the_backup_is_found(place: Place) -> None:
    (place.folder / LAST).write_bytes(msgspec.json.encode(Last(NOW.isoformat(), str(place.folder), 1)))
    later = (NOW + timedelta(minutes=1)).timestamp()
    os.utime(place.keys / "central.key", (later, later))
    assert states(files.backup(place, NOW + timedelta(hours=1))) == {"backup": "error"}


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(50, 100, "ok"), (4, 100, "warning"), (50, 1000, "warning"), (0.4, 1, "error"), (9, 1000, "error")],
)
def test_a_disk_that_becomes_full_is_found(
    place: Place, monkeypatch: pytest.MonkeyPatch, free: float, total: float, state: str
) -> None:
    class Facts:
        f_frsize, f_bavail = 1 << 30, free

    monkeypatch.setattr("shutil.disk_usage", lambda _path: (total * (1 << 30), 0, 0))
    monkeypatch.setattr("os.statvfs", lambda _path: Facts)
    assert states(files.room(place)) == {"disk": state}


@pytest.mark.parametrize(
    ("public", "state"),
    [
        (None, "error"),
        (PUBLIC, "ok"),
        ("http://danhgia.example.vn", "error"),
        ("https://127.0.0.1:8443", "error"),
        ("http://localhost:8080", "error"),
    ],
)
def test_an_address_that_is_not_for_terminals_is_found(public: str | None, state: str) -> None:
    assert states(address.url(public)) == {"url": state}


@pytest.mark.parametrize(
    ("days", "host", "state"),
    [
        (100, "localhost", "ok"),
        (100, "127.0.0.1", "ok"),
        (20, "localhost", "warning"),
        (100, "danhgia.example.vn", "error"),
        (100, "127.0.0.2", "error"),
    ],
)
def test_a_certificate_that_ends_soon_or_is_for_another_name_is_found(
    tmp_path: Path, days: int, host: str, state: str
) -> None:
    certificate, _key = make(tmp_path, "server", days)
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    at = found.not_valid_before_utc
    assert states(address.judged("x", found, host, at + timedelta(hours=1))) == {"x": state}
    for wrong in (at - timedelta(hours=1), found.not_valid_after_utc):
        assert states(address.judged("x", found, "localhost", wrong)) == {"x": "error"}


def test_a_key_of_a_certificate_that_everybody_reads_and_an_address_that_nobody_answers_are_found(
    tmp_path: Path,
) -> None:
    certificate, key = make(tmp_path, "server", 100)
    key.chmod(0o644)
    now = datetime.fromtimestamp(certificate.stat().st_mtime, tz=UTC)
    found = states(address.certificate("https://localhost:1", now, (certificate, key)))
    assert found == {"tls_key": "error", "certificate_file": "ok", "certificate": "warning"}
    key.chmod(0o640)
    certificate.write_text("nothing", encoding="ascii")
    found = states(address.certificate("https://localhost:1", now, (certificate, key)))
    assert found == {"certificate_file": "error", "certificate": "warning"}


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({}, "warning"),
        ({"HAILONG_CENTRAL_PROXIES": "127.0.0.1"}, "ok"),
        ({"HAILONG_CENTRAL_PROXIES": "127.0.0.1 *"}, "error"),
        ({"HAILONG_CENTRAL_CERTIFICATE": "x.pem"}, "ok"),
    ],
)
def test_a_proxy_that_is_not_named_is_found(environ: dict[str, str], state: str) -> None:
    assert states(address.proxy(PUBLIC, environ)) == {"proxy": state}


def test_a_clock_that_nobody_sets_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.checking.service.SystemClock.SYNCED", Path("/nowhere"))
    for said, state in (("yes", "ok"), ("no", "error"), ("", "error")):
        monkeypatch.setattr("central.checking.service._timedatectl", lambda said=said: said)
        assert states(service.clock()) == {"clock": state}


def test_a_database_that_forgets_is_found_and_that_its_way_is_open(database: Cluster) -> None:
    near = states(service.database(database.url))
    assert near == {"durability": "error"}  # that of the tests may forget
    far = states(service.database("postgresql://u@db.example.vn/x"))
    assert far == {"durability": "error", "database_tls": "warning"}
    assert "database_tls" not in states(
        service.database("postgresql://u@db.example.vn/x?sslmode=verify-full")
    )


@pytest.mark.usefixtures("database")
def test_administrators_without_a_second_factor_are_named() -> None:
    assert states(service.administrators()) == {"administrators": "warning"}
    User.objects.create_superuser("lan", password="một mật khẩu rất dài")  # noqa: S106
    assert states(service.administrators()) == {"second_factor": "warning"}


@pytest.mark.usefixtures("database")
def test_debug_is_found() -> None:
    assert states(service.program())["debug"] == "ok"
    with override_settings(DEBUG=True):
        assert states(service.program())["debug"] == "error"


def test_all_checks_together_say_something_of_everything(
    database: Cluster, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAILONG_CENTRAL_URL", "https://localhost:1")
    found = states(examine.examine(place, database.url, NOW))
    wanted = {
        "folder",
        "migrations",
        "durability",
        "debug",
        "versions",
        "administrators",
        "url",
        "certificate",
    }
    assert found.keys() == wanted | {"proxy", "keys", "backup", "disk", "clock"}
    assert found["migrations"] == "ok"


def test_the_form_names_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", ("10.1.2.3", 0))])
    found = ports.ways(f"{PUBLIC}:8443", "postgresql://u:secret@db.lan:5433/x", ["10.8.0.0/16"])
    said = {(way.source, way.target, way.port) for way in found}
    server = "danhgia.example.vn (10.1.2.3)"
    assert ("all rating terminals", server, "8443") in said
    assert ("server danhgia.example.vn", "rating terminals in 10.8.0.0/16", "8443") in said
    assert ("server danhgia.example.vn", "db.lan (10.1.2.3)", "5433") in said
    assert ("all rating terminals", "time server of the network", "123") in said
    text = ports.form(found)
    assert text.count("From: ") == len(found) == 7
    assert "secret" not in text
    assert {way.port for way in ports.ways(PUBLIC, None, [])} == {"443", "123"}
    with translation.override("vi"):
        assert "Cổng đích: 443, giao thức TCP (HTTPS)" in ports.form(ports.ways(PUBLIC, None, []))
