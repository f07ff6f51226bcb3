"""Whether the database is this server's: one with other keys would give receipts that no terminal believes."""

import hmac

from central import server
from central.models import Identity
from central.reading import life

CHECK = b"hailong/central/check"


class ForeignDatabase(Exception):
    """The database belongs to a server with other keys. The message says what to do."""


def settle(public_url: str | None = None) -> None:
    """Write down whose database this is, where nobody has, and compare.

    Args:
        public_url: What terminals are told from now on; None leaves it.

    Raises:
        ForeignDatabase: Another server's keys are written there.
        django.db.Error: It could not be read or written.
    """
    here = server.this()
    check = hmac.digest(here.code_secret, CHECK, "sha256")
    row, _ = Identity.objects.get_or_create(
        id=1, defaults={"public_key": here.key.public.raw, "secret_check": check}
    )
    if bytes(row.public_key) != here.key.public.raw or not hmac.compare_digest(
        bytes(row.secret_check), check
    ):
        raise ForeignDatabase(
            f"the database belongs to a server with other keys: copy its folder keys to {here.place.keys}"
        )
    life.settle()
    if public_url is not None and row.public_url != public_url:
        Identity.objects.update(public_url=public_url)


def public_url() -> str | None:
    """What terminals are told; None before a server was started."""
    return Identity.objects.values_list("public_url", flat=True).first() or None
