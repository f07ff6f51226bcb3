"""What a server looks at by itself while it serves: that its database runs, and who is silent."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import click

from central.embedded import Cluster, EmbeddedError

DATABASE_S = 2.0
"""How often the embedded database is looked at."""

SILENCE_S = 1800.0
"""How often terminals that are not heard are looked for; not at once: after days without a server each of them needs up
to a quarter of an hour to find that it is back. Several servers on one database may all do it."""


PULL_EVERY_S = 60.0
"""How often a terminal is asked that is to be, where nobody said otherwise."""

PULL_S = 5.0
"""How often it is looked which terminals are to be asked."""


@contextmanager
def watched(cluster: Cluster | None, pull_every_s: float = PULL_EVERY_S) -> Iterator[None]:
    """An embedded database is started again when it ends by itself; terminals that fall silent become alarms.

    Args:
        cluster: Where the database is embedded.
        pull_every_s: How often terminals are asked that are to be.
    """
    with ExitStack() as watchers:
        watchers.enter_context(repeated("silence", SILENCE_S, _look_for_silence))
        watchers.enter_context(repeated("pull", min(PULL_S, pull_every_s), partial(_pull, pull_every_s)))
        if cluster is not None:
            watchers.enter_context(repeated("database", DATABASE_S, partial(_look_at_database, cluster)))
        yield


@contextmanager
def repeated(name: str, every_s: float, look: Callable[[], None]) -> Iterator[None]:
    """Do something now and again, in a thread of its own.

    Args:
        name: Of the thread.
        every_s: How long to wait before each time.
        look: What to do.
    """
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(every_s):
            look()

    thread = threading.Thread(target=run, name=name)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _look_at_database(cluster: Cluster) -> None:
    if cluster.runs():
        return
    try:
        cluster.revive()  # requests are answered with 503 meanwhile
    except (EmbeddedError, OSError) as error:
        click.echo(f"the embedded database does not start: {error}", err=True)


def _look_for_silence() -> None:
    from django.db import Error, connections

    from central import silence

    try:
        silence.look()
    except Error as error:  # the next time comes; that the database is away is said where votes are refused
        click.echo(f"nobody could look for silent terminals: {type(error).__name__}", err=True)
    finally:
        connections.close_all()


def _pull(every_s: float) -> None:
    from django.db import Error, connections

    from central.pulling import timetable

    try:
        timetable.pull_due(every_s)
    except Error as error:
        click.echo(f"nobody could look which terminals are to be asked: {type(error).__name__}", err=True)
    finally:
        connections.close_all()
