"""A central server in memory, written from docs/protocol.md: real HTTP, real signatures, no database."""

import json
import re
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from kiosk.ledger import evolve
from kiosk.ledger.chain import GENESIS, Entry
from kiosk.messages.notes import Note, PublicKey, parse_note
from kiosk.messages.statements import Checkpoint, ConfigStatement, TimeStatement
from sync import keys, protocol
from sync.protocol import Batch, CentralKey, EnrolAnswer, EnrolRequest, HeartbeatAnswer, HeartbeatRequest

DEVICE = "4T8JQ2ZK7M"
CODE = "7K3F9Q2MXPTB"
FIRST_KEY = bytes(range(64, 96))
NOW_MS = 1_795_309_200_000


class Problem(Exception):
    """A refusal; the members beside `code` go into the body."""

    def __init__(self, code: str, retry_after: str | None = None, **members: object) -> None:
        super().__init__(code)
        self.code, self.retry_after, self.members = code, retry_after, members


@dataclass
class Reference:
    """Its state; every field may be set by a test.

    Attributes:
        interfere: Called for each request with method and path before it is served; may raise `Problem` or OSError.
    """

    url: str = ""
    key: keys.SigningKey = field(default_factory=lambda: keys.generate("central"))
    former: keys.SigningKey | None = None
    status: str = "accepted"
    first_key: bytes = FIRST_KEY
    boards: list[str | None] = field(default_factory=list)
    codes: set[str] = field(default_factory=lambda: {CODE})
    confirmed: set[str] = field(default_factory=set)
    device_key: PublicKey | None = None
    next_key: PublicKey | None = None
    rotate: str | None = None
    config: ConfigStatement | None = field(
        default_factory=lambda: ConfigStatement(
            DEVICE, 1, "1", "2", "UBND phường Sông Công", counter="Quầy 1"
        )
    )
    now_ms: Callable[[], int] = lambda: NOW_MS
    ledgers: dict[bytes, list[Entry]] = field(default_factory=dict)
    receipts: dict[bytes, str] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    tags: list[tuple[int, bool]] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    heartbeats: list[HeartbeatRequest] = field(default_factory=list)
    interfere: Callable[[str, str], None] = lambda _method, _path: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def cosigned(self, note: Note) -> str:
        for key in self.signing():
            note = key.cosign(note, self.now_ms() // 1000)
        return note.render()

    def signing(self) -> list[keys.SigningKey]:
        return [self.key] if self.former is None else [self.key, self.former]

    def signed(self, text: str) -> str:
        note = Note(text)
        for key in self.signing():
            note = note.with_signature(key.sign(text).signatures[0])
        return note.render()

    def hand_over(self, key_id: str | None) -> str | None:
        if self.former is None or key_id != self.former.public.key_id:
            return None
        return self.signed(f"hailong/central-key/1\n{key_id}\n{self.key.public.raw.hex()}\n")

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        if request.code is None and request.public_key not in self.confirmed:
            raise Problem("403.5")
        if request.code is not None and request.code not in self.codes:
            raise Problem("403.3")
        self.device_key = PublicKey("device", bytes.fromhex(request.public_key))
        self.boards.append(request.board_serial)
        signed = protocol.signed_checkpoint(request.checkpoint)
        return EnrolAnswer(
            DEVICE,
            self.status,
            CentralKey(self.key.public.name, self.key.public.raw.hex()),
            self.url,
            self.first_key.hex(),
            self.cosigned(signed.note),
            self._config(0),
            None if self.former is None else self.hand_over(self.former.public.key_id),
        )

    def _config(self, known: int) -> str | None:
        if self.status != "accepted" or self.config is None or self.config.revision <= known:
            return None
        return self.signed(self.config.text())

    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatAnswer:
        self.heartbeats.append(request)
        signed = self._of_the_device(request.checkpoint)
        held, theirs = self.ledgers.get(signed.checkpoint.ledger_id, []), signed.checkpoint
        if theirs.size < len(held):
            raise Problem("409.2", receipt=self.receipts.get(theirs.ledger_id))
        same = 0 < theirs.size == len(held) and held[-1].hash == theirs.head
        config, handed = self._config(request.config_revision), self.hand_over(request.central)
        if same:
            return HeartbeatAnswer(
                self.status, config, self.cosigned(signed.note), rotate=self.rotate, central_key=handed
            )
        head = held[-1].hash if held else GENESIS
        return HeartbeatAnswer(
            self.status, config, size=len(held), head=head.hex(), rotate=self.rotate, central_key=handed
        )

    def _of_the_device(self, rendered: str) -> protocol.SignedCheckpoint:
        signed = protocol.signed_checkpoint(rendered)
        if self.next_key is not None and signed.note.is_signed_by(self.next_key):
            self.device_key, self.next_key = self.next_key, None
        if self.device_key is None or not signed.note.is_signed_by(self.device_key):
            raise Problem("401.1")
        if self.status == "revoked":
            raise Problem("403.2")
        return signed

    def push(self, ledger_id: bytes, batch: Batch) -> protocol.Receipt:
        signed = self._of_the_device(batch.checkpoint)
        if self.status == "pending":
            raise Problem("403.1")
        held = self.ledgers.setdefault(ledger_id, [])
        if batch.after > len(held):
            raise Problem("409.1", size=len(held), head=(held[-1].hash if held else GENESIS).hex())
        entries = protocol.chained(batch, ledger_id, held[batch.after - 1].hash if batch.after else GENESIS)
        overlap = len(held) - batch.after
        if entries[:overlap] != held[batch.after : batch.after + len(entries)]:
            raise Problem("409.2", receipt=self.receipts.get(ledger_id))
        if signed.checkpoint != Checkpoint(ledger_id, entries[-1].seq, entries[-1].hash):
            raise Problem("400.3")
        held += entries[overlap:]
        for entry in entries[overlap:]:
            if entry.kind == "key_rotation" and b'"central"' not in entry.payload:
                assert self.device_key is not None
                note = parse_note(json.loads(entry.payload)["signed"])
                assert note.is_signed_by(self.device_key)
                _head, device, old, new, _end = note.text.split("\n")
                assert (device, old) == (DEVICE, self.device_key.key_id)
                self.next_key = PublicKey("device", bytes.fromhex(new))
                assert note.is_signed_by(self.next_key)
        if batch.tag is not None:
            self.tags.append((len(held), batch.tag == self._tag(held)))
        if overlap < len(entries) or ledger_id not in self.receipts:
            self.receipts[ledger_id] = self.cosigned(signed.note)
        return protocol.Receipt(self.cosigned(signed.note))

    def _tag(self, held: list[Entry]) -> str:
        begun = [e.seq for e in held if e.kind == "enrolled" and b"evolve_check" in e.payload]
        if not begun:  # a ledger that replaces another goes on with a key that was never told here
            return ""
        seq = begun[-1]
        state = evolve.begin(self.first_key, seq)
        for entry in held[seq - 1 :]:
            state = state.after(entry.hash)
        return state.tag.hex()


@dataclass
class _Request:
    method: str
    url: str
    headers: dict[str, str]


class _Key(HTTPSignatureKeyResolver):
    def __init__(self, *known: bytes) -> None:
        self.known = {PublicKey("device", raw).name: raw for raw in known}

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        assert key_id in self.known
        return Ed25519PublicKey.from_public_bytes(self.known[key_id])


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=36525)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    reference: Reference

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve(self._get)

    def do_POST(self) -> None:
        self._serve(self._post)

    def _serve(self, answer: Callable[[], tuple[str, bytes]]) -> None:
        reference = self.reference
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            with reference.lock:
                reference.served.append(self.path)
                reference.interfere(self.command, self.path)
                media_type, body = answer()
            self._answer(200, media_type, body)
        except Problem as problem:
            status = int(problem.code[:3])
            members = {"status": status, "code": problem.code, "title": "t", "detail": "d"} | problem.members
            self._answer(
                status, "application/problem+json", json.dumps(members).encode(), problem.retry_after
            )
        except OSError:
            self.close_connection = True

    def _answer(self, status: int, media_type: str, body: bytes, retry_after: str | None = None) -> None:
        nonce = secrets.token_hex(8)
        self.reference.nonces.add(nonce)
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(protocol.NONCE_HEADER, nonce)
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def _get(self) -> tuple[str, bytes]:
        found = re.fullmatch(r"/api/v1/time\?nonce=([0-9a-f]{32})", self.path)
        if found is None:
            raise Problem("404.1")
        statement = TimeStatement(bytes.fromhex(found[1]), self.reference.now_ms())
        return "text/plain", self.reference.signed(statement.text()).encode()

    def _post(self) -> tuple[str, bytes]:
        reference = self.reference
        if found := re.fullmatch(r"/api/v1/ledgers/([0-9a-f]{32})/entries", self.path):
            batch = protocol.decoded(protocol.decompressed(self.body), Batch)
            return "application/json", msgspec.json.encode(reference.push(bytes.fromhex(found[1]), batch))
        if self.path == "/api/v1/enrol":
            request = protocol.decoded(self.body, EnrolRequest)
            self._verified(bytes.fromhex(request.public_key))
            return "application/json", msgspec.json.encode(reference.enrol(request))
        if self.path == "/api/v1/heartbeat":
            if reference.device_key is None:
                raise Problem("401.1")
            nonce = self._verified(*(key.raw for key in (reference.device_key, reference.next_key) if key))
            if nonce not in reference.nonces:
                raise Problem("400.5")
            reference.nonces.remove(nonce)
            beat = protocol.decoded(self.body, HeartbeatRequest)
            return "application/json", msgspec.json.encode(reference.heartbeat(beat))
        raise Problem("404.1")

    def _verified(self, *known: bytes) -> str:
        message = _Request(self.command, self.reference.url + self.path, dict(self.headers))
        verifier = _Verifier(signature_algorithm=ED25519, key_resolver=_Key(*known))
        try:
            (found,) = verifier.verify(
                message,
                max_age=None,
                expect_tag=protocol.SIGNATURE_TAG,
                require_components=protocol.SIGNED_COMPONENTS,
                body=self.body,
            )
        except (HTTPMessageSignaturesException, ValueError, AssertionError) as error:
            raise Problem("401.1") from error
        return str(found.nonce)


@contextmanager
def serving(
    reference: Reference, context: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[Reference]:
    """The server on the loopback until the block ends; its state outlives it."""
    handler = type("Handler", (_Handler,), {"reference": reference})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    reference.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield reference
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
