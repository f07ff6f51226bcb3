"""Appends that failed and may have reached the disk all the same."""

from collections.abc import Callable

from kiosk.ledger.chain import Entry
from kiosk.ledger.store import Head


class Unconfirmed:
    """Failed appends, by their `ref`, until it is known whether the chain holds them."""

    def __init__(self) -> None:
        self._open: dict[int, list[Entry]] = {}
        self._late: list[tuple[int, list[Entry]]] = []

    def add(self, ref: int, entries: list[Entry]) -> None:
        """An append failed after its entries were made."""
        self._open[ref] = entries

    def confirm(self, holds: Callable[[Head], bool]) -> None:
        """Find out. To be called after a commit that succeeded: its sync has settled the matter, either way."""
        unconfirmed, self._open = self._open, {}
        for ref, entries in unconfirmed.items():
            if holds(Head(entries[-1].seq, entries[-1].hash)):
                self._late.append((ref, entries))

    def late(self) -> list[tuple[int, list[Entry]]]:
        """Those that are in the chain after all, each with its `ref`; each is told once."""
        found, self._late = self._late, []
        return found
