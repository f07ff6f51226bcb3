"""What docs/protocol.md promises to those who write another server is what the program does."""

import base64
import functools
import gzip
import hashlib
import hmac
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.public import PrivateKey, SealedBox

from tests.sync.vectors import written

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """The vectors as somebody finds them who has the page alone."""
    block = PAGE.rpartition("```json\n")[2].partition("```")[0]
    vectors: dict[str, Any] = json.loads(block)
    return vectors


def test_the_page_has_the_vectors_that_the_program_makes() -> None:
    block = PAGE.rpartition("```json\n")[2].partition("```")[0]
    assert block == written(), "python -m tests.sync.vectors makes them"


def signature_line(key: dict[str, str], kind: int, rendered: str) -> tuple[str, bytes]:
    """The text of a note, and what a key of that name has signed it with; written from the page alone."""
    text, _, lines = rendered.rpartition("\n\n")
    raw = bytes.fromhex(key["public"])
    (line,) = (line for line in lines.splitlines() if line.startswith(f"— {key['name']} "))
    blob = base64.b64decode(line.rpartition(" ")[2])
    assert blob[:4] == hashlib.sha256(key["name"].encode() + b"\n" + bytes([kind]) + raw).digest()[:4]
    return text + "\n", blob[4:]


def public(key: dict[str, str]) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["public"]))


def test_the_names_of_keys_follow_from_the_page(found: dict[str, Any]) -> None:
    for role in ("device", "central"):
        key = found[f"{role}_key"]
        assert key["key_id"] == hashlib.sha256(bytes.fromhex(key["public"])).hexdigest()[:16]
        assert key["name"] == f"hailong-{role}-{key['key_id']}"


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("checkpoint", "device"),
        ("time", "central"),
        ("config", "central"),
        ("config_with_settings", "central"),
        ("key_rotation", "device"),
        ("update", "central"),
        ("key_rotation", "new_device"),
    ],
)
def test_signatures_follow_from_the_page(found: dict[str, Any], name: str, role: str) -> None:
    key = found[f"{role}_key"]
    text, signature = signature_line(key, 1, found[name])
    public(key).verify(signature, text.encode())


def test_a_receipt_follows_from_the_page(found: dict[str, Any]) -> None:
    batch = found["batch"]
    text, signed = signature_line(found["central_key"], 4, batch["receipt"])
    (at_s,) = struct.unpack(">Q", signed[:8])
    assert at_s == batch["receipt_time_s"]
    public(found["central_key"]).verify(signed[8:], f"cosignature/v1\ntime {at_s}\n{text}".encode())
    device_text, signature = signature_line(found["device_key"], 1, batch["receipt"])
    public(found["device_key"]).verify(signature, device_text.encode())
    assert text.splitlines() == [
        f"hailong/ledger/{batch['ledger_id']}",
        "4",
        base64.b64encode(bytes.fromhex(batch["hashes"][-1])).decode(),
    ]


def test_hashes_and_tags_follow_from_the_page(found: dict[str, Any]) -> None:
    batch = found["batch"]
    body = json.loads(batch["body"])
    prev, hashes = bytes(32), []
    for seq, entry in enumerate(body["entries"], body["after"] + 1):
        payload = (
            entry["payload"].encode() if "payload" in entry else base64.b64decode(entry["payload_base64"])
        )
        kind = entry["kind"].encode()
        numbers = struct.pack(">QQQ", seq, entry["boot_n"], entry["boottime_ns"])
        rest = bytes([len(kind)]) + kind + len(payload).to_bytes(4, "big") + payload
        ledger_id = bytes.fromhex(batch["ledger_id"])
        prev = hashlib.sha256(b"hailong/entry/1\0" + prev + ledger_id + numbers + rest).digest()
        hashes.append(prev)
    assert [digest.hex() for digest in hashes] == batch["hashes"]
    key, tag, tags = bytes.fromhex(batch["first_key"]), bytes(32), []
    for digest in hashes[batch["enrolled_seq"] - 1 :]:
        tag = hmac.digest(key, tag + digest, "sha256")
        key = hashlib.sha256(b"hailong/evolve/1" + key).digest()
        tags.append(tag.hex())
    assert tags == batch["tags_from_enrolled_seq"]
    assert body["tag"] == tags[-1]
    assert key.hex() == batch["next_key"]
    new_id = bytes.fromhex(batch["next_ledger"]["ledger_id"])
    new_key = hmac.digest(key, b"hailong/new-ledger/1" + new_id, "sha256")
    assert new_key.hex() == batch["next_ledger"]["first_key"]


@pytest.mark.parametrize(
    ("way", "role"),
    [(("enrol",), "device"), (("pull", "entries"), "central"), (("pull", "receipt"), "central")],
)
def test_the_signature_of_a_request_follows_from_the_page(
    found: dict[str, Any], way: tuple[str, ...], role: str
) -> None:
    enrol = functools.reduce(dict.__getitem__, way, found)
    digest = base64.b64encode(hashlib.sha256(enrol["body"].encode()).digest()).decode()
    assert enrol["headers"]["Content-Digest"] == f"sha-256=:{digest}:"
    parameters = enrol["headers"]["Signature-Input"].removeprefix("hailong=")
    assert enrol["signature_base"].endswith(f'"@signature-params": {parameters}')
    signature = base64.b64decode(enrol["headers"]["Signature"].removeprefix("hailong=:").removesuffix(":"))
    public(found[f"{role}_key"]).verify(signature, enrol["signature_base"].encode())
    assert f'"@target-uri": {enrol["url"]}\n' in enrol["signature_base"]


def test_the_example_of_a_pull_in_the_page_is_the_vector(found: dict[str, Any]) -> None:
    entries = found["pull"]["entries"]
    assert f"```\n{entries['signature_base']}\n```" in PAGE
    for name, value in entries["headers"].items():
        assert f"\n{name}: {value}\n" in PAGE


def test_the_certificate_has_the_terminals_own_key(found: dict[str, Any]) -> None:
    certificate = x509.load_pem_x509_certificate(found["pull"]["certificate"].encode())
    spki = bytes.fromhex("302a300506032b6570032100" + found["device_key"]["public"])
    assert found["pull"]["subject_public_key_info"] == spki.hex()
    assert certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == spki
    certificate.verify_directly_issued_by(certificate)
    assert found["pull"]["curl_pin"] == f"sha256//{base64.b64encode(hashlib.sha256(spki).digest()).decode()}"


def test_a_sealed_export_follows_from_the_page(found: dict[str, Any]) -> None:
    """The key is converted, and the box opened, as the page says; only the box itself is libsodium's."""
    file = base64.b64decode(found["sealed"]["file_base64"])
    text, signatures, behind = file.split(b"\n\n", 2)
    rendered = (text + b"\n\n" + signatures + b"\n").decode()
    signed, signature = signature_line(found["device_key"], 1, rendered)
    public(found["device_key"]).verify(signature, signed.encode())
    head, said = signed.rstrip("\n").split("\n")
    header = json.loads(said)
    assert head == "hailong/sealed/1"
    assert header["central"] == found["central_key"]["key_id"]
    assert header["sha256"] == hashlib.sha256(behind).hexdigest()
    assert header["head"] == found["batch"]["hashes"][header["size"] - 1]
    assert int.from_bytes(behind[:4], "big") == len(behind) - 4
    scalar = hashlib.sha512(bytes.fromhex(found["central_key"]["private"])).digest()[:32]
    key = PrivateKey(scalar)
    assert bytes(key.public_key).hex() == found["sealed"]["x25519_of_central"]
    assert gzip.decompress(SealedBox(key).decrypt(behind[4:])).decode() == found["batch"]["body"]
