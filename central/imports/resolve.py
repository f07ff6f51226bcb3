"""What of a table is in the database already, what belongs to what, and what cannot be."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from central import audit
from central.imports.columns import Column
from central.imports.lines import code_variants
from central.imports.wanted import Wanted, WantedCounter, WantedUnit
from central.models import Counter, Field, Unit

Node = WantedUnit | Unit

_COLUMNS = {
    "name": Column.UNIT,
    "official_code": Column.CODE,
    "valid_from": Column.SINCE,
    "valid_to": Column.UNTIL,
    "department": Column.DEPARTMENT,
    "question": Column.QUESTION,
}


@dataclass(slots=True)
class _Known:
    """The units that there are, by what a table may call them."""

    units: dict[int, Unit]
    by_code: dict[str, list[Unit]] = field(default_factory=dict)
    by_name: dict[str, list[Unit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for unit in self.units.values():
            self.by_name.setdefault(unit.name.casefold(), []).append(unit)
            if unit.official_code:
                self.by_code.setdefault(unit.official_code, []).append(unit)

    def coded(self, code: str) -> list[Unit]:
        return self.by_code.get(code, [])

    def named(self, text: str) -> list[Unit]:
        return self.by_name.get(text.casefold(), [])


def resolve(wanted: Wanted) -> None:
    """Find each unit and counter of a table in the database, and note in it whatever is wrong.

    The caller's transaction holds `registry.hold_names`.
    """
    known = _Known({unit.pk: unit for unit in Unit.objects.filter(valid_to=None)})
    for unit in wanted.units:
        unit.found = _found(wanted, known, unit)
        unit.before = None if unit.found is None else audit.values(unit.found)
        if not unit.name:
            if unit.found is None and unit.code:  # without either, it was said already
                wanted.wrong(unit.row, Column.UNIT, _("The name of the unit is missing."))
            elif unit.found is not None:
                unit.name = unit.found.name
    mine = {unit.found.pk: unit for unit in wanted.units if unit.found is not None}
    for unit in wanted.units:
        if unit.parent:
            unit.above = _above(wanted, known, mine, unit)
    _refuse_cycles(wanted, known, mine)
    _refuse_twins(wanted, known, mine)
    _find_counters(wanted)
    for unit in (unit for unit in wanted.units if unit.name):
        _check(wanted, unit.row, draft_unit(unit), exclude=("parent", "kind"))
    for counter in wanted.counters:
        _check(wanted, counter.row, draft_counter(counter), exclude=("unit", "field", "labels"))


def draft_unit(unit: WantedUnit) -> Unit:
    """As it will be, without its parent: what the table does not say stays as it is."""
    made = Unit() if unit.found is None else unit.found
    made.name = unit.name
    made.official_code = made.official_code or unit.code
    made.kind = unit.kind or made.kind
    made.valid_from = unit.since or made.valid_from
    made.valid_to = unit.until or made.valid_to
    return made


def draft_counter(counter: WantedCounter) -> Counter:
    """As it will be, without its unit and its field of work."""
    made = Counter(name=counter.line.counter) if counter.found is None else counter.found
    made.department = counter.line.department or made.department
    made.question = counter.line.question or made.question
    return made


def _found(wanted: Wanted, known: _Known, unit: WantedUnit) -> Unit | None:
    if unit.code:
        codes = (unit.code,) if unit.kind else code_variants(unit.code)
        held = next((held for code in codes if (held := known.coded(code))), [])
        same = [found for found in held if unit.kind in (None, found.kind)]
        if not same:  # one that was made by hand may be given its code
            same = [found for found in known.named(unit.name) if not found.official_code]
            same = same if len(same) == 1 else []
    else:
        same = [found for found in known.named(unit.name) if _fits(known, found, unit.parent)]
    if len(same) > 1:
        wanted.wrong(
            unit.row,
            Column.UNIT,
            _("{n} units are called “{name}”. Please give the code.").format(n=len(same), name=unit.name),
        )
    return same[0] if same else None


def _fits(known: _Known, found: Unit, parent: str) -> bool:
    above = known.units.get(found.parent_id or 0)
    if not parent or above is None:
        return True
    return above.name.casefold() == parent.casefold() or above.official_code in code_variants(parent)


def _above(wanted: Wanted, known: _Known, mine: dict[int, WantedUnit], unit: WantedUnit) -> Node | None:
    for code in code_variants(unit.parent):  # the code as it stands first, on both sides
        in_table, on_server = wanted.by_code(code), known.coded(code)
        if in_table is not None:
            return in_table
        if len(on_server) == 1:
            return mine.get(on_server[0].pk, on_server[0])
    named, held = wanted.by_name(unit.parent), known.named(unit.parent)
    if len(named) == 1:
        return named[0]
    if not named and len(held) == 1:
        return mine.get(held[0].pk, held[0])
    if named or held:
        text = _("{n} units are called “{name}”. Please give the code.").format(
            n=len(named) or len(held), name=unit.parent
        )
    else:
        text = _(
            "There is no unit “{name}”, neither in the table nor on the server. Please add a row for it."
        ).format(name=unit.parent)
    wanted.wrong(unit.row, Column.PARENT, text)
    return None


def _upwards(known: _Known, mine: dict[int, WantedUnit], node: Node) -> Node | None:
    """The unit above one, as it will be."""
    if isinstance(node, WantedUnit):
        if node.above is not None:
            return node.above
        if node.found is None:
            return None
        node = node.found
    above = known.units.get(node.parent_id or 0)
    return None if above is None else mine.get(above.pk, above)


def _refuse_cycles(wanted: Wanted, known: _Known, mine: dict[int, WantedUnit]) -> None:
    good: set[int] = set()
    for unit in wanted.units:
        way: list[Node] = []
        node: Node | None = unit
        while node is not None and id(node) not in good and not any(node is before for before in way):
            way.append(node)
            node = _upwards(known, mine, node)
        if node is not None and id(node) not in good:
            ring = way[next(index for index, before in enumerate(way) if before is node) :]
            names = " → ".join(found.name for found in (*ring, ring[0]))
            row = min((found.row for found in ring if isinstance(found, WantedUnit)), default=unit.row)
            wanted.wrong(
                row, Column.PARENT, _("Units belong to each other in a ring: {names}.").format(names=names)
            )
        good.update(id(found) for found in way)


def _refuse_twins(wanted: Wanted, known: _Known, mine: dict[int, WantedUnit]) -> None:
    """Two units under one unit may not have one name: nobody could tell their figures apart."""
    seen: dict[tuple[int, str], Node] = {}
    others = [unit for pk, unit in known.units.items() if pk not in mine]
    nodes: list[Node] = [*others, *wanted.units]
    for node in nodes:
        above = _upwards(known, mine, node)
        key = (0 if above is None else id(above), node.name.casefold())
        twin = seen.setdefault(key, node)
        if twin is not node and isinstance(node, WantedUnit):
            code = twin.code if isinstance(twin, WantedUnit) else twin.official_code
            wanted.wrong(
                node.row,
                Column.UNIT,
                _("“{name}” is there already, under the same unit, with the code {code}.").format(
                    name=node.name, code=code or "–"
                ),
            )


def _find_counters(wanted: Wanted) -> None:
    owners = [unit.found.pk for unit in wanted.units if unit.found is not None]
    held: dict[tuple[int, str], Counter] = {
        (counter.unit_id, counter.name.casefold()): counter
        for counter in Counter.objects.filter(unit__in=owners, valid_to=None).select_related("field")
    }
    for counter in wanted.counters:
        if counter.unit.found is not None:
            counter.found = held.get((counter.unit.found.pk, counter.line.counter.casefold()))
        counter.before = None if counter.found is None else audit.values(counter.found)


def _check(wanted: Wanted, row: int, draft: Unit | Counter, exclude: tuple[str, ...]) -> None:
    try:
        draft.clean_fields(exclude=exclude)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            column = Column.COUNTER if name == "name" and isinstance(draft, Counter) else _COLUMNS[name]
            for message in messages:
                wanted.wrong(row, column, message)


def check_fields(wanted: Wanted) -> None:
    """Fields of work that cannot be called so."""
    for counter in wanted.counters:
        if counter.line.field:
            try:
                Field(name=counter.line.field).clean_fields()
            except ValidationError as error:
                for message in error.messages:
                    wanted.wrong(counter.row, Column.FIELD, message)
