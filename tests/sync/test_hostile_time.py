"""A time that is not central's, or the answer to another question, judges no certificate and makes no anchor."""

import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from kiosk.messages.notes import Note
from kiosk.messages.statements import TimeStatement
from sync.errors import SyncError, Trouble, Unreachable
from sync.store import Store
from tests.sync.hostile import hostile, http
from tests.sync.reference import Reference
from tests.sync.test_hostile import OTHER, Attacked, attacked

FAR_MS = 4_000_000_000_000


def asked_nonce(request: bytes) -> bytes:
    return bytes.fromhex(request.split(b"nonce=")[1][:32].decode())


def signed_by_another(_: Reference, nonce: bytes) -> str:
    return OTHER.sign(TimeStatement(nonce, FAR_MS).text()).render()


def for_another_question(central: Reference, _: bytes) -> str:
    return central.key.sign(TimeStatement(bytes(16), FAR_MS).text()).render()


def cosigned_only(central: Reference, nonce: bytes) -> str:
    return central.key.cosign(Note(TimeStatement(nonce, FAR_MS).text()), 1).render()


def unsigned(_: Reference, nonce: bytes) -> str:
    return TimeStatement(nonce, FAR_MS).text()


def nothing_at_all(_: Reference, __: bytes) -> str:
    return ""


@pytest.mark.parametrize(
    "said", [signed_by_another, for_another_question, cosigned_only, unsigned, nothing_at_all]
)
def test_a_time_that_is_not_central_s_or_not_for_this_question_is_not_believed(
    tmp_path: Path, said: Callable[[Reference, bytes], str]
) -> None:
    """What sync believes here judges certificates; what the kiosk believes, it verifies by itself."""
    central = Reference()

    def answers(connection: socket.socket, request: bytes) -> None:
        note = said(central, asked_nonce(request))
        connection.sendall(http("200 OK", note.encode(), content_type="text/plain"))

    def attack(there: Attacked) -> SyncError:
        with Store(there.where.place.database) as store:
            store.keep(msgspec.structs.replace(store.progress(), heard=None))
        port = int(central.url.rpartition(":")[2])
        with hostile(answers, port=port), pytest.raises(SyncError) as found:
            there.contact()
        with Store(there.where.place.database) as store:
            assert store.progress().heard is None
        return found.value

    error = attacked(tmp_path, central, attack)
    assert isinstance(error, Unreachable)
    assert error.trouble is Trouble.NOT_CENTRAL
