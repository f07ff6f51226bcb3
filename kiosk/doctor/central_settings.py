"""What central sets on this terminal, and whether all of it can be used."""

from pathlib import Path

from kiosk.config.central import judged
from kiosk.config.model import Config
from kiosk.config.phrase import Phrase, printable
from kiosk.doctor.finding import Finding, Verdict
from kiosk.messages import wire
from kiosk.messages.client import Client, NoKiosk
from kiosk.messages.statements import ConfigStatement

NAME = Phrase("Settings by the central server")
_REMEDY = Phrase(
    "Take the option out of this terminal's own file, or have the central server send other settings. Until then its "
    "settings are left out; its words stay."
)


_ANOTHER = Phrase("Tell whoever runs the central server: its page of this terminal says the same.")
_PATIENCE_S = 3.0


def refused_by(data_dir: Path) -> wire.RefusedConfig | None:
    """What the kiosk that runs on a data folder has refused last; None where it has not, or cannot be asked."""
    try:
        with Client(data_dir, _PATIENCE_S) as client:
            answer = client.ask(wire.GetHead())
    except NoKiosk:
        return None
    return answer.refused if isinstance(answer, wire.Head) else None


def check(
    own: Config, statement: ConfigStatement | None, refused: wire.RefusedConfig | None = None
) -> list[Finding]:
    """Nothing where central has said nothing.

    Args:
        own: The terminal's own configuration.
        statement: Central's in use.
        refused: What the kiosk has refused.
    """
    return [*_newer(statement, refused), *([] if statement is None else _in_use(own, statement))]


def _newer(statement: ConfigStatement | None, refused: wire.RefusedConfig | None) -> list[Finding]:
    if refused is None or (statement is not None and refused.revision <= statement.revision):
        return []
    values: dict[str, str | int | Phrase] = {
        "revision": refused.revision,
        "reason": printable(refused.reason),
    }
    return [
        Finding(NAME, Verdict.WARNING, Phrase("Revision {revision} was refused: {reason}", values), _ANOTHER)
    ]


def _in_use(own: Config, statement: ConfigStatement) -> list[Finding]:
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
