"""A central that holds less than it has signed is healed by a heartbeat, when nobody votes."""

import pytest

from sync.connect import OwnKiosk
from sync.contact import Settings, contact
from sync.protocol import HeartbeatAnswer
from sync.store import Store
from tests.sync.reference import Reference
from tests.sync.test_delivery import held
from tests.sync.world import office


@pytest.mark.parametrize("left", [0, 1, 4])
def test_a_central_restored_while_nobody_votes_is_healed_by_the_next_heartbeat(
    terminal: Settings, central: Reference, left: int
) -> None:
    with office(terminal) as kept, Store(terminal.place.database) as store:
        machine = terminal.terminal(OwnKiosk(kept), store)
        contact(machine, heartbeat=True)
        (ledger,) = central.ledgers.values()
        whole = list(ledger)
        contact(machine, heartbeat=True)
        assert central.served.count("/entries") <= 1
        del ledger[left:]
        contact(machine, heartbeat=True)
        assert held(central)[: len(whole)] == whole
        sent = len(central.tags)
        contact(machine, heartbeat=True)
        assert len(central.tags) == sent  # and that is all


def test_a_heartbeat_that_names_another_history_or_nonsense_moves_nothing(
    terminal: Settings, central: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office(terminal) as kept, Store(terminal.place.database) as store:
        machine = terminal.terminal(OwnKiosk(kept), store)
        contact(machine, heartbeat=True)
        (ledger_id,) = central.ledgers
        cursor, whole = store.cursor(ledger_id), held(central)
        for size, head in (
            (1, "ab" * 32),
            (2, None),
            (1, "no hash"),
            (2**63 - 1, "00" * 32),
            (cursor.seq, ""),
        ):
            answer = HeartbeatAnswer("accepted", size=size, head=head)
            monkeypatch.setattr(central, "heartbeat", lambda _request, said=answer: said)
            contact(machine, heartbeat=True)
            assert (store.cursor(ledger_id), held(central)) == (cursor, whole)
