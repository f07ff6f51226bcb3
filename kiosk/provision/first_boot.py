"""A terminal without anybody before it: what the boot partition or a stick brings is taken, and what came of it said.

Three files, the first and the last as the central server's archive has them: ``hailong.toml`` (options, which are added
to the terminal's own configuration), ``hailong-ca.pem`` (the authority that has certified the server, where it is the
agency's own) and ``hailong-enrol.txt`` (where to enrol, with which code). Every stage may be cut off by a power cut and
is then done again: a configuration that is there already, an enrolment that has happened, a file that is gone are what
they should be. The code is wiped once it was used.
"""

import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from assets.texts import Texts
from kiosk.clock import Clock, viet_nam_time
from kiosk.config.errors import ConfigError
from kiosk.config.load import Loaded
from kiosk.config.origin import SourceKind
from kiosk.config.phrase import Phrase, printable
from kiosk.config.toml_edit import NotEdited, checked, set_options
from kiosk.config.toml_file import LARGEST_FILE
from kiosk.ledger.disk import replace_file, sync_folder
from kiosk.provision.completion import mark_provisioned
from kiosk.provision.errors import PartFailed
from kiosk.provision.own_commands import Own, belonging, keep_for_the_log
from kiosk.provision.processes import Ran, for_people
from kiosk.provision.works import Enrolment

log = logging.getLogger(__name__)

OPTIONS, TICKET, RESULT = "hailong.toml", "hailong-enrol.txt", "hailong-ket-qua.txt"
AUTHORITY, KEPT_AUTHORITY = "hailong-ca.pem", "ca.pem"
"""As it is brought, and as it is kept beside the terminal's own configuration."""
NOTE = "first-boot.json"
"""In the data folder: the hash of the ticket that was begun with. By it an enrolment is known to be that ticket's."""

_MOST_BYTES = 4096
_MOST_CERTIFICATES = 65_536
"""Bytes: an authority, and some above it."""
_ENROL_S = 150.0
_BLANK = b"\0 \r\n\t"


@dataclass
class FirstBoot:
    """One taking.

    Args:
        source: The folder that was brought.
        file: The terminal's own configuration.
        data_dir: The data folder.
        load: What applies. Raises `ConfigError`.
        enrol: Enrols with a file. Raises `PartFailed`.
        clock: For the date on the result.

    Attributes:
        lines: What has been done, for people.
        problems: What stood in the way, and what to do.
    """

    source: Path
    file: Path
    data_dir: Path
    load: Callable[[], Loaded]
    enrol: Callable[[Path], Ran]
    clock: Clock
    lines: list[Phrase] = field(default_factory=list)
    problems: list[Phrase] = field(default_factory=list)

    @property
    def has_something(self) -> bool:
        """Whether anything was brought, or is to be ended that was begun."""
        begun = (self.data_dir / NOTE).exists() and bool(self._belongs().url)
        return begun or any((self.source / name).exists() for name in (OPTIONS, AUTHORITY, TICKET))

    def run(self) -> bool:
        """All of it. Returns whether the terminal is set up now."""
        for stage in self.stages():
            stage()
        return not self.problems

    def stages(self) -> tuple[Callable[[], None], ...]:
        """In their order; after a power cut all of them are done again."""
        return (self.trust, self.configure, self.enrol_it, self.wipe, self.mark, self.report)

    def trust(self) -> None:
        """Keep the authority that was brought, and believe it alone; nothing of the file where it is none."""
        brought, kept = self.source / AUTHORITY, self.file.parent / KEPT_AUTHORITY
        if not brought.exists():
            return
        try:
            with brought.open("rb") as file:
                content = file.read(_MOST_CERTIFICATES)
            _check_certificates(content)
            replace_file(kept, content, keep_owner=True)
            set_options(self.file, {"sync.ca_file": str(kept)})
        except ConfigError as error:
            self.problems += [_text(problem.render(Texts())) for problem in error.problems]
        except ValueError:
            self.problems.append(
                Phrase(
                    "{file} is no certificate. Please ask the administrator of the server for it once more.",
                    {"file": AUTHORITY},
                )
            )
        except NotEdited:
            self.problems.append(self._unchanged())
        except OSError as error:
            self.problems.append(_unread(brought, error))
        else:
            self.lines.append(Phrase("The certificate of the server's authority has been taken."))

    def configure(self) -> None:
        """Add what was brought to the terminal's own configuration; nothing of it where something is wrong."""
        brought = self.source / OPTIONS
        if not brought.exists():
            return
        try:
            with brought.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
            settings = checked(content, brought).settings
            values = {
                key: setting.value
                for key, setting in settings.items()
                if setting.origin.kind is SourceKind.FILE
            }
            if "data_dir" in values:
                raise PartFailed(Phrase("data_dir cannot be set from here. Please remove it from the file."))
            set_options(self.file, values)
            self.load()
        except ConfigError as error:
            self.problems.append(Phrase("The configuration was not taken; please correct this in the file:"))
            self.problems += [_text(problem.render(Texts())) for problem in error.problems]
        except PartFailed as failure:
            self.problems.append(failure.problem)
        except NotEdited:
            self.problems.append(self._unchanged())
        except OSError as error:
            self.problems.append(_unread(brought, error))
        else:
            self.lines.append(Phrase("The configuration has been taken."))

    def enrol_it(self) -> None:
        """With the code that was brought; not with a configuration that is wrong, for the code is good only once."""
        content = self._ticket()
        if content is None or self.problems:
            return
        try:
            self.load()
        except ConfigError as error:
            self.problems += [_text(problem.render(Texts())) for problem in error.problems]
            return
        belongs = self._belongs()
        is_ours = self._begun() == _hash(content) or not content.strip(_BLANK)
        if belongs.url:
            if not is_ours:
                self.problems.append(
                    Phrase(
                        "This terminal is terminal {device} of {url} already, and the code is another one: it was not "
                        "used. Please take the file {file} to the terminal that it is for, or remove it.",
                        {"device": belongs.device, "url": belongs.url, "file": TICKET},
                    )
                )
            return
        if not content.strip(_BLANK):
            self.problems.append(
                Phrase("{file} is empty. Please copy it to this place once more.", {"file": TICKET})
            )
            return
        note = json.dumps({"ticket": _hash(content)}).encode()
        try:
            self.data_dir.mkdir(mode=0o2750, parents=True, exist_ok=True)
            replace_file(self.data_dir / NOTE, note, keep_owner=True)
            ran = self.enrol(self.source / TICKET)
        except PartFailed as failure:
            self.problems.append(failure.problem)
            return
        except OSError as error:
            self.problems.append(_unwritten(self.data_dir / NOTE, error))
            return
        keep_for_the_log(ran)
        said = [_text(line) for line in for_people(ran.out)]
        if ran.code == 0:
            self.lines += said
        else:
            self.problems += [_text(line) for line in for_people(ran.err)[-1:]] or [_text(str(ran.code))]

    def wipe(self) -> None:
        """Take the code away from where it was brought, once it was used."""
        ticket = self.source / TICKET
        if self.problems or not self._belongs().url or not ticket.exists():
            return
        try:
            wipe(ticket)
        except OSError as error:
            self.problems.append(
                Phrase(
                    "The code in {path} has been used, but could not be removed ({reason}). Please remove the file.",
                    {"path": str(ticket), "reason": error.strerror or str(error)},
                )
            )
        else:
            self.lines.append(Phrase("The code has been removed from the file."))

    def mark(self) -> None:
        """The terminal needs nobody any more, where it belongs to a server, or one that fetches has its key there."""
        try:
            fetched = bool(self.load().config.pull.server_key)
        except ConfigError:
            fetched = False
        belongs = self._belongs()
        if belongs.url:
            self.lines.append(
                Phrase("Terminal {device} of {url}", {"device": belongs.device, "url": belongs.url})
            )
        if self.problems or not (belongs.url or fetched):
            return
        try:
            mark_provisioned(self.data_dir)
        except PartFailed as failure:
            self.problems.append(failure.problem)

    def report(self) -> None:
        """Beside what was brought: who made the card reads there what came of it."""
        try:
            _ = Texts(self.load().config.language)
        except ConfigError:
            _ = Texts()
        outcome = (
            Phrase("Not everything could be done:") if self.problems else Phrase("Everything has been done.")
        )
        rows = [
            _("Result of setting a terminal up"),
            viet_nam_time(self.clock.wall_ns()),
            Phrase("Name in the network: {name}", {"name": printable(os.uname().nodename)}).render(_),
            "",
            outcome.render(_),
            *(f"! {printable(problem.render(_))}" for problem in self.problems),
            "",
            *(printable(line.render(_)) for line in self.lines),
        ]
        if self.problems:
            again = Phrase("Please correct this and start the terminal again, or set it up on its screen.")
            rows += ["", again.render(_)]
        # With a mark and line ends for whatever opens it on Windows.
        content = "\r\n".join(["\ufeff" + rows[0], *rows[1:], ""]).encode()
        try:
            replace_file(self.source / RESULT, content)
        except OSError as error:
            log.warning("%s cannot be written: %s", self.source / RESULT, error)

    def _unchanged(self) -> Phrase:
        told = "{file} cannot be changed from here. Please change it by hand."
        return Phrase(told, {"file": str(self.file)})

    def _belongs(self) -> Enrolment:
        return belonging(self.data_dir / "ledger")

    def _ticket(self) -> bytes | None:
        """What the file says; None without one, or where it cannot be read."""
        try:
            with (self.source / TICKET).open("rb") as file:
                return file.read(_MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.problems.append(_unread(self.source / TICKET, error))
            return None

    def _begun(self) -> str:
        try:
            body = json.loads((self.data_dir / NOTE).read_bytes())
            return str(body["ticket"])
        except FileNotFoundError:
            return ""
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s says nothing: %s", self.data_dir / NOTE, error)
            return ""


def wipe(file: Path) -> None:
    """Overwrite a file and remove it, through to the disk.

    Flash may keep a copy where only its maker can read; the code is worth nothing by then.

    Raises:
        OSError: It is still there.
    """
    with file.open("r+b") as secret:
        length = os.fstat(secret.fileno()).st_size
        secret.write(b"\0" * length)
        secret.flush()
        os.fsync(secret.fileno())
    file.unlink()
    sync_folder(file.parent)


def enrolling(own: Own) -> Callable[[Path], Ran]:
    """``hailong enrol`` with a file."""
    return lambda ticket: own.call(["enrol", "--code-file", str(ticket)], timeout_s=_ENROL_S)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(said: str) -> Phrase:
    return Phrase("{text}", {"text": said})


def _check_certificates(content: bytes) -> None:
    """Raises `ValueError` where it is no PEM with certificates."""
    from cryptography.x509 import load_pem_x509_certificates  # its loading takes as long as all the rest

    load_pem_x509_certificates(content)


def _unread(path: Path, error: OSError) -> Phrase:
    said: dict[str, str | int | Phrase] = {"path": str(path), "reason": error.strerror or str(error)}
    return Phrase("{path} cannot be read. ({reason})", said)


def _unwritten(file: Path, error: OSError) -> Phrase:
    said: dict[str, str | int | Phrase] = {"file": str(file), "reason": error.strerror or str(error)}
    return Phrase("{file} cannot be written ({reason}). Is the card full or worn out?", said)
