"""What a terminal does that central does not take, or that belongs to none."""

from pathlib import Path

import pytest

from sync.contact import Settings
from sync.errors import NotEnrolled, Refused
from sync.once import deliver
from sync.store import Store
from tests.sync.reference import Reference
from tests.sync.test_delivery import held
from tests.sync.world import entries, settings, votes


def test_a_terminal_that_was_never_enrolled_says_so(tmp_path: Path) -> None:
    made = settings(tmp_path / "data")
    with pytest.raises(NotEnrolled, match="right data folder"):
        deliver(made)
    assert not (made.place.data_dir / "ledger").exists()
    votes(made, 1)
    with pytest.raises(NotEnrolled):
        deliver(made)


def refused_with(terminal: Settings) -> str:
    with pytest.raises(Refused) as found:
        deliver(terminal)
    return found.value.problem.code


def test_a_pending_terminal_asks_and_sends_nothing(terminal: Settings, central: Reference) -> None:
    central.status = "pending"
    assert refused_with(terminal) == "403.1"  # it believed itself accepted
    pushes = len(central.served)
    left = deliver(terminal)
    assert (left.status, left.waiting.votes) == ("pending", 3)
    assert not [path for path in central.served[pushes:] if path.endswith("/entries")]
    central.status = "accepted"
    assert deliver(terminal).waiting.votes == 0
    assert held(central) == entries(terminal)[: len(held(central))]


def test_a_revoked_terminal_is_told_so_and_goes_on_collecting(terminal: Settings, central: Reference) -> None:
    central.status = "revoked"
    before = entries(terminal)
    assert [refused_with(terminal) for _ in range(2)] == ["403.2"] * 2
    assert entries(terminal)[: len(before)] == before
    with Store(terminal.place.database) as store:
        identity = store.identity()
    assert identity is not None
    assert identity.status == "revoked"
    votes(terminal, 1)
    central.status = "accepted"
    assert deliver(terminal).waiting.votes == 0
