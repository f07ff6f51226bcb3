"""Where the delivery's files are in a data folder, and whose turn it is to use them."""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.disk import sync_folder
from sync import keys
from sync.errors import Fault, LocalFault
from sync.keys import KeyFileError, SigningKey

log = logging.getLogger(__name__)

_MODE = 0o750
_LONGEST_CA_BYTES = 1 << 20


class AlreadyRunning(Exception):
    """Another `hailong sync run` serves this data folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """The files of a data folder.

    Attributes:
        data_dir: The folder.
    """

    data_dir: Path

    @property
    def folder(self) -> Path:
        """Where the delivery writes; nothing else does."""
        return self.data_dir / "sync"

    @property
    def ledger(self) -> Path:
        """The ledger, which the delivery reads."""
        return self.data_dir / "ledger" / "ledger.db"

    @property
    def database(self) -> Path:
        """What the delivery remembers."""
        return self.folder / "sync.db"

    @property
    def key_file(self) -> Path:
        """The device's key."""
        return self.folder / "device.key"

    @property
    def next_key_file(self) -> Path:
        """The key that is to take the place of the device's; there while a rotation is under way."""
        return self.folder / "device.key.next"

    @property
    def former_key_file(self) -> Path:
        """The key before the last rotation: a central server that was restored from a backup knows no newer one."""
        return self.folder / "device.key.former"

    @property
    def ca(self) -> Path:
        """The authority that was given at the enrolment."""
        return self.folder / "ca.pem"

    @property
    def anchored(self) -> Path:
        """Touched when the ledger was given central's word for the time: hailong-clock.path waits for that."""
        return self.folder / "anchored"

    def tell_anchored(self) -> None:
        """The ledger was given central's word for the time; who sets the clock may look."""
        try:
            self.anchored.touch()
        except OSError as error:
            log.warning("nobody is told that there may be an anchor: %s", error)

    def make(self) -> None:
        """Make the folder. Raises `LocalFault`."""
        try:
            self.folder.mkdir(mode=_MODE, parents=True, exist_ok=True)
        except OSError as error:
            raise LocalFault(Fault.STORE, f"{self.folder} cannot be made: {error}") from error

    def key(self) -> SigningKey:
        """The device's key. Raises `LocalFault`."""
        try:
            return keys.load(self.key_file, "device")
        except FileNotFoundError as error:
            raise LocalFault(Fault.KEY, f"{self.key_file} is missing: restore it, or enrol again") from error
        except KeyFileError as error:
            raise LocalFault(Fault.KEY, str(error)) from error

    def key_or_new(self) -> SigningKey:
        """The device's key, made now where there is none. Raises `LocalFault`."""
        self.make()
        try:
            return keys.load_or_make(self.key_file, "device")
        except (KeyFileError, OSError) as error:
            raise LocalFault(Fault.KEY, str(error)) from error

    def next_key(self, *, make: bool = False) -> SigningKey | None:
        """The key of a rotation that is under way; None where there is none. Raises `LocalFault`.

        Args:
            make: Begin one, where none is under way.
        """
        return self._other_key(keys.load_or_make if make else keys.load, self.next_key_file)

    def former_key(self) -> SigningKey | None:
        """The key before the last rotation; None where there was none. Raises `LocalFault`."""
        return self._other_key(keys.load, self.former_key_file)

    def _other_key(self, load: Callable[[Path, str], SigningKey], file: Path) -> SigningKey | None:
        try:
            return load(file, "device")
        except FileNotFoundError:
            return None
        except (KeyFileError, OSError) as error:
            raise LocalFault(Fault.KEY, str(error)) from error

    def use_next_key(self) -> None:
        """The next key takes the place of the device's, for good: through to the disk. Raises `LocalFault`."""
        try:
            keys.link_over(self.key_file, self.former_key_file)
            self.next_key_file.rename(self.key_file)
            sync_folder(self.folder)
        except OSError as error:
            raise LocalFault(Fault.KEY, f"{self.key_file} cannot be replaced: {error}") from error

    def pinned(self, ca_file: str) -> str | None:
        """The certificates (PEM) of the only authority that is trusted; None = those of the machine.

        Args:
            ca_file: As configured; empty = the one that was given at the enrolment, if any.

        Raises:
            LocalFault: The file cannot be read.
        """
        if ca_file:
            return certificates(Path(ca_file))
        return certificates(self.ca) if self.ca.exists() else None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only program that delivers, until the block ends; waits for the one that does. Raises `LocalFault`."""
        self.make()
        with _locked(self.folder / "sync.lock", fcntl.LOCK_EX):
            yield

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Be the one `hailong sync run` of this folder. Raises `AlreadyRunning`, `LocalFault`."""
        self.make()
        try:
            with _locked(self.folder / "run.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield
        except BlockingIOError as error:
            raise AlreadyRunning(str(self.data_dir)) from error

    def is_served(self) -> bool:
        """Whether a `hailong sync run` serves this folder just now."""
        try:
            with _locked(self.folder / "run.lock", fcntl.LOCK_SH | fcntl.LOCK_NB, os.O_RDONLY):
                return False
        except BlockingIOError:
            return True
        except LocalFault:
            return False  # no such file: none has ever run


@contextmanager
def _locked(path: Path, how: int, flags: int = os.O_RDONLY | os.O_CREAT) -> Iterator[None]:
    try:
        fd = os.open(path, flags | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise LocalFault(Fault.STORE, f"{path} cannot be opened: {error}") from error
    try:
        fcntl.flock(fd, how)
        yield
    finally:
        os.close(fd)


def certificates(path: Path) -> str:
    """A file with certificates. Raises `LocalFault`."""
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_CA_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise LocalFault(Fault.CA, f"{path} cannot be read as certificates: {error}") from error
