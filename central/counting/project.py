"""Every rating of a ledger from its entries: where it counts for the first time, and to see that counts are right."""

from collections.abc import Iterable, Iterator

from central.counting import lines, reading, rows
from central.counting.meaning import Trust
from central.counting.projection import RatingRow, rated, survey
from central.counting.rows import Change, Owner
from central.session import Session

_ADMITTED = "SELECT admitted FROM central_ledger WHERE device_id = %s AND ledger_id = %s"


def project(session: Session, owner: Owner, trust: Trust) -> Iterable[RatingRow]:
    """The ratings of a ledger as they stand, by seq and hash.

    Args:
        session: A transaction in which the ledger does not change meanwhile.
        owner: Whose ledger; central may hold nothing of it but what other ledgers carry.
        trust: Whose word is believed.
    """
    ledger = session.run(_ADMITTED, owner).fetchone()
    admitted = ledger is not None and bool(ledger[0])
    carried = reading.carried(session, owner)
    if carried:
        return lines.ratings(list(reading.direct(session, owner)), carried, admitted, trust)
    if not admitted:
        return ()
    return rated(reading.direct(session, owner), survey(reading.direct(session, owner), trust))


def differences(session: Session, owner: Owner, trust: Trust) -> Iterator[Change]:
    """Each rating as it is kept and as it should be, whether they differ or not."""
    return rows.changes(_stored(session, owner), project(session, owner, trust))


def replace(session: Session, owner: Owner, trust: Trust) -> None:
    """Make the ratings of a ledger, and what they add to counts, what they should be.

    Args:
        session: A transaction that holds the device.
        owner: Whose ledger.
        trust: Whose word is believed.
    """
    rows.apply(session, owner, list(differences(session, owner, trust)))


def _stored(session: Session, owner: Owner) -> Iterator[RatingRow]:
    seq, digest = 0, b""
    while True:
        page = session.run(
            f"{rows.SELECT} AND (seq, hash) > (%s, %s) ORDER BY seq, hash LIMIT {reading.MANY}",
            (*owner, seq, digest),
        ).fetchall()
        for row in page:
            found = rows.row_of(row)
            yield found
            seq, digest = found.seq, found.hash
        if len(page) < reading.MANY:
            return
