"""One-time codes and device ids: letters that survive being read out, typed and scanned.

Crockford's base32 without checksum: no I, L, O, U; what people type for them is understood.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH, FINDER_LENGTH, DEVICE_LENGTH = 12, 4, 10

_ALIKE = str.maketrans("OIL", "011", " -–\t\r\n\ufeff")
_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")


class BadCode(ValueError):
    """What was typed cannot be a code."""


def new_code() -> str:
    """12 random characters, 60 bits."""
    return _random(CODE_LENGTH)


def new_device_id() -> str:
    """10 random characters, 50 bits."""
    return _random(DEVICE_LENGTH)


def normalise(typed: str) -> str:
    """A code as people type it, in its one form.

    Raises:
        BadCode: It cannot be a code.
    """
    code = typed.upper().translate(_ALIKE)
    if not _CODE.fullmatch(code):
        raise BadCode(f"a code has {CODE_LENGTH} letters and digits, such as 7K3F-9Q2M-XPTB")
    return code


def for_people(code: str) -> str:
    """In groups of four."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
