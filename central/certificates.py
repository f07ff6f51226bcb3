"""The certificate that is spoken with: checked before it is used, and changed for a renewed one while requests go on.

Web processes read copies, which are replaced when a new pair has been found good: whoever renews a certificate replaces
two files one after the other, moves symbolic links, or makes a mistake, and a web process may start at any moment.
"""

import ssl
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.ledger.disk import replace_file

LOOK_S = 60.0
"""How often it is looked for a renewed one."""


class BadCertificate(Exception):
    """The files cannot be used for TLS. The message names them and says why."""


class Pair:
    """A certificate and its key, as files, and the copies in use while the block lasts.

    Args:
        certificate: PEM, the server's own first.
        key: PEM, without a password.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._from = (certificate, key)
        self._seen: tuple[tuple[int, int, int], ...] | None = None
        self._open = ExitStack()
        self.certificate = self.key = Path()

    def __enter__(self) -> Self:
        """Raises `BadCertificate`, and `OSError` where no copy can be made."""
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="hailong-tls-")))
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        try:
            self.take()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def take(self) -> None:
        """Use what the files hold now. Raises `BadCertificate`; then what was in use stays."""
        self._seen = self._look()
        try:
            contents = [path.read_bytes() for path in self._from]
        except OSError as error:
            raise BadCertificate(f"{error.filename} cannot be read: {error.strerror}") from error
        self._check()
        for copy, content in zip((self.certificate, self.key), contents, strict=True):
            replace_file(copy, content)

    def has_changed(self) -> bool:
        """Whether the files are others than when they were looked at last."""
        return self._look() != self._seen

    def _look(self) -> tuple[tuple[int, int, int], ...] | None:
        try:
            facts = [path.stat() for path in self._from]
        except OSError:  # in the middle of a renewal; `take` says so where it stays like that
            return None
        return tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in facts)

    def _check(self) -> None:
        certificate, key = self._from
        try:
            # The password is that of no key: OpenSSL must not ask a terminal for one.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except (ssl.SSLError, OSError) as error:
            why = getattr(error, "reason", None) or str(error)
            raise BadCertificate(f"{certificate} and {key} are no pair that can be used: {why}") from error
