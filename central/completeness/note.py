"""Statements of completeness as signed notes."""

import msgspec

from central import server
from central.completeness.device import HEAD as DEVICE_HEAD
from central.completeness.device import Statement
from central.completeness.unit import HEAD as UNIT_HEAD
from central.completeness.unit import UnitStatement


def signed(found: Statement | UnitStatement) -> str:
    """A statement, signed by this server."""
    head = UNIT_HEAD if isinstance(found, UnitStatement) else DEVICE_HEAD
    return server.this().key.sign(f"{head}{msgspec.json.encode(found).decode()}\n").render()
