"""Whatever fails, and wherever the power goes: in the end a whole version is there, and it is the right one."""

from itertools import combinations

import pytest

from kiosk.update.driver import READY_S, Kiosk, resume, watch
from kiosk.update.fakes import FakeMachine, PowerCut
from kiosk.update.model import Outcome, Phase, State

BOTH = frozenset({"1", "2"})


def machine(
    works: frozenset[str] = BOTH, refused: frozenset[str] = frozenset(), cut: tuple[int, ...] = ()
) -> FakeMachine:
    state = State(Phase.STAGED, "1", "2", was_ready="1" in works, invocation="1")
    return FakeMachine("1", works, refused, frozenset(cut), state)


def lived(found: FakeMachine) -> FakeMachine:
    """Everything that happens, power cuts among it."""
    for _ in range(20):
        try:
            assert resume(found) == ""
            if found.watching:
                assert watch(found) == ""
        except PowerCut:
            found.boot()
            continue
        return found
    raise AssertionError(found.log)


@pytest.mark.parametrize(
    ("works", "refused", "version", "outcome"),
    [
        (BOTH, frozenset(), "2", Outcome.INSTALLED),
        (frozenset("1"), frozenset(), "1", Outcome.RETURNED),
        (BOTH, frozenset("2"), "1", Outcome.RETURNED),
        (frozenset("2"), frozenset(), "2", Outcome.INSTALLED),
        (frozenset(), frozenset(), "2", Outcome.NOT_READY),
    ],
    ids=["good", "never ready", "refused by dpkg", "repairs a dark terminal", "dark before and after"],
)
def test_a_good_version_stays_and_a_bad_one_goes(
    works: frozenset[str], refused: frozenset[str], version: str, outcome: Outcome
) -> None:
    found = lived(machine(works, refused))
    assert (found.installed, found.outcome, found.state) == (version, outcome, None)


@pytest.mark.parametrize("works", [BOTH, frozenset("1")], ids=["good", "bad"])
@pytest.mark.parametrize("refused", [frozenset(), frozenset("2")], ids=["taken", "refused"])
def test_two_power_cuts_at_any_steps_leave_a_whole_version_whose_kiosk_is_ready(
    works: frozenset[str], refused: frozenset[str]
) -> None:
    steps = lived(machine(works, refused)).steps + 8  # those of the way back
    for cut in [(), *((n,) for n in range(1, steps)), *combinations(range(1, steps), 2)]:
        found = lived(machine(works, refused, cut))
        assert found.installed in works, (cut, found.log)
        assert found.state is None
        assert found.outcome in (Outcome.INSTALLED, Outcome.RETURNED)
        assert (found.installed == "2") == (found.outcome is Outcome.INSTALLED), (cut, found.log)


def test_a_power_cut_while_the_package_is_exchanged_brings_the_one_before_back() -> None:
    whole = lived(machine())
    at = whole.log.index("in the middle of installing 2") + 1
    found = lived(machine(cut=(at,)))
    assert (found.installed, found.outcome) == ("1", Outcome.RETURNED)
    assert "interrupted" in found.reason


def test_where_neither_can_be_installed_it_is_said_and_tried_again_at_the_next_start() -> None:
    found = machine(refused=BOTH)
    assert "refused" in resume(found)
    assert found.state is not None
    found.boot()
    found.refused = frozenset()
    assert resume(found) == ""
    assert (found.installed, found.outcome) == ("1", Outcome.RETURNED)


class Flickering(FakeMachine):
    """Its kiosk is ready for a few seconds at each start."""

    def kiosk(self) -> Kiosk:
        at = int(self.clock_s)
        return Kiosk(
            self.installed in self.works and (self.installed == "1" or at % 6 < 3), str(self.starts + at // 6)
        )


def test_a_kiosk_that_is_ready_and_falls_over_again_and_again_is_not_ready() -> None:
    before = machine()
    found = Flickering("1", BOTH, state=before.state)
    lived(found)
    assert (found.installed, found.outcome) == ("1", Outcome.RETURNED)
    assert found.clock_s <= READY_S + 10


class Old(FakeMachine):
    """The kiosk of the version before goes on until somebody restarts it."""

    def kiosk(self) -> Kiosk:
        return Kiosk(ready=True, invocation="1")


def test_the_kiosk_of_the_version_before_is_not_taken_for_the_new_one() -> None:
    found = Old("1", BOTH, state=machine().state)
    lived(found)
    assert found.outcome is Outcome.RETURNED


class Resting(FakeMachine):
    """Its kiosk runs when it is started."""

    running = False

    def kiosk(self) -> Kiosk:
        return Kiosk(self.running, str(self.starts), resting=not self.running)

    def start_kiosk(self) -> None:
        super().start_kiosk()
        self.running = True


def test_a_kiosk_that_nobody_starts_is_started() -> None:
    found = Resting("1", BOTH, state=machine().state)
    assert lived(found).outcome is Outcome.INSTALLED


def test_without_an_update_nothing_is_done() -> None:
    found = machine()
    found.state = None
    assert resume(found) == watch(found) == ""
    assert found.log == []
