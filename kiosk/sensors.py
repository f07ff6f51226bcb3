"""What the board's own sensors say: voltage and temperature, where the platform tells.

For the technician beside the terminal (`kiosk.doctor`) and for whoever looks after many (`sync.health`).
"""

from collections.abc import Iterator
from pathlib import Path

# Bits of the firmware's get_throttled (Raspberry Pi documentation, vcgencmd).
LOW_NOW, LOW_BEFORE = 1 << 0, 1 << 16
_PLAUSIBLE_C = (-40.0, 150.0)


def throttled(root: Path, *more: str) -> int | None:
    """The firmware's bits; None where nobody tells.

    Args:
        root: What stands for ``/``.
        more: Answers in the same form from elsewhere, asked last.
    """
    for text in (*_texts(root, "sys/devices/platform/soc*/*/get_throttled"), *more):
        try:
            return int(text, 16)
        except ValueError:
            continue  # empty, or an error message: ask the next
    return None


def voltage_alarms(root: Path) -> list[str]:
    """What the board's own voltage sensors say: "1" = too low; empty = there are none."""
    sensors = [
        name.parent for name in sorted(root.glob("sys/class/hwmon/hwmon*/name")) if _text(name) == "rpi_volt"
    ]
    return [said for sensor in sensors if (said := _text(sensor / "in0_lcrit_alarm"))]


def undervoltage(root: Path = Path("/")) -> bool | None:
    """Whether the voltage is too low, or was since the machine started; None = nobody tells."""
    flags, alarms = throttled(root), voltage_alarms(root)
    if flags is None and not alarms:
        return None
    return bool((flags or 0) & (LOW_NOW | LOW_BEFORE)) or "1" in alarms


def hottest_c(root: Path = Path("/")) -> float | None:
    """The highest temperature of the machine, °C; None = nobody tells."""
    celsius = (
        int(text) / 1000
        for text in _texts(root, "sys/class/thermal/thermal_zone*/temp")
        if text.lstrip("-").isdecimal()
    )
    return max((value for value in celsius if _PLAUSIBLE_C[0] < value < _PLAUSIBLE_C[1]), default=None)


def _texts(root: Path, pattern: str) -> Iterator[str]:
    return (_text(path) for path in sorted(root.glob(pattern)))


def _text(path: Path) -> str:
    """A sensor's word; empty where it does not answer, as sensors do that are just going away."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
