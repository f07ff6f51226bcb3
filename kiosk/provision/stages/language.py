"""The language of the screen, and of all that follows here."""

from collections.abc import Mapping

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform, text
from kiosk.provision.steps import State, Step
from kiosk.provision.works import Outcome, SetOptions, Work


class Language:
    """See `Stage`."""

    title = TITLES[Step.LANGUAGE]

    def opened(self, state: State) -> Next:
        """See `Stage`."""
        del state
        return Ask("language")

    def page(self, state: State) -> Page:
        """See `Stage`."""
        now = str(state.options.get("language", ""))
        order = sorted(state.languages, key=lambda name: name != now)
        return Page(
            self.title,
            (Phrase("Please choose the language of this terminal."),),
            tuple(Choice(name, text(state.languages[name])) for name in order),
        )

    def answered(self, state: State, value: str) -> Next:
        """See `Stage`."""
        del state
        return Perform(SetOptions({"language": value}))

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """See `Stage`."""
        del work, outcome
        name = str(state.options["language"])
        return Complete((text(state.languages.get(name, name)),))

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """See `Stage`."""
        return SetOptions(before) if before else None
