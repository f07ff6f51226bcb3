"""Would the screens appear: is there a display that a person can see, are the font and the faces whole?

Tried in processes of their own (`kiosk.screens.trial`): a broken library ends the process that loads it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject

DISPLAY = Phrase("Display")
TYPE = Phrase("Font")
FACES = Phrase("Faces")

_PATIENCE_S = 60.0
_OF_THE_DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XAUTHORITY", "SDL_VIDEODRIVER")

_REINSTALL = Phrase(
    "Install hailong again; meanwhile the kiosk shows plain letters and discs, and votes count."
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial said.

    Attributes:
        found: The driver, the font's name, the number of faces.
        problems: What is wrong, in English.
    """

    found: str
    problems: tuple[str, ...]


def attempt(part: str, environ: Mapping[str, str]) -> Tried:
    """Try one part of the screen in a process of its own."""
    command = [sys.executable, "-m", "kiosk.screens.trial", part]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            # pygame's greeting would be in the way of the answer.
            env={**environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        answer = json.loads(done.stdout)
        return Tried(str(answer["found"]), tuple(map(str, answer["problems"])))
    except subprocess.TimeoutExpired:
        return Tried("", (f"no answer within {_PATIENCE_S:.0f} s",))
    except (ValueError, KeyError, TypeError):
        last = done.stderr.strip().splitlines()[-1:] or [""]
        return Tried("", (f"it ended with {done.returncode}: {last[0]}",))


def check(subject: Subject) -> list[Finding]:
    """All three; nothing on a terminal that is meant to have no screen."""
    if subject.headless or (subject.kiosk is not None and "--headless" in subject.kiosk.arguments):
        return [Finding(DISPLAY, Verdict.NOTE, Phrase("This terminal has no screen."))]
    environ = subject.machine.environ
    return [_display(subject), _type(attempt("type", environ)), _faces(attempt("faces", environ))]


def _display(subject: Subject) -> Finding:
    environ = dict(subject.machine.environ)
    if subject.kiosk is not None and not _names_display(environ):
        # Somebody who has come in over the network has no display; the kiosk does.
        environ |= {name: value for name, value in subject.kiosk.environ.items() if name in _OF_THE_DISPLAY}
        if not _names_display(environ):
            seen = Phrase("The display of the running kiosk cannot be tried from here.")
            return Finding(DISPLAY, Verdict.NOTE, seen)
    tried = attempt("display", environ)
    if not tried.problems:
        return Finding(DISPLAY, Verdict.OK, Phrase("SDL shows by {driver}.", {"driver": tried.found}))
    return Finding(
        DISPLAY,
        Verdict.ERROR,
        Phrase("There is no display that a person can see: {problem}", {"problem": tried.problems[0]}),
        Phrase(
            "See that the panel is plugged in and that its display server runs. "
            "Over the network this is seen only while the kiosk runs; with sudo. "
            "Without a screen on purpose: hailong doctor --headless."
        ),
    )


def _names_display(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


def _type(tried: Tried) -> Finding:
    if not tried.problems:
        seen = Phrase("{name}, every weight, every Vietnamese letter.", {"name": tried.found})
        return Finding(TYPE, Verdict.OK, seen)
    seen = Phrase("The font cannot be used: {problem}", {"problem": "; ".join(tried.problems)})
    return Finding(TYPE, Verdict.ERROR, seen, _REINSTALL)


def _faces(tried: Tried) -> Finding:
    if not tried.problems:
        return Finding(FACES, Verdict.OK, Phrase("All {count} are there.", {"count": tried.found}))
    seen = Phrase("Faces are missing or broken: {problem}", {"problem": "; ".join(tried.problems)})
    return Finding(FACES, Verdict.ERROR, seen, _REINSTALL)
