"""Power supply and temperature, where the platform tells.

A Raspberry Pi with a weak power supply loses cards; its firmware remembers undervoltage since the start.
"""

from kiosk import sensors
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.machine import Machine

POWER = Phrase("Power supply")
HEAT = Phrase("Temperature")
NOT_TOLD = Phrase("This machine does not tell.")

# A Raspberry Pi slows itself down from 80 °C.
_HOT_C, _TOO_HOT_C = 70.0, 80.0


def check(machine: Machine) -> list[Finding]:
    """Both."""
    return [_power(machine), _heat(machine)]


def _power(machine: Machine) -> Finding:
    low_now, low_before = False, False
    flags = sensors.throttled(machine.root, machine.firmware().removeprefix("throttled="))
    alarms = sensors.voltage_alarms(machine.root)
    if flags is None and not alarms:
        return Finding(POWER, Verdict.NOTE, NOT_TOLD)
    if flags is not None:
        low_now, low_before = bool(flags & sensors.LOW_NOW), bool(flags & sensors.LOW_BEFORE)
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


def _heat(machine: Machine) -> Finding:
    hottest = sensors.hottest_c(machine.root)
    if hottest is None:
        return Finding(HEAT, Verdict.NOTE, NOT_TOLD)
    seen = Phrase("{celsius} °C.", {"celsius": f"{hottest:.0f}"})
    if hottest < _HOT_C:
        return Finding(HEAT, Verdict.OK, seen)
    verdict = Verdict.ERROR if hottest >= _TOO_HOT_C else Verdict.WARNING
    remedy = Phrase("Keep the terminal out of the sun, clear its vents, and see whether its fan turns.")
    return Finding(HEAT, verdict, seen, remedy)
