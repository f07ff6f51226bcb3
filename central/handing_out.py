"""Tickets of many terminals at once: on sheets, on labels, and as files for sticks and boot partitions.

A code is shown once and not kept. The page that shows codes carries them, signed, so that whoever made them can have
them in another form within the hour.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import transaction

from central import cells, registry
from central.codes import NewCode
from central.imports.columns import plain
from central.models import Counter, Device
from central.registry import Actor
from central.tickets import Ticket, ticket

GOOD_FOR_S = 3600
FILE_NAME = "hailong-enrol.txt"
_SALT = "hailong/tickets"


class TooLate(ValueError):
    """The codes cannot be had again: an hour has passed, or this server never made them."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A ticket just made.

    Attributes:
        device: With its counter and unit.
        accept: Nobody needs to compare keys afterwards.
        expires_at: From then on the code is worth nothing.
    """

    device: Device
    ticket: Ticket
    accept: bool
    expires_at: datetime

    @classmethod
    def of(cls, device: Device, code: NewCode) -> "Issued":
        """The ticket of a code just made."""
        return cls(device, ticket(code), code.row.accept, code.row.expires_at)


def make(counters: Iterable[Counter], actor: Actor, *, accept: bool) -> list[Issued]:
    """A terminal and its code for each counter, for all or for none. Raises `django.db.Error`."""
    with transaction.atomic():
        return [
            Issued.of(device, registry.give_code(device, actor, accept=accept))
            for device in [registry.reserve(counter, actor) for counter in counters]
        ]


def sealed(issued: Sequence[Issued]) -> str:
    """Tickets as a text that only this server makes."""
    rows = [
        (
            one.device.pk,
            one.ticket.url,
            one.ticket.code,
            one.ticket.key_id,
            one.accept,
            one.expires_at.isoformat(),
        )
        for one in issued
    ]
    return signing.dumps(rows, salt=_SALT, compress=True)


def unsealed(text: str) -> list[Issued]:
    """The tickets that were sealed. Raises `TooLate`."""
    try:
        rows = signing.loads(text, salt=_SALT, max_age=GOOD_FOR_S)
    except signing.BadSignature as error:
        raise TooLate("these codes cannot be had again: make new ones") from error
    devices = Device.objects.select_related("counter__unit", "counter__field").in_bulk(
        [row[0] for row in rows]
    )
    return [
        Issued(devices[pk], Ticket(pk, url, code, key_id), accept, datetime.fromisoformat(until))
        for pk, url, code, key_id, accept, until in rows
    ]


def archive(issued: Sequence[Issued]) -> bytes:
    """A ZIP with a folder for each terminal; what is in it is copied to a stick or a boot partition as it is.

    Names are plain letters: a stick that was formatted somewhere else must take them. `terminals.csv` says which
    folder is whose.
    """
    out = io.BytesIO()
    lines = [cells.line(("Thư mục", "Thiết bị", "Đơn vị", "Quầy", "Mã có hiệu lực đến"))]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for number, one in enumerate(issued, 1):
            counter = one.device.counter
            folder = (
                f"{number:03} {plain(counter.unit.name)} {plain(counter.name)}"[:80].strip()
                + f" {one.device.pk}"
            )
            made.writestr(f"{folder}/{FILE_NAME}", one.ticket.text + "\n")
            until = one.expires_at.isoformat(timespec="minutes")
            lines.append(cells.line((folder, one.device.pk, counter.unit.name, counter.name, until)))
        table = cells.BYTE_ORDER_MARK + "".join(f"{line}\r\n" for line in lines)
        made.writestr("terminals.csv", table.encode())
    return out.getvalue()
