"""Findings as lines for people, in one language or in several, one under the other."""

from collections.abc import Iterator, Sequence

from assets.texts import Texts
from kiosk.config.phrase import Phrase, printable
from kiosk.doctor.examine import Examination
from kiosk.doctor.finding import COMMAND, Finding, Verdict

WORDS = {
    Verdict.OK: Phrase("ok"),
    Verdict.NOTE: Phrase("note"),
    Verdict.WARNING: Phrase("warning"),
    Verdict.ERROR: Phrase("ERROR"),
}
_MARKS = {Verdict.OK: "✓", Verdict.NOTE: "·", Verdict.WARNING: "!", Verdict.ERROR: "✗"}


def lines_of(finding: Finding, languages: Sequence[Texts]) -> Iterator[str]:
    """``✗ Disk: ERROR: what was seen``, and the remedy below it in every language; then what is typed."""
    mark = _MARKS[finding.verdict]
    for _ in languages:
        word = WORDS[finding.verdict].render(_)
        about = "" if finding.verdict is Verdict.OK else f"{word}: "
        yield printable(f"{mark} {finding.name.render(_)}: {about}{finding.seen.render(_)}")
        mark = " "
        if finding.remedy is not None:
            yield printable(f"    → {finding.remedy.render(_)}")
    if finding.command:
        yield printable(f"{COMMAND}{finding.command}")


def summary(examination: Examination, _: Texts) -> str:
    """The last line."""
    if examination.errors or examination.warnings:
        return _("Errors: {errors}. Warnings: {warnings}.").format(
            errors=examination.errors, warnings=examination.warnings
        )
    return _("All is well.")
