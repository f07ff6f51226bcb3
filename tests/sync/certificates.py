"""Authorities and servers' certificates, of any time and for any name."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.kiosk.fakes import MORNING_NS

MORNING = datetime.fromtimestamp(MORNING_NS / 1e9, UTC)
YEAR = timedelta(days=365)


@dataclass
class Authority:
    """Signs certificates. One that is not below another signs its own."""

    name: str = "CA"
    begins: datetime = MORNING - 10 * YEAR
    ends: datetime = MORNING + 10 * YEAR
    above: "Authority | None" = None

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed(self.name, self.key, (self.begins, self.ends), ca=True)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def _signed(
        self, name: str, key: ec.EllipticCurvePrivateKey, valid: tuple[datetime, datetime], *, ca: bool
    ) -> x509.Certificate:
        signer = (self.above or self) if ca else self
        issuer = signer.name
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid[0])
            .not_valid_after(valid[1])
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            builder = builder.add_extension(x509.SubjectAlternativeName([_host(name)]), critical=False)
        return builder.sign(signer.key, SHA256())

    def context(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        begins: datetime = MORNING - timedelta(days=30),
        ends: datetime = MORNING + timedelta(days=30),
    ) -> ssl.SSLContext:
        """What a server with a certificate of this authority listens with."""
        key = ec.generate_private_key(ec.SECP256R1())
        chain = [self._signed(host, key, (begins, ends), ca=False)]
        if self.above is not None:
            chain.append(self.certificate)
        files = folder / "server.pem", folder / "server.key"
        files[0].write_bytes(b"".join(found.public_bytes(Encoding.PEM) for found in chain))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
