"""Counting everything anew from the entries: what is kept must be what comes out."""

from collections.abc import Iterator

from central.counting import derived, project, reading
from central.counting.derived import Derived
from central.counting.meaning import Trust
from central.counting.projection import RatingRow, Survey
from central.counting.rows import Owner
from central.counting.trust import trust_in
from central.session import Session, snapshot, transaction

_DEVICES = "SELECT id FROM central_device ORDER BY id"
_LEDGERS = """
SELECT ledger_id FROM central_ledger WHERE device_id = %s
UNION SELECT ledger_id FROM central_salvaged WHERE device_id = %s ORDER BY ledger_id
"""
_SUMS = "SELECT refused_presses, uncountable FROM central_ledger WHERE device_id = %s AND ledger_id = %s"
_SET_SUMS = """
UPDATE central_ledger SET refused_presses = %s, uncountable = %s WHERE device_id = %s AND ledger_id = %s
"""
_KEY = "counter_id, unit_id, hour, level, flags, certain"
_COUNTED = f"""
SELECT {_KEY}, count(*) AS n FROM central_rating WHERE device_id = %(device)s AND counted GROUP BY {_KEY}
"""
_KEPT = f"SELECT {_KEY}, n FROM central_hourlycount WHERE device_id = %(device)s AND n <> 0"
_WRONG = f"""
SELECT 'is', found.* FROM ({_KEPT} EXCEPT {_COUNTED}) found
UNION ALL SELECT 'should be', found.* FROM ({_COUNTED} EXCEPT {_KEPT}) found
"""
_FORGET = "DELETE FROM central_hourlycount WHERE device_id = %(device)s"
_COUNT = f"INSERT INTO central_hourlycount (device_id, {_KEY}, n) SELECT %(device)s, found.* FROM ({_COUNTED}) found"


def devices() -> list[str]:
    """All terminals."""
    with snapshot() as session:
        return [device for (device,) in session.run(_DEVICES).fetchall()]


def check(device: str) -> list[str]:
    """What is kept of a terminal and does not come out when its entries are counted anew; a line each.

    Ingest goes on meanwhile: one state of the database is looked at.

    Raises:
        django.db.Error: The database does not answer.
    """
    with snapshot() as session:
        trust = trust_in(session, device)
        found = [line for owner in _owners(session, device) for line in _differences(session, owner, trust)]
        return found + [f"{device}: a count {line}" for line in _counts(session, device)]


def repair(device: str) -> list[str]:
    """Make what is kept of a terminal what comes out; says what was changed. Its batches wait meanwhile.

    Raises:
        django.db.Error: Nothing was changed.
    """
    with transaction() as session:
        session.run("SELECT 1 FROM central_device WHERE id = %s FOR NO KEY UPDATE", (device,)).fetchone()
        trust = trust_in(session, device)
        found = []
        for owner in _owners(session, device):
            found += list(_differences(session, owner, trust))
            whole, survey = _whole(session, owner, trust)
            derived.remove(session, owner)
            whole.store(session, owner)
            session.run(_SET_SUMS, (survey.refused, survey.uncountable, *owner))
            project.replace(session, owner, trust)
        found += [f"{device}: a count {line}" for line in _counts(session, device)]
        session.run(_FORGET, {"device": device})
        session.run(_COUNT, {"device": device})
    return found


def _owners(session: Session, device: str) -> list[Owner]:
    return [Owner(device, ledger_id) for (ledger_id,) in session.run(_LEDGERS, (device, device)).fetchall()]


def _differences(session: Session, owner: Owner, trust: Trust) -> Iterator[str]:
    name = f"{owner.device} {owner.ledger_id.hex()}"
    whole, survey = _whole(session, owner, trust)
    kept = derived.stored(session, owner)
    for table, expected in whole.tables().items():
        if sorted(expected, key=repr) != sorted(kept[table], key=repr):
            yield f"{name}: {table} does not say what the entries say"
    sums = session.run(_SUMS, owner).fetchone()
    if sums is not None and sums != (survey.refused, survey.uncountable):
        yield f"{name}: refused presses and uncountable entries are {sums}, should be " + repr(
            (survey.refused, survey.uncountable)
        )
    for before, after in project.differences(session, owner, trust):
        if before != after:
            yield f"{name}: {_said(before, after)}"


def _whole(session: Session, owner: Owner, trust: Trust) -> tuple[Derived, Survey]:
    whole, survey = Derived(), Survey(trust)
    for record in reading.direct(session, owner):
        configs = len(survey.configs)
        meaning = survey.learn(record)
        whole.learn(record, meaning, in_force=len(survey.configs) > configs)
    return whole, survey


def _counts(session: Session, device: str) -> list[str]:
    """Without levels: this may reach a log."""
    return [
        f"of counter {counter_id}, unit {unit_id}, hour {hour} {verb} {n}"
        for verb, counter_id, unit_id, hour, _, _, _, n in session.run(_WRONG, {"device": device}).fetchall()
    ]


def _said(before: RatingRow | None, after: RatingRow | None) -> str:
    """Without levels, for the same reason."""
    row = before or after
    place = "" if row is None else f"rating {row.seq} "
    if before is None or after is None:
        return f"{place}is {'missing' if before is None else 'too much'}"
    names = [name for name in RatingRow.__struct_fields__ if getattr(before, name) != getattr(after, name)]
    return f"{place}differs in {', '.join(names)}"
