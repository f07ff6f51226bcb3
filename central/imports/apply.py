"""A table, imported whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from central import audit, registry
from central.imports import columns, resolve, sheet
from central.imports.lines import Problem, understood
from central.imports.wanted import Wanted, WantedCounter, WantedUnit
from central.models import Counter, Field, Unit

MOST_SHOWN = 200
"""So many problems are told at once; with more, the table is another one than was meant."""


@dataclass(slots=True)
class Count:
    """How many were made, changed, or are as the table has them."""

    made: int = 0
    changed: int = 0
    same: int = 0


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do.

    Attributes:
        units: Of the units.
        counters: Of the counters.
        problems: Where there is one, nothing was imported; sorted by row.
        counter_ids: The counters of the table; empty for a trial.
    """

    units: Count
    counters: Count
    problems: tuple[Problem, ...] = ()
    counter_ids: tuple[int, ...] = ()


def run(content: bytes, actor: registry.Actor, *, dry: bool) -> Outcome:
    """Import a table of units and counters.

    Args:
        content: The file.
        actor: Who does it.
        dry: Do everything, and take it back: what comes out is what would be.

    Raises:
        sheet.BadFile: It is no table, or has no headings.
        django.db.Error: Nothing was imported.
    """
    table = sheet.read(content)
    lines, problems = understood(table, columns.find(table.rows))
    wanted = Wanted(problems=problems)
    with transaction.atomic():
        registry.hold_names()
        wanted.take(lines)
        resolve.check_fields(wanted)
        resolve.resolve(wanted)
        if wanted.problems:
            transaction.set_rollback(True)
            return Outcome(Count(), Count(), tuple(sorted(set(wanted.problems))[:MOST_SHOWN]))
        done = _Import(actor)
        done.units(wanted.units)
        done.counters(wanted.counters)
        if dry:
            transaction.set_rollback(True)
            return Outcome(done.of_units, done.of_counters)
        registry.tell(Counter.objects.filter(pk__in=done.touched))
    ids = tuple(counter.found.pk for counter in wanted.counters if counter.found is not None)
    return Outcome(done.of_units, done.of_counters, (), ids)


class _Import:
    """The writing, inside the caller's transaction."""

    def __init__(self, actor: registry.Actor) -> None:
        self._actor = actor
        self._fields: dict[str, Field] = {}
        self.of_units = Count()
        self.of_counters = Count()
        self.touched: list[int] = []

    def units(self, wanted: Sequence[WantedUnit]) -> None:
        """Those above first: whoever belongs to a new one needs its number."""
        waiting = list(wanted)
        while waiting:
            later = [unit for unit in waiting if _waits(unit)]
            for unit in waiting:
                if unit not in later:
                    self._unit(unit)
            waiting = later

    def _unit(self, wanted: WantedUnit) -> None:
        unit = resolve.draft_unit(wanted)
        above = wanted.above
        if above is not None:
            unit.parent = above.found if isinstance(above, WantedUnit) else above
        if self._save(unit, wanted.before, self.of_units) and wanted.before is not None:
            self.touched.extend(Counter.objects.filter(unit=unit).values_list("pk", flat=True))
        wanted.found = unit

    def counters(self, wanted: Sequence[WantedCounter]) -> None:
        """Of units that are there by now."""
        for counter in wanted:
            made = resolve.draft_counter(counter)
            if counter.unit.found is not None:
                made.unit = counter.unit.found
            if counter.line.field:
                made.field = self._field(counter.line.field)
            if self._save(made, counter.before, self.of_counters):
                self.touched.append(made.pk)
            counter.found = made

    def _field(self, name: str) -> Field:
        if name not in self._fields:
            found = Field.objects.filter(name__iexact=name).first()
            if found is None:
                found = Field.objects.create(name=name)
                audit.record(self._actor.name, "create", found, None, audit.values(found))
            self._fields[name] = found
        return self._fields[name]

    def _save(self, row: Unit | Counter, before: dict[str, audit.Json] | None, count: Count) -> bool:
        """Save and log a row; whether anything is different."""
        if before is None:
            row.save(force_insert=True)
            audit.record(self._actor.name, "create", row, None, audit.values(row))
            count.made += 1
            return True
        old, new = audit.changed(before, audit.values(row))
        if not new:
            count.same += 1
            return False
        row.save(force_update=True)
        audit.record(self._actor.name, "change", row, old, new)
        count.changed += 1
        return True


def _waits(unit: WantedUnit) -> bool:
    return isinstance(unit.above, WantedUnit) and unit.above.found is None
