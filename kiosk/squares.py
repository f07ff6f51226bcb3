"""QR codes: their modules, for a screen, and as lines for a terminal window. Pure.

ISO/IEC 18004 wants a quiet zone of four modules around the symbol; it is part of what is given here.
"""

import segno

QUIET_MODULES = 4

_DARK_ON_LIGHT, _PLAIN = "\x1b[0;30;47m", "\x1b[0m"
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of whether each module is dark, with the quiet zone. Error correction M: 15 % may be lost to glare."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    return tuple(tuple(bool(one) for one in row) for row in code.matrix_iter(border=QUIET_MODULES))


def lines(text: str) -> tuple[str, ...]:
    """Two rows of modules a line, dark on light whatever the colours of the window are."""
    rows = modules(text)
    rows += ((False,) * len(rows[0]),) * (len(rows) % 2)
    return tuple(
        _DARK_ON_LIGHT + "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) + _PLAIN
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
