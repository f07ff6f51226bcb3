"""Are the outputs for the acknowledgement and for the headphones there? None is opened: the kiosk may be playing."""

from collections.abc import Iterator

from kiosk.config.phrase import Phrase
from kiosk.doctor.aside import attempt
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject

NAME = Phrase("Sound")


def check(subject: Subject) -> list[Finding]:
    """Never an error: a terminal without sound takes votes like any other."""
    sound = subject.config.sound
    if not sound.enabled or (sound.volume == 0 and not sound.headphones):
        return [Finding(NAME, Verdict.NOTE, Phrase("The sound is switched off."))]
    cards = subject.machine.glob("/dev/snd/pcm*p")
    if not cards:
        return [
            Finding(
                NAME,
                Verdict.WARNING,
                Phrase("There is no sound card."),
                Phrase(
                    "Where it is to be heard, connect a loudspeaker and start the terminal again. Ratings are taken "
                    "without sound, too."
                ),
                "aplay -l",
            )
        ]
    tried = attempt("kiosk.sound.outputs", (), subject.machine.environ)
    outputs = tried.found if isinstance(tried.found, tuple) else ()
    listed = ", ".join(f"“{name}”" for name in outputs) or "-"
    if tried.problems:
        seen = Phrase("The sound outputs cannot be listed: {problem}", {"problem": tried.problems[0]})
        remedy = Phrase(
            "Please start the terminal again. Where it stays so, tell whoever maintains it. Ratings are taken without "
            "sound, too."
        )
        return [Finding(NAME, Verdict.WARNING, seen, remedy, "aplay -l")]
    found = list(_missing(subject, outputs, listed))
    return found or [
        Finding(NAME, Verdict.OK, Phrase("There is a sound card; outputs: {outputs}.", {"outputs": listed}))
    ]


def _missing(subject: Subject, outputs: tuple[str, ...], listed: str) -> Iterator[Finding]:
    """A warning for each output that is configured and not there."""
    sound = subject.config.sound
    if sound.loudspeaker and sound.loudspeaker not in outputs:
        yield Finding(
            NAME,
            Verdict.WARNING,
            Phrase(
                "The output “{name}” of sound.loudspeaker is not there; there are: {outputs}.",
                {"name": sound.loudspeaker, "outputs": listed},
            ),
            Phrase(
                "Plug it in, or set sound.loudspeaker to one of these names. Meanwhile nothing is heard from it."
            ),
        )
    if sound.headphones and sound.headphones not in outputs:
        yield Finding(
            NAME,
            Verdict.WARNING,
            Phrase(
                "The headphones “{name}” are not there; there are: {outputs}.",
                {"name": sound.headphones, "outputs": listed},
            ),
            Phrase(
                "Plug their adapter in, or set sound.headphones to one of these names; headphones have to be on it. "
                "Meanwhile no level has a tone, and the acknowledgement is as before."
            ),
        )
