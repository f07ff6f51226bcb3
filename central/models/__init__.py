"""The tables. What must always hold is a constraint in the database; `central.api.problems` translates its errors."""

from central.models.counting import Flag, HourlyCount, Rating
from central.models.devices import (
    Device,
    DeviceKey,
    DeviceStatus,
    EnrolmentCode,
    EvolvingKey,
    IssuedConfig,
)
from central.models.identity import Identity
from central.models.ledgers import Anchor, Boot, ConfigInForce, Entry, Ledger, Receipt, TagState
from central.models.organisation import Counter, Field, Unit, UnitKind
from central.models.oversight import Alarm, AlarmKind, Attempt, AuditLog, UsedNonce

__all__ = [
    "Alarm",
    "AlarmKind",
    "Anchor",
    "Attempt",
    "AuditLog",
    "Boot",
    "ConfigInForce",
    "Counter",
    "Device",
    "DeviceKey",
    "DeviceStatus",
    "EnrolmentCode",
    "Entry",
    "EvolvingKey",
    "Field",
    "Flag",
    "HourlyCount",
    "Identity",
    "IssuedConfig",
    "Ledger",
    "Rating",
    "Receipt",
    "TagState",
    "Unit",
    "UnitKind",
    "UsedNonce",
]
