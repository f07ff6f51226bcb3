"""Which faults are going on, as the entries of this program say. Pure."""

from collections.abc import Iterable

from kiosk.ledger.kinds import Draft, Json, Kind


class Ailments:
    """A fault begins and ends with an entry each; one that a program left behind is found again by the next."""

    def __init__(self) -> None:
        self._going_on: dict[tuple[Json, Json, Json], str] = {}

    def note(self, drafts: Iterable[Draft]) -> None:
        """Entries were stored."""
        for draft in drafts:
            code = draft.body.get("code")
            if draft.kind is not Kind.FAULT or not isinstance(code, str):
                continue
            # The same code may be about several buttons.
            key = (code, draft.body.get("source"), draft.body.get("level"))
            if draft.body.get("active") is True:
                self._going_on[key] = code
            else:
                self._going_on.pop(key, None)

    @property
    def codes(self) -> tuple[str, ...]:
        """Each once. Not which button: that would be a level."""
        return tuple(sorted(set(self._going_on.values())))
