"""What the clock says. Ratings wait for no clock: an uncertain one is put right when the server was reached."""

import re
from collections.abc import Mapping
from datetime import datetime

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Entry, Keys, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform
from kiosk.provision.steps import State, Step
from kiosk.provision.works import Outcome, SeeTime, SetTime, Time, Work

_FORMS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})[ T]+(?P<H>\d{1,2})[:hg](?P<M>\d{2})"),
    re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})\s+(?P<H>\d{1,2})[:hg](?P<M>\d{2})"),
    re.compile(r"(?P<H>\d{1,2})[:hg](?P<M>\d{2})\s+(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})"),
)
_FIRST_YEAR, _LAST_YEAR = 2025, 2099


class TimeOfDay:
    """See `Stage`."""

    title = TITLES[Step.TIME]

    def opened(self, state: State) -> Next:
        """See `Stage`."""
        del state
        return Perform(SeeTime())

    def page(self, state: State) -> Page:
        """See `Stage`."""
        if state.question == "typed":
            return Page(
                self.title,
                (Phrase("Please type date and time as a watch in Viet Nam shows them."),),
                entry=Entry(Keys.ADDRESS, Phrase("Day/month/year hour:minute, such as 26/11/2026 14:05")),
            )
        seen = state.last(Time)
        lines = [Phrase("The terminal's clock says: {time}", {"time": seen.local if seen else "-"})]
        if seen is not None and seen.synced:
            lines.append(Phrase("It has been set by a time server."))
        else:
            lines.append(
                Phrase("No time server has set it yet. That is put right when the central server is reached.")
            )
        return Page(
            self.title,
            tuple(lines),
            (
                Choice("right", Phrase("That is right")),
                Choice("wrong", Phrase("Set date and time by hand")),
                Choice("again", Phrase("Look again")),
            ),
        )

    def answered(self, state: State, value: str) -> Next:
        """See `Stage`."""
        if state.question == "typed":
            moment = _moment(value)
            if moment is None:
                return Ask("typed", Phrase("That is no date with a time. An example: 26/11/2026 14:05"))
            return Perform(SetTime(f"{moment:%Y-%m-%d %H:%M:%S}"))
        seen = state.last(Time)
        match value:
            case "wrong":
                return Ask("typed")
            case "right" if seen is not None:
                vouched = (
                    Phrase("set by a time server")
                    if seen.synced
                    else Phrase("set by hand or not yet certain")
                )
                return Complete((Phrase("{time} ({by})", {"time": seen.local, "by": vouched}),))
            case _:
                return Perform(SeeTime())

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """See `Stage`."""
        del state, work, outcome
        return Ask("time")

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """See `Stage`."""
        del before
        return None


def _moment(typed: str) -> datetime | None:
    for form in _FORMS:
        if match := form.fullmatch(typed.strip()):
            try:
                moment = datetime(
                    int(match["y"]), int(match["m"]), int(match["d"]), int(match["H"]), int(match["M"])
                )
            except ValueError:
                return None
            return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
    return None
