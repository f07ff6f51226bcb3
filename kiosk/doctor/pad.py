"""Is the pad's port there?"""

from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject

NAME = Phrase("Pad")


def check(subject: Subject) -> Finding:
    """The port is not opened: the kiosk may be using it."""
    pad, machine = subject.config.pad, subject.machine
    if not pad.enabled:
        return Finding(NAME, Verdict.NOTE, Phrase("No pad is configured."))
    if machine.path(pad.port).exists():
        return Finding(NAME, Verdict.OK, Phrase("The port {port} is there.", {"port": pad.port}))
    there = [f"/dev/serial/by-id/{path.name}" for path in machine.glob("/dev/serial/by-id/*")]
    if not there:
        remedy = Phrase(
            "Plug the pad in. If it is plugged in, try another cable: one for charging only carries no data."
        )
    else:
        remedy = Phrase("Plug the pad in, or set pad.port to one of: {ports}.", {"ports": ", ".join(there)})
    return Finding(NAME, Verdict.ERROR, Phrase("The port {port} is not there.", {"port": pad.port}), remedy)
