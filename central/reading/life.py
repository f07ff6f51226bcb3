"""Where the feed of changes began, and in which cluster its stamps hold.

A stamp is the number of a transaction. Put into another cluster, the database would give stamps that it has given
before; put back to an older state, it would give them a second time for other changes. In both cases cursors of the
life before are refused, and whoever has one reads again from the beginning: nothing is skipped in silence.
"""

import secrets

from central.session import Session, transaction

_ORIGIN = "SELECT system_identifier::text FROM pg_control_system()"
_BEGIN = """
UPDATE central_identity
   SET feed_life = %s, feed_origin = %s,
       feed_base = greatest(0, 1 - pg_current_xact_id()::text::bigint + (SELECT greatest(
           coalesce((SELECT max(changed) FROM central_rating), 0),
           coalesce((SELECT max(changed) FROM central_repeat), 0),
           coalesce((SELECT max(changed) FROM central_gonerating), 0),
           coalesce((SELECT max(changed) FROM central_movedunit), 0))))
 WHERE feed_origin <> %s OR %s
"""
# A standby that was promoted goes on under another timeline, perhaps without the last transactions.
_LIFE = """
SELECT feed_life || '-' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), feed_base FROM central_identity
"""


def settle() -> None:
    """Begin a new life where the database has come into another cluster. Raises `django.db.Error`."""
    _begin(always=False)


def renew() -> None:
    """Begin a new life: the database was put back to an older state. Raises `django.db.Error`."""
    _begin(always=True)


def life(session: Session) -> tuple[str, int]:
    """The life that cursors are of, and the base of its stamps."""
    row = session.run(_LIFE).fetchone()
    if row is None:
        raise LookupError("the database was not prepared")
    return str(row[0]), int(row[1])


def _begin(*, always: bool) -> None:
    with transaction() as session:
        (origin,) = session.run(_ORIGIN).fetchone() or ("",)
        session.run(_BEGIN, (secrets.token_hex(4), origin, origin, always))
