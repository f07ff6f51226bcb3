"""A failure as it is remembered, and what a command ends with because of it. Pure."""

from kiosk.config.phrase import printable
from sync.errors import (
    AlreadyEnrolled,
    KioskAway,
    KioskRefused,
    LocalFault,
    NotConfirmed,
    NotEnrolled,
    OtherAddress,
    OtherBoard,
    OtherTerminal,
    Refused,
    SyncError,
    Unreachable,
    WrongCentral,
)
from sync.progress import Outcome

WELL, LOCAL, UNREACHABLE, REFUSED, NOT_CONFIRMED = 0, 2, 3, 4, 5
"""Exit codes: done; something of this machine; central was not reached, nothing is lost; central said no; nobody has
confirmed the key yet."""

_LONGEST_DETAIL = 500


def outcome_of(error: SyncError) -> Outcome:
    """What `hailong sync status` will tell of it."""
    # It goes into a log, and a server has a say in it.
    detail = printable(str(error)[:_LONGEST_DETAIL])[:_LONGEST_DETAIL]
    match error:
        case Unreachable():
            return Outcome("unreachable", error.trouble.value, detail)
        case Refused():
            return Outcome("refused", error.problem.code[:10], detail)
        case LocalFault():
            return Outcome("local", error.fault.value, detail)
        case NotConfirmed():
            return Outcome("not_confirmed", "", "")
        case NotEnrolled():
            return Outcome("not_enrolled", "", detail)
        case OtherTerminal():
            return Outcome("other_terminal", "", detail)
        case OtherBoard():
            return Outcome("other_board", "", detail)
        case AlreadyEnrolled():
            return Outcome("already_enrolled", "", detail)
        case OtherAddress():
            return Outcome("other_address", "", detail)
        case WrongCentral():
            return Outcome("wrong_central", "", detail)
        case KioskRefused():
            return Outcome("kiosk_refused", "", detail)
        case _other:
            return Outcome("kiosk", "", detail)


def exit_code(error: SyncError) -> int:
    """What a command ends with."""
    match error:
        case Unreachable():
            return UNREACHABLE
        case NotConfirmed():
            return NOT_CONFIRMED
        case (
            Refused() | NotEnrolled() | WrongCentral() | OtherAddress() | OtherTerminal() | AlreadyEnrolled()
        ):
            return REFUSED
        case KioskAway() | KioskRefused() | LocalFault():
            return LOCAL
        case _other:
            return LOCAL
