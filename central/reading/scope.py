"""Which units a reader may see: one and all below it."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.session import Session

BELOW = """
WITH RECURSIVE below AS (
    SELECT id FROM central_unit WHERE id = %s
    UNION SELECT u.id FROM central_unit u JOIN below b ON u.parent_id = b.id
)
SELECT id FROM below ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Units; `ids` None = all of them, and what belongs to none."""

    ids: Sequence[int] | None

    def has(self, unit_id: int | None) -> bool:
        """Whether a unit is among them."""
        return self.ids is None or unit_id in self.ids


def below(session: Session, unit_id: int | None) -> Scope:
    """A unit and all below it, as the tree is now; of a unit that does not exist, none."""
    if unit_id is None:
        return Scope(None)
    return Scope([found for (found,) in session.run(BELOW, (unit_id,)).fetchall()])


def narrowed(session: Session, allowed: Scope, unit_id: int | None) -> Scope:
    """What of a unit and those below may be seen.

    Raises:
        LookupError: The unit is none of those that may be seen.
    """
    if unit_id is None:
        return allowed
    asked = below(session, unit_id)
    if not asked.ids or not allowed.has(unit_id):
        raise LookupError(f"there is no unit {unit_id} that this token may read")
    return asked
