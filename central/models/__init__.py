"""The tables. What must always hold is a constraint in the database; `central.api.problems` translates its errors."""

from central.flags import Flag
from central.models.counting import HourlyCount, Rating
from central.models.devices import (
    Device,
    DeviceKey,
    DeviceStatus,
    EnrolmentCode,
    EvolvingKey,
    IssuedConfig,
)
from central.models.health import DeviceHealth
from central.models.identity import Identity, ServerKey
from central.models.ledgers import (
    Anchor,
    Boot,
    BrokenTag,
    ConfigInForce,
    Entry,
    Ledger,
    Press,
    Receipt,
    Salvaged,
    TagState,
)
from central.models.organisation import Counter, Field, Unit, UnitKind
from central.models.oversight import Alarm, AlarmKind, Attempt, AuditLog, Evidence, UsedNonce
from central.models.reading import GoneRating, MovedUnit, Purpose, ReadToken, Repeat

__all__ = [
    "Alarm",
    "AlarmKind",
    "Anchor",
    "Attempt",
    "AuditLog",
    "Boot",
    "BrokenTag",
    "ConfigInForce",
    "Counter",
    "Device",
    "DeviceHealth",
    "DeviceKey",
    "DeviceStatus",
    "EnrolmentCode",
    "Entry",
    "Evidence",
    "EvolvingKey",
    "Field",
    "Flag",
    "GoneRating",
    "HourlyCount",
    "Identity",
    "IssuedConfig",
    "Ledger",
    "MovedUnit",
    "Press",
    "Purpose",
    "Rating",
    "ReadToken",
    "Receipt",
    "Repeat",
    "Salvaged",
    "ServerKey",
    "TagState",
    "Unit",
    "UnitKind",
    "UsedNonce",
]
