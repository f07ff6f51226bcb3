"""What the libraries report in many ways is one trouble each."""

import errno
import ssl

import pytest
import requests
from urllib3 import exceptions as urllib3

from sync.errors import Trouble
from sync.failures import trouble_of
from sync.tls import CertificateTime


def caused(outer: BaseException, inner: BaseException) -> BaseException:
    outer.__cause__ = inner
    return outer


def no_such_certificate(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("no")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (CertificateTime("expired"), Trouble.CERTIFICATE_TIME),
        (requests.exceptions.SSLError(urllib3.SSLError(CertificateTime("x"))), Trouble.CERTIFICATE_TIME),
        (requests.exceptions.SSLError(no_such_certificate(62)), Trouble.CERTIFICATE_NAME),
        (requests.exceptions.SSLError(no_such_certificate(64)), Trouble.CERTIFICATE_NAME),
        (requests.exceptions.SSLError(no_such_certificate(18)), Trouble.CERTIFICATE),
        (requests.exceptions.SSLError(ssl.SSLError("no")), Trouble.TLS),
        (requests.exceptions.ProxyError(ConnectionRefusedError()), Trouble.PROXY),
        (requests.exceptions.ReadTimeout(), Trouble.TIMEOUT),
        (requests.exceptions.ConnectTimeout(), Trouble.TIMEOUT),
        (TimeoutError(), Trouble.TIMEOUT),
        (requests.exceptions.ConnectionError(ConnectionRefusedError()), Trouble.REFUSED),
        (caused(requests.exceptions.ConnectionError(), OSError(errno.ENETUNREACH, "x")), Trouble.ROUTE),
        (caused(requests.exceptions.ConnectionError(), OSError(errno.EHOSTUNREACH, "x")), Trouble.ROUTE),
        (requests.exceptions.ConnectionError(ConnectionResetError()), Trouble.CUT),
        (requests.exceptions.ChunkedEncodingError(), Trouble.CUT),
        (requests.exceptions.InvalidURL(), Trouble.NAME),
        (RuntimeError(), Trouble.CUT),
    ],
)
def test_the_innermost_error_that_says_something_decides(error: BaseException, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


def test_errors_that_name_each_other_end() -> None:
    one, other = RuntimeError(), RuntimeError()
    one.__context__, other.__context__ = other, one
    assert trouble_of(one) is Trouble.CUT
