"""How long to wait after a failure: full jitter, and what central asked for. Pure."""

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

BASE_S = 5.0
MOST_S = 900.0
LEAST_S = 1.0
MOST_ASKED_S = 3600.0
"""A `Retry-After` longer than this is taken for this: nobody shall silence a terminal for a year."""

_SECONDS = re.compile(r"[0-9]{1,9}")


def delay_s(failures: int, random: Callable[[], float], asked_s: float | None = None) -> float:
    """Seconds until the next try.

    Anything between nothing and a bound that doubles ("full jitter"), so that a thousand terminals do not come
    back together after an outage.

    Args:
        failures: How many tries have failed since the last success, from 1.
        random: Evenly distributed in [0, 1).
        asked_s: What central asked for. It is added to: terminals that were sent away together must not return so.
    """
    bound_s = min(MOST_S, BASE_S * 2.0 ** min(failures - 1, 32))
    jitter_s = max(LEAST_S, random() * bound_s)
    return jitter_s if asked_s is None else min(asked_s, MOST_ASKED_S) + jitter_s


def retry_after_s(header: str | None, date: str | None) -> float | None:
    """What a `Retry-After` header asks for, in either form (RFC 9110, 10.2.3).

    Args:
        header: Its value.
        date: The answer's own `Date`: a time in `Retry-After` is by the server's clock, and so is this.

    Returns:
        Seconds; None where there is none, or it cannot be understood.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    until, now = _moment(text), _moment(date or "")
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None
