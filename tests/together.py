"""Several threads that do something at the same moment."""

import threading
from collections.abc import Callable, Sequence


def at_once(calls: Sequence[Callable[[], object]]) -> None:
    """Begin all of them together, each in a thread of its own, and wait until all have ended."""
    gate = threading.Barrier(len(calls))

    def begin(call: Callable[[], object]) -> None:
        gate.wait()
        call()

    threads = [threading.Thread(target=begin, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
