"""Where the terminal belongs: a code of the administrator's, typed or scanned, or a telephone that confirms its key."""

from collections.abc import Mapping

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Entry, Keys, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform, text
from kiosk.provision.steps import State, Step
from kiosk.provision.works import (
    Enrol,
    Enrolment,
    Link,
    NotConfirmed,
    Outcome,
    SeeAcceptance,
    SeeEnrolment,
    SeeLink,
    Work,
)

_KEEP, _REPAIRED, _REPLACE = "keep", "repaired", "replace"
_PHONE, _LOOK, _LATER = "by phone", "look", "later"


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
                what = Phrase("Please type the code on the sheet: 12 letters and digits.")
                return Page(
                    self.title,
                    () if state.problem else (what,),  # which says as much, and needs the room
                    (Choice(_PHONE, Phrase("By telephone")),),
                    entry=Entry(Keys.CODE, Phrase("Code, such as 7K3F-9Q2M-XPTB")),
                )
            case "phone" | "accept":
                return _square(state)
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
                return _kept(state) if value == _KEEP else Ask("ticket")
            case "phone":
                return _enrol(state, state.draft["ticket"].strip(), by_phone=True)
            case "accept":
                return Complete(_lines(state)) if value == _LATER else Perform(SeeAcceptance())
            case "code" if value == _PHONE:
                return Perform(SeeLink(state.draft["ticket"].strip()))
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
        match outcome:
            case NotConfirmed():
                return Ask("phone")
            case Link() if isinstance(work, SeeLink) and work.url:
                return _enrol(state, work.url, by_phone=True)
            case Link():
                return Ask("accept")
            case Enrolment() if not isinstance(work, SeeEnrolment):
                if not outcome.waits:
                    return Complete(_lines(state))
                return Ask("accept") if state.last(Link) else Perform(SeeLink())
        belongs = isinstance(outcome, Enrolment) and outcome.url
        return Ask("keep" if belongs else "ticket")

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """The central server keeps what it knows; with a new code the terminal leaves it. See `Stage`."""
        del before
        return None


def _square(state: State) -> Page:
    """The key of the terminal for a telephone; whoever sees or photographs it can do nothing with it."""
    link = state.last(Link) or Link("", "-")
    if state.question == "phone":
        lines: tuple[Phrase, ...] = (
            Phrase("1. Please scan the square with a telephone, and log in at the central server there."),
            Phrase("2. Compare the key: {key}", {"key": link.key}),
            Phrase("3. Choose the counter and confirm. This page notices it by itself."),
        )
        choices = [Choice(_LOOK, Phrase("Look now"))]
    else:
        lines = (
            Phrase("The server waits for an administrator to accept this terminal."),
            Phrase(
                "Please call the administrator and read the key aloud, or scan the square with a telephone that is "
                "logged in there. Both keys must be the same."
            ),
            Phrase("Key of this terminal: {key}", {"key": link.key}),
        )
        choices = [Choice(_LOOK, Phrase("Look now")), Choice(_LATER, Phrase("Go on, it is accepted later"))]
    may_go_back = state.question == "phone"
    return Page(
        TITLES[Step.ENROLMENT], lines, tuple(choices), square=link.text, again=_LOOK, may_go_back=may_go_back
    )


def _kept(state: State) -> Next:
    seen = state.last(Enrolment)
    return Perform(SeeLink()) if seen is not None and seen.waits else Complete(_lines(state))


def _enrol(state: State, ticket: str, *, by_phone: bool = False) -> Next:
    chosen = state.draft.get("keep")
    return Perform(
        Enrol(ticket, replace=chosen == _REPLACE, same_ledger=chosen == _REPAIRED, by_phone=by_phone)
    )


def _lines(state: State) -> tuple[Phrase, ...]:
    seen = state.last(Enrolment)
    if seen is None:
        return ()
    if seen.lines:
        return tuple(text(line) for line in seen.lines)
    return (Phrase("Terminal {device} of {url}", {"device": seen.device, "url": seen.url}),)
