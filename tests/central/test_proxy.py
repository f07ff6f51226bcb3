"""The server behind Debian's nginx with the configuration of its handbook: signatures are for the public address."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.central import served
from tests.central.served import RemoteTerminal, said, serving
from tests.central.test_certificates import make
from tests.system.program import PATIENCE_S

BOOK = Path(__file__).parents[2] / "docs" / "en" / "server.md"
ADD = ("device", "add", "--unit", "UBND phường Sông Công", "--counter", "Quầy 1", "--accept")
FRAME = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {server}
}}
"""
LIES = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1",
    "Forwarded": "host=evil.example;proto=http",
}


@dataclass(frozen=True)
class Stage:
    """A server and the proxy before it.

    Attributes:
        public: What terminals are told: the proxy.
        inner: Where the server listens.
    """

    public: str
    inner: str
    data: Path

    def terminal(self, at: str | None = None) -> RemoteTerminal:
        return RemoteTerminal(self.public, at=at)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("nginx")
    certificate, key = make(folder, "danhgia")
    ports = served.free_port(), served.free_port()
    public, inner = f"https://localhost:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    environ = served.surroundings(HAILONG_CENTRAL_URL=public, HAILONG_CENTRAL_PROXIES="127.0.0.1")
    with (
        served.data_folder() as data,
        serving(data, port=ports[1], environ=environ),
        nginx(folder, certificate, key, ports),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield Stage(public, inner, data)


@contextmanager
def nginx(folder: Path, certificate: Path, key: Path, ports: tuple[int, int]) -> Iterator[None]:
    found = re.search(r"```nginx\n(.*?)```", BOOK.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    server = found[1]
    for before, after in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{ports[0]} ssl;"),
        ("/etc/ssl/danhgia/fullchain.pem", str(certificate)),
        ("/etc/ssl/danhgia/key.pem", str(key)),
        ("127.0.0.1:8080", f"127.0.0.1:{ports[1]}"),
    ):
        assert before in server
        server = server.replace(before, after)
    configuration = folder / "nginx.conf"
    configuration.write_text(FRAME.format(folder=folder, server=server), encoding="utf-8")
    with subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", str(configuration)]) as program:
        try:
            give_up = time.monotonic() + PATIENCE_S
            while not _answers(f"https://localhost:{ports[0]}/api/v1/health", certificate):
                assert program.poll() is None
                assert time.monotonic() < give_up
                time.sleep(0.05)
            yield
        finally:
            program.terminate()


def _answers(url: str, certificate: Path) -> bool:
    try:
        return requests.get(url, verify=str(certificate), timeout=PATIENCE_S).status_code == 200
    except requests.ConnectionError:
        return False


def test_terminals_come_in_whatever_headers_say(stage: Stage) -> None:
    terminal = stage.terminal()
    made = said(*ADD, data=stage.data)
    assert made["url"] == stage.public
    assert terminal.enrol(made["code"]).status_code == 200
    assert terminal.heartbeat().status_code == 200
    nonce = terminal.nonce()
    terminal.more = {name: value for name, value in LIES.items() if name != "Host"}
    assert terminal.heartbeat(nonce).status_code == 200
    # And without the proxy, where they reach the server as they are.
    terminal.at = stage.inner
    nonce = terminal.nonce()
    terminal.more = LIES
    assert terminal.heartbeat(nonce).status_code == 200


def test_a_signature_for_another_address_is_not_taken_though_headers_name_it(stage: Stage) -> None:
    known = stage.terminal()
    assert known.enrol(said(*ADD, data=stage.data)["code"]).status_code == 200
    for public in (stage.inner, "https://evil.example"):
        known.public_url = public
        for at in (stage.public, stage.inner):
            known.at, known.more = at, {}
            nonce = known.nonce()
            known.more = LIES if at == stage.inner else {"X-Forwarded-Host": "evil.example"}
            assert known.heartbeat(nonce).json()["code"] == "401.1"


def test_the_proxy_says_who_asks_and_a_client_cannot(stage: Stage) -> None:
    terminal = stage.terminal()
    for n in range(12):
        terminal.more = {"X-Forwarded-For": f"192.0.2.{n}"}
        code = terminal.enrol("0" * 12).json()["code"]
    assert code == "429.1"


def test_the_administration_is_for_the_network_of_the_office_alone(stage: Stage) -> None:
    assert requests.get(f"{stage.public}/admin/login/", timeout=PATIENCE_S).status_code == 403
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    inside = requests.get(f"{stage.inner}/admin/login/", headers=headers, timeout=PATIENCE_S)
    assert inside.status_code == 200
