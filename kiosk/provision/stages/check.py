"""Whether everything works, and the sheet that says so."""

from collections.abc import Mapping

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Page
from kiosk.provision.sheet import TITLES, sections
from kiosk.provision.stage import Ask, Complete, Next, Perform, text
from kiosk.provision.steps import State, Step
from kiosk.provision.works import Checked, Examine, Outcome, SheetWritten, Work, WriteSheet

_WELL = Phrase("The terminal can be put into service. Warnings (!) may stand.")
_NOT_WELL = Phrase("What has a cross must be put right. Warnings (!) may stand.")


class Check:
    """See `Stage`."""

    title = TITLES[Step.CHECK]

    def opened(self, state: State) -> Next:
        """See `Stage`."""
        del state
        return Perform(Examine())

    def page(self, state: State) -> Page:
        """See `Stage`."""
        checked, written = state.last(Checked), state.last(SheetWritten)
        lines = [] if checked is None else [*_meaning(checked), *(text(line) for line in checked.lines)]
        if written is not None:
            lines.append(Phrase("The result sheet is in {files}", {"files": ", ".join(written.files)}))
        well = checked is not None and checked.well
        accept = Choice(
            "accept", Phrase("It is in order") if well else Phrase("Leave it so; somebody sees to it")
        )
        again = Choice("again", Phrase("Check once more"))
        return Page(self.title, tuple(lines), (accept, again) if well else (again, accept))

    def answered(self, state: State, value: str) -> Next:
        """See `Stage`."""
        checked = state.last(Checked)
        if value != "accept" or checked is None:
            return Perform(Examine())
        if checked.well:
            return Complete((Phrase("Everything is in order."),))
        return Complete((Phrase("Not everything was in order:"), *(text(line) for line in checked.lines)))

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """See `Stage`."""
        del work
        if isinstance(outcome, Checked):
            return Perform(WriteSheet(sections(state)))
        checked = state.last(Checked)
        if checked is None or checked.well:
            return Ask("sheet")
        return Ask("sheet", Phrase("Something is not in order yet."))

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """See `Stage`."""
        del before
        return None


def _meaning(checked: Checked) -> list[Phrase]:
    """What a technician has to do because of the signs before the lines; nothing where there is none."""
    if not any(line.startswith(("!", "✗")) for line in checked.lines):
        return []
    return [_WELL if checked.well else _NOT_WELL]
