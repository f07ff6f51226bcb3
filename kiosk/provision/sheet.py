"""The result sheet: what was set up, without a secret. Pure."""

from collections.abc import Mapping

from kiosk.config.phrase import Phrase
from kiosk.provision.steps import State, Status, Step
from kiosk.provision.works import Checked

TITLES: Mapping[Step, Phrase] = {
    Step.LANGUAGE: Phrase("Language"),
    Step.PANEL: Phrase("Size of the screen"),
    Step.INPUTS: Phrase("Buttons and touch"),
    Step.NETWORK: Phrase("Network"),
    Step.TIME: Phrase("Date and time"),
    Step.ENROLMENT: Phrase("Enrolment at the central server"),
    Step.CHECK: Phrase("Last check"),
}
"""Of the steps."""

Section = tuple[Phrase, tuple[Phrase, ...]]


def sections(state: State) -> tuple[Section, ...]:
    """A heading and its lines each; of the check those that it has just found."""
    checked = state.last(Checked)
    found: list[Section] = []
    if checked is not None and checked.facts:
        found.append((Phrase("This terminal"), checked.facts))
    for step in Step:
        if step is Step.CHECK and checked is not None:
            lines = tuple(Phrase("{text}", {"text": line}) for line in checked.lines)
        else:
            lines = _of(state, step)
        found.append((TITLES[step], lines))
    return tuple(found)


def _of(state: State, step: Step) -> tuple[Phrase, ...]:
    mark = state.marks[step]
    match mark.status:
        case Status.DONE:
            return mark.lines or (Phrase("done"),)
        case Status.SKIPPED:
            return (Phrase("left out: {reason}", {"reason": mark.reason or "-"}),)
        case _:
            return (Phrase("not done yet"),)
