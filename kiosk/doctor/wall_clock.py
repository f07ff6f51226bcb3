"""Is the wall clock plausible, and does somebody vouch for it? Votes never wait for it."""

from kiosk.clock import Clock, viet_nam_time
from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict

NAME = Phrase("Clock")
EARLIEST, LATEST = "2026", "2100"
"""This program is not older, and a clock beyond that is not set."""


def check(clock: Clock) -> Finding:
    """A terminal has no clock battery: after a power cut without network it may think it is 1970.

    The time is said as the technician's own watch has it, and is set with its offset: images come in any time zone.
    """
    now = viet_nam_time(clock.wall_ns())
    if not EARLIEST <= now[:4] < LATEST:
        return Finding(
            NAME,
            Verdict.ERROR,
            Phrase("The clock says {time}, which cannot be.", {"time": now}),
            Phrase(
                "Connect the terminal to the network, or set it in the step “Date and time” of setting it up."
            ),
            "sudo date -s '2026-11-22 08:00 +0700'",
        )
    if not clock.is_synced():
        return Finding(
            NAME,
            Verdict.WARNING,
            Phrase(
                "The clock says {time}; nobody vouches for it since the start of the machine.", {"time": now}
            ),
            Phrase(
                "Connect the terminal to the network: its clock is set from there. Ratings are kept meanwhile, "
                "with an uncertain time."
            ),
            "sudo timedatectl set-ntp true",
        )
    return Finding(NAME, Verdict.OK, Phrase("Synchronised, {time}.", {"time": now}))
