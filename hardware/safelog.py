"""Tracebacks for the log that cannot give a vote away.

The text of an exception is made from values, and in the code that handles presses a value may be a level. So
where presses are handled, a failure is logged with the type of the exception and the places it went through,
without its text.
"""

import logging
import traceback
from collections.abc import Iterable

from hardware.events import Emit, InputEvent


def log_failure(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Log that something failed, with traceback, without the values in it.

    Args:
        logger: Where to.
        what: English, what was being done.
        error: The exception.
    """
    places = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed: %s\n%s", what, type(error).__qualname__, places.rstrip())


def hand_on(logger: logging.Logger, emit: Emit, events: Iterable[InputEvent]) -> None:
    """Emit every event; one that fails is logged and does not hold up the next.

    Args:
        logger: Where failures go.
        emit: The way out of the input.
        events: In order.
    """
    for event in events:
        try:
            emit(event)
        except Exception as error:  # noqa: BLE001 - logged; the next press must not suffer
            log_failure(logger, "handing on an input event", error)
