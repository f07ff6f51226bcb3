"""Does the ledger's folder belong to the kiosk, and to nobody else?"""

import stat
from collections.abc import Iterator
from pathlib import Path

from kiosk.config.phrase import Phrase
from kiosk.doctor.finding import MAINTAINER, Finding, Verdict
from kiosk.doctor.subject import Subject

NAME = Phrase("Data folder")
_GROUP_OR_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_ALL = 7
_KEPT = ("ledger.*", "evolve.key", "*.json")


def check(subject: Subject) -> list[Finding]:
    """Only what is wrong, or that all is right."""
    folder = subject.config.data_dir
    if not subject.ledger_folder.exists():
        seen = Phrase("No kiosk has run with {folder} yet.", {"folder": str(folder)})
        return [Finding(NAME, Verdict.NOTE, seen)]
    try:
        kept = (file for pattern in _KEPT for file in sorted(subject.ledger_folder.glob(pattern)))
        files = [subject.ledger_folder, *kept]
        found = [*_foreign(subject, files), *_open(subject, [folder, *files])]
    except PermissionError:
        seen = Phrase("{folder} is not open to whoever runs this check.", {"folder": str(folder)})
        return [Finding(NAME, Verdict.NOTE, seen, Phrase("Run it again with sudo."))]
    seen = Phrase("{folder} belongs to {user}.", {"folder": str(folder), "user": subject.account.name})
    return found or [Finding(NAME, Verdict.OK, seen)]


def _foreign(subject: Subject, files: list[Path]) -> Iterator[Finding]:
    account = subject.account
    for file in files:
        facts = file.stat()
        bits = _ALL if stat.S_ISDIR(facts.st_mode) else 6
        # Root can write what belongs to others; those others could then no longer.
        mine = facts.st_uid == account.uid if account.uid else account.may(facts, bits)
        if not mine:
            yield Finding(
                NAME,
                Verdict.ERROR,
                Phrase(
                    "{file} belongs to somebody else than {user}.", {"file": str(file), "user": account.name}
                ),
                MAINTAINER,
                f"sudo chown -R {account.name}:hailong {subject.config.data_dir}",
            )
            return  # one command puts all of them right


def _open(subject: Subject, files: list[Path]) -> Iterator[Finding]:
    for file in files:
        facts = file.stat()
        values: dict[str, str | int | Phrase] = {"file": str(file)}
        if facts.st_mode & _GROUP_OR_OTHERS:
            seen = Phrase("Others than the kiosk may write to {file}.", values)
            yield Finding(NAME, Verdict.ERROR, seen, MAINTAINER, f"sudo chmod go-w {file}")
        elif file == subject.ledger_folder and facts.st_mode & stat.S_IRWXO:
            seen = Phrase("Everybody on this machine may look into {file}.", values)
            yield Finding(NAME, Verdict.WARNING, seen, MAINTAINER, f"sudo chmod o-rwx {file}")
