"""What people and terminals reach: the public address, its certificate, the proxy before it."""

import socket
import ssl
import stat
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.utils.translation import gettext as _

from central.checking.finding import Finding, State
from sync.address import is_loopback

SOON = timedelta(days=21)
_LOOK_S = 5.0


def url(public: str | None) -> Iterator[Finding]:
    """Whether the address is one for terminals."""
    remedy = _("Set HAILONG_CENTRAL_URL to https:// and the name that terminals use.")
    if not public:
        yield Finding("url", State.ERROR, _("The server was never started: it has no address yet."), remedy)
        return
    parts = urlsplit(public)
    if is_loopback(parts.hostname or ""):
        said = _("The address {url} leads to this machine only.").format(url=public)
        yield Finding("url", State.ERROR, said, remedy)
    elif parts.scheme != "https":
        said = _("The address {url} is not protected by TLS.").format(url=public)
        yield Finding("url", State.ERROR, said, remedy)
    else:
        yield Finding("url", State.OK, _("People and terminals use {url}.").format(url=public))


def certificate(public: str, now: datetime, files: tuple[Path, Path] | None) -> Iterator[Finding]:
    """The certificate that is shown at the public address, and the files that are to be shown.

    Args:
        public: The address, https.
        now: The server's time.
        files: Certificate and key, where the server speaks TLS itself.
    """
    host = urlsplit(public).hostname or ""
    if files is not None:
        yield from _key_file(files[1])
        try:
            yield from judged(
                "certificate_file", x509.load_pem_x509_certificate(files[0].read_bytes()), host, now
            )
        except (OSError, ValueError) as error:
            yield Finding(
                "certificate_file",
                State.ERROR,
                _("The certificate {file} cannot be read: {why}.").format(file=files[0], why=error),
                _("Name a PEM file that the user hailong-central may read."),
            )
    try:
        shown = _shown(host, urlsplit(public).port or 443)
    except (OSError, ValueError) as error:
        yield Finding(
            "certificate",
            State.WARNING,
            _("The address {url} could not be reached from here: {why}.").format(url=public, why=error),
            _("Look whether the server and the proxy run, and whether the name leads to them."),
        )
        return
    yield from judged("certificate", shown, host, now)


def judged(code: str, found: x509.Certificate, host: str, now: datetime) -> Iterator[Finding]:
    """What is to be said of a certificate."""
    until = found.not_valid_after_utc
    days = (until - now).days
    renew = _("Renew the certificate; the server takes renewed files by itself.")
    if until <= now or found.not_valid_before_utc > now:
        said = _("The certificate is not valid now: it is valid from {begin} to {end}.").format(
            begin=f"{found.not_valid_before_utc:%Y-%m-%d}", end=f"{until:%Y-%m-%d}"
        )
        yield Finding(code, State.ERROR, said, renew)
        return
    if not _names(found, host):
        said = _("The certificate is not for the name {host}.").format(host=host)
        yield Finding(
            code, State.ERROR, said, _("Get one for that name, or set HAILONG_CENTRAL_URL to its name.")
        )
        return
    said = _("The certificate is valid for {days} more days.").format(days=days)
    if until - now < SOON:
        yield Finding(code, State.WARNING, said, renew)
    else:
        yield Finding(code, State.OK, said)


def proxy(public: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the server knows who stands before it."""
    own = bool(environ.get("HAILONG_CENTRAL_CERTIFICATE"))
    trusted = environ.get("HAILONG_CENTRAL_PROXIES", "").split()
    if "*" in trusted:
        yield Finding(
            "proxy",
            State.ERROR,
            _("Every sender is believed to be a proxy."),
            _("Set HAILONG_CENTRAL_PROXIES to the addresses of your proxies only."),
        )
    elif own or not public.startswith("https://"):
        yield Finding("proxy", State.OK, _("The server speaks with terminals itself."))
    elif not trusted:
        yield Finding(
            "proxy",
            State.WARNING,
            _(
                "A proxy speaks TLS for this server, and it is not named: all terminals seem to be one address."
            ),
            _("Set HAILONG_CENTRAL_PROXIES to the address of the proxy, such as 127.0.0.1."),
        )
    else:
        said = _("What the proxy says of its clients is believed: {addresses}.").format(
            addresses=", ".join(trusted)
        )
        yield Finding("proxy", State.OK, said)


def _key_file(key: Path) -> Iterator[Finding]:
    try:
        others = stat.S_IMODE(key.stat().st_mode) & 0o007
    except OSError:
        return  # the pair is judged where it is read
    if others:
        yield Finding(
            "tls_key",
            State.ERROR,
            _("Everybody on this machine can read the key of the certificate: {file}.").format(file=key),
            _("Run: chmod o= {file}").format(file=key),
        )


def _shown(host: str, port: int) -> x509.Certificate:
    """Whatever it is: what is wrong with it is said afterwards. Nothing is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), _LOOK_S) as raw,
        context.wrap_socket(raw, server_hostname=host) as connection,
    ):
        found = connection.getpeercert(binary_form=True)
    if found is None:
        raise ValueError("no certificate")
    return x509.load_der_x509_certificate(found)


def _names(found: x509.Certificate, host: str) -> bool:
    """Whether it is for a host: one of its alternative names, of which the first label may be a star (RFC 6125)."""
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    try:
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        known = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
        return host.lower() in known or f"*.{host.partition('.')[2].lower()}" in known
