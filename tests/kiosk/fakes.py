"""A clock that only moves when it is told to."""

from dataclasses import dataclass

MORNING_NS = 1_795_309_200_000_000_000
"""2026-11-22T01:00:00Z, 8 o'clock in Viet Nam."""


@dataclass
class FakeClock:
    """`kiosk.clock.Clock`; every field may be set."""

    now_ns: int = 5_000_000_000
    wall: int = MORNING_NS
    synced: bool = False
    boot: str = "first-boot"

    def boottime_ns(self) -> int:
        return self.now_ns

    def wall_ns(self) -> int:
        return self.wall

    def is_synced(self) -> bool:
        return self.synced

    def boot_id(self) -> str:
        return self.boot

    def advance(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)
        self.wall += round(seconds * 1e9)

    def reboot(self, boot: str, now_ns: int = 1_000_000_000) -> None:
        self.boot, self.now_ns = boot, now_ns
