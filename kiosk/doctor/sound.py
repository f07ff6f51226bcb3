"""Is there a sound card for the acknowledgement? It is not opened: the kiosk may be playing."""

from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject

NAME = Phrase("Sound")


def check(subject: Subject) -> Finding:
    """Never an error: a terminal without sound takes votes like any other."""
    if not subject.config.sound.enabled or subject.config.sound.volume == 0:
        return Finding(NAME, Verdict.NOTE, Phrase("The sound is switched off."))
    cards = subject.machine.glob("/dev/snd/pcm*p")
    if not cards:
        return Finding(
            NAME,
            Verdict.WARNING,
            Phrase("There is no sound card."),
            Phrase("Connect a loudspeaker and see whether aplay -l lists it, or set sound.enabled = false."),
        )
    return Finding(NAME, Verdict.OK, Phrase("There is a sound card."))
