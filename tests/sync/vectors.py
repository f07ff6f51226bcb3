"""Makes the test vectors of docs/protocol.md: ``python -m tests.sync.vectors``."""

import base64
import hashlib
import json
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.public import Box, PrivateKey
from nacl.signing import VerifyKey

from kiosk.ledger import evolve
from kiosk.messages.statements import Checkpoint, ConfigStatement, Setting, TimeStatement
from kiosk.update.staging import Signed
from sync import codes, protocol, sealing
from sync.keys import SigningKey
from sync.protocol import GENESIS, Batch, EnrolRequest, Receipt, SentEntry
from sync.pull.certificate import certificate_of
from sync.rotating import statement
from sync.signing import signed_headers
from tests.kiosk.ledger.vectors import LEDGER_ID

DEVICE = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), "device")
CENTRAL = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))), "central")
NEW = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(96, 128))), "device")
FIRST_KEY = bytes(range(64, 96))
AT_S = 1_795_309_200
NONCE = bytes(range(16, 32))
URL = "https://central.example/api/v1/enrol"
CODE = "7K3F9Q2MXPTB"

_TRUST = '"wall":"2026-11-22T01:00:01.500Z","synced":false'

ENTRIES = [
    SentEntry(1, 7_000_000_000, "boot", payload=f'{{"boot_id":"b","program":"h 0.1",{_TRUST}}}'),
    SentEntry(
        1, 8_000_000_000, "enrolled", payload='{"device":"4T8JQ2ZK7M","url":"https://central.example"}'
    ),
    SentEntry(1, 8_500_000_001, "rating", payload=f'{{"level":5,"source":"touch",{_TRUST}}}'),
    SentEntry(2, 0, "later", payload_base64="/w=="),
]
"""The second one is the `enrolled` entry at which tags begin; it has fewer members here than in earnest."""

Vector = dict[str, Any]


def key(of: SigningKey) -> Vector:
    public = of.public
    return {
        "private": of.private.private_bytes_raw().hex(),
        "public": public.raw.hex(),
        "key_id": public.key_id,
        "name": public.name,
        "key_hash_signature": public.hash_of(0x01).hex(),
        "key_hash_cosignature": public.hash_of(0x04).hex(),
    }


def batch() -> Vector:
    """A batch, what the receiver computes from it, and its receipt."""
    entries = protocol.chained(Batch(0, ENTRIES, ""), LEDGER_ID, GENESIS)
    state = evolve.begin(FIRST_KEY, 2)
    tags = []
    for entry in entries[1:]:
        state = state.after(entry.hash)
        tags.append(state.tag.hex())
    checkpoint = DEVICE.sign(Checkpoint(LEDGER_ID, 4, entries[-1].hash).text())
    body = msgspec.json.encode(Batch(0, ENTRIES, checkpoint.render(), state.tag.hex())).decode()
    return {
        "ledger_id": LEDGER_ID.hex(),
        "body": body,
        "hashes": [entry.hash.hex() for entry in entries],
        "enrolled_seq": 2,
        "first_key": FIRST_KEY.hex(),
        "evolve_check": evolve.check_of(FIRST_KEY),
        "tags_from_enrolled_seq": tags,
        "next_key": state.key.hex(),
        "next_ledger": {"ledger_id": NONCE.hex(), "first_key": state.for_new_ledger(NONCE).key.hex()},
        "receipt_time_s": AT_S,
        "receipt": CENTRAL.cosign(checkpoint, AT_S).render(),
    }


def enrolment() -> Vector:
    """A signed request, with what is signed."""
    checkpoint = DEVICE.sign(Checkpoint(LEDGER_ID, 0, GENESIS).text()).render()
    request = EnrolRequest(CODE, DEVICE.public.raw.hex(), LEDGER_ID.hex(), checkpoint, None, "hailong 0.1")
    body = msgspec.json.encode(request)
    created = datetime.fromtimestamp(AT_S, UTC)
    headers = signed_headers("POST", URL, body, DEVICE, NONCE.hex(), created)
    parameters = headers["Signature-Input"].removeprefix("hailong=")
    base = (
        f'"@method": POST\n"@target-uri": {URL}\n"content-digest": {headers["Content-Digest"]}\n'
        f'"@signature-params": {parameters}'
    )
    DEVICE.private.public_key().verify(_signature(headers["Signature"]), base.encode())
    return {"url": URL, "body": body.decode(), "headers": dict(headers), "signature_base": base}


PULL_URL = "https://10.1.2.3:8443"
PULL_NONCE = "EBESExQVFhcYGRobHB0eHw"


def pull() -> Vector:
    """What a server that pulls sends, and the certificate that it is shown."""
    checkpoint = protocol.chained(Batch(0, ENTRIES, ""), LEDGER_ID, GENESIS)[-1]
    signed = DEVICE.sign(Checkpoint(LEDGER_ID, 4, checkpoint.hash).text())
    receipt = msgspec.json.encode(Receipt(CENTRAL.cosign(signed, AT_S).render()))
    spki = DEVICE.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "certificate": certificate_of(DEVICE).decode(),
        "subject_public_key_info": spki.hex(),
        "curl_pin": f"sha256//{base64.b64encode(hashlib.sha256(spki).digest()).decode()}",
        "entries": asked("GET", "/v1/entries?after=0&limit=500", b""),
        "receipt": asked("POST", "/v1/receipts", receipt),
    }


def asked(method: str, target: str, body: bytes) -> Vector:
    """A signed request, with what is signed."""
    url = PULL_URL + target
    created = datetime.fromtimestamp(AT_S, UTC)
    headers = signed_headers(method, url, body, CENTRAL, PULL_NONCE, created)
    parameters = headers["Signature-Input"].removeprefix("hailong=")
    base = (
        f'"@method": {method}\n"@target-uri": {url}\n"content-digest": {headers["Content-Digest"]}\n'
        f'"@signature-params": {parameters}'
    )
    CENTRAL.private.public_key().verify(_signature(headers["Signature"]), base.encode())
    return {"url": url, "body": body.decode(), "headers": dict(headers), "signature_base": base}


def sealed() -> Vector:
    """A sealed export of the batch, with a key of the moment that is no secret; packed without being made smaller."""
    body = batch()["body"].encode()
    packer = zlib.compressobj(level=0, wbits=31)
    packed = packer.compress(body) + packer.flush()
    moment, theirs = PrivateKey(FIRST_KEY), VerifyKey(CENTRAL.public.raw).to_curve25519_public_key()
    nonce = hashlib.blake2b(bytes(moment.public_key) + bytes(theirs), digest_size=24).digest()
    box = bytes(moment.public_key) + Box(moment, theirs).encrypt(packed, nonce).ciphertext
    assert sealing.opened(box, CENTRAL) == body
    behind = len(box).to_bytes(4, "big") + box
    header = sealing.Header(
        device="4T8JQ2ZK7M",
        device_key=DEVICE.public.raw.hex(),
        ledger=LEDGER_ID.hex(),
        after=0,
        size=4,
        head=batch()["hashes"][-1],
        central=CENTRAL.public.key_id,
        boxes=1,
        sha256=hashlib.sha256(behind).hexdigest(),
    )
    return {
        "file_name": sealing.file_name(header.device, header.size),
        "x25519_of_central": bytes(theirs).hex(),
        "file_base64": base64.b64encode(sealing.signed_header(header, DEVICE.sign) + behind).decode(),
    }


def _signature(header: str) -> bytes:
    return base64.b64decode(header.removeprefix("hailong=:").removesuffix(":"))


def vectors() -> Vector:
    """All of them."""
    config = ConfigStatement("4T8JQ2ZK7M", 1, "12", "34", "UBND phường Sông Công", counter="Quầy 1")
    settings: dict[str, Setting] = {"languages": ["vi", "en"], "sound.enabled": False, "visit.thanks_s": 2.5}
    settings["screen.theme"] = "contrast"
    return {
        "device_key": key(DEVICE),
        "central_key": key(CENTRAL),
        "code": {"typed": ["7k3f 9q2m xptb", "7K3F-9Q2M-XPTB"], "code": codes.normalise("7k3f 9q2m xptb")},
        "code_with_look_alikes": {"typed": ["oOiI-lL00-1122"], "code": codes.normalise("oOiI-lL00-1122")},
        "checkpoint": DEVICE.sign(Checkpoint(LEDGER_ID, 0, GENESIS).text()).render(),
        "time": CENTRAL.sign(TimeStatement(NONCE, AT_S * 1000 + 250).text()).render(),
        "config": CENTRAL.sign(config.text()).render(),
        "config_with_settings": CENTRAL.sign(replace(config, revision=2, settings=settings).text()).render(),
        "new_device_key": key(NEW),
        "key_rotation": statement("4T8JQ2ZK7M", DEVICE, NEW).render(),
        "batch": batch(),
        "enrol": enrolment(),
        "pull": pull(),
        "sealed": sealed(),
        "update": CENTRAL.sign(Signed("0.2.0+deb12", hashlib.sha256(b"").hexdigest()).text()).render(),
    }


def written() -> str:
    """As it stands in the page: one member a line."""
    members = ",\n".join(
        f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in vectors().items()
    )
    return f"{{\n{members}\n}}\n"


if __name__ == "__main__":
    sys.stdout.write(written())
