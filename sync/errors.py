"""Why something was not delivered. Whatever it is, the terminal keeps its entries.

::

    SyncError
    ├── Unreachable        no answer of a central server; carries the reason
    ├── Refused            central answered with a problem (docs/protocol.md); carries it
    ├── KioskAway          nobody answers on the kiosk's socket, or the kiosk cannot do it now
    ├── KioskRefused       the kiosk will not do it, however often it is asked
    ├── WrongCentral       the server's key is not the one that was given with the code
    ├── OtherAddress       the server does not call itself by the address that was given
    ├── OtherTerminal      the code is for another terminal than this one
    ├── OtherBoard         the card is in another board than the one that was enrolled
    ├── AlreadyEnrolled    it belongs to a central server, and was not told to leave it
    ├── NotConfirmed       nobody has confirmed the terminal's key at central yet
    ├── NotEnrolled        this terminal belongs to no central server yet
    └── LocalFault         something on this machine prevents it; carries which
"""

from enum import StrEnum

from sync.protocol import Problem


class SyncError(Exception):
    """Root of everything that prevents a delivery.

    Attributes:
        retry_after_s: How long central asked to be left alone; None = it did not say.
    """

    retry_after_s: float | None = None


class Trouble(StrEnum):
    """What was wrong with the way to central."""

    NAME = "name"  # the name is not known (DNS)
    REFUSED = "refused"  # nobody listens there
    ROUTE = "route"  # no way there: cable, Wi-Fi, SIM
    TIMEOUT = "timeout"  # no answer in time, or too slow a one
    CUT = "cut"  # the connection broke
    PROXY = "proxy"
    CERTIFICATE = "certificate"  # of an authority that is not trusted, or self-signed
    CERTIFICATE_NAME = "certificate_name"  # of another host
    CERTIFICATE_TIME = "certificate_time"  # expired, or not valid yet
    TLS = "tls"  # any other failure of the encryption
    CLOCK = "clock"  # without a clock no certificate of a public authority can be judged
    REDIRECT = "redirect"
    NOT_CENTRAL = "not_central"  # some other server answers: a captive portal, a proxy's error page
    NO_RECEIPT = "no_receipt"  # something that should be a receipt, and is none
    BUSY = "busy"  # central cannot take anything now (429, 5xx)


class Unreachable(SyncError):
    """Central was not reached, or could not take anything.

    Attributes:
        trouble: What was wrong.
        detail: English, for the log and for those who search for it.
    """

    def __init__(self, trouble: Trouble, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{trouble}: {detail}")
        self.trouble, self.detail, self.retry_after_s = trouble, detail, retry_after_s


class Refused(SyncError):
    """Central was reached and said no.

    Attributes:
        problem: What it said.
    """

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(f"{problem.code} {problem.title}: {problem.detail}")
        self.problem, self.retry_after_s = problem, retry_after_s


class KioskAway(SyncError):
    """The kiosk is not running, or cannot do it just now."""


class KioskRefused(SyncError):
    """The kiosk did not believe it."""


class WrongCentral(SyncError):
    """Somebody else answers at the address: nothing is kept of what was said."""


class OtherAddress(SyncError):
    """The server is there and knows itself by another address: what is signed for this one it cannot take."""


class OtherTerminal(SyncError):
    """Central knows this terminal as another one than the code is for."""


class OtherBoard(SyncError):
    """The card is in another board: copied, or moved in a repair. Nothing is delivered until somebody says which."""


class AlreadyEnrolled(SyncError):
    """This terminal belongs to a central server already."""


class NotConfirmed(SyncError):
    """Central lets the terminal in when somebody has confirmed its key; nobody has so far."""


class NotEnrolled(SyncError):
    """There is no central server to deliver to."""


class Fault(StrEnum):
    """What is wrong on this machine."""

    KEY = "key"  # the device's key file
    STORE = "store"  # sync.db
    LEDGER = "ledger"  # the chain that was read does not hold
    CA = "ca"  # the file with the certificate of the authority


class LocalFault(SyncError):
    """Something of this machine's own is wrong.

    Attributes:
        fault: What.
        detail: English, with the remedy.
    """

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault, self.detail = fault, detail
