"""Would the screens appear: is there a display that a person can see, are the font and the faces whole?

Tried in processes of their own (`kiosk.screens.trial`): a broken library ends the process that loads it.
"""

from collections.abc import Mapping

from kiosk.config.phrase import Phrase
from kiosk.doctor import aside, panel
from kiosk.doctor.aside import Tried
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject

DISPLAY = Phrase("Display")
TYPE = Phrase("Font")
FACES = Phrase("Faces")

_OF_THE_DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XAUTHORITY", "SDL_VIDEODRIVER")

_REINSTALL = Phrase(
    "Install hailong again; meanwhile the kiosk shows plain letters and discs, and votes count."
)


def attempt(part: str, environ: Mapping[str, str]) -> Tried:
    """Try one part of the screen."""
    return aside.attempt("kiosk.screens.trial", (part,), environ)


def check(subject: Subject) -> list[Finding]:
    """All three; nothing on a terminal that is meant to have no screen."""
    if subject.headless or (subject.kiosk is not None and "--headless" in subject.kiosk.arguments):
        return [Finding(DISPLAY, Verdict.NOTE, Phrase("This terminal has no screen."))]
    environ = subject.machine.environ
    display, size_px = _display(subject)
    found = [display, _type(attempt("type", environ)), _faces(attempt("faces", environ))]
    return found if size_px is None else [*found, *panel.check(subject, size_px)]


def _display(subject: Subject) -> tuple[Finding, tuple[int, int] | None]:
    """The finding, and the size of the panel in pixels where it is known."""
    environ = dict(subject.machine.environ)
    if subject.kiosk is not None and not _names_display(environ):
        # Somebody who has come in over the network has no display; the kiosk does.
        environ |= {name: value for name, value in subject.kiosk.environ.items() if name in _OF_THE_DISPLAY}
        if not _names_display(environ):
            seen = Phrase("The display of the running kiosk cannot be tried from here.")
            return Finding(DISPLAY, Verdict.NOTE, seen), None
    tried = attempt("display", environ)
    if not tried.problems and len(tried.found) == 3:
        driver, width, height = tuple(tried.found)
        values: dict[str, str | int | Phrase] = {"driver": driver, "width": width, "height": height}
        seen = Phrase("SDL shows by {driver}, {width} × {height} pixels.", values)
        return Finding(DISPLAY, Verdict.OK, seen), (int(width), int(height))
    problem = tried.problems[0] if tried.problems else "-"
    return Finding(
        DISPLAY,
        Verdict.ERROR,
        Phrase("There is no display that a person can see: {problem}", {"problem": problem}),
        Phrase(
            "See that the panel is plugged in and that its display server runs. "
            "Over the network this is seen only while the kiosk runs; with sudo. "
            "Without a screen on purpose: hailong doctor --headless."
        ),
    ), None


def _names_display(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


def _type(tried: Tried) -> Finding:
    if not tried.problems:
        seen = Phrase("{name}, every weight, every Vietnamese letter.", {"name": str(tried.found)})
        return Finding(TYPE, Verdict.OK, seen)
    seen = Phrase("The font cannot be used: {problem}", {"problem": "; ".join(tried.problems)})
    return Finding(TYPE, Verdict.ERROR, seen, _REINSTALL)


def _faces(tried: Tried) -> Finding:
    if not tried.problems:
        return Finding(FACES, Verdict.OK, Phrase("All {count} are there.", {"count": str(tried.found)}))
    seen = Phrase("Faces are missing or broken: {problem}", {"problem": "; ".join(tried.problems)})
    return Finding(FACES, Verdict.ERROR, seen, _REINSTALL)
