"""A key is in a file that only its owner may read, whole or not at all."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from kiosk.messages.statements import Checkpoint
from sync import keys
from sync.keys import KeyFileError, generate, load, load_or_make
from tests.disks import SmallDisk, recorded_syncs, small_disk
from tests.together import at_once

__all__ = ["small_disk"]

TEXT = Checkpoint(bytes(16), 0, bytes(32)).text()


def test_a_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    made = load_or_make(path, "device")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make(path, "device").public == load(path, "device").public == made.public
    assert made.sign(TEXT).is_signed_by(load(path, "device").public)
    assert [file.name for file in tmp_path.iterdir()] == ["device.key"]


def test_two_that_make_it_at_once_get_the_same_key(tmp_path: Path) -> None:
    found: list[keys.SigningKey] = []

    def make() -> None:
        found.append(load_or_make(tmp_path / "central.key", "central"))

    at_once([make] * 8)
    assert len({key.public.raw for key in found}) == 1
    assert len(found) == 8
    assert [file.name for file in tmp_path.iterdir()] == ["central.key"]


def test_there_is_none_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "device.key", "device")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777, 0o610])
def test_a_key_that_others_may_read_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "device.key"
    load_or_make(path, "device")
    path.chmod(mode)
    before = path.read_bytes()
    for use in (load, load_or_make):
        with pytest.raises(KeyFileError, match="chmod 600"):
            use(path, "device")
    assert path.read_bytes() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    load_or_make(path, "device")
    os.chown(path, 65534, 65534)
    with pytest.raises(KeyFileError, match="another user"):
        load(path, "device")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    load_or_make(tmp_path / "elsewhere", "device")
    (tmp_path / "device.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError, match="cannot be opened"):
        load(tmp_path / "device.key", "device")


def _pem(encryption: BestAvailableEncryption | NoEncryption) -> bytes:
    return generate("device").private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


CONTENTS = {
    "empty": b"",
    "no PEM": b"\x00\xff" * 100,
    "half": _pem(NoEncryption())[:60],
    "another curve": generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ),
    "encrypted": _pem(BestAvailableEncryption(b"secret")),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_a_file_that_holds_no_such_key_is_not_used_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "device.key"
    path.write_bytes(content)
    path.chmod(0o600)
    for use in (load, load_or_make):
        with pytest.raises(KeyFileError, match="remove it and enrol again"):
            use(path, "device")
    assert path.read_bytes() == content


def test_a_key_is_not_shown(tmp_path: Path) -> None:
    key = load_or_make(tmp_path / "device.key", "device")
    assert repr(key) == f"<SigningKey {key.public.name}>"


def test_a_cosignature_is_added_to_what_is_there() -> None:
    device, central = generate("device"), generate("central")
    receipt = central.cosign(device.sign(TEXT), 1_795_309_200)
    assert receipt.is_signed_by(device.public)
    assert receipt.cosigned_at(central.public) == 1_795_309_200


def test_a_key_and_its_name_are_on_the_disk_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = recorded_syncs(monkeypatch)
    load_or_make(tmp_path / "device.key", "device")
    file, folder = (tmp_path / "device.key").stat(), tmp_path.stat()
    assert synced[0] == (file.st_ino, file.st_size)
    assert synced[-1][0] == folder.st_ino


def test_a_key_that_a_full_disk_does_not_take_leaves_nothing_behind(small_disk: SmallDisk) -> None:
    path = small_disk.folder / "device.key"
    small_disk.fill()
    before = set(small_disk.folder.iterdir())
    with pytest.raises(OSError, match="No space"):
        load_or_make(path, "device")
    assert set(small_disk.folder.iterdir()) == before
