"""How the service menu has the ratings written to a USB stick: by another program, so that no stick can stop a vote.

The kiosk may not read the terminal's key, and a stick that hangs would hang whoever writes to it. So the menu leaves a
request in the kiosk's own folder under /run; systemd starts `hailong ledger export --sealed` (hailong-export.path,
hailong-export.service), and the answer lies in that program's folder.

    handover = Handover.of(environment)
    request = handover.ask()                      # at once; writes a few bytes of memory
    answer = handover.answer(request)             # None = not yet
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STICK = Path("/run/hailong-usb")
"""Where a stick is mounted."""

ANSWER = Path("/run/hailong-export/answer.json")
PATIENCE_S = 120.0
"""After this the menu says that there was no answer: a large ledger on a slow stick takes a minute."""

_LONGEST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Request:
    """Which export an answer is for."""

    id: str

    @classmethod
    def read(cls, path: Path) -> "Request | None":
        """The request that lies there; None where there is none."""
        try:
            with path.open("rb") as file:
                found = file.read(64).decode("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return cls(found) if found else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an export.

    Attributes:
        id: Of the request.
        done: Whether the file is on the stick, or there was nothing to be written.
        text: A sentence for the technician, in the terminal's language; one line.
    """

    id: str
    done: bool
    text: str

    def write(self, path: Path) -> None:
        """Leave it where the menu looks. Raises `OSError`."""
        draft = path.with_name(path.name + ".new")
        draft.write_text(json.dumps({"id": self.id, "done": self.done, "text": self.text}), encoding="utf-8")
        draft.rename(path)

    @classmethod
    def read(cls, path: Path) -> "Answer | None":
        """The answer that lies there; None where there is none that can be understood."""
        try:
            with path.open("rb") as file:
                said = json.loads(file.read(_LONGEST_BYTES))
        except (OSError, ValueError, RecursionError):
            return None
        match said:
            case {"id": str(name), "done": bool(done), "text": str(text)}:
                return cls(name, done, text)
            case _other:
                return None


@dataclass(frozen=True, slots=True)
class Handover:
    """Asks for an export.

    Attributes:
        request: The file whose change systemd waits for.
        answer_file: Where the answer will be.
    """

    request: Path
    answer_file: Path = ANSWER

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Handover | None":
        """As systemd started this program; None where it did not: nobody would hear a request."""
        folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
        return cls(Path(folder) / "export.request") if folder else None

    def ask(self) -> Request:
        """Leave a request. Raises `OSError`."""
        request = Request(secrets.token_hex(8))
        draft = self.request.with_name(self.request.name + ".new")
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        with os.fdopen(fd, "w") as file:
            file.write(f"{request.id}\n")
        draft.rename(self.request)
        return request

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request; None = not yet."""
        found = Answer.read(self.answer_file)
        return found if found is not None and found.id == request.id else None
