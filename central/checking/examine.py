"""All checks, in the order in which a technician goes through them."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import Error
from django.utils.translation import gettext as _

from central import identity
from central.checking import address, files, service
from central.checking.finding import Finding, State
from central.place import Place


def examine(place: Place, url: str, now: datetime) -> Iterator[Finding]:
    """Look at everything.

    Args:
        place: The data folder.
        url: The database.
        now: The server's time.
    """
    yield from service.folder(place.folder)
    public = None
    try:
        yield from service.migrations()
        public = os.environ.get("HAILONG_CENTRAL_URL") or identity.public_url()
        yield from service.database(url)
        yield from service.program()
        yield from service.administrators()
    except Error as error:
        yield Finding(
            "database",
            State.ERROR,
            _("The database cannot be asked: {why}.").format(why=str(error).strip()),
            _("Restart the server. If that does not help: journalctl -u hailong-central"),
        )
    yield from address.url(public)
    if public is not None and public.startswith("https://"):
        yield from address.certificate(public, now, _own_files())
    yield from address.proxy(public or "", os.environ)
    yield from files.keys(place)
    yield from files.backup(place, now)
    yield from files.room(place)
    yield from service.clock()


def _own_files() -> tuple[Path, Path] | None:
    certificate, key = (os.environ.get(f"HAILONG_CENTRAL_{name}") for name in ("CERTIFICATE", "KEY"))
    return (Path(certificate), Path(key)) if certificate and key else None
