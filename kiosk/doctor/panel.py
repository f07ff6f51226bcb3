"""The panel: how large it is, and whether everything that is to be read fits on it."""

import json
from collections.abc import Iterator

from kiosk.config.options import languages
from kiosk.config.phrase import Phrase
from kiosk.doctor.aside import attempt
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.subject import Subject
from kiosk.edid import CONNECTORS, reported_mm
from kiosk.panel import Basis, basis_of, mm_per_px
from kiosk.rotation import turned_size

SIZE = Phrase("Size of the panel")
WORDS = Phrase("Words on the screen")

_MEASURE = Phrase(
    "Measure it in the step “Size of the screen” of setting the terminal up, or set screen.panel_mm = [width, height] "
    "in millimetres; targets and letters are as large as that says."
)


def check(subject: Subject, size_px: tuple[int, int]) -> Iterator[Finding]:
    """Both.

    Args:
        subject: The terminal.
        size_px: Width and height of the panel.
    """
    screen = subject.config.screen
    size_px = screen.size if screen.windowed and screen.size is not None else size_px
    size_px = turned_size(size_px, screen.rotation)
    reported = None if screen.windowed else reported_mm(subject.machine.path(CONNECTORS))
    yield _size(basis_of(size_px, screen.panel, reported), screen.panel, reported)
    yield _words(subject, size_px, mm_per_px(size_px, screen.panel, reported))


def _size(basis: Basis, configured: tuple[int, int] | None, reported: tuple[int, int] | None) -> Finding:
    width, height = configured or reported or (0, 0)
    values: dict[str, str | int | Phrase] = {"width": width, "height": height}
    match basis:
        case Basis.CONFIGURED:
            return Finding(SIZE, Verdict.OK, Phrase("{width} × {height} mm, as configured.", values))
        case Basis.REPORTED:
            return Finding(SIZE, Verdict.OK, Phrase("{width} × {height} mm, as the panel says.", values))
        case Basis.CONFIGURED_DIAGONAL:
            seen = Phrase(
                "screen.panel_mm = [{width}, {height}] has another shape than the pixels; only its diagonal is used.",
                values,
            )
        case Basis.ASSUMED if reported is not None:
            seen = Phrase(
                "The panel says that it is {width} × {height} mm, which cannot be; 10.1 inches are assumed.",
                values,
            )
        case Basis.ASSUMED:
            seen = Phrase("The panel does not say how large it is; 10.1 inches are assumed.")
    return Finding(SIZE, Verdict.WARNING, seen, _MEASURE)


def _words(subject: Subject, size_px: tuple[int, int], scale: float) -> Finding:
    asked = {
        "size": size_px,
        "mm_per_px": scale,
        "languages": languages(),
        "words": subject.config.words,
    }
    tried = attempt("kiosk.screens.trial", ("words", json.dumps(asked)), subject.machine.environ)
    if not tried.problems:
        return Finding(WORDS, Verdict.OK, Phrase("Everything fits on the panel."))
    keys = {name: _option(name) for name in subject.config.words}
    cut = ", ".join(keys.get(problem, problem) for problem in tried.problems)
    return Finding(
        WORDS,
        Verdict.WARNING,
        Phrase("Not everything fits on the panel; these end in “…”: {words}", {"words": cut}),
        Phrase("Shorten them: options in the configuration, other texts in the catalogue of their language."),
    )


def _option(name: str) -> str:
    """``labels.level_1`` of ``label_1``, ``texts.unit`` of ``unit``."""
    return f"labels.level_{name.removeprefix('label_')}" if name.startswith("label_") else f"texts.{name}"
