"""What a failed request says about the way to central: the libraries' errors in our words."""

import errno
import ssl
from collections.abc import Iterator

import requests
from urllib3 import exceptions as urllib3

from sync.errors import Trouble
from sync.tls import CertificateTime

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
_OTHER_NAME = {62, 63, 64}  # X509_V_ERR_HOSTNAME_MISMATCH, _EMAIL_, _IP_ADDRESS_


def trouble_of(error: BaseException) -> Trouble:
    """What was wrong; the innermost error that says something decides."""
    causes = list(_causes(error))
    if any(isinstance(cause, requests.exceptions.ProxyError | urllib3.ProxyError) for cause in causes):
        return Trouble.PROXY
    for cause in reversed(causes):
        found = _trouble_of_one(cause)
        if found is not None:
            return found
    return Trouble.CUT


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those it was made from, the innermost last. The libraries hide them in three ways."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        inner = [found.__cause__ or found.__context__, getattr(found, "reason", None), *found.args]
        waiting += [cause for cause in inner if isinstance(cause, BaseException)]


def _trouble_of_one(error: BaseException) -> Trouble | None:
    match error:
        case CertificateTime():
            return Trouble.CERTIFICATE_TIME
        case ssl.SSLCertVerificationError():
            other_name = getattr(error, "verify_code", 0) in _OTHER_NAME
            return Trouble.CERTIFICATE_NAME if other_name else Trouble.CERTIFICATE
        case ssl.SSLError():
            return Trouble.TLS
        case urllib3.NameResolutionError() | requests.exceptions.InvalidURL():
            return Trouble.NAME
        case requests.Timeout() | TimeoutError() | urllib3.TimeoutError():
            return Trouble.TIMEOUT
        case ConnectionRefusedError():
            return Trouble.REFUSED
        case OSError() if error.errno in _NO_ROUTE:
            return Trouble.ROUTE
        case _other:
            return None
