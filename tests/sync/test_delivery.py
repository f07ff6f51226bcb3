"""Everything that was stored arrives, once, in order; the cursor follows the receipt and nothing else."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.config.central import objections
from kiosk.config.model import build
from kiosk.config.options import defaults
from kiosk.ledger.chain import Entry
from kiosk.ledger.closing import closed_files
from kiosk.ledger.kinds import Draft, Json, Kind, parse
from kiosk.ledger.membership import Local
from kiosk.messages.notes import Note
from kiosk.messages.statements import Checkpoint, ConfigStatement
from sync import source
from sync.connect import OwnKiosk
from sync.contact import Settings, contact
from sync.delivery import Pace
from sync.errors import Fault, LocalFault, Refused
from sync.once import deliver
from sync.store import Store
from tests.kiosk.ledger.terminal import fill, tamper
from tests.sync import world
from tests.sync.reference import DEVICE, Problem, Reference, serving
from tests.sync.world import clock_of, deliver_through, enrolled, entries, office, state, votes


def held(central: Reference) -> list[object]:
    """What central holds of the only ledger."""
    (ledger,) = central.ledgers.values()
    return list(ledger)


def test_all_that_was_stored_arrives_byte_for_byte_with_its_tag(
    terminal: Settings, central: Reference
) -> None:
    done = deliver(terminal)
    assert (done.status, done.waiting.votes, done.waiting.entries) == ("accepted", 0, 0)
    stored = entries(terminal)
    assert held(central) == stored[: done.size]
    assert [entry.kind for entry in stored[done.size :]] == ["shutdown"]  # this program's own, when it let go
    assert central.tags == [(done.size, True)]


def test_the_kiosk_hears_of_each_receipt(terminal: Settings, central: Reference) -> None:
    """So a salvage need not bring over what central has."""
    with office(terminal) as own, Store(terminal.place.database) as store:
        contact(terminal.terminal(OwnKiosk(own), store), heartbeat=False)  # which would bring one, too
        (ledger_id,) = central.ledgers
        size, head = store.cursor(ledger_id).seq, store.cursor(ledger_id).hash.hex()
    kept = json.loads((terminal.place.ledger.parent / "receipts.json").read_text())
    assert kept == {ledger_id.hex(): {"size": size, "head": head}}


def test_again_is_harmless_and_only_what_is_new_is_sent(terminal: Settings, central: Reference) -> None:
    first = deliver(terminal)
    votes(terminal, 2)
    second = deliver(terminal)
    assert second.size > first.size
    assert held(central) == entries(terminal)[: second.size]
    assert all(right for _, right in central.tags)


def test_the_heartbeat_says_what_is_waiting_and_brings_a_receipt(
    terminal: Settings, central: Reference
) -> None:
    done = deliver(terminal)
    (beat,) = central.heartbeats
    assert (beat.waiting, beat.config_revision, beat.program) == (0, 1, world.PROGRAM)
    with Store(terminal.place.database) as store:
        (receipt,) = store.receipts(next(iter(central.ledgers)))
    assert f"\n{done.size}\n" in receipt


def test_large_backlogs_go_in_batches_and_only_the_last_carries_the_tag(
    terminal: Settings, central: Reference
) -> None:
    with world.office(terminal) as own:
        ledger_id = own._keeper.ledger.ledger_id
    fill(terminal.place.ledger, ledger_id, 1234)
    done = deliver(terminal)
    assert held(central) == entries(terminal)[: done.size]
    pushes = [path for path in central.served if path.endswith("/entries")]
    assert len(pushes) == 3
    assert central.tags == [(done.size, True)]


def test_a_new_configuration_is_taken_and_said_in_the_chain(terminal: Settings, central: Reference) -> None:
    central.config = ConfigStatement(DEVICE, 2, "1", "3", "UBND phường Sông Công", counter="Quầy 9")
    deliver(terminal)
    assert b"Qu\xe1\xba\xa7y 9" in [e.payload for e in entries(terminal) if e.kind == Kind.CONFIG][-1]
    deliver(terminal)
    assert [beat.config_revision for beat in central.heartbeats] == [1, 2, 2], (
        "central hears at once that it is used"
    )


def test_an_anchor_alone_is_no_reason_to_send(terminal: Settings, central: Reference) -> None:
    """The office writes `boot` and `shutdown` around it; a kiosk that runs does not."""
    with world.office(terminal) as own:
        first = deliver_through(terminal, own)
        clock_of(terminal).advance(8 * 3600)
        pushes = len([path for path in central.served if path.endswith("/entries")])
        central.now_ms = lambda: 1_795_309_200_000 + 8 * 3_600_000
        second = deliver_through(terminal, own)
        kinds = [entry.kind for entry in entries(terminal)]
    assert first == second
    assert kinds[-1] == Kind.CLOCK_ANCHOR
    assert len([path for path in central.served if path.endswith("/entries")]) == pushes


def test_a_batch_that_is_too_large_is_halved_until_it_fits(terminal: Settings, central: Reference) -> None:
    votes(terminal, 30)

    def most_five(_: str, path: str) -> None:
        if path.endswith("/entries") and len(central.served) < 12:
            raise Problem("413.1")

    central.interfere = most_five
    done = deliver(terminal)
    assert held(central) == entries(terminal)[: done.size]
    assert len([path for path in central.served if path.endswith("/entries")]) > 10


def test_an_entry_that_is_too_large_alone_is_told_and_kept(terminal: Settings, central: Reference) -> None:
    def never(_: str, path: str) -> None:
        if path.endswith("/entries"):
            raise Problem("413.1")

    central.interfere = never
    with pytest.raises(Refused) as found:
        deliver(terminal)
    assert found.value.problem.code == "413.1"


# --- central was restored, or the terminal was


def test_a_central_restored_from_an_old_backup_heals(terminal: Settings, central: Reference) -> None:
    deliver(terminal)
    (ledger,) = central.ledgers.values()
    backup = list(ledger[:4])
    votes(terminal, 2)
    deliver(terminal)
    ledger[:] = backup
    votes(terminal, 1)
    done = deliver(terminal)
    assert held(central) == entries(terminal)[: done.size]


def test_a_central_that_lost_everything_gets_everything(terminal: Settings, central: Reference) -> None:
    deliver(terminal)
    central.ledgers.clear()
    central.receipts.clear()
    votes(terminal, 1)
    done = deliver(terminal)
    assert held(central) == entries(terminal)[: done.size]


def test_a_central_that_loses_its_place_again_and_again_is_put_off(
    terminal: Settings, central: Reference
) -> None:
    deliver(terminal)

    def forgetful(_: str, path: str) -> None:
        if path.endswith("/entries"):
            central.ledgers[next(iter(central.ledgers))] = []

    central.interfere = forgetful
    votes(terminal, 1)
    done = deliver(terminal)  # it forgot everything, and then everything came in one batch
    assert done.waiting.votes == 0
    central.interfere = lambda _, path: _gap() if path.endswith("/entries") else None
    votes(terminal, 1)
    before = len(central.served)
    with pytest.raises(Refused) as found:
        deliver(terminal)
    assert found.value.problem.code == "409.1"
    assert len(central.served) - before < 10


def test_a_central_that_forgets_every_batch_is_put_off_too(terminal: Settings, central: Reference) -> None:
    """It takes one, and then knows nothing of it: this would go on for ever."""
    votes(terminal, 10)

    def forgetful(_: str, path: str) -> None:
        if path.endswith("/entries") and central.ledgers and len(central.served) % 2:
            central.ledgers[next(iter(central.ledgers))] = []
        assert len(central.served) < 200

    central.interfere = forgetful
    with office(terminal) as own, Store(terminal.place.database) as store, pytest.raises(Refused):
        contact(terminal.terminal(OwnKiosk(own), store, Pace(2)), heartbeat=False)
    central.interfere = lambda _, __: None
    done = deliver(terminal)
    assert held(central) == entries(terminal)[: done.size]


def _gap() -> None:
    raise Problem("409.1", size=0, head="00" * 32)


def _body(entry: Entry) -> dict[str, Json]:
    return parse(entry.payload)


def put_back(terminal: Settings, copy: Path, *, sync_too: bool) -> None:
    """What somebody does who restores a card, or only its ledger."""
    folder = terminal.place.data_dir
    for name in ("ledger", "sync") if sync_too else ("ledger",):
        shutil.rmtree(folder / name)
        shutil.copytree(copy / name, folder / name)


@pytest.mark.parametrize("sync_too", [True, False])
@pytest.mark.parametrize("new_votes", [0, 7])
def test_an_old_ledger_put_back_is_closed_and_everything_since_goes_on_in_a_new_one(
    terminal: Settings, central: Reference, tmp_path: Path, sync_too: bool, new_votes: int
) -> None:
    """Whether the receipt of our own `sync.db` proves it, or central's."""
    old = Path(shutil.copytree(terminal.place.data_dir, tmp_path / "old"))
    votes(terminal, 4)
    deliver(terminal)
    put_back(terminal, old, sync_too=sync_too)
    votes(terminal, new_votes)
    done = deliver(terminal)
    assert done.waiting.votes == 0
    assert len(closed_files(terminal.place.ledger.parent)) == 1
    first, second = central.ledgers.values()
    assert [entry.kind for entry in first].count("rating") == 7  # what it held, nobody took
    since = [body["stored"] for body in map(_body, second) if body.get("kind") == "rating"]
    assert len(since) == 3 + new_votes  # no kiosk is needed to bring them over
    assert second == entries(terminal)[: done.size]
    assert state(terminal.place.database)["cursor"]


def test_what_another_central_server_has_signed_does_not_stop_the_delivery_to_this_one(
    terminal: Settings, central: Reference, tmp_path: Path
) -> None:
    """The kiosk closes a ledger on the word of its own central server alone."""
    old = Path(shutil.copytree(terminal.place.data_dir, tmp_path / "old"))
    votes(terminal, 4)
    deliver(terminal)
    put_back(terminal, old, sync_too=False)
    with serving(Reference()) as second:
        enrolled(terminal, second, replace=True)
        votes(terminal, 2)
        done = deliver(terminal)
        assert done.waiting.votes == 0
        assert held(second) == entries(terminal)[: done.size]
    with Store(terminal.place.database) as store:
        assert len(store.receipts(next(iter(central.ledgers)))) >= 1  # and the evidence stays


def test_a_fork_that_central_cannot_prove_closes_nothing(terminal: Settings, central: Reference) -> None:
    deliver(terminal)
    votes(terminal, 1)
    stranger = Reference()
    (ledger_id,) = central.ledgers
    another_history = Note(Checkpoint(ledger_id, 3, bytes(32)).text())
    by_a_stranger = stranger.key.cosign(another_history, 5).render()
    for receipt in (None, "", "no note", central.receipts.copy().popitem()[1], by_a_stranger):
        central.interfere = _fork(receipt)
        before = entries(terminal)
        with pytest.raises(Refused) as found:
            deliver(terminal)
        assert found.value.problem.code == "409.2"
        assert entries(terminal)[: len(before)] == before
    assert closed_files(terminal.place.ledger.parent) == []
    central.interfere = lambda _, __: None
    assert deliver(terminal).waiting.votes == 0


def _fork(receipt: str | None) -> Callable[[str, str], None]:
    def interfere(_: str, path: str) -> None:
        if path.endswith("/entries"):
            raise Problem("409.2", receipt=receipt)

    return interfere


def test_a_chain_that_does_not_hold_is_not_sent(terminal: Settings, central: Reference) -> None:
    tamper(
        terminal.place.ledger,
        "UPDATE entry SET payload = CAST(replace(CAST(payload AS TEXT), '\"level\":1', '\"level\":5') AS BLOB)",
    )
    with pytest.raises(LocalFault) as found:
        deliver(terminal)
    assert found.value.fault is Fault.LEDGER
    assert central.ledgers == {}


# --- what is lost on this machine


def test_sync_db_that_was_lost_is_made_anew_from_the_ledger(terminal: Settings, central: Reference) -> None:
    deliver(terminal)
    for path in terminal.place.folder.glob("sync.db*"):
        path.unlink()
    votes(terminal, 1)
    done = deliver(terminal)
    assert held(central) == entries(terminal)[: done.size]
    assert done.waiting.votes == 0


def test_sync_db_that_is_damaged_is_put_aside_and_the_next_contact_goes_on(
    terminal: Settings, central: Reference
) -> None:
    deliver(terminal)
    terminal.place.database.write_bytes(b"not a database" * 1000)
    votes(terminal, 1)
    with pytest.raises(LocalFault, match="damaged"):
        deliver(terminal)
    assert deliver(terminal).waiting.votes == 0
    assert terminal.place.database.with_name("sync.db.damaged-1").read_bytes().startswith(b"not a database")
    assert held(central) == entries(terminal)[: len(held(central))]


def test_sync_db_that_is_damaged_inside_is_put_aside_too(terminal: Settings, central: Reference) -> None:
    deliver(terminal)
    content = bytearray(terminal.place.database.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 200] = b"\xff" * 200
    terminal.place.database.write_bytes(content)
    votes(terminal, 1)
    with pytest.raises(LocalFault, match="damaged-1"):
        deliver(terminal)
    assert deliver(terminal).waiting.votes == 0
    assert held(central) == entries(terminal)[: len(held(central))]


def test_a_correction_waits_as_a_vote_and_an_anchor_as_nothing(terminal: Settings) -> None:
    with world.office(terminal) as own:
        size = deliver_through(terminal, own)
        own._keeper.append([Draft(Kind.CLOCK_ANCHOR), Draft(Kind.CORRECTION, {"of": 7, "level": 2})])
        own._keeper.append([Draft(Kind.VOID, {"of": 7})])
        with source.opened(terminal.place.ledger) as ledger:
            waiting = ledger.waiting(size)
    assert (waiting.votes, waiting.entries) == (1, 2)
    assert waiting.oldest is not None
    assert waiting.oldest.kind == Kind.CORRECTION


def test_central_hears_at_once_why_a_configuration_is_not_used(
    terminal: Settings, central: Reference
) -> None:
    picky = dataclasses.replace(terminal, local=Local(objections=objections(build(defaults()))))
    central.config = ConfigStatement(DEVICE, 2, "1", "3", settings={"sound.volume": 101})
    deliver(picky)
    told = [(beat.config_revision, beat.refused) for beat in central.heartbeats]
    assert told[0] == (1, None)
    assert [(revision, refused and refused.revision) for revision, refused in told[1:]] == [(1, 2)]
    assert told[1][1] is not None
    assert "sound.volume" in told[1][1].reason
    central.config = ConfigStatement(DEVICE, 3, "1", "3", settings={"sound.volume": 100})
    deliver(picky)
    assert (central.heartbeats[-1].config_revision, central.heartbeats[-1].refused) == (3, None)
