"""The kiosk as the delivery sees it: by its socket while it runs, else as an office opened in this program."""

import logging
from typing import Protocol

from kiosk.messages import wire
from sync.errors import KioskAway, KioskRefused

log = logging.getLogger(__name__)


class Kiosk(Protocol):
    """Whoever has the right to write the ledger."""

    def ask(self, request: wire.Request) -> wire.Answer:
        """The answer to a request. Raises `KioskAway`."""


def head_of(kiosk: Kiosk) -> wire.Head:
    """Where the chain ends. Raises `KioskAway`, `KioskRefused`."""
    answer = kiosk.ask(wire.GetHead())
    if isinstance(answer, wire.Head):
        return answer
    raise _no(answer)


def nonce_of(kiosk: Kiosk) -> str:
    """A nonce for a time statement. Raises `KioskAway`, `KioskRefused`."""
    answer = kiosk.ask(wire.GetNonce())
    if isinstance(answer, wire.Nonce):
        return answer.nonce
    raise _no(answer)


def put(kiosk: Kiosk, request: wire.Request) -> None:
    """Have something done. Raises `KioskAway`, `KioskRefused`."""
    answer = kiosk.ask(request)
    if not isinstance(answer, wire.Done):
        raise _no(answer)


def offer(kiosk: Kiosk, request: wire.Request) -> None:
    """Say something that the kiosk may find useful; what it says to it does not matter here. Raises `KioskAway`."""
    answer = kiosk.ask(request)
    if isinstance(answer, wire.Later):
        log.info("the kiosk does not take %s now: %s", type(request).__name__, answer.reason)
    elif not isinstance(answer, wire.Done):
        log.warning("the kiosk did not take %s: %s", type(request).__name__, _no(answer))


def _no(answer: wire.Answer) -> KioskAway | KioskRefused:
    match answer:
        case wire.Refused():
            return KioskRefused(answer.reason)
        case wire.Later():
            return KioskAway(answer.reason)
        case _other:
            return KioskAway(f"the kiosk answered something else: {type(answer).__name__}")
