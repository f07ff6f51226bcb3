"""What the server signs is what its terminals install: this package, this version, by a key that they have pinned."""

import hashlib
from pathlib import Path

import pytest

from central import audit, server
from central.models import AuditLog
from central.signing_updates import NotAPackage, sign
from kiosk.messages.notes import NoteError
from kiosk.update.staging import signed_by
from sync import keys
from tests.kiosk.update.packages import package

pytestmark = pytest.mark.usefixtures("database")


def test_a_terminal_believes_what_was_signed_and_the_log_says_who_signed_it(tmp_path: Path) -> None:
    file = package(tmp_path, "2+deb12")
    made = sign(file, audit.COMMAND)
    assert made.path == tmp_path / f"{file.name}.sig"
    found = signed_by(made.path.read_text(encoding="utf-8"), server.this().key.public)
    assert (found.version, found.sha256) == ("2+deb12", hashlib.sha256(file.read_bytes()).hexdigest())
    row = AuditLog.objects.get(action="sign")
    assert row.after is not None
    assert (row.object_type, row.after["version"], row.after["file"]) == ("update", "2+deb12", file.name)
    with pytest.raises(NoteError):
        signed_by(made.path.read_text(encoding="utf-8"), keys.generate("central").public)


def test_what_is_nothing_for_a_terminal_is_not_signed(tmp_path: Path) -> None:
    letter = tmp_path / "letter.deb"
    letter.write_text("a letter", encoding="utf-8")
    for file in (package(tmp_path, "2", name="bash"), letter):
        with pytest.raises(NotAPackage, match="not a Debian package of hailong"):
            sign(file, audit.COMMAND)
        assert not file.with_name(f"{file.name}.sig").exists()
