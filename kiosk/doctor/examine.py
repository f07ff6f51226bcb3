"""All checks, in the order in which a technician would put things right."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kiosk.config.phrase import Phrase
from kiosk.doctor import (
    board,
    catalogues,
    central_settings,
    disk,
    folder,
    gpio,
    groups,
    ledger,
    letters,
    pad,
    running,
    screen,
    settings,
    sound,
    touch,
    wall_clock,
)
from kiosk.doctor.finding import Finding, Verdict
from kiosk.doctor.ledger import PastFault
from kiosk.doctor.subject import Subject
from kiosk.starts import starts_ns

log = logging.getLogger(__name__)

_FAILED = Phrase("The check itself failed: {problem}")


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found.

    Attributes:
        findings: In order.
        faults: The last faults that the ledger remembers, oldest first.
    """

    findings: tuple[Finding, ...]
    faults: tuple[PastFault, ...]

    @property
    def errors(self) -> int:
        """How many findings are not as they must be."""
        return self._count(Verdict.ERROR)

    @property
    def warnings(self) -> int:
        """How many somebody should see to."""
        return self._count(Verdict.WARNING)

    def _count(self, verdict: Verdict) -> int:
        return sum(finding.verdict is verdict for finding in self.findings)


def examine(subject: Subject) -> Examination:
    """Run every check. One that fails is an error of its own and does not keep the others from running."""
    faults: list[PastFault] = []

    def of_ledger() -> Finding:
        finding, remembered = ledger.check(subject.ledger_folder / "ledger.db")
        faults.extend(remembered)
        return finding

    checks: tuple[tuple[Phrase, Callable[[], Finding | Iterable[Finding]]], ...] = (
        (settings.NAME, lambda: settings.check(subject.problems)),
        (
            central_settings.NAME,
            lambda: central_settings.check(subject.own or subject.config, subject.statement, subject.refused),
        ),
        (
            running.NAME,
            lambda: running.check(subject.kiosk, _starts(subject), subject.machine.clock.boottime_ns()),
        ),
        (folder.NAME, lambda: folder.check(subject)),
        (disk.NAME, lambda: disk.check(subject)),
        (ledger.NAME, of_ledger),
        (screen.DISPLAY, lambda: screen.check(subject)),
        (catalogues.NAME, catalogues.check),
        (touch.NAME, lambda: touch.check(subject)),
        (letters.NAME, lambda: letters.check(subject.config)),
        (groups.NAME, lambda: groups.check(subject)),
        (gpio.NAME, lambda: gpio.check(subject)),
        (pad.NAME, lambda: pad.check(subject)),
        (sound.NAME, lambda: sound.check(subject)),
        (board.POWER, lambda: board.check(subject.machine)),
        (wall_clock.NAME, lambda: wall_clock.check(subject.machine.clock)),
    )
    findings = [finding for name, check in checks for finding in _guarded(name, check)]
    return Examination(tuple(findings), tuple(faults))


def _starts(subject: Subject) -> list[int]:
    return starts_ns(subject.config.data_dir / "starts.json", subject.machine.clock.boot_id())


def _guarded(name: Phrase, check: Callable[[], Finding | Iterable[Finding]]) -> list[Finding]:
    try:
        found = check()
    except Exception as error:
        log.exception("the check %r failed", name.msgid)
        seen = Phrase(_FAILED.msgid, {"problem": f"{type(error).__name__}: {error}"})
        remedy = Phrase("Please send the report (hailong doctor --report) to whoever maintains the terminal.")
        return [Finding(name, Verdict.ERROR, seen, remedy)]
    return [found] if isinstance(found, Finding) else list(found)
