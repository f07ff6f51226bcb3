"""What a terminal is handed: where to enrol and with which code, to type, to scan or on a stick."""

import io
from dataclasses import dataclass

import segno

from central import server
from central.codes import NewCode
from sync import codes


@dataclass(frozen=True, slots=True)
class Ticket:
    """Everything on a sheet for one terminal.

    Attributes:
        url: Of this server.
        code: 12 characters.
        key_id: Of this server's key.
    """

    device: str
    url: str
    code: str
    key_id: str

    @property
    def code_for_people(self) -> str:
        """The code in groups, to be typed."""
        return codes.for_people(self.code)

    @property
    def key_for_people(self) -> str:
        """The key id in groups, to be compared."""
        return "-".join(self.key_id[n : n + 4] for n in range(0, len(self.key_id), 4))

    @property
    def text(self) -> str:
        """What the QR code says: a USB scanner types it on the terminal like a keyboard."""
        return f"{self.url} {self.code} {self.key_id}"

    @property
    def qr_svg(self) -> str:
        """The text as an SVG of whatever size its place has, with its quiet zone."""
        out = io.BytesIO()
        segno.make(self.text, error="m", micro=False).save(
            out, kind="svg", omitsize=True, xmldecl=False, svgns=True
        )
        return out.getvalue().decode().strip()


def ticket(code: NewCode, url: str | None = None) -> Ticket:
    """The ticket of a code just made."""
    here = server.this()
    return Ticket(code.row.device_id, url or here.public_url, code.text, here.key.public.key_id)
