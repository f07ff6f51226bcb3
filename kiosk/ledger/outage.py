"""What an outage was, until the ledger can be told of it."""

from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Draft, Kind


class Outage:
    """The faults since votes could last be kept: when each began, and whether the ledger knows."""

    def __init__(self) -> None:
        self._began_ns: dict[FaultCode, int] = {}
        self._told: set[FaultCode] = set()

    def begin(self, code: FaultCode, now_ns: int) -> None:
        """A fault is there; the first time counts."""
        self._began_ns.setdefault(code, now_ns)

    def beginning(self, code: FaultCode) -> Draft:
        """The entry that says that it began. Call `told` once it is stored."""
        return _fault(code, active=True, at_ns=self._began_ns[code])

    def told(self, code: FaultCode) -> None:
        """The ledger knows that it began."""
        self._told.add(code)

    def whole_story(self) -> list[Draft]:
        """The entries that are still to be written when it is over, beginnings first."""
        untold = [self.beginning(code) for code in self._began_ns if code not in self._told]
        return [*untold, *(_fault(code, active=False, at_ns=None) for code in self._began_ns)]

    def over(self) -> None:
        """Everything is told."""
        self._began_ns.clear()
        self._told.clear()


def _fault(code: FaultCode, *, active: bool, at_ns: int | None) -> Draft:
    return Draft(Kind.FAULT, {"code": code.value, "active": active}, at_ns)
