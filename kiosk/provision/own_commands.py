"""What our other commands do for provisioning, each as a process of its own, in the technician's language."""

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.config.phrase import Phrase, printable
from kiosk.doctor.finding import COMMAND
from kiosk.ledger.membership import Membership
from kiosk.provision.errors import PartFailed
from kiosk.provision.processes import OURS, TOO_LONG, Ran, for_people, lines_of, run, run_live
from kiosk.provision.works import Checked, Enrol, Enrolment, InputsTried, Link, NotConfirmed

log = logging.getLogger(__name__)

TEST_S = 120
_ENROL_S, _DOCTOR_S, _DELIVER_S = 120.0, 180.0, 180.0
_IN_FRONT = {"SDL_X11_FORCE_OVERRIDE_REDIRECT": "1"}
"""For a window before our own. The window manager of cage (wlroots 0.15) shows it there, and leaves it below in the X
server, which sends every touch to the one behind; a window that asks no manager is above for both."""
_FOUND = 1
"""`hailong doctor` found an error."""
_REFUSED = 4
"""`hailong sync once`: the server waits for somebody, and ratings wait here."""
MISSING = 4
"""`hailong hwtest --until-complete`: something was never heard."""
NOT_CONFIRMED = 5
"""`hailong enrol --by-phone`: nobody has confirmed the key yet."""
PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Own:
    """How our commands are called.

    Attributes:
        arguments: Those that every command takes, ``--config`` and ``--data-dir``.
        environ: Of the commands.
        command: Runs them.
        has_screen: Whether a window can be opened from here.
    """

    arguments: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    command: tuple[str, ...] = OURS
    has_screen: bool = False

    def call(
        self, command: Sequence[str], text: str = "", timeout_s: float = _ENROL_S, *, live: bool = False
    ) -> Ran:
        """Run one. Raises `PartFailed`."""
        arguments = [*self.command, *command, *self.arguments]
        try:
            if live:
                ran = run_live(arguments, timeout_s, self.environ)
            else:
                # What is read here has all its letters, whatever the locale lacks.
                ran = run(arguments, text, timeout_s, {**self.environ, "PYTHONUTF8": "1"})
        except OSError as error:
            raise PartFailed(
                Phrase("The program is damaged; please install it again. ({reason})", {"reason": str(error)})
            ) from error
        if ran.code == TOO_LONG:
            raise PartFailed(Phrase("There was no answer in time. Please try again."))
        return ran


class HardwareTest:
    """`InputsPart` by ``hailong hwtest``.

    Args:
        own: How it is called.
        live: Its lines and its keys are those of this terminal; else they are kept from it.
        seconds: So long at most.
    """

    def __init__(self, own: Own, *, live: bool = False, seconds: float = TEST_S) -> None:
        self._own = own
        self._live = live
        self._seconds = seconds

    def test(self) -> InputsTried:
        """See `InputsPart`."""
        with TemporaryDirectory(prefix="hailong-") as folder:
            summary = Path(folder) / "summary.txt"
            summary.touch()
            # Started by root, the command goes on as the owner of the data folder.
            Path(folder).chmod(0o711)
            summary.chmod(0o666)
            command = [
                "hwtest",
                "--until-complete",
                "--seconds",
                str(self._seconds),
                "--summary",
                str(summary),
            ]
            if not self._own.has_screen:
                command.append("--headless")
            own = self._own
            if not self._live:  # else there is no window of ours
                own = replace(own, environ={**own.environ, **_IN_FRONT})
            ran = own.call(command, timeout_s=self._seconds + 60, live=self._live)
            if ran.code not in (0, MISSING):
                raise _failed(ran)
            lines = summary.read_text(encoding="utf-8").splitlines()
        return InputsTried(ran.code == 0, tuple(lines))


class Enroller:
    """`EnrolmentPart` by ``hailong enrol``.

    Args:
        own: How it is called.
        ledger: The folder of the ledger.
    """

    def __init__(self, own: Own, ledger: Path) -> None:
        self._own = own
        self._ledger = ledger

    def see(self) -> Enrolment:
        """See `EnrolmentPart`."""
        now = belonging(self._ledger)
        return replace(now, waits=self._waits()) if now.url else now

    def enrol(self, asked: Enrol) -> Enrolment | NotConfirmed:
        """See `EnrolmentPart`. The code travels by standard input: arguments are for everybody to read."""
        flags = ["--replace"] if asked.replace else ["--same-ledger"] if asked.same_ledger else []
        if asked.by_phone:
            ran = self._own.call(["enrol", "--by-phone", "--seconds", "0", *flags, asked.ticket])
        else:
            ran = self._own.call(["enrol", "--code-file", "-", *flags], asked.ticket + "\n")
        if ran.code == NOT_CONFIRMED:
            return NotConfirmed()
        if ran.code != 0:
            raise _failed(ran, "phone" if asked.by_phone else "")
        now = belonging(self._ledger)
        return Enrolment(now.url, now.device, tuple(lines_of(ran.out)), self._waits())

    def link(self, url: str) -> Link:
        """See `EnrolmentPart`."""
        body = self._look([url] if url else [], "ticket")
        return Link(str(body["link"]), str(body["key"]))

    def accepted(self) -> Enrolment:
        """See `EnrolmentPart`. A delivery that runs beside this asks as well: either may hear it first."""
        ran = self._own.call(["sync", "once"], timeout_s=_DELIVER_S)
        waits = self._waits()
        if waits and ran.code not in (0, _REFUSED):
            raise _failed(ran)
        now = belonging(self._ledger)
        said = () if waits else tuple(lines_of(ran.out))
        return Enrolment(now.url, now.device, said, waits)

    def _waits(self) -> bool:
        return self._look([], "")["status"] == PENDING

    def _look(self, arguments: Sequence[str], about: str) -> Mapping[str, object]:
        """What ``hailong key link`` says; it asks nobody."""
        ran = self._own.call(["key", "link", "--json", *arguments])
        if ran.code != 0:
            raise _failed(ran, about)
        return dict(json.loads(ran.out.splitlines()[-1]))


class Checks:
    """What ``hailong doctor`` and ``hailong sync once`` find.

    Args:
        own: How they are called.
        ledger: The folder of the ledger.
        language: In which language.
        prompt: Whether the technician has one; else no page says what is typed there.
    """

    def __init__(self, own: Own, ledger: Path, language: Callable[[], str], *, prompt: bool = False) -> None:
        self._own = own
        self._ledger = ledger
        self._language = language
        self._prompt = prompt

    def examine(self) -> Checked:
        """See `CheckPart`."""
        command = ["doctor", "--language", self._language()]
        if not self._own.has_screen:
            command.append("--headless")
        ran = self._own.call(command, timeout_s=_DOCTOR_S)
        if ran.code not in (0, _FOUND):
            raise _failed(ran)
        well = ran.code == 0
        lines = _worth_saying(lines_of(ran.out), prompt=self._prompt)
        belongs = belonging(self._ledger)
        if belongs.url:
            delivered = self._own.call(["sync", "once"], timeout_s=_DELIVER_S)
            well = well and delivered.code == 0
            keep_for_the_log(delivered)
            said = for_people(delivered.out + delivered.err)
            if delivered.code and said:
                said[-1] = f"✗ {said[-1]}"
            lines += said
        return Checked(well, tuple(lines), self._facts(belongs))

    def _facts(self, belongs: Enrolment) -> tuple[Phrase, ...]:
        facts = [Phrase("Program: hailong {version}", {"version": version("hailong")})]
        facts.append(Phrase("Name in the network: {name}", {"name": printable(os.uname().nodename)}))
        if belongs.url:
            facts.append(Phrase("Terminal {device} of {url}", {"device": belongs.device, "url": belongs.url}))
        else:
            facts.append(Phrase("It belongs to no central server yet."))
        return tuple(facts)


def belonging(ledger: Path) -> Enrolment:
    """Where a terminal belongs, as its own files say."""
    membership = Membership(ledger)
    membership.load()
    if membership.enrolment is None:
        return Enrolment()
    device = membership.enrolment.device
    return Enrolment(membership.enrolment.url, "-".join(device[n : n + 4] for n in range(0, len(device), 4)))


def _worth_saying(lines: list[str], *, prompt: bool) -> list[str]:
    """Without what is well, and what was said about it; and without commands where nobody can type them."""
    said, well = [], False
    for line in lines:
        well = line.startswith(("✓", "·")) or (well and line.startswith(" "))
        if not well and (prompt or not line.startswith(COMMAND)):
            said.append(line)
    return said


def _failed(ran: Ran, about: str = "") -> PartFailed:
    """What the command has said to people is the last that it says; log lines come before, and go into our log."""
    keep_for_the_log(ran)
    lines = for_people(ran.err or ran.out)
    said = lines[-1] if lines else str(ran.code)
    return PartFailed(Phrase("{text}", {"text": said}), about)


def keep_for_the_log(ran: Ran) -> None:
    """Keep what was said for the log: it is English, and no page shows it."""
    said = for_people(ran.err)
    for line in lines_of(ran.err):
        if line not in said:
            log.info("the command: %s", line)


def has_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a window can be opened from here."""
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
