"""The same steps as plain questions in a terminal: over the network, on a serial console, without a screen."""

from collections.abc import Callable
from typing import Protocol

from assets.texts import Texts
from kiosk import squares
from kiosk.config.phrase import Phrase, printable
from kiosk.provision.page import AGAIN_S, Page
from kiosk.provision.session import Session
from kiosk.provision.steps import Answer, Back, Event, Skip

BACK, SKIP = "<", ">"
"""What is typed for the way back and to leave a step out; on every keyboard, in every language."""

_RULE = "─" * 60
_DIGITS = 4
_WORKING = Phrase("One moment, please…")
_BACK = Phrase("{key} = back", {"key": BACK})
_SKIP = Phrase("{key} = leave this step out", {"key": SKIP})
_WAITING = Phrase("It is looked for every few seconds. What you type counts with Enter.")
_PICK = Phrase("Please type a number")


class Console(Protocol):
    """Where people read and type."""

    def say(self, line: str) -> None:
        """One line."""

    def read(self, prompt: str, *, secret: bool) -> str | None:
        """A line of theirs, without its end; None where there is nobody any more."""

    def is_typed(self, within_s: float) -> bool:
        """Wait until something was typed, or nobody will type any more, at most so long."""


class Prompts:
    """Asks until the technician is done.

    Args:
        session: The provisioning.
        console: Where.
        texts: The catalogue of a language.
    """

    def __init__(self, session: Session, console: Console, texts: Callable[[str], Texts] = Texts) -> None:
        self._session = session
        self._console = console
        self._catalogue = texts
        self._spoken = texts(session.language)

    def run(self) -> bool:
        """Ask.

        Returns:
            Whether the technician came to the end. Else there is nobody any more, and the next time it goes on here.
        """
        session, shown = self._session, None
        while not session.ended:
            if session.works:
                if session.page.busy and not session.page.again:
                    self._console.say(_WORKING.render(self._texts))
                session.take(session.work())
                continue
            page = session.page
            if not page.again or page != shown:
                self._show(page)
            shown = page
            if page.again and not self._console.is_typed(AGAIN_S):
                session.take(Answer(page.again))
                continue
            shown = None
            event = self._event(page)
            if event is None:
                return False
            session.take(event)
        return True

    @property
    def _texts(self) -> Texts:
        """Of the language that has been chosen, from then on."""
        if self._spoken.language != self._session.language:
            self._spoken = self._catalogue(self._session.language)
        return self._spoken

    def _show(self, page: Page) -> None:
        _, say = self._texts, self._console.say
        say("")
        say(_RULE)
        say(printable(page.title.render(_)))
        if page.problem is not None:
            say(f"! {printable(page.problem.render(_))}")
        for line in page.lines:
            say(printable(line.render(_)))
        for row in squares.lines(page.square) if page.square else ():
            say(row)
        if page.square:
            say(page.square)
        for number, choice in enumerate(page.choices, 1):
            say(f"  {number}. {printable(choice.label.render(_))}")
        ways = [way.render(_) for way, there in ((_BACK, page.may_go_back), (_SKIP, page.may_skip)) if there]
        if ways:
            say(f"  ({', '.join(ways)})")
        if page.again:
            say(_WAITING.render(_))

    def _event(self, page: Page) -> Event | None:
        """What was typed; None where nobody is there."""
        _ = self._texts
        entry = page.entry
        prompt = (_PICK if entry is None else entry.label).render(_)
        if entry is not None and entry.value:
            prompt += f" [{printable(entry.value)}]"
        typed = self._console.read(f"{prompt}: ", secret=entry is not None and entry.secret)
        if typed is None:
            return None
        plain = typed.strip()
        if plain == BACK and page.may_go_back:
            return Back()
        if plain == SKIP and page.may_skip:
            return Skip()
        # Of at most so many digits: Python refuses to read numbers of thousands of them.
        if plain.isdecimal() and len(plain) <= _DIGITS and 1 <= int(plain) <= len(page.choices):
            return Answer(page.choices[int(plain) - 1].key)
        if entry is None:
            return Answer(plain)  # no choice: the model says so
        return Answer(typed or entry.value)
