"""Each event in each phase: what is written, and what is done."""

from dataclasses import replace

import pytest

from kiosk.update.model import (
    INTERRUPTED,
    MOST_TRIES,
    Effect,
    Event,
    Exchanged,
    Finish,
    Halt,
    Install,
    Outcome,
    Package,
    Phase,
    Started,
    State,
    Waited,
    Watch,
    step,
)

STAGED = State(Phase.STAGED, "1", "2", was_ready=True)
INSTALLING = replace(STAGED, phase=Phase.INSTALLING)
TRYING = replace(STAGED, phase=Phase.TRYING, tries=1)
RETURNING = replace(STAGED, phase=Phase.RETURNING, reason="why")
DARK = replace(TRYING, was_ready=False)
BACK = Install(Package.PREVIOUS)


@pytest.mark.parametrize(
    ("state", "event", "after", "effect"),
    [
        (STAGED, Started(), INSTALLING, Install(Package.NEXT)),
        (INSTALLING, Started(), replace(RETURNING, reason=INTERRUPTED), BACK),
        (INSTALLING, Exchanged(), TRYING, Watch(after_boot=False)),
        (INSTALLING, Exchanged("why"), RETURNING, BACK),
        (TRYING, Started(), replace(TRYING, tries=2), Watch(after_boot=True)),
        (TRYING, Waited(), TRYING, Finish(Outcome.INSTALLED)),
        (TRYING, Waited("why"), replace(RETURNING, tries=1), BACK),
        (DARK, Waited("why"), DARK, Finish(Outcome.NOT_READY, "why")),
        (RETURNING, Started(), RETURNING, BACK),
        (RETURNING, Exchanged(), RETURNING, Finish(Outcome.RETURNED, "why")),
        (RETURNING, Exchanged("full"), RETURNING, Halt("full")),
    ],
)
def test_what_is_done(state: State, event: Event, after: State, effect: Effect) -> None:
    assert step(state, event) == (after, effect)


def test_a_version_that_never_gets_ready_is_put_back_after_a_few_starts() -> None:
    state, effect = step(replace(TRYING, tries=MOST_TRIES), Started())
    assert (state.phase, effect) == (Phase.RETURNING, BACK)
    assert "never ready" in state.reason


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (STAGED, Exchanged()),
        (STAGED, Waited()),
        (INSTALLING, Waited()),
        (TRYING, Exchanged()),
        (RETURNING, Waited()),
    ],
)
def test_what_cannot_happen_is_a_mistake(state: State, event: Event) -> None:
    with pytest.raises(ValueError, match=state.phase.value):
        step(state, event)
