"""SIGTERM, Ctrl-C and a closed terminal window as an end in good order."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ended_by_signals(stop: Callable[[], None], wake_fd: int) -> Iterator[None]:
    """Call `stop` on SIGTERM, SIGINT and SIGHUP while the block runs.

    Args:
        stop: Ends the loop.
        wake_fd: Non-blocking; a byte written there ends the loop's sleep.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop()

    # By descriptor: a signal that comes between the last look and the sleep would otherwise not end the sleep.
    wakeup_fd = signal.set_wakeup_fd(wake_fd, warn_on_full_buffer=False)
    before = {
        number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup_fd)
        for number, handler in before.items():
            signal.signal(number, handler)
