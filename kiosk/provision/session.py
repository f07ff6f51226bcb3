"""One provisioning: the model, its file, and the parts of the machine. User interfaces draw `page` and say `take`."""

import logging
from collections.abc import Mapping
from pathlib import Path

from assets.texts import Texts
from kiosk.config.options import languages
from kiosk.provision import saved
from kiosk.provision.errors import PartFailed
from kiosk.provision.model import Works, begin, page_of, step
from kiosk.provision.page import Page
from kiosk.provision.ports import Ports
from kiosk.provision.steps import Event, State
from kiosk.provision.works import (
    Connect,
    Disconnect,
    Done,
    Enrol,
    Examine,
    Failed,
    Finish,
    HidePanel,
    OptionsSet,
    Outcome,
    SeeAcceptance,
    SeeEnrolment,
    SeeLink,
    SeeNetwork,
    SeePanel,
    SeeTime,
    SetOptions,
    SetTime,
    TryInputs,
    Work,
    WriteSheet,
)

log = logging.getLogger(__name__)


class Session:
    """A provisioning that begins, or goes on where it was interrupted.

    ``while not session.ended``: while `works` has something, call `work` (in a thread, where a screen must not stand
    still) and `take` its outcome; else show `page` and `take` what the technician answers.

    Args:
        file: Where it is kept.
        ports: The parts of the machine.

    Raises:
        PartFailed: The configuration cannot be used.
    """

    def __init__(self, file: Path, ports: Ports) -> None:
        self._file = file
        self._ports = ports
        self._kept = saved.load(file)
        kept = self._kept
        names: Mapping[str, str] = {name: Texts(name).own_name for name in languages()}
        self._state, self._works = begin(kept.marks, kept.options, kept.at, ports.options.values(), names)
        self._save()

    @property
    def page(self) -> Page:
        """What is to be shown."""
        return page_of(self._state)

    @property
    def language(self) -> str:
        """In which language."""
        return str(self._state.options["language"])

    @property
    def ended(self) -> bool:
        """Whether the technician is done."""
        return self._state.ended

    @property
    def state(self) -> State:
        """All of it, for tests."""
        return self._state

    @property
    def works(self) -> Works:
        """What is to be done before anything can be answered."""
        return self._works

    def work(self) -> Outcome:
        """Do `works`, which may take minutes; nothing of the session changes, so this may run in another thread."""
        outcome: Outcome = Done()
        for one in self._works:
            outcome = perform(one, self._ports)
        return outcome

    def take(self, event: Event) -> None:
        """Go on. What a power cut must not take is on the disk afterwards."""
        self._state, self._works = step(self._state, event)
        self._save()

    def _save(self) -> None:
        now = saved.saved_of(self._state)
        if now == self._kept:
            return
        try:
            saved.save(self._file, now)
        except OSError as error:
            log.warning(
                "%s cannot be written; after a power cut these steps come again: %s", self._file, error
            )
        else:
            self._kept = now


def perform(work: Work, ports: Ports) -> Outcome:
    """Do it."""
    try:
        return _perform(work, ports)
    except PartFailed as failure:
        return Failed(failure.problem, failure.about)


def _perform(work: Work, ports: Ports) -> Outcome:
    match work:
        case SetOptions():
            ports.options.set(work.values)
            return OptionsSet(work.values)
        case SeePanel():
            return ports.panel.show()
        case HidePanel():
            ports.panel.hide()
        case TryInputs():
            return ports.inputs.test()
        case SeeNetwork():
            return ports.network.see(scan=work.scan)
        case Connect():
            return ports.network.connect(work)
        case Disconnect():
            ports.network.disconnect()
        case SeeTime():
            return ports.time.see()
        case SetTime():
            return ports.time.set(work.local)
        case SeeEnrolment():
            return ports.enrolment.see()
        case Enrol():
            return ports.enrolment.enrol(work)
        case SeeLink():
            return ports.enrolment.link(work.url)
        case SeeAcceptance():
            return ports.enrolment.accepted()
        case Examine():
            return ports.check.examine()
        case WriteSheet():
            return ports.check.write_sheet(work.sections)
        case Finish():
            ports.check.finish()
    return Done()
