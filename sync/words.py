"""What the outcome of a delivery means for a technician, with what to do about it."""

from collections.abc import Mapping

from kiosk.config.phrase import Phrase
from sync.errors import Fault, Trouble
from sync.progress import Outcome

_TROUBLES: Mapping[Trouble, Phrase] = {
    Trouble.NAME: Phrase(
        "The name of the server is not known in this network. Please check the network cable or Wi-Fi, and the "
        "address of the server."
    ),
    Trouble.REFUSED: Phrase(
        "The server's machine answers, but the program there does not run. Please tell the administrator of the server."
    ),
    Trouble.ROUTE: Phrase("There is no network. Please check the network cable, the Wi-Fi or the SIM card."),
    Trouble.TIMEOUT: Phrase("The server does not answer, or too slowly. Please check the network."),
    Trouble.CUT: Phrase(
        "The connection broke. Please try again in a minute; the delivery does so by itself."
    ),
    Trouble.PROXY: Phrase(
        "The proxy does not let it through. Please check sync.proxy, or ask who runs the proxy."
    ),
    Trouble.CERTIFICATE: Phrase(
        "The server's certificate is not of an authority that is trusted here. Where it is a private one, please set "
        "sync.ca_file or enrol with --ca. If somebody stands between, do not go on."
    ),
    Trouble.CERTIFICATE_NAME: Phrase(
        "The server's certificate is for another address. Please check the address of the server."
    ),
    Trouble.CERTIFICATE_TIME: Phrase(
        "The server's certificate has expired or is not valid yet. Please tell the administrator of the server."
    ),
    Trouble.TLS: Phrase(
        "No protected connection could be made. Is the address right, and is a server behind it?"
    ),
    Trouble.CLOCK: Phrase(
        "The clock of this machine is not set, so the server's certificate cannot be judged. Please scan the square on "
        "the sheet instead of typing the code, connect the machine to a time server, or set sync.ca_file."
    ),
    Trouble.REDIRECT: Phrase(
        "Another page answers instead of the server: often the login of a Wi-Fi, or a wrong address. Please check both."
    ),
    Trouble.NOT_CENTRAL: Phrase(
        "Something that is not the central server answers: often the login of a Wi-Fi, or a wrong address. "
        "Please check both."
    ),
    Trouble.NO_RECEIPT: Phrase(
        "The answer is not a receipt of the central server that this terminal belongs to. Please tell its "
        "administrator."
    ),
    Trouble.BUSY: Phrase(
        "The server cannot take anything just now. Please try again in a minute; the delivery does so by itself."
    ),
}

_PROBLEMS: Mapping[str, Phrase] = {
    "401.1": Phrase(
        "The server does not know the key of this terminal, or has another address now. Please tell its administrator."
    ),
    "403.1": Phrase(
        "The server waits for an administrator to accept this terminal. Please tell the administrator the key id."
    ),
    "403.2": Phrase(
        "The server has revoked this terminal. It goes on collecting. Please ask the administrator of the server."
    ),
    "403.3": Phrase(
        "The code was not taken. Please compare it with the sheet, letter by letter, and type it again. Where it is "
        "the same there, it has been used or has expired: please ask the administrator for a new one."
    ),
    "409.2": Phrase(
        "The server holds another history of this terminal, and cannot prove it. Please tell the administrator."
    ),
    "413.1": Phrase("The server finds even a single entry too large. Please tell the administrator."),
}

_FAULTS: Mapping[Fault, Phrase] = {
    Fault.KEY: Phrase("The key of this terminal cannot be used."),
    Fault.STORE: Phrase("The delivery cannot write its own file. Is the disk full?"),
    Fault.LEDGER: Phrase("The ledger cannot be read. “hailong ledger verify” says more."),
    Fault.CA: Phrase("The file with the authority's certificate cannot be used."),
}


def explained(outcome: Outcome) -> Phrase:
    """Why a try failed, for a technician."""
    other = Phrase("It did not work.")
    match outcome.kind:
        case "":
            return Phrase("The connection is good.")
        case "unreachable":
            return {trouble.value: words for trouble, words in _TROUBLES.items()}.get(outcome.code, other)
        case "refused":
            other = Phrase("The server said no. Please tell its administrator what stands in brackets.")
            return _PROBLEMS.get(outcome.code, other)
        case "local":
            return {fault.value: words for fault, words in _FAULTS.items()}.get(outcome.code, other)
        case "wrong_central":
            return Phrase(
                "The server's key is not the one that was given with the code. Nothing was kept. Please do not go on, "
                "and ask the administrator whether the address and the key are right."
            )
        case "other_address":
            return Phrase(
                "The server is there, but knows itself by another address. Please give the address just as the "
                "administrator wrote it (http or https, name, port)."
            )
        case "not_confirmed":
            return Phrase("Nobody has confirmed the key of this terminal at the central server yet.")
        case "not_enrolled":
            return Phrase(
                "This terminal belongs to no central server yet. Please enrol it with “hailong enrol”."
            )
        case "other_terminal":
            return Phrase(
                "The code is for another terminal than this one. Please ask the administrator for a code of this "
                "terminal, or to move this terminal to the other counter."
            )
        case "other_board":
            return Phrase(
                "The memory card is in another machine than the one that was enrolled, so nothing is delivered; "
                "ratings are kept. If the board was changed, please ask the administrator for a code and enrol with "
                "“hailong enrol --same-ledger CODE”. A copied card must not be used."
            )
        case "already_enrolled":
            return Phrase(
                "This terminal belongs to a central server already. After a repair, or when that server has another "
                "address now, add --same-ledger. To leave it, add --replace; what is not delivered yet then goes to "
                "the new one."
            )
        case "kiosk_refused":
            return Phrase("The kiosk did not believe what the server said. Please tell the administrator.")
        case "kiosk":
            return Phrase("The kiosk is not running, or does not answer just now.")
        case _other:
            return other


def for_people(outcome: Outcome) -> Phrase:
    """The same, with the number of a problem: short enough to be said on the telephone."""
    if outcome.kind != "refused" or not outcome.code:
        return explained(outcome)
    return Phrase("{reason} ({detail})", {"reason": explained(outcome), "detail": outcome.code})


def with_detail(outcome: Outcome) -> Phrase:
    """The same, with what those need who look for it: English."""
    if not outcome.detail:
        return explained(outcome)
    return Phrase("{reason} ({detail})", {"reason": explained(outcome), "detail": outcome.detail})
