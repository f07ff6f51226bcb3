"""Whether the database is this server's: one with other keys would give receipts that no terminal believes."""

import hmac
from urllib.parse import urlsplit

from central import keyring, server
from central.models import Identity
from central.pulling.guard import Policy, networks_of
from central.reading import life
from sync.address import is_loopback

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
    keyring.settle(here.place, here.keys, row)
    if bytes(row.public_key) != here.key.public.raw or not hmac.compare_digest(
        bytes(row.secret_check), check
    ):
        raise ForeignDatabase(
            f"the database belongs to a server with other keys: copy its folder keys to {here.place.keys}"
        )
    life.settle()
    if public_url is not None and row.public_url != public_url:
        Identity.objects.update(public_url=public_url)


def renew_secret() -> None:
    """Write down that the secret is another one: the folder was restored. Raises `django.db.Error`."""
    Identity.objects.update(secret_check=hmac.digest(server.this().code_secret, CHECK, "sha256"))


def allow_pull(networks: str) -> None:
    """Write down which networks' terminals may be asked, separated by blanks. Raises `django.db.Error`."""
    Identity.objects.update(pull_allow=networks)


def pull_policy(networks: str | None = None) -> Policy:
    """Which addresses may be asked.

    Args:
        networks: Instead of those that `serve` was started with last.

    Raises:
        ValueError: What is listed is no network.
    """
    row = Identity.objects.first()
    listed = networks if networks is not None else row.pull_allow if row is not None else ""
    host = urlsplit(row.public_url).hostname if row is not None else None
    return Policy(networks_of(listed), loopback=host is not None and is_loopback(host))


def public_url() -> str | None:
    """What terminals are told; None before a server was started."""
    return Identity.objects.values_list("public_url", flat=True).first() or None
