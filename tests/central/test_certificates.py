"""A renewed certificate is spoken with; a mistake in renewing changes nothing."""

import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from central.certificates import BadCertificate, Pair
from tests.central import served
from tests.central.served import serving, url
from tests.system.program import PATIENCE_S

WEB_PROCESSES = 2
"""As many as `hailong-central serve` starts; each ends once when the server goes over."""
ASKING = 2
"""How many connections there can be at once that have just been let in."""


def make(folder: Path, name: str, days: int = 1) -> tuple[Path, Path]:
    """A certificate for this machine that signs itself, and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", str(days), "-subj", f"/CN={name}"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with Pair(*make(tmp_path, "server")) as found:
        yield found


def renew(tmp_path: Path, certificate: Path | None, key: Path | None) -> None:
    for new, old in ((certificate, "server.pem"), (key, "server.key")):
        if new is not None:
            new.replace(tmp_path / old)


def test_what_is_in_use_changes_with_the_files_and_not_before(pair: Pair, tmp_path: Path) -> None:
    assert not pair.has_changed()
    before = pair.certificate.read_bytes()
    renew(tmp_path, *make(tmp_path, "new"))
    assert pair.has_changed()
    assert pair.certificate.read_bytes() == before
    pair.take()
    assert pair.certificate.read_bytes() != before
    assert not pair.has_changed()
    assert pair.certificate.parent.stat().st_mode & 0o077 == 0


def test_half_a_renewal_is_not_used_and_the_other_half_makes_it_whole(pair: Pair, tmp_path: Path) -> None:
    before = (pair.certificate.read_bytes(), pair.key.read_bytes())
    certificate, key = make(tmp_path, "new")
    renew(tmp_path, certificate, None)
    with pytest.raises(BadCertificate, match=r"server\.key are no pair"):
        pair.take()
    assert (pair.certificate.read_bytes(), pair.key.read_bytes()) == before
    assert not pair.has_changed()  # it is said once
    renew(tmp_path, None, key)
    assert pair.has_changed()
    pair.take()


def test_files_that_are_away_are_not_used(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "server.key").unlink()
    assert pair.has_changed()
    with pytest.raises(BadCertificate, match=r"server\.key cannot be read"):
        pair.take()


def test_a_key_with_a_password_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    certificate, key = make(tmp_path, "server")
    locked = tmp_path / "locked.key"
    command = ("openssl", "ec", "-aes256", "-passout", "pass:mật khẩu", "-in", str(key), "-out", str(locked))
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(BadCertificate), Pair(certificate, locked):
        raise AssertionError("it was used")


def test_links_that_a_renewal_moves_are_followed(tmp_path: Path) -> None:
    """As certbot keeps them."""
    old, new = make(tmp_path, "old"), make(tmp_path, "new")
    links = [tmp_path / "fullchain.pem", tmp_path / "privkey.pem"]
    for link, target in zip(links, old, strict=True):
        link.symlink_to(target)
    with Pair(links[0], links[1]) as pair:
        for link, target in zip(links, new, strict=True):
            link.unlink()
            link.symlink_to(target)
        assert pair.has_changed()
        pair.take()
        assert pair.certificate.read_bytes() == new[0].read_bytes()


def spoken(address: str) -> bytes:
    """The certificate that a server shows."""
    host, port = address.removeprefix("https://").split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), PATIENCE_S) as raw,
        context.wrap_socket(raw) as connection,
    ):
        found = connection.getpeercert(binary_form=True)
    assert found is not None
    return found


def spoken_at_last(address: str, hung_up: list[str]) -> bytes:
    """The same, asked again as often as the server hangs up."""
    while True:
        try:
            return spoken(address)
        except (ConnectionResetError, ssl.SSLEOFError) as error:
            hung_up.append(str(error))


def test_a_server_goes_over_to_a_renewed_certificate_without_refusing_anybody(tmp_path: Path) -> None:
    """A web process that ends may hang up on whom it has just let in; who asks again is answered."""
    certificate, key = make(tmp_path, "server")
    arguments = ("--certificate", str(certificate), "--key", str(key))
    with served.data_folder() as data, serving(data, *arguments) as program:
        address, before = url(program), spoken(url(program))
        key.write_text("a mistake", encoding="ascii")
        program.process.send_signal(signal.SIGHUP)
        renewed = make(tmp_path, "new")
        both = tmp_path / "both.pem"
        both.write_bytes(certificate.read_bytes() + renewed[0].read_bytes())
        new = ssl.PEM_cert_to_DER_cert(renewed[0].read_text(encoding="ascii"))
        answers, ended = set(), threading.Event()
        hung_up: list[str] = []

        def ask() -> None:
            while not ended.is_set():
                try:
                    answer = requests.get(f"{address}/api/v1/health", verify=str(both), timeout=PATIENCE_S)
                except requests.ConnectionError as error:
                    hung_up.append(str(error))
                else:
                    answers.add(answer.status_code)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            renew(tmp_path, *renewed)
            program.process.send_signal(signal.SIGHUP)
            while spoken_at_last(address, hung_up) != new:
                assert program.process.poll() is None
        finally:
            ended.set()
            asking.join()
        assert (answers, before != new) == ({200}, True)
        assert len(hung_up) <= WEB_PROCESSES * ASKING, hung_up
        assert not [said for said in hung_up if "refused" in said or "CERTIFICATE" in said]
        assert "the certificate in use stays" in program.log
        assert program.end() == 0
