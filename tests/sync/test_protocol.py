"""A batch is received as the entries that were stored, or not at all; a receipt is for what was sent."""

import gzip
import tracemalloc
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.chain import GENESIS, Entry, link
from kiosk.messages.statements import Checkpoint
from sync import keys, protocol
from sync.protocol import BadReceipt, Batch, ProtocolError, SentEntry, verified_receipt

LEDGER_ID = bytes(range(16))
DEVICE, CENTRAL, STRANGER = keys.generate("device"), keys.generate("central"), keys.generate("central")
SENT = Checkpoint(LEDGER_ID, 3, bytes(range(32)))
AT_S = 1_795_309_200

numbers = st.integers(0, 2**63 - 1)
payloads = st.binary(max_size=50) | st.text(max_size=20).map(lambda text: text.encode(errors="surrogatepass"))
fields = st.tuples(
    st.integers(1, 2**63 - 1), numbers, st.from_regex("[a-z_]{1,20}", fullmatch=True), payloads
)


def entries(
    contents: list[tuple[int, int, str, bytes]], after: int = 0, prev: bytes = GENESIS
) -> list[Entry]:
    made = []
    for seq, (boot_n, boottime_ns, kind, payload) in enumerate(contents, after + 1):
        digest = link(prev, LEDGER_ID, seq, boot_n, boottime_ns, kind, payload)
        made.append(Entry(seq, boot_n, boottime_ns, kind, payload, prev, digest))
        prev = digest
    return made


@given(st.lists(fields, max_size=10), st.integers(0, 10**9), st.binary(min_size=32, max_size=32))
def test_what_is_received_is_what_was_stored(
    contents: list[tuple[int, int, str, bytes]], after: int, prev: bytes
) -> None:
    stored = entries(contents, after, prev)
    batch = Batch(after, [protocol.sent(entry) for entry in stored], "checkpoint")
    packed = protocol.compressed(msgspec.json.encode(batch))
    received = protocol.decoded(protocol.decompressed(packed), Batch)
    assert received == batch
    assert protocol.chained(received, LEDGER_ID, prev) == stored


@pytest.mark.parametrize(
    "entry",
    [
        SentEntry(1, 1, "rating"),
        SentEntry(1, 1, "rating", payload="{}", payload_base64="e30="),
        SentEntry(1, 1, "rating", payload_base64="e30"),
        SentEntry(1, 1, "rating", payload_base64="e3 0="),
        SentEntry(1, 1, "đánh giá", payload="{}"),
    ],
)
def test_an_entry_that_cannot_be_one_is_refused(entry: SentEntry) -> None:
    with pytest.raises(ProtocolError) as found:
        protocol.chained(Batch(0, [entry], ""), LEDGER_ID, GENESIS)
    assert found.value.code == "400.2"


ENTRY = '{"boot_n":1,"boottime_ns":1,"kind":"rating","payload":"{}"}'


def body(entry: str = ENTRY, after: str = "0", tag: str = "null", count: int = 1) -> bytes:
    listed = ",".join([entry] * count)
    return f'{{"after":{after},"entries":[{listed}],"checkpoint":"","tag":{tag}}}'.encode()


def test_a_body_as_documented_is_understood() -> None:
    assert protocol.decoded(body(), Batch).entries == [SentEntry(1, 1, "rating", payload="{}")]
    assert protocol.decoded(body(count=500, tag=f'"{"0f" * 32}"'), Batch).tag == "0f" * 32
    assert protocol.decoded(b'{"after":0,"entries":[],"checkpoint":"","more":1}', Batch).entries == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "400.1"),
        (b"<html>", "400.1"),
        (b"\xff", "400.1"),
        (body()[:-1], "400.1"),
        (b'{"checkpoint":"\xff"}', "400.1"),
        (b'{"x":' + b"[" * 100_000, "400.1"),
        (b"[]", "400.2"),
        (b"null", "400.2"),
        (b"{}", "400.2"),
        (body(after="-1"), "400.2"),
        (body(after="1.5"), "400.2"),
        (body(after='"0"'), "400.2"),
        (body(after="true"), "400.2"),
        (body(after=str(2**63)), "400.2"),
        (body(after="1" * 400), "400.2"),
        (body(count=501), "400.2"),
        (body(tag='"0F"'), "400.2"),
        (body(tag=f'"{"0F" * 32}"'), "400.2"),
        (body(ENTRY.replace('"boot_n":1', '"boot_n":0')), "400.2"),
        (body(ENTRY.replace('"rating"', '""')), "400.2"),
        (body(ENTRY.replace('"{}"', "{}")), "400.2"),
        (body(ENTRY.replace('"kind":"rating",', "")), "400.2"),
        (body("null"), "400.2"),
        (b'{"after":0,"entries":[],"checkpoint":"' + b"x" * 4097 + b'"}', "400.2"),
    ],
)
def test_a_body_that_is_not_as_documented_is_refused_with_its_code(content: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as found:
        protocol.decoded(content, Batch)
    assert found.value.code == code


@given(st.binary())
def test_no_body_at_all_does_anything_but_be_refused(content: bytes) -> None:
    with pytest.raises(ProtocolError):
        protocol.decoded(content, Batch)
    with pytest.raises(ProtocolError):
        protocol.decompressed(content)


@given(st.binary(max_size=10_000))
def test_what_is_compressed_is_unpacked_alike_here_and_everywhere(content: bytes) -> None:
    packed = protocol.compressed(content)
    assert protocol.decompressed(packed) == gzip.decompress(packed) == content


def _zlib(content: bytes) -> bytes:
    return zlib.compress(content)


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (b"", "400.1"),
        (b"plain", "400.1"),
        (_zlib(b"{}"), "400.1"),
        (protocol.compressed(b"{}")[:-1], "400.1"),
        (protocol.compressed(b"{}") + b"x", "400.1"),
        (protocol.compressed(b"{}") * 2, "400.1"),
        (protocol.compressed(b"{}")[:-8] + bytes(8), "400.1"),
        (bytes(protocol.MOST_BYTES + 1), "413.1"),
        (protocol.compressed(bytes(protocol.MOST_BYTES + 1)), "413.1"),
        (protocol.compressed(bytes(100 * protocol.MOST_BYTES)), "413.1"),
    ],
)
def test_a_body_that_is_not_one_whole_gzip_stream_of_bounded_size_is_refused(
    packed: bytes, code: str
) -> None:
    with pytest.raises(ProtocolError) as found:
        protocol.decompressed(packed)
    assert found.value.code == code


def test_the_largest_body_allowed_is_unpacked() -> None:
    assert len(protocol.decompressed(protocol.compressed(bytes(protocol.MOST_BYTES)))) == protocol.MOST_BYTES


def receipt_for(checkpoint: Checkpoint, central: keys.SigningKey = CENTRAL) -> str:
    return central.cosign(DEVICE.sign(checkpoint.text()), AT_S).render()


def test_a_receipt_for_what_was_sent_is_believed() -> None:
    note = verified_receipt(receipt_for(SENT), SENT, [STRANGER.public, CENTRAL.public])
    assert note.cosigned_at(CENTRAL.public) == AT_S


@pytest.mark.parametrize(
    "rendered",
    [
        "",
        "OK",
        receipt_for(SENT)[:-5],
        receipt_for(SENT, STRANGER),
        receipt_for(Checkpoint(LEDGER_ID, 2, SENT.head)),
        receipt_for(Checkpoint(LEDGER_ID, 4, SENT.head)),
        receipt_for(Checkpoint(LEDGER_ID, 3, bytes(32))),
        receipt_for(Checkpoint(bytes(16), 3, SENT.head)),
        DEVICE.sign(SENT.text()).render(),
        CENTRAL.sign(SENT.text()).render(),  # a signature is no cosignature
        DEVICE.cosign(DEVICE.sign(SENT.text()), AT_S).render(),
    ],
)
def test_anything_else_is_no_receipt(rendered: str) -> None:
    with pytest.raises(BadReceipt):
        verified_receipt(rendered, SENT, [CENTRAL.public])


def test_without_a_trusted_key_there_is_no_receipt() -> None:
    with pytest.raises(BadReceipt):
        verified_receipt(receipt_for(SENT), SENT, [])


@pytest.mark.parametrize("rendered", ["", "no note", DEVICE.sign("hailong/time/1\n").render()])
def test_a_checkpoint_that_is_none_is_refused(rendered: str) -> None:
    with pytest.raises(ProtocolError) as found:
        protocol.signed_checkpoint(rendered)
    assert found.value.code == "400.2"


def test_a_checkpoint_comes_with_its_note() -> None:
    found = protocol.signed_checkpoint(DEVICE.sign(SENT.text()).render())
    assert found.checkpoint == SENT
    assert found.note.is_signed_by(DEVICE.public)


def test_a_body_that_would_become_large_is_not_unpacked_to_see_that() -> None:
    bomb = protocol.compressed(bytes(256 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError) as refused:
            protocol.decompressed(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.code == "413.1"
    assert peak < 4 * protocol.MOST_BYTES
