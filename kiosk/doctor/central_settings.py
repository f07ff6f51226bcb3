"""What central sets on this terminal, and whether all of it can be used."""

from kiosk.config.central import judged
from kiosk.config.model import Config
from kiosk.config.phrase import Phrase, printable
from kiosk.doctor.finding import Finding, Verdict
from kiosk.messages.statements import ConfigStatement

NAME = Phrase("Settings by the central server")
_REMEDY = Phrase(
    "Take the option out of this terminal's own file, or have the central server send other settings. Until then its "
    "settings are left out; its words stay."
)


def check(own: Config, statement: ConfigStatement | None) -> list[Finding]:
    """Nothing where central has said nothing.

    Args:
        own: The terminal's own configuration.
        statement: Central's in use.
    """
    if statement is None:
        return []
    said, revision = judged(own, statement), statement.revision
    if said.problems:
        return [
            Finding(
                NAME,
                Verdict.WARNING,
                Phrase(
                    "Revision {revision} does not fit this terminal: {key}: {problem}",
                    {"revision": revision, "key": printable(problem.key), "problem": problem.message},
                ),
                _REMEDY,
            )
            for problem in said.problems
        ]
    keys = ", ".join(said.values) or "-"
    seen = Phrase("Revision {revision} sets: {keys}.", {"revision": revision, "keys": keys})
    return [Finding(NAME, Verdict.OK, seen)]
