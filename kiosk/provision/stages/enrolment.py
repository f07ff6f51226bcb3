"""Where the terminal belongs: a code of the administrator's, typed or scanned."""

from collections.abc import Mapping

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Entry, Keys, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform, text
from kiosk.provision.steps import State, Step
from kiosk.provision.works import Enrol, Enrolment, Outcome, SeeEnrolment, Work

_KEEP, _REPAIRED, _REPLACE = "keep", "repaired", "replace"


class Belonging:
    """See `Stage`."""

    title = TITLES[Step.ENROLMENT]

    def opened(self, state: State) -> Next:
        """See `Stage`."""
        del state
        return Perform(SeeEnrolment())

    def page(self, state: State) -> Page:
        """See `Stage`."""
        match state.question:
            case "keep":
                seen = state.last(Enrolment)
                where = {"url": seen.url, "device": seen.device} if seen else {"url": "-", "device": "-"}
                return Page(
                    self.title,
                    (Phrase("This terminal is terminal {device} of {url} already.", where),),
                    (
                        Choice(_KEEP, Phrase("Leave it so")),
                        Choice(
                            _REPAIRED, Phrase("It was repaired: go on as the same terminal, with a new code")
                        ),
                        Choice(_REPLACE, Phrase("It is to belong somewhere else, with a new code")),
                    ),
                )
            case "code":
                return Page(
                    self.title,
                    (Phrase("Please type the code on the sheet: 12 letters and digits."),),
                    entry=Entry(Keys.CODE, Phrase("Code, such as 7K3F-9Q2M-XPTB")),
                )
            case _:
                return Page(
                    self.title,
                    (
                        Phrase("Please scan the square code on the sheet with a USB scanner."),
                        Phrase("Or type the address of the central server; the code is asked for next."),
                    ),
                    entry=Entry(Keys.ADDRESS, Phrase("Address, such as https://danhgia.example.vn")),
                )

    def answered(self, state: State, value: str) -> Next:
        """See `Stage`."""
        typed = value.strip()
        match state.question:
            case "keep":
                return Complete(_lines(state)) if value == _KEEP else Ask("ticket")
            case "code":
                if not typed:
                    return Ask("code", Phrase("Please type the code."))
                return _enrol(state, f"{state.draft['ticket'].strip()} {typed}")
            case _:
                if not typed:
                    return Ask("ticket", Phrase("Please scan the sheet, or type the address."))
                if len(typed.split()) > 1 or typed.startswith("{"):
                    return _enrol(state, typed)
                return Ask("code")

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """See `Stage`."""
        if isinstance(work, Enrol):
            return Complete(_lines(state))
        belongs = isinstance(outcome, Enrolment) and outcome.url
        return Ask("keep" if belongs else "ticket")

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """The central server keeps what it knows; with a new code the terminal leaves it. See `Stage`."""
        del before
        return None


def _enrol(state: State, ticket: str) -> Next:
    chosen = state.draft.get("keep")
    return Perform(Enrol(ticket, replace=chosen == _REPLACE, same_ledger=chosen == _REPAIRED))


def _lines(state: State) -> tuple[Phrase, ...]:
    seen = state.last(Enrolment)
    if seen is None:
        return ()
    if seen.lines:
        return tuple(text(line) for line in seen.lines)
    return (Phrase("Terminal {device} of {url}", {"device": seen.device, "url": seen.url}),)
