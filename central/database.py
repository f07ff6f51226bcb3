"""From an address of a database to what Django wants to know about it."""

from typing import TypedDict

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

CONNECT_TIMEOUT_S = 5
WAIT_S = 3
"""For a connection of the pool."""

# Of the web processes only: commands may take their time.
PATIENCE = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s"


class BadAddress(ValueError):
    """No address of a PostgreSQL. The message says what one looks like."""

    def __init__(self) -> None:
        super().__init__(
            "DATABASE_URL is not an address of a PostgreSQL, such as postgresql://user:password@host/name"
        )


class Parameters(TypedDict):
    """One of Django's DATABASES."""

    ENGINE: str
    NAME: str
    USER: str
    PASSWORD: str
    HOST: str
    PORT: str
    CONN_MAX_AGE: int
    CONN_HEALTH_CHECKS: bool
    OPTIONS: dict[str, object]


def parameters(url: str, pool: str | None = None) -> Parameters:
    """Django's parameters for a PostgreSQL address (``postgresql://user@host/name?sslmode=…``).

    Args:
        url: The address.
        pool: So many connections are shared by all threads.

    Raises:
        BadAddress: It is not one.
    """
    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:  # its words may have the password in them
        raise BadAddress from None
    taken = {name: str(found.pop(name, "") or "") for name in ("dbname", "user", "password", "host", "port")}
    options: dict[str, object] = {"connect_timeout": CONNECT_TIMEOUT_S, **found}
    if pool:
        # The pool gives up soon and tries again when it is asked: left to itself it would wait longer and longer, and a
        # database that is back would not be noticed for minutes.
        options["pool"] = {"min_size": 1, "max_size": int(pool), "timeout": WAIT_S, "reconnect_timeout": 1}
        options["options"] = " ".join(filter(None, (PATIENCE, str(found.get("options") or ""))))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": taken["dbname"],
        "USER": taken["user"],
        "PASSWORD": taken["password"],
        "HOST": taken["host"],
        "PORT": taken["port"],
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
