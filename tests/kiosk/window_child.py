"""A small program with the product's window, run by the tests as a process of its own.

``python -m tests.kiosk.window_child [WxH] [--present]`` prints one JSON object a line: first ``ready``, then every
record of the window (``--present``: and shows a frame after each batch). SIGTERM or closing the window ends it
with 0, a lost display with 7.
"""

import json
import signal
import sys
from dataclasses import asdict

from hardware.clock import boottime_ns
from kiosk.wait import DisplayLost
from kiosk.window import Closed, DisplayUnavailable, Exposed, Window


def say(kind: str, **fields: object) -> None:
    print(json.dumps({"kind": kind, **fields}), flush=True)  # noqa: T201


def run(size: tuple[int, int] | None, *, present: bool) -> None:
    """Until it is told to stop."""
    stopping: list[int] = []
    with Window(size) as window:

        def stop(number: int, _frame: object) -> None:
            stopping.append(number)
            window.wake()

        signal.signal(signal.SIGTERM, stop)
        window.surface.fill((20, 120, 220))
        window.present()
        say("ready", size=window.size, driver=window.driver, polls=window.polls)
        while not stopping:
            window.wait()
            for record in window.events(boottime_ns()):
                say(type(record).__name__, **asdict(record))
                if isinstance(record, Closed):
                    stopping.append(0)
                if present or isinstance(record, Exposed):
                    window.present()
    window.close()
    window.wake()
    say("closed", repr=repr(window))


def main() -> int:
    """Exit code for the test."""
    sizes = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    width, _, height = (sizes or ["x"])[0].partition("x")
    try:
        run((int(width), int(height)) if sizes else None, present="--present" in sys.argv)
    except DisplayUnavailable as error:
        say("unavailable", message=str(error))
        return 6
    except DisplayLost as error:
        say("lost", message=str(error))
        return 7
    return 0


if __name__ == "__main__":
    sys.exit(main())
