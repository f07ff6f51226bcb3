"""Finds whoever has the right to write the ledger: the kiosk by its socket, or this program itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.clock import Clock
from kiosk.ledger import office
from kiosk.ledger.errors import LedgerError, LedgerLocked, StoreFailed
from kiosk.ledger.membership import NOTHING_LOCAL, Local
from kiosk.ledger.office import Office
from kiosk.messages import wire
from kiosk.messages.client import Client, NoKiosk
from sync.errors import Fault, KioskAway, LocalFault
from sync.kiosk import Kiosk


class KioskLink:
    """A kiosk that runs.

    Args:
        data_dir: Its data folder.

    Raises:
        KioskAway: There is none.
    """

    def __init__(self, data_dir: Path) -> None:
        try:
            self._client = Client(data_dir)
        except NoKiosk as error:
            raise KioskAway(str(error)) from error

    def ask(self, request: wire.Request) -> wire.Answer:
        """See `sync.kiosk.Kiosk`."""
        try:
            return self._client.ask(request)
        except NoKiosk as error:
            raise KioskAway(str(error)) from error

    def wait(self, timeout_s: float) -> bool:
        """Wait until something is worth sending; False when the time is up or it was an anchor. Raises `KioskAway`."""
        try:
            news = self._client.wait(timeout_s)
        except NoKiosk as error:
            raise KioskAway(str(error)) from error
        return news is not None and news.urgent

    def close(self) -> None:
        """May be called twice."""
        self._client.close()


class OwnKiosk:
    """This program as the writer.

    Args:
        own: Open.
    """

    def __init__(self, own: Office) -> None:
        self._office = own

    def ask(self, request: wire.Request) -> wire.Answer:
        """See `sync.kiosk.Kiosk`."""
        try:
            if isinstance(request, wire.GetHead):
                self._office.bring_over()  # what is delivered then is all that there is
            return self._office.handle(request)
        except StoreFailed as error:
            return wire.Later(str(error))


@contextmanager
def writer(data_dir: Path, clock: Clock, program: str, local: Local = NOTHING_LOCAL) -> Iterator[Kiosk]:
    """Whoever writes the ledger of a data folder; this program until the block ends where nobody does.

    Args:
        data_dir: The data folder; a ledger is begun where there is none.
        clock: The machine's clocks.
        program: Name and version, for the ledger.
        local: What this terminal makes of a configuration of central's, where no kiosk runs that knows.

    Raises:
        KioskAway: Another program has the right to write, and no socket.
        LocalFault: The ledger cannot be opened.
    """
    try:
        link = KioskLink(data_dir)
    except KioskAway as away:
        try:
            with office.opened(data_dir, clock, program, local) as own:
                yield OwnKiosk(own)
        except LedgerLocked as error:
            raise KioskAway(f"another program writes the ledger and cannot be asked: {away}") from error
        except (LedgerError, OSError) as error:
            raise LocalFault(Fault.LEDGER, f"the ledger cannot be written: {error}") from error
        return
    try:
        yield link
    finally:
        link.close()
