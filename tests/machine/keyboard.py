"""A USB keyboard or scanner at the machine, by QEMU's key names."""

from tests.machine.qmp import Json
from tests.machine.vm import Machine

_PLAIN = {
    " ": "spc",
    "-": "minus",
    "=": "equal",
    ",": "comma",
    ".": "dot",
    "/": "slash",
    ";": "semicolon",
    "'": "apostrophe",
    "[": "bracket_left",
    "]": "bracket_right",
    "\\": "backslash",
    "\n": "ret",
    "\b": "backspace",
}
_SHIFTED = dict(zip('!@#$%^&*()_+<>?:"{}|', "1234567890-=,./;'[]\\", strict=True))


def types(machine: Machine, text: str) -> None:
    """Types it, Enter for a line's end. Raises `KeyError` for what an English keyboard has not."""
    for character in text:
        plain = _SHIFTED.get(character, character.lower())
        shift = ["shift"] if plain != character else []
        name = plain if plain.isalnum() and plain.isascii() else _PLAIN[plain]
        keys: list[Json] = [{"type": "qcode", "data": key} for key in [*shift, name]]
        machine.qmp("send-key", keys=keys, **{"hold-time": 40})
