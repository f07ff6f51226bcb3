"""The data folder: who can read the keys, how old the last backup is, how much room there is."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from central.backup.write import last
from central.checking.finding import Finding, State
from central.place import Place

BACKUP_WARNING, BACKUP_ERROR = timedelta(hours=36), timedelta(days=7)
LEAST_BYTES, LEAST_SHARE = 5 << 30, 0.1


def keys(place: Place) -> Iterator[Finding]:
    """Whether others can read what only the server may know."""
    open_ones = [str(path) for path in (place.keys, *sorted(place.keys.rglob("*"))) if _is_open(path)]
    if open_ones:
        yield Finding(
            "keys",
            State.ERROR,
            _("Others can read the keys of the server: {files}.").format(files=", ".join(open_ones)),
            _("Run: chmod -R go= {folder}. If somebody may have read them, rotate the key.").format(
                folder=place.keys
            ),
        )
    else:
        yield Finding("keys", State.OK, _("Only the server can read its keys."))


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def backup(place: Place, now: datetime) -> Iterator[Finding]:
    """When the last backup was made, and whether the keys have changed since."""
    remedy = _(
        "Run: systemctl enable --now hailong-central-backup.timer, and copy the files to another machine."
    )
    done = last(place)
    if done is None:
        yield Finding("backup", State.ERROR, _("There is no backup."), remedy)
        return
    made = datetime.fromisoformat(done.at)
    hours = int((now - made).total_seconds()) // 3600
    said = _("The last backup is {hours} hours old: {file}.").format(hours=hours, file=done.file)
    changed = [path.name for path in place.keys.rglob("*") if path.stat().st_mtime > made.timestamp() + 1]
    if changed:
        yield Finding(
            "backup",
            State.ERROR,
            _("Keys have changed since the last backup: {files}.").format(files=", ".join(sorted(changed))),
            _("Make a backup now: with older keys a restored server is not believed by its terminals."),
        )
    elif now - made > BACKUP_ERROR:
        yield Finding("backup", State.ERROR, said, remedy)
    elif now - made > BACKUP_WARNING:
        yield Finding("backup", State.WARNING, said, remedy)
    else:
        yield Finding("backup", State.OK, said)
    if not Path(done.file).exists():
        yield Finding(
            "backup_file",
            State.NOTE,
            _("The file of the last backup is not there any more: {file}.").format(file=done.file),
        )


def room(place: Place) -> Iterator[Finding]:
    """Whether the disk has room for what is coming."""
    total, _used, _free = shutil.disk_usage(place.folder)
    facts = os.statvfs(place.folder)
    free = facts.f_bavail * facts.f_frsize
    said = _("{free} GB of {total} GB are free where the data lie.").format(
        free=f"{free / 1e9:.1f}", total=f"{total / 1e9:.1f}"
    )
    if free < LEAST_BYTES // 10 or free < total * LEAST_SHARE / 10:
        state = State.ERROR
    elif free < LEAST_BYTES or free < total * LEAST_SHARE:
        state = State.WARNING
    else:
        yield Finding("disk", State.OK, said)
        return
    yield Finding("disk", state, said, _("Make room: a full disk refuses votes, and terminals keep them."))
