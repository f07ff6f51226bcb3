"""Which machine talks to which, for the form of a network's office. Pure but for the names that are looked up."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from psycopg.conninfo import conninfo_to_dict

from central.checking.service import is_near

PULL_PORT = 8443


@dataclass(frozen=True, slots=True)
class Way:
    """One line of the form: who begins, whom it reaches, how."""

    source: str
    target: str
    port: str
    protocol: str
    purpose: str


def ways(public: str, database: str | None, pulled: Sequence[str]) -> list[Way]:
    """Every connection that somebody must let through.

    Args:
        public: The public address.
        database: DATABASE_URL; None where the database came with us.
        pulled: The networks whose terminals the server asks.
    """
    parts = urlsplit(public)
    host = parts.hostname or ""
    port = str(parts.port or (443 if parts.scheme == "https" else 80))
    server = _named(host)
    found = [
        Way(
            _("all rating terminals"),
            server,
            port,
            "TCP (HTTPS)",
            _("delivering ratings, time, configuration"),
        ),
        Way(
            _("computers of administrators and leaders"),
            server,
            port,
            "TCP (HTTPS)",
            _("administration, reports"),
        ),
        Way(_("other systems that read figures (if any)"), server, port, "TCP (HTTPS)", _("reading figures")),
        Way(
            _("server {host}").format(host=host),
            _("time server of the network"),
            "123",
            "UDP (NTP)",
            _("the clock"),
        ),
        Way(_("all rating terminals"), _("time server of the network"), "123", "UDP (NTP)", _("the clock")),
    ]
    for network in pulled:
        source = _("server {host}").format(host=host)
        target = _("rating terminals in {network}").format(network=network)
        found.append(Way(source, target, str(PULL_PORT), "TCP (HTTPS)", _("fetching ratings")))
    if database is not None:
        about = conninfo_to_dict(database)
        place = str(about.get("host") or "localhost")
        if not is_near(place):
            source = _("server {host}").format(host=host)
            target = _named(place)
            found.append(
                Way(source, target, str(about.get("port") or 5432), "TCP (PostgreSQL)", _("the database"))
            )
    return found


def form(found: Sequence[Way]) -> str:
    """As text to be pasted."""
    lines = [_("Connections of the rating system Hài lòng"), ""]
    for number, way in enumerate(found, 1):
        lines += [
            f"{number}. {way.purpose[:1].upper()}{way.purpose[1:]}",
            "   " + _("From: {source}").format(source=way.source),
            "   " + _("To: {target}").format(target=way.target),
            "   " + _("Port: {port}, {protocol}").format(port=way.port, protocol=way.protocol),
            "   " + _("Direction: begun by “From”; answers come back on the same connection"),
        ]
    lines += ["", _("Nothing else is needed. Neither the server nor a terminal needs the internet.")]
    return "\n".join(lines)


def _named(host: str) -> str:
    """A name with its addresses, as this machine knows them."""
    try:
        addresses = sorted(
            {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
        )
    except OSError:
        addresses = []
    if addresses == [host]:
        return host
    known = ", ".join(addresses) or _("address to be filled in")
    return f"{host} ({known})"
