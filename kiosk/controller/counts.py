"""Counts of presses per level: how presses that are not ratings are kept without keeping each."""

from dataclasses import dataclass, replace

from hardware.events import Level
from kiosk.ledger.kinds import Json


@dataclass(frozen=True, slots=True)
class Counts:
    """How many presses of each level, worst first."""

    per_level: tuple[int, ...] = (0, 0, 0, 0, 0)

    def plus(self, level: Level, presses: int = 1) -> "Counts":
        """One more of a level."""
        return Counts(tuple(n + presses * (i == level) for i, n in enumerate(self.per_level, start=1)))

    def and_also(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(tuple(a + b for a, b in zip(self.per_level, other.per_level, strict=True)))

    @property
    def total(self) -> int:
        """All presses."""
        return sum(self.per_level)

    def body(self) -> dict[str, Json]:
        """For a payload: only the levels that occurred."""
        return {str(level): n for level, n in enumerate(self.per_level, start=1) if n}


@dataclass(frozen=True, slots=True)
class Refused:
    """Presses that could not be kept, until they are written as a count.

    Attributes:
        counts: Per level, ambiguous ones among them.
        ambiguous: How many of them were presses of several buttons at once.
        last_ns: When the last of them came.
        written_ns: When counts were last written; None = never.
    """

    counts: Counts = Counts()
    ambiguous: int = 0
    last_ns: int = 0
    written_ns: int | None = None

    def plus(self, level: Level, at_ns: int, presses: int = 1) -> "Refused":
        """One more press that was not kept (or, with -1, one that was kept after all)."""
        return replace(self, counts=self.counts.plus(level, presses), last_ns=max(self.last_ns, at_ns))

    def and_also(self, other: "Refused") -> "Refused":
        """Both together."""
        return Refused(
            self.counts.and_also(other.counts),
            self.ambiguous + other.ambiguous,
            max(self.last_ns, other.last_ns),
            self.written_ns,
        )

    def body(self) -> dict[str, Json]:
        """The payload of a `refused` entry."""
        return {"counts": self.counts.body(), "ambiguous": self.ambiguous}
