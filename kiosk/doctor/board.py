"""Power supply and temperature, where the platform tells.

A Raspberry Pi with a weak power supply loses cards; its firmware remembers undervoltage since the start.
"""

from pathlib import Path

from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.machine import Machine

POWER = Phrase("Power supply")
HEAT = Phrase("Temperature")
NOT_TOLD = Phrase("This machine does not tell.")

# Bits of the firmware's get_throttled (Raspberry Pi documentation, vcgencmd).
_LOW_NOW, _LOW_BEFORE = 1 << 0, 1 << 16
# A Raspberry Pi slows itself down from 80 °C.
_HOT_C, _TOO_HOT_C = 70.0, 80.0
_PLAUSIBLE_C = (-40.0, 150.0)


def check(machine: Machine) -> list[Finding]:
    """Both."""
    return [_power(machine), _heat(machine)]


def _power(machine: Machine) -> Finding:
    low_now, low_before = False, False
    flags = _throttled(machine)
    alarms = _alarms(machine)
    if flags is None and not alarms:
        return Finding(POWER, Verdict.NOTE, NOT_TOLD)
    if flags is not None:
        low_now, low_before = bool(flags & _LOW_NOW), bool(flags & _LOW_BEFORE)
    low_now = low_now or "1" in alarms
    remedy = Phrase(
        "Use the maker's power supply and a short, thick cable; unplug what else draws from the board."
    )
    if low_now:
        return Finding(POWER, Verdict.ERROR, Phrase("The voltage is too low now."), remedy)
    if low_before:
        seen = Phrase("The voltage has been too low since the start of the machine.")
        return Finding(POWER, Verdict.WARNING, seen, remedy)
    return Finding(POWER, Verdict.OK, Phrase("The voltage is right."))


def _alarms(machine: Machine) -> list[str]:
    """What the board's own voltage sensors say: "1" = too low."""
    sensors = [
        name.parent for name in machine.glob("/sys/class/hwmon/hwmon*/name") if _text(name) == "rpi_volt"
    ]
    return [said for sensor in sensors if (said := _text(sensor / "in0_lcrit_alarm"))]


def _text(path: Path) -> str:
    """A sensor's word; empty where it does not answer, as sensors do that are just going away."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _throttled(machine: Machine) -> int | None:
    """The firmware's bits; None where nobody tells."""
    texts = [_text(path) for path in machine.glob("/sys/devices/platform/soc*/*/get_throttled")]
    for text in [*texts, machine.firmware().removeprefix("throttled=")]:
        try:
            return int(text, 16)
        except ValueError:
            continue  # empty, or an error message: ask the next
    return None


def _heat(machine: Machine) -> Finding:
    celsius = [
        int(text) / 1000
        for path in machine.glob("/sys/class/thermal/thermal_zone*/temp")
        if (text := _text(path)).lstrip("-").isdecimal()
    ]
    plausible = [value for value in celsius if _PLAUSIBLE_C[0] < value < _PLAUSIBLE_C[1]]
    if not plausible:
        return Finding(HEAT, Verdict.NOTE, NOT_TOLD)
    hottest = max(plausible)
    seen = Phrase("{celsius} °C.", {"celsius": f"{hottest:.0f}"})
    if hottest < _HOT_C:
        return Finding(HEAT, Verdict.OK, seen)
    verdict = Verdict.ERROR if hottest >= _TOO_HOT_C else Verdict.WARNING
    remedy = Phrase("Keep the terminal out of the sun, clear its vents, and see whether its fan turns.")
    return Finding(HEAT, verdict, seen, remedy)
