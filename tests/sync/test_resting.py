"""Without a kiosk the ledger is read as it lies there: nothing is written, and the right to write stays free."""

from pathlib import Path

import pytest

from kiosk.ledger.closing import closed_files
from kiosk.ledger.kinds import Kind
from kiosk.ledger.lock import WriterLock
from kiosk.messages import wire
from sync.contact import Settings
from sync.errors import KioskAway
from sync.kiosk import head_of
from sync.resting import MaybeKiosk
from tests.sync.reference import Reference
from tests.sync.world import PROGRAM, clock_of, entries, office, settings, votes


def maybe(where: Settings) -> MaybeKiosk:
    return MaybeKiosk(where.place, where.clock, PROGRAM)


def files(where: Settings) -> dict[str, tuple[int, int]]:
    folder = where.place.ledger.parent
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_what_a_kiosk_left_behind_is_told_as_the_kiosk_would(terminal: Settings) -> None:
    with office(terminal) as own:
        live = own.handle(wire.GetHead())
    assert isinstance(live, wire.Head)
    kiosk = maybe(terminal)
    before = files(terminal)
    head = head_of(kiosk)
    with kiosk.opened(bytes.fromhex(head.ledger_id)) as ledger:
        found = ledger.entries(0, head.seq, 1_000)
    assert found == entries(terminal)
    assert found[-1].kind == Kind.SHUTDOWN
    assert (head.seq, head.hash) == (live.seq + 1, found[-1].hash.hex())
    assert (head.device, head.config_revision) == (live.device, live.config_revision)
    assert head.tag is not None
    assert head.tag != live.tag
    assert files(terminal) == before
    WriterLock(terminal.place.ledger.with_name("ledger.lock")).close()  # nobody has it
    kiosk.close()


def test_the_tag_is_the_one_that_central_computes(terminal: Settings, central: Reference) -> None:
    kiosk = maybe(terminal)
    head = head_of(kiosk)
    kiosk.close()
    assert head.tag == central._tag(entries(terminal))


def test_a_key_that_this_user_may_not_read_costs_the_tag_alone(
    terminal: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("sync.resting.EvolveFile.read", forbidden)
    kiosk = maybe(terminal)
    head = head_of(kiosk)
    kiosk.close()
    assert (head.tag, head.seq) == (None, len(entries(terminal)))


def test_what_would_change_the_ledger_has_to_wait(terminal: Settings) -> None:
    kiosk = maybe(terminal)
    assert isinstance(kiosk.ask(wire.PutReceipt("note")), wire.Later)
    assert isinstance(kiosk.ask(wire.GetNonce()), wire.Nonce)
    kiosk.close()


def test_a_copy_is_kept_until_somebody_writes(terminal: Settings) -> None:
    kiosk = maybe(terminal)
    head = head_of(kiosk)
    copied = kiosk._copied
    assert head_of(kiosk) == head
    assert kiosk._copied is copied
    votes(terminal, 1)
    assert head_of(kiosk).seq > head.seq
    kiosk.close()
    kiosk.close()


def test_a_ledger_that_is_none_is_said(tmp_path: Path) -> None:
    kiosk = maybe(settings(tmp_path / "nothing"))
    with pytest.raises(KioskAway, match="no kiosk has run"):
        head_of(kiosk)


def test_what_a_closed_ledger_holds_is_brought_over_when_no_kiosk_comes(terminal: Settings) -> None:
    ledger = terminal.place.ledger
    ledger.write_bytes(ledger.read_bytes()[:-4096])  # the next who opens it replaces it
    clock_of(terminal).advance(1)
    with office(terminal):
        pass
    assert closed_files(ledger.parent)
    kiosk = maybe(terminal)

    def kinds() -> list[str]:
        head = head_of(kiosk)
        with kiosk.opened() as source:
            return [entry.kind for entry in source.entries(0, head.seq, 1_000)]

    assert Kind.SALVAGED not in kinds()  # a kiosk may be just starting
    clock_of(terminal).advance(60)
    assert Kind.SALVAGED in kinds()
    kiosk.close()
