"""What a reader of a figure must know about a rating."""

from enum import IntFlag


class Flag(IntFlag):
    """Bits of `central.models.Rating.flags`; docs/protocol.md names them."""

    SALVAGED = 1  # a closed ledger's; a later one brought it over
    TAG_BROKEN = 2  # the evolving tag over it does not fit
    UNANCHORED = 4  # its own boot does not know the time; its neighbours and the reception say
