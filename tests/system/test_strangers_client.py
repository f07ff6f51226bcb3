"""docs/examples/pull-client.mjs, written from the published documents alone, asks the real programs."""

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.cli import main
from kiosk.ledger.chain import GENESIS
from kiosk.messages.statements import Checkpoint
from sync import keys
from sync.keys import SigningKey
from sync.protocol import NONCE_HEADER, Batch, chained, signed_checkpoint
from sync.pull.certificate import Certificate
from tests.kiosk.ledger.terminal import vote
from tests.sync.hostile import unused_port
from tests.sync.reference import CODE, FIRST_KEY, Reference, serving
from tests.sync.world import drafts, settings
from tests.sync.world import entries as held
from tests.system.program import PATIENCE_S, hailong
from tests.system.test_sync import said

CLIENT = Path(__file__).parents[2] / "docs" / "examples" / "pull-client.mjs"
RATINGS = 1_000
CHECKED = ["certificate", "chain", "checkpoints"]

Told = dict[str, Any]
Change = Callable[[Told], None]
Done = subprocess.CompletedProcess[str]


def as_it_is(_batch: Told) -> None:
    """Nothing is changed."""


@dataclass
class Between:
    """Listens with the terminal's own key, and may change what the terminal answers.

    Attributes:
        key: The terminal's.
        port: Where the terminal listens.
        url: What the terminal announces: the address of this.
        change: Is given each batch.
        asked: Methods and paths of this run of the client, in order; without the query.
        runs: Each comes to the terminal from an address of its own: one may ask only once a second without a nonce.
    """

    key: SigningKey
    port: int = field(default_factory=unused_port)
    url: str = ""
    change: Change = as_it_is
    asked: list[str] = field(default_factory=list)
    runs: int = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        class Handler(_Handler):
            between = self

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = Certificate(self.key).context.wrap_socket(server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def begin(self, change: Change) -> None:
        self.change = change
        self.asked.clear()
        self.runs += 1


class _Handler(BaseHTTPRequestHandler):
    between: ClassVar[Between]

    def _hand_on(self) -> None:
        self.between.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        source = (f"127.0.1.{self.between.runs}", 0)
        terminal = HTTPSConnection("127.0.0.1", self.between.port, context=unchecked, source_address=source)
        terminal.request(self.command, self.path, body, dict(self.headers.items()))
        found = terminal.getresponse()
        answer = found.read()
        terminal.close()
        if found.status == 200 and self.path.startswith("/v1/entries"):
            batch = json.loads(answer)
            self.between.change(batch)
            answer = json.dumps(batch).encode()
        self.send_response(found.status)
        for name in ("Content-Type", NONCE_HEADER, "Retry-After"):
            if name in found.headers:
                self.send_header(name, found.headers[name])
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _hand_on  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as there
        """Nothing."""


@dataclass(frozen=True)
class Terminal:
    """One with a thousand ratings that answers, and who asks it.

    Attributes:
        data: Its folder.
        url: As it prints it.
        public_key: As it prints it.
        server: Signs requests.
    """

    data: Path
    url: str
    public_key: str
    server: SigningKey

    def pulled(self, output: Path, first_key: bytes | None = None) -> Done:
        """What the client says."""
        secret = output.with_suffix(".pem")
        private = self.server.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        secret.write_bytes(private)
        first = [] if first_key is None else [first_key.hex()]
        command: list[str | Path] = ["node", CLIENT, self.url, self.public_key, secret, output, *first]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)

    def is_waiting(self) -> bool:
        """Whether the terminal says that something has no receipt."""
        return "Không còn lượt đánh giá nào chờ gửi" not in said("sync", "status", data=self.data).stdout


@contextmanager
def served(data: Path, server: SigningKey, between: Between | None = None) -> Iterator[Terminal]:
    """A terminal; what is between listens already."""
    drafts(settings(data), *[vote(n % 5 + 1) for n in range(RATINGS)])
    announced = "" if between is None else f'url = "{between.url}"\n'
    (data / "pull.toml").write_text(f'[pull]\n{announced}server_key = "{server.public.raw.hex()}"\n')
    address = f"127.0.0.1:{0 if between is None else between.port}"
    run = ("sync", "run", "--no-push", "--pull", address, "--config", str(data / "pull.toml"))
    with hailong(*run, data=data) as program:
        found = program.until("listening")
        yield Terminal(data, found["url"], found["public_key"], server)
        assert program.end() == 0, program.log


Watched = tuple[Terminal, Between]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A terminal that is enrolled at a server which has kept the first key, and somebody between them."""
    data = tmp_path_factory.mktemp("enrolled")
    with serving(Reference()) as central:
        done = said("enrol", central.url, CODE, data=data)
        assert done.returncode == 0, done.stderr
        between = Between(settings(data).place.key_or_new())
        with between.listening(), served(data, central.key, between) as terminal:
            yield terminal, between
        assert not central.ledgers, "nothing was pushed"


NAMES = ("ledger_id", "seq", "boot_n", "boottime_ns", "kind", "payload", "prev", "hash")


def all_is_there(terminal: Terminal, output: Path, done: Done) -> None:
    assert (done.returncode, done.stderr) == (0, "")
    found, expected = json.loads(done.stdout), held(settings(terminal.data))
    assert found["entries"] == len(expected) > RATINGS
    assert (found["ratings"], found["head"]) == (RATINGS, expected[-1].hash.hex())
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert {tuple(line) for line in lines} == {NAMES}
    assert [tuple(line[name] for name in NAMES[1:]) for line in lines] == [
        (e.seq, e.boot_n, e.boottime_ns, e.kind, e.payload.decode(), e.prev.hex(), e.hash.hex())
        for e in expected
    ]
    assert not terminal.is_waiting()


def test_an_enrolled_terminal_is_fetched_and_its_tag_fits(watched: Watched, tmp_path: Path) -> None:
    terminal, between = watched
    between.begin(as_it_is)
    done = terminal.pulled(tmp_path / "entries.jsonl", FIRST_KEY)
    all_is_there(terminal, tmp_path / "entries.jsonl", done)
    assert json.loads(done.stdout)["checked"] == [*CHECKED, "tag", "receipt"]
    assert between.asked.count("POST /v1/receipts") == 1


def test_a_key_alone_is_enough_to_fetch_and_the_receipt_is_believed(tmp_path: Path) -> None:
    output = tmp_path / "entries.jsonl"
    with served(tmp_path / "data", keys.generate("central")) as terminal:
        assert terminal.is_waiting()
        done = terminal.pulled(output)
        all_is_there(terminal, output, done)
        assert json.loads(done.stdout)["checked"] == [*CHECKED, "receipt"]
    export = tmp_path / "export.jsonl"
    assert said("ledger", "export", "--output", str(export), data=terminal.data).returncode == 0
    verdict = CliRunner().invoke(main, ["verify", str(export), terminal.server.public.key_id])
    assert verdict.exit_code == 0, verdict.output


def test_what_is_not_hashed_is_not_stored(watched: Watched, tmp_path: Path) -> None:
    terminal, between = watched
    between.begin(more_members)
    done = terminal.pulled(tmp_path / "entries.jsonl", FIRST_KEY)
    all_is_there(terminal, tmp_path / "entries.jsonl", done)


def more_members(batch: Told) -> None:
    for entry in batch["entries"]:
        entry |= {"seq": 1, "hash": bytes(32).hex(), "level": 5, "payload_base64": "AA=="}


def another_level(batch: Told) -> None:
    for entry in batch["entries"][:100]:
        entry["payload"] = entry["payload"].replace('"level":1', '"level":5')


def one_left_out(batch: Told) -> None:
    batch["entries"][7:8] = []


def one_nanosecond_later(batch: Told) -> None:
    for entry in batch["entries"][-1:]:
        entry["boottime_ns"] += 1


def signed_by_another(batch: Told) -> None:
    text = signed_checkpoint(batch["checkpoint"]).checkpoint.text()
    batch["checkpoint"] = keys.generate("device").sign(text).render()


def another_size(batch: Told) -> None:
    batch["checkpoint"] = batch["checkpoint"].replace("\n500\n", "\n499\n")


def another_tag(batch: Told) -> None:
    batch["tag"] = batch["tag"] and bytes(32).hex()


def no_tag(batch: Told) -> None:
    batch["tag"] = None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (another_level, "the entries up to 500 are not those that the terminal has signed"),
        (one_left_out, "the entries up to 499 are not those that the terminal has signed"),
        (one_nanosecond_later, "the entries up to 500 are not those that the terminal has signed"),
        (signed_by_another, "a checkpoint is not signed by the terminal"),
        (another_size, "a checkpoint is not signed by the terminal"),
        (another_tag, "does not fit"),
        (no_tag, "there is no tag that begins with the first key"),
    ],
)
def test_what_was_changed_on_the_way_is_found_and_gets_no_receipt(
    watched: Watched, tmp_path: Path, change: Change, words: str
) -> None:
    terminal, between = watched
    between.begin(change)
    refused(between, terminal.pulled(tmp_path / "entries.jsonl", FIRST_KEY), words)


def refused(between: Between, done: Done, words: str) -> None:
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "POST /v1/receipts" not in between.asked


class Rewritten:
    """What somebody does who has the terminal's key, but not the evolving one: hashes and signatures are right."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self._heads = {0: GENESIS}

    def __call__(self, batch: Told) -> None:
        another_level(batch)
        ledger_id, after = signed_checkpoint(batch["checkpoint"]).checkpoint.ledger_id, batch["after"]
        entries = chained(msgspec.convert(batch, Batch), ledger_id, self._heads[after])
        end = after + len(entries)
        self._heads[end] = entries[-1].hash if entries else self._heads[after]
        batch["checkpoint"] = self._key.sign(Checkpoint(ledger_id, end, self._heads[end]).text()).render()


def test_a_chain_that_was_rewritten_with_the_terminals_own_key_is_found_by_its_tag(
    watched: Watched, tmp_path: Path
) -> None:
    terminal, between = watched
    between.begin(Rewritten(between.key))
    done = terminal.pulled(tmp_path / "entries.jsonl", FIRST_KEY)
    refused(between, done, f"the tag of {len(held(settings(terminal.data)))} does not fit")


def test_another_key_than_that_of_the_certificate_is_asked_nothing(watched: Watched, tmp_path: Path) -> None:
    terminal, between = watched
    between.begin(as_it_is)
    mistaken = replace(terminal, public_key=keys.generate("device").public.raw.hex())
    refused(between, mistaken.pulled(tmp_path / "entries.jsonl"), "the certificate has another key")
    assert between.asked == []


def test_a_server_that_may_not_pull_is_told_so(watched: Watched, tmp_path: Path) -> None:
    terminal, between = watched
    between.begin(as_it_is)
    stranger = replace(terminal, server=keys.generate("central"))
    refused(between, stranger.pulled(tmp_path / "entries.jsonl"), "may not pull from this terminal")


def test_the_first_key_of_another_enrolment_is_not_the_one(watched: Watched, tmp_path: Path) -> None:
    terminal, between = watched
    between.begin(as_it_is)
    done = terminal.pulled(tmp_path / "entries.jsonl", bytes(32))
    refused(between, done, "there is no tag that begins with the first key")
