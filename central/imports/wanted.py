"""The units and counters of a table, each once, with the rows that speak of them; rows that contradict each other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from central.audit import Json
from central.imports import columns
from central.imports.columns import Column
from central.imports.lines import Line, Problem, code_variants
from central.models import Counter, Unit, UnitKind


@dataclass(eq=False, slots=True)
class WantedUnit:
    """A unit as the table has it.

    Attributes:
        row: The first that speaks of it.
        found: The row of the database that it is; None = it is to be made.
        before: The values of that row before anything was changed.
        above: The unit that it belongs to, where the table says one.
    """

    row: int
    name: str
    code: str
    kind: UnitKind | None
    parent: str
    since: date | None
    until: date | None
    found: Unit | None = None
    before: dict[str, Json] | None = None
    above: "WantedUnit | Unit | None" = None


@dataclass(eq=False, slots=True)
class WantedCounter:
    """A counter as the table has it; `found` and `before` as of a unit."""

    row: int
    unit: WantedUnit
    line: Line
    found: Counter | None = None
    before: dict[str, Json] | None = None


@dataclass(slots=True)
class Wanted:
    """All of a table."""

    units: list[WantedUnit] = field(default_factory=list)
    counters: list[WantedCounter] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _by_code: dict[str, WantedUnit] = field(default_factory=dict)
    _by_name: dict[str, list[WantedUnit]] = field(default_factory=dict)
    _by_counter: dict[tuple[int, str], WantedCounter] = field(default_factory=dict)

    def wrong(self, row: int, column: Column, text: str) -> None:
        """Note what is wrong in a row."""
        self.problems.append(Problem(row, columns.heading(column), text))

    def by_code(self, code: str) -> WantedUnit | None:
        """The unit of exactly this code."""
        return self._by_code.get(code)

    def by_name(self, text: str) -> list[WantedUnit]:
        """The units of this name."""
        return self._by_name.get(text.casefold(), [])

    def take(self, lines: Iterable[Line]) -> None:
        """Gather what the rows say: those that say most first, for one that says less may mean the same unit."""
        said = list(lines)
        in_turn = sorted(said, key=lambda line: (not line.code, line.kind is None, line.row))
        owners = {line.row: self._unit(line) for line in in_turn}
        for line in said:
            if line.counter:
                self._counter(line, owners[line.row])

    def _unit(self, line: Line) -> WantedUnit:
        known = self._coded(line) if line.code else self._named(line)
        if known is not None:
            self._also(known, line)
            return known
        made = WantedUnit(line.row, line.unit, line.code, line.kind, line.parent, line.since, line.until)
        self.units.append(made)
        if line.code:
            self._by_code[line.code] = made
        self._by_name.setdefault(line.unit.casefold(), []).append(made)
        return made

    def _coded(self, line: Line) -> WantedUnit | None:
        codes = (line.code,) if line.kind else code_variants(line.code)
        return next((self._by_code[code] for code in codes if code in self._by_code), None)

    def _named(self, line: Line) -> WantedUnit | None:
        same = [
            unit
            for unit in self.by_name(line.unit)
            if not line.parent or not unit.parent or unit.parent.casefold() == line.parent.casefold()
        ]
        if len(same) > 1:
            self.wrong(
                line.row,
                Column.UNIT,
                _("{n} units of the table are called “{name}”. Please give the code.").format(
                    n=len(same), name=line.unit
                ),
            )
        return same[0] if same else None

    def _also(self, unit: WantedUnit, line: Line) -> None:
        """Another row about the same unit may add something, and contradict nothing."""
        if line.unit and unit.name and line.unit.casefold() != unit.name.casefold():
            self.wrong(
                line.row,
                Column.CODE,
                _("The code {code} is that of “{name}” in row {row} already.").format(
                    code=line.code, name=unit.name, row=unit.row
                ),
            )
        unit.name = unit.name or line.unit
        for column, here, there in (
            (Column.KIND, line.kind, unit.kind),
            (Column.PARENT, line.parent.casefold(), unit.parent.casefold()),
            (Column.SINCE, line.since, unit.since),
            (Column.UNTIL, line.until, unit.until),
        ):
            if here and there and here != there:
                self.wrong(
                    line.row, column, _("Row {row} says something else of this unit.").format(row=unit.row)
                )
        unit.kind = unit.kind or line.kind
        unit.parent = unit.parent or line.parent
        unit.since, unit.until = unit.since or line.since, unit.until or line.until

    def _counter(self, line: Line, unit: WantedUnit) -> None:
        key = (id(unit), line.counter.casefold())
        if (known := self._by_counter.get(key)) is not None:
            self.wrong(
                line.row,
                Column.COUNTER,
                _("The counter “{name}” of this unit stands in row {row} already.").format(
                    name=line.counter, row=known.row
                ),
            )
            return
        self._by_counter[key] = made = WantedCounter(line.row, unit, line)
        self.counters.append(made)
