"""``step(state, event) -> (state, works)``: the whole of provisioning, without a screen, a network or a disk.

Every step can be repeated, left out with a reason, and undone. `kiosk.provision.saved` keeps what a power cut must
not take; `page_of` says what is to be shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Entry, Keys, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform, Stage
from kiosk.provision.stages.check import Check
from kiosk.provision.stages.enrolment import Belonging
from kiosk.provision.stages.inputs import Inputs
from kiosk.provision.stages.language import Language
from kiosk.provision.stages.network import Net
from kiosk.provision.stages.panel import PanelSize
from kiosk.provision.stages.time import TimeOfDay
from kiosk.provision.steps import OPEN, Answer, Back, Event, Mark, Skip, State, Status, Step
from kiosk.provision.works import Done, Failed, Finish, HidePanel, OptionsSet, Outcome, SetOptions, Work

STAGES: Mapping[Step, Stage] = {
    Step.LANGUAGE: Language(),
    Step.PANEL: PanelSize(),
    Step.INPUTS: Inputs(),
    Step.NETWORK: Net(),
    Step.TIME: TimeOfDay(),
    Step.ENROLMENT: Belonging(),
    Step.CHECK: Check(),
}

OPTIONS = (
    "language",
    "screen.panel_mm",
    "screen.rotation",
    "inputs.touch",
    "inputs.keyboard",
    "gpio.enabled",
    "pad.enabled",
    "pad.port",
    "sync.proxy",
)
"""What steps may set."""

_WHY, _WHY_TYPED, _AGAIN, _BROKEN = "skip", "skip_typed", "chosen", "broken"
"""Questions of the model itself, asked of every step."""
_FINISH, _REPEAT, _UNDO, _OTHER = "finish", "repeat", "undo", "other"

_REASONS: Mapping[str, Phrase] = {
    "not_here": Phrase("Not needed at this place"),
    "later": Phrase("Is done later"),
    "lacking": Phrase("Something is lacking: cable, code, part"),
    "broken": Phrase("It does not work; reported"),
}

Works = tuple[Work, ...]


def begin(
    marks: Mapping[Step, Mark],
    before: Mapping[Step, Mapping[str, Value]],
    at: Step | None,
    options: Mapping[str, Value],
    languages: Mapping[str, str],
) -> tuple[State, Works]:
    """Where it begins, or goes on after a power cut: with the step that was being taken, from its first question.

    Args:
        marks: What has become of the steps so far; missing ones are open.
        before: Options as they were before a step changed them.
        at: The step that was being taken.
        options: The values of `OPTIONS` that apply.
        languages: What each language calls itself.
    """
    state = State(
        marks={one: marks.get(one, OPEN) for one in Step},
        before=dict(before),
        options=dict(options),
        languages=dict(languages),
    )
    if at is None and all(mark == OPEN for mark in state.marks.values()):
        at = Step.LANGUAGE
    return (state, ()) if at is None else _opened(state, at)


def step(state: State, event: Event) -> tuple[State, Works]:
    """What an event means.

    Args:
        state: As the last step left it. It must be saved before the works are done.
        event: What happened. While a work is being done only its outcome counts.

    Returns:
        The next state, and what is to be done, in order. The last of several works is the one whose outcome counts.
    """
    if state.ended:
        return state, ()
    if isinstance(event, Outcome):
        return _worked(state, event)
    if state.work is not None:
        return state, ()
    state = replace(state, problem=None)
    match event:
        case Back():
            return _back(state)
        case Skip():
            return (state, ()) if state.at is None else (_asked(state, _WHY), ())
        case Answer():
            return _answered(state, event.value)


def page_of(state: State) -> Page:
    """What is to be shown."""
    if state.at is None:
        page = _list(state)
    elif state.question == _AGAIN:
        page = _chosen(state)
    elif state.question == _BROKEN:
        page = Page(TITLES[state.at], choices=(Choice(_REPEAT, Phrase("Try once more")),))
    elif state.question == _WHY:
        why = Phrase("Why is this step left out?")
        reasons = [Choice(key, label) for key, label in _REASONS.items()]
        page = Page(
            TITLES[state.at], (why,), (*reasons, Choice(_OTHER, Phrase("Another reason"))), may_skip=False
        )
    elif state.question == _WHY_TYPED:
        page = Page(TITLES[state.at], entry=Entry(Keys.WORDS, Phrase("The reason")), may_skip=False)
    elif state.question:
        page = STAGES[state.at].page(state)
    else:
        page = Page(TITLES[state.at])
    return replace(page, step=state.at, problem=state.problem, busy=state.work is not None)


# --- answers


def _answered(state: State, value: str) -> tuple[State, Works]:
    page = page_of(state)
    if page.entry is None and value not in {choice.key for choice in page.choices}:
        return replace(state, problem=Phrase("Please choose one of these.")), ()
    if state.at is None:
        return _from_list(state, value)
    match state.question:
        case "skip" if value == _OTHER:
            return _asked(state, _WHY_TYPED), ()
        case "skip":
            return _skipped(state, state.at, _REASONS[value])
        case "skip_typed":
            if not value.strip():
                return replace(state, problem=Phrase("Please give a reason.")), ()
            # Composed: the screen's font draws marks that stand alone beside their letters.
            reason = unicodedata.normalize("NFC", value.strip())[:200]
            return _skipped(state, state.at, Phrase("{text}", {"text": reason}))
        case "chosen":
            return _opened(state, state.at) if value == _REPEAT else _undo(state, state.at)
        case "broken":
            return _opened(state, state.at)
    stage = STAGES[state.at]
    state = replace(state, draft={**state.draft, state.question: value})
    return _next(state, stage.answered(state, value))


def _from_list(state: State, value: str) -> tuple[State, Works]:
    if value == _FINISH:
        return _perform(state, Finish())
    chosen = Step(value)
    if state.marks[chosen].status is Status.OPEN:
        return _opened(state, chosen)
    return _asked(replace(state, at=chosen, question="", trail=()), _AGAIN), ()


def _back(state: State) -> tuple[State, Works]:
    if state.at is None:
        return state, ()
    if not state.trail:
        return _leave(state, None)
    return replace(state, question=state.trail[-1], trail=state.trail[:-1]), ()


def _skipped(state: State, at: Step, reason: Phrase) -> tuple[State, Works]:
    return _close(state, at, Mark(Status.SKIPPED, reason=reason))


def _undo(state: State, at: Step) -> tuple[State, Works]:
    """Open again at once; what takes it back comes next, and a power cut between them is harmless: it is asked anew."""
    before = state.before.get(at, {})
    state = replace(_marked(state, at, OPEN), at=at, question=_UNDO, trail=(), draft={}, seen=())
    work = STAGES[at].undone(before)
    return _leave(state, None) if work is None else _perform(state, work)


# --- works


def _perform(state: State, work: Work) -> tuple[State, Works]:
    """Have something done. What an option was is kept first: whoever writes it may be cut off in between."""
    if isinstance(work, SetOptions) and state.at is not None and state.question != _UNDO:
        known = state.before.get(state.at, {})
        new = {key: state.options[key] for key in work.values if key not in known and key in state.options}
        state = replace(state, before={**state.before, state.at: {**known, **new}})
    return replace(state, work=work), (work,)


def _worked(state: State, outcome: Outcome) -> tuple[State, Works]:
    work = state.work
    if work is None:
        return state, ()  # of a work that nobody waits for, such as taking the line away
    state = replace(state, work=None)
    if isinstance(outcome, Failed):
        return _failed(state, outcome)
    if isinstance(work, Finish):
        return replace(state, ended=True), ()
    if isinstance(outcome, OptionsSet):
        state = replace(state, options={**state.options, **outcome.values})
    if state.at is None:
        return state, ()
    if state.question == _UNDO:
        return _undone(state, state.at)
    stage = STAGES[state.at]
    if not isinstance(outcome, Done) and (not state.seen or state.seen[-1] != outcome):
        state = replace(state, seen=(*state.seen, outcome))
    return _next(state, stage.worked(state, work, outcome))


def _undone(state: State, at: Step) -> tuple[State, Works]:
    """Options of the same step are put back as well, where the first work was another one."""
    before = state.before.get(at, {})
    state = replace(state, before={one: values for one, values in state.before.items() if one is not at})
    if any(state.options.get(key) != value for key, value in before.items()):
        return _perform(state, SetOptions(before))
    return _leave(state, None)


def _failed(state: State, failed: Failed) -> tuple[State, Works]:
    if state.at is None or state.question == _UNDO:
        state, works = _leave(state, None)
        return replace(state, problem=failed.problem), works
    # Where nothing was asked yet: whether to try again, or to leave the step out.
    question = failed.about if state.question else _BROKEN
    return replace(_asked(state, question or state.question), problem=failed.problem), ()


def _next(state: State, following: Next) -> tuple[State, Works]:
    match following:
        case Ask():
            return replace(_asked(state, following.question), problem=following.problem), ()
        case Perform():
            return _perform(state, following.work)
        case Complete():
            assert state.at is not None  # noqa: S101 - a stage is asked of a step
            return _close(state, state.at, Mark(Status.DONE, following.lines))


# --- from step to step


def _opened(state: State, at: Step) -> tuple[State, Works]:
    state = replace(state, at=at, question="", draft={}, trail=(), seen=(), problem=None)
    return _next(state, STAGES[at].opened(state))


def _asked(state: State, question: str) -> State:
    """Go on to a question. One that was asked before is gone back to: the way back has no circles."""
    if question in state.trail:
        return replace(state, question=question, trail=state.trail[: state.trail.index(question)])
    if question == state.question or not state.question:
        return replace(state, question=question)
    return replace(state, question=question, trail=(*state.trail, state.question))


def _marked(state: State, at: Step, mark: Mark) -> State:
    """What was checked before the change has to be checked again."""
    marks = {**state.marks, at: mark}
    if at is not Step.CHECK and marks[Step.CHECK].status is Status.DONE:
        marks[Step.CHECK] = OPEN
    return replace(state, marks=marks)


def _close(state: State, at: Step, mark: Mark) -> tuple[State, Works]:
    """To the next step that is open after this one; after the last, or when none is, to the list."""
    state = _marked(state, at, mark)
    order = list(Step)
    following = (one for one in order[order.index(at) + 1 :] if state.marks[one].status is Status.OPEN)
    return _leave(state, next(following, None))


def _leave(state: State, to: Step | None) -> tuple[State, Works]:
    hide: Works = (HidePanel(),) if state.at is Step.PANEL else ()
    state = replace(state, at=None, question="", draft={}, trail=(), seen=(), problem=None)
    if to is None:
        return state, hide
    state, works = _opened(state, to)
    return state, hide + works


# --- pages of the model itself


def _list(state: State) -> Page:
    is_closed = all(mark.status is not Status.OPEN for mark in state.marks.values())
    finish = Choice(
        _FINISH, Phrase("Finish") if is_closed else Phrase("Go on another day: start the terminal now")
    )
    steps = tuple(Choice(one.value, _entry(one, state.marks[one])) for one in Step)
    told = Phrase("Everything has been seen to.") if is_closed else Phrase("Please choose a step.")
    return Page(
        Phrase("Setting the terminal up"),
        (told,),
        (finish, *steps) if is_closed else (*steps, finish),
        may_skip=False,
        may_go_back=False,
    )


def _entry(one: Step, mark: Mark) -> Phrase:
    values: dict[str, str | int | Phrase] = {"step": TITLES[one]}
    match mark.status:
        case Status.DONE:
            return Phrase("✓ {step}", values)
        case Status.SKIPPED:
            return Phrase("– {step}: left out ({reason})", {**values, "reason": mark.reason or "-"})
        case _:
            return Phrase("○ {step}", values)


def _chosen(state: State) -> Page:
    assert state.at is not None  # noqa: S101 - it was chosen
    mark = state.marks[state.at]
    lines = mark.lines
    if mark.status is Status.SKIPPED:
        lines = (Phrase("left out: {reason}", {"reason": mark.reason or "-"}),)
    if state.at is Step.ENROLMENT and mark.status is Status.DONE:
        told = Phrase(
            "The central server keeps this terminal until its administrator revokes it; undoing here asks anew."
        )
        lines = (*lines, told)
    choices = (Choice(_REPEAT, Phrase("Do it again")), Choice(_UNDO, Phrase("Undo it")))
    return Page(TITLES[state.at], lines, choices, may_skip=False)
