"""How much room there is, as it is said to people."""

from kiosk.config.phrase import Phrase

_BY_GIGABYTES = 10_000
"""From so many megabytes on, whole gigabytes say enough."""


def room(free_mb: int | None) -> Phrase:
    """``26 GB``, ``740 MB``; None = the disk does not say."""
    if free_mb is None:
        return Phrase("unknown")
    if free_mb >= _BY_GIGABYTES:
        return Phrase("{count} GB", {"count": round(free_mb / 1000)})
    return Phrase("{count} MB", {"count": free_mb})
