"""The country's units as a seed: provinces and their communes, under the names of their People's Committees.

Only the data file of the package `vietnam-provinces` is read, and nothing of it imported: names and codes are those
that the National Statistics Office publishes; the package's code has a licence of its own (docs/central.md).
"""

from collections import Counter as Count
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import util
from pathlib import Path

import msgspec
from django.db import transaction

from central import audit
from central.models import Unit, UnitKind

PACKAGE = "vietnam_provinces"
SINCE = date(2025, 7, 1)
"""When there were 34 provinces and no districts any more."""


class SeedMissing(Exception):
    """The package with the data is not installed, or not as it was. The message says what to do."""


class _Division(msgspec.Struct, frozen=True):
    name: str
    code: int
    division_type: str


class _Province(_Division, frozen=True):
    wards: list[_Division]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many units were made."""

    provinces: int
    communes: int


def load(actor: str, province: str | None = None) -> Loaded:
    """Make the units that are missing; what is there already stays, and gets its code and its place where it had none.

    Args:
        actor: For the log of changes.
        province: Only this one, by its code or name.

    Raises:
        SeedMissing: There is no data, or no such province in it.
        django.db.Error: Nothing was made.
    """
    provinces = [
        found for found in _read() if province is None or province in (f"{found.code:02}", found.name)
    ]
    if not provinces:
        raise SeedMissing(f"there is no province {province}: give its code, such as 19, or its name")
    names = Count(committee(ward) for found in provinces for ward in found.wards)
    with transaction.atomic():
        made = Loaded(_make(UnitKind.PROVINCE, provinces, None, names), 0)
        above = Unit.objects.filter(kind=UnitKind.PROVINCE, valid_to=None)
        by_code = {unit.official_code: unit for unit in above}
        for found in provinces:
            more = _make(UnitKind.COMMUNE, found.wards, by_code[f"{found.code:02}"], names)
            made = Loaded(made.provinces, made.communes + more)
        after: dict[str, audit.Json] = {"provinces": made.provinces, "communes": made.communes}
        audit.record(actor, "load", "organisation", None, after)
    return made


def committee(division: _Division) -> str:
    """The People's Committee of a division: “UBND phường Sông Công”."""
    name = division.name
    if not name.lower().startswith(division.division_type.removesuffix(" trung ương")):
        name = f"{division.division_type} {name}"
    return f"UBND {name[0].lower()}{name[1:]}"


def _make(kind: UnitKind, wanted: Sequence[_Division], parent: Unit | None, names: Count[str]) -> int:
    digits = 2 if kind == UnitKind.PROVINCE else 5
    codes = {f"{division.code:0{digits}}": committee(division) for division in wanted}
    units = Unit.objects.filter(kind=kind, official_code__in=codes)
    known = set(units.values_list("official_code", flat=True))
    by_hand = {unit.name: unit for unit in Unit.objects.filter(parent=None, official_code="")}
    made = []
    for code, name in codes.items():
        if code in known:
            continue
        unit = by_hand.get(name) if names[name] <= 1 else None  # which of several is meant nobody can say
        if unit is None:
            made.append(Unit(name=name, kind=kind, parent=parent, official_code=code, valid_from=SINCE))
        else:
            unit.kind, unit.parent, unit.official_code, unit.valid_from = kind, parent, code, SINCE
            unit.save()
    return len(Unit.objects.bulk_create(made))


def _read() -> list[_Province]:
    found = util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SeedMissing("the package vietnam-provinces is missing: pip install 'hailong[central]'")
    path = Path(found.submodule_search_locations[0]) / "data" / "nested-divisions.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[_Province])
    except (OSError, msgspec.DecodeError) as error:
        raise SeedMissing(
            f"{path} is not as it was: install another version of vietnam-provinces ({error})"
        ) from error
