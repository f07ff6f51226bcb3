"""The certificate is that of the key in use, also when another program has replaced it since the last connection."""

import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.messages.notes import PublicKey
from sync import keys
from sync.errors import Fault, LocalFault
from sync.keys import SigningKey
from sync.pull.certificate import Certificate


def shown(certificate: Certificate) -> PublicKey:
    """The key of the certificate that somebody who connects is shown; what is said then arrives."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with certificate.context.wrap_socket(theirs, server_side=True) as served:
            served.sendall(served.recv(10))

    thread = threading.Thread(target=serve)
    thread.start()
    with client.wrap_socket(ours) as connection:
        raw = connection.getpeercert(binary_form=True)
        connection.sendall(b"hello")
        assert connection.recv(10) == b"hello"
    thread.join()
    assert raw is not None
    key = x509.load_der_x509_certificate(raw).public_key()
    assert isinstance(key, Ed25519PublicKey)
    return PublicKey("device", key.public_bytes_raw())


def test_whoever_connects_is_shown_the_key_that_is_in_use_at_that_moment() -> None:
    old, new = keys.generate("device"), keys.generate("device")
    present = [old]
    certificate = Certificate(old, lambda: present[0])
    assert shown(certificate) == old.public
    present[0] = new
    assert shown(certificate) == new.public
    assert shown(certificate) == new.public


def test_a_key_that_cannot_be_read_just_now_leaves_the_certificate_as_it_is() -> None:
    key = keys.generate("device")

    def broken() -> SigningKey:
        raise LocalFault(Fault.KEY, "the disk is away")

    assert shown(Certificate(key, broken)) == key.public
