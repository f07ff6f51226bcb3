"""A sealed export: whole or refused, readable by one server alone, and no level in it for anybody else."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kiosk.ledger.chain import GENESIS
from kiosk.messages.statements import Checkpoint
from sync import keys, sealing, statements_verifier
from sync.keys import SigningKey
from sync.protocol import ProtocolError
from sync.sealing import Header, NotForThisKey, NotSealed

DEVICE, CENTRAL = keys.generate("device"), keys.generate("central")
BATCHES = [b'{"payload":"{\\"level\\":4}"}', b'{"payload":"{\\"level\\":1}"}' * 40]


def written(signer: SigningKey = DEVICE, changes: Mapping[str, object] | None = None) -> bytes:
    behind = sealing.sealed(BATCHES, CENTRAL.public)
    said: dict[str, object] = {
        "device": "4T8JQ2ZK7M",
        "device_key": DEVICE.public.raw.hex(),
        "ledger": bytes(16).hex(),
        "after": 0,
        "size": 2,
        "head": GENESIS.hex(),
        "central": CENTRAL.public.key_id,
        "boxes": len(BATCHES),
        "sha256": hashlib.sha256(behind).hexdigest(),
    }
    return sealing.signed_header(Header(**said | dict(changes or {})), signer.sign) + behind  # type: ignore[arg-type]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], list[bytes]]:
    """What central reads of a file."""

    def of(content: bytes) -> list[bytes]:
        path = tmp_path / "tệp.sealed"
        path.write_bytes(content)
        with path.open("rb") as file:
            header = sealing.header_of(file)
            sealing.check_whole(file, header)
            return [sealing.opened(box, CENTRAL) for box in sealing.boxes(file, header)]

    return of


def test_central_reads_just_what_was_sealed(read: Callable[[bytes], list[bytes]]) -> None:
    assert read(written()) == BATCHES


def test_a_file_that_was_cut_off_anywhere_or_went_on_is_refused(read: Callable[[bytes], list[bytes]]) -> None:
    content = written()
    for end in range(len(content)):
        with pytest.raises(NotSealed):
            read(content[:end])
    with pytest.raises(NotSealed):
        read(content + b"\0")


def test_a_file_in_which_any_byte_was_changed_is_refused(read: Callable[[bytes], list[bytes]]) -> None:
    content = written()
    for at in range(len(content)):
        with pytest.raises(NotSealed):
            read(content[:at] + bytes([content[at] ^ 0x01]) + content[at + 1 :])


def test_a_file_that_another_key_signed_is_refused(read: Callable[[bytes], list[bytes]]) -> None:
    with pytest.raises(NotSealed, match="signed"):
        read(written(signer=keys.generate("device")))


@pytest.mark.parametrize(
    "changes", [{"boxes": 1}, {"boxes": 3}, {"size": -1}, {"device": "x"}, {"head": "00"}]
)
def test_what_a_terminal_could_not_have_meant_is_refused(
    read: Callable[[bytes], list[bytes]], changes: dict[str, object]
) -> None:
    with pytest.raises(NotSealed):
        read(written(changes=changes))


def test_no_other_server_and_not_the_terminal_itself_can_open_it() -> None:
    box = sealing.sealed([b"x"], CENTRAL.public)[4:]
    for other in (keys.generate("central"), DEVICE):
        with pytest.raises(NotForThisKey):
            sealing.opened(box, other)


def test_a_box_that_would_become_too_large_is_not_unpacked() -> None:
    box = sealing.sealed([bytes(20 << 20)], CENTRAL.public)[4:]
    with pytest.raises(ProtocolError) as caught:
        sealing.opened(box, CENTRAL)
    assert caught.value.code == "413.1"


def test_nothing_readable_but_the_header_is_on_the_stick() -> None:
    header, _, behind = written().partition(b"\n\n")[2].partition(b"\n\n")
    assert b"level" not in header + behind
    assert b"payload" not in behind
    assert gzip.compress(b"")[:3] not in behind[:16]


class TestVerifier:
    """Whoever carries the stick: without the server's key, and without this program."""

    def test_it_tells_whose_a_file_is_and_that_it_is_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "tệp"
        path.write_bytes(written())
        found = statements_verifier.verify_file(path)
        assert found.good
        assert (found.key_id, found.said["device"]) == (DEVICE.public.key_id, "4T8JQ2ZK7M")
        assert not statements_verifier.verify_file(path, CENTRAL.public.key_id).good
        assert statements_verifier.main([str(path)]) == 0

    def test_it_finds_every_change_behind_the_header(self, tmp_path: Path) -> None:
        path, content = tmp_path / "tệp", written()
        start = len(content) - len(sealing.sealed(BATCHES, CENTRAL.public))
        for at in range(start, len(content)):
            path.write_bytes(content[:at] + bytes([content[at] ^ 0x80]) + content[at + 1 :])
            assert not statements_verifier.verify_file(path).good
            path.write_bytes(content[:at])
            assert not statements_verifier.verify_file(path).good

    def test_a_header_of_somebody_else_is_not_good(self, tmp_path: Path) -> None:
        path = tmp_path / "tệp"
        path.write_bytes(written(signer=keys.generate("device")))
        assert not statements_verifier.verify_file(path).good
        assert statements_verifier.main([str(path)]) == 1

    def test_a_checkpoint_is_no_export(self, tmp_path: Path) -> None:
        path = tmp_path / "tệp"
        path.write_text(DEVICE.sign(Checkpoint(bytes(16), 0, GENESIS).text()).render(), encoding="utf-8")
        with path.open("rb") as file, pytest.raises(NotSealed):
            sealing.header_of(file)
        with pytest.raises(statements_verifier.CannotRead):
            statements_verifier.verify_file(path)
