"""Looks at configurations that are said to be central's: used whole, or refused whole with a reason.

The reason goes back to central with the next heartbeat, where an operator reads it: in Vietnamese. The log has it in
English.
"""

from collections.abc import Sequence

from assets.texts import DEFAULT_LANGUAGE, Texts
from kiosk.config.phrase import Phrase
from kiosk.ledger.membership import CentralConfig, Local
from kiosk.messages import wire
from kiosk.messages.notes import Note, NoteError, PublicKey, parse_note
from kiosk.messages.statements import ConfigStatement, claimed_revision, config_of

LONGEST_REASON = 300


class ConfigRefused(NoteError):
    """The configuration is not used. The text is for a log."""


class Scrutiny:
    """One terminal's.

    Args:
        local: What this terminal makes of a configuration.
    """

    def __init__(self, local: Local) -> None:
        self._objections = local.objections
        self._refused: wire.RefusedConfig | None = None
        self._seen: tuple[ConfigStatement, wire.RefusedConfig | None] | None = None

    def newer(
        self, rendered: str, central: PublicKey, device: str, used: CentralConfig | None
    ) -> CentralConfig | None:
        """The configuration to use from now on; None where it is the one in use.

        Args:
            rendered: The note.
            central: Whose signature counts.
            device: The id of this terminal.
            used: What is in use.

        Raises:
            ConfigRefused: It is not used; `report` says why.
            NoteError: It is no note.
        """
        note = parse_note(rendered)
        config = self._verified(rendered, note, central, device, used)
        if used is not None and config.statement == used.statement:
            return None
        if used is not None and config.statement.revision <= used.statement.revision:
            raise ConfigRefused(
                f"revision {config.statement.revision} is not newer than {used.statement.revision}"
            )
        if objections := self._objections(config.statement):
            raise self._refuse(config.statement.revision, objections)
        if self._refused is not None and self._refused.revision <= config.statement.revision:
            self._refused = None
        return config

    def first(self, rendered: str, central: PublicKey, device: str) -> CentralConfig | None:
        """The configuration that comes with an enrolment; None where this terminal cannot use it.

        It is enrolled all the same: central then hears what is wrong, and sends another one.

        Raises:
            ConfigRefused: It is not that server's, or not for that terminal.
            NoteError: It is no note.
        """
        config = self._verified(rendered, parse_note(rendered), central, device, None)
        objections = self._objections(config.statement)
        self._refused = None
        if objections:
            self._refuse(config.statement.revision, objections)
            return None
        return config

    def report(self, used: CentralConfig | None) -> wire.RefusedConfig | None:
        """What central should know: the last one that was refused, or why the one in use cannot be used any more."""
        if self._refused is not None or used is None:
            return self._refused
        if self._seen is None or self._seen[0] != used.statement:
            objections = self._objections(used.statement)
            revision = used.statement.revision
            self._seen = used.statement, _told(revision, objections) if objections else None
        return self._seen[1]

    def _verified(
        self, rendered: str, note: Note, central: PublicKey, device: str, used: CentralConfig | None
    ) -> CentralConfig:
        try:
            if not note.is_signed_by(central):
                raise _NotOurs(Phrase("The configuration is not signed by this terminal's central server."))
            statement = config_of(note)
            if statement.device != device:
                raise _NotOurs(Phrase("The configuration is for another terminal."))
        except NoteError as error:
            revision = claimed_revision(note)
            unreadable = Phrase("The configuration cannot be read: {reason}.", {"reason": str(error)})
            why = error.phrase if isinstance(error, _NotOurs) else unreadable
            if revision > (0 if used is None else used.statement.revision):
                raise self._refuse(revision, [why]) from error
            raise ConfigRefused(_sentences([why], Texts("en"))) from error
        return CentralConfig(rendered, statement)

    def _refuse(self, revision: int, objections: Sequence[Phrase]) -> ConfigRefused:
        self._refused = _told(revision, objections)
        return ConfigRefused(f"revision {revision}: {_sentences(objections, Texts('en'))}")


class _NotOurs(NoteError):
    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.msgid)
        self.phrase = phrase


def _told(revision: int, objections: Sequence[Phrase]) -> wire.RefusedConfig:
    return wire.RefusedConfig(revision, _sentences(objections, Texts(DEFAULT_LANGUAGE)))


def _sentences(phrases: Sequence[Phrase], texts: Texts) -> str:
    said = " ".join(phrase.render(texts) for phrase in phrases)
    return said if len(said) <= LONGEST_REASON else f"{said[: LONGEST_REASON - 1]}…"
