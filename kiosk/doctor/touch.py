"""Does the system turn touches by itself? The program does it with the picture; both together hit other columns.

udev hands the rule on to whoever reads the panel (libinput's LIBINPUT_CALIBRATION_MATRIX), so what it says is seen in
its database. No program can see where a finger is, so `hailong hwtest` has the last word.
"""

from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject

NAME = Phrase("Touch")
_DATABASE = "/run/udev/data/c13:*"
_AS_IT_IS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def check(subject: Subject) -> Finding:
    """Never an error: a mouse or buttons may be what is meant."""
    if subject.headless or not subject.config.inputs.touch:
        return Finding(NAME, Verdict.NOTE, Phrase("Touch is not used here."))
    panels = [
        facts
        for path in subject.machine.glob(_DATABASE)
        if (facts := _facts(path.read_text("utf-8", "replace")))
    ]
    turned = [facts for facts in panels if _matrix(facts) not in (None, _AS_IT_IS)]
    if turned:
        return Finding(
            NAME,
            Verdict.WARNING,
            Phrase(
                "The system itself turns or stretches the touches (LIBINPUT_CALIBRATION_MATRIX = {matrix}).",
                {"matrix": turned[0]["LIBINPUT_CALIBRATION_MATRIX"]},
            ),
            Phrase(
                "Remove that rule from /etc/udev/rules.d and set screen.rotation alone, which turns picture and "
                "touches together; then touch every column in hailong hwtest and see that its own number comes."
            ),
        )
    if not panels:
        return Finding(NAME, Verdict.NOTE, Phrase("No touch panel was found."))
    return Finding(NAME, Verdict.OK, Phrase("Touches come as the panel makes them."))


def _facts(text: str) -> dict[str, str]:
    """What udev knows of a touch panel; nothing for other devices."""
    pairs = (line.removeprefix("E:").partition("=") for line in text.splitlines() if line.startswith("E:"))
    facts = {name: value for name, _, value in pairs}
    return facts if facts.get("ID_INPUT_TOUCHSCREEN") == "1" else {}


def _matrix(facts: dict[str, str]) -> tuple[float, ...] | None:
    """Six numbers; None where there is no such rule."""
    text = facts.get("LIBINPUT_CALIBRATION_MATRIX")
    try:
        return None if text is None else tuple(float(number) for number in text.split())
    except ValueError:
        return ()  # a rule, whatever it means
