"""A receipt says that central has it. A database that forgets at a power cut would make a lie of it."""

from django.db import connection

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


class Unsafe(Exception):
    """The database may lose what it has committed. The message names the setting."""


def check() -> None:
    """Read the settings back.

    Raises:
        Unsafe: One of them is off.
        django.db.Error: They cannot be read.
    """
    with connection.cursor() as cursor:
        for name in DURABLE:
            cursor.execute("SELECT current_setting(%s)", (name,))
            if cursor.fetchone()[0] == "off":
                raise Unsafe(
                    f"the database has {name} = off and may lose what it has committed: set it to on"
                )
