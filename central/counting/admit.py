"""An administrator lets a ledger count that nobody had announced."""

from central import audit, clock
from central.counting import project
from central.counting.rows import Owner
from central.counting.trust import trust_in
from central.models import Ledger
from central.session import Session, transaction

_LOCK = "SELECT 1 FROM central_device WHERE id = %s FOR NO KEY UPDATE"
_ADMIT = """
UPDATE central_ledger SET admitted = true WHERE device_id = %s AND ledger_id = %s AND NOT admitted RETURNING size
"""
_CARRIES = "SELECT DISTINCT ledger_id FROM central_salvaged WHERE device_id = %s AND carrier_ledger = %s"
_ALARM = """
UPDATE central_alarm SET closed_at = %s
 WHERE device_id = %s AND ledger_id = %s AND kind = 'ledger' AND closed_at IS NULL
"""


def admit(owner: Owner, actor: str) -> bool:
    """Count the ratings of a ledger, and those that it carries of closed ones.

    Args:
        owner: Whose ledger.
        actor: Who admits it, for the log.

    Returns:
        False: it had been admitted before; nothing was done.

    Raises:
        LookupError: Nothing is held of it.
        django.db.Error: Nothing was done.
    """
    with transaction() as session:
        session.run(_LOCK, (owner.device,)).fetchone()
        return let_count(session, owner, actor)


def let_count(session: Session, owner: Owner, actor: str) -> bool:
    """The same, in a transaction that holds the terminal."""
    row = session.run(_ADMIT, owner).fetchone()
    if row is None:
        if Ledger.objects.filter(device_id=owner.device, ledger_id=owner.ledger_id).exists():
            return False
        raise LookupError(f"nothing is held of ledger {owner.ledger_id.hex()} of {owner.device}")
    trust = trust_in(session, owner.device)
    carried = [ledger_id for (ledger_id,) in session.run(_CARRIES, owner).fetchall()]
    for ledger_id in sorted({owner.ledger_id, *carried}):
        project.replace(session, Owner(owner.device, ledger_id), trust)
    session.run(_ALARM, (clock.now(), *owner))
    about = Ledger(device_id=owner.device, ledger_id=owner.ledger_id)
    audit.record(actor, "admit", about, {"admitted": False}, {"admitted": True})
    return True
