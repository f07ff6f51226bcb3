"""Chromium in kiosk mode on a screen of its own, as a terminal made of a web page would run it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.page import SIZE_PX

_END_S = 30.0

# What it does besides showing the page is switched off, in its favour; so is the sandbox, which root cannot have.
_FLAGS = (
    "--kiosk",
    f"--window-size={SIZE_PX[0]},{SIZE_PX[1]}",
    "--window-position=0,0",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-features=Translate",
    "--disable-quic",
    "--disable-session-crashed-bubble",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--noerrdialogs",
)


def chromium_version() -> str:
    """What it says that it is."""
    done = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split(" built on")[0].strip()


class Browser:
    """One run, begun when this is made.

    Args:
        page: The file to show.
        profile: Its folder, kept from run to run as on a terminal.
        environ: The environment, with the display.
        flags: Beside the usual ones.
    """

    def __init__(
        self, page: Path, profile: Path, environ: Mapping[str, str], flags: Sequence[str] = ()
    ) -> None:
        self.began_s = time.monotonic()
        self._process = subprocess.Popen(
            ["chromium", *_FLAGS, *flags, f"--user-data-dir={profile}", page.as_uri()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**environ, "HOME": os.fspath(profile)},
            process_group=0,
        )

    @property
    def pid(self) -> int:
        """Its first process."""
        return self._process.pid

    def end(self) -> None:
        """End it in good order, and whatever of it stays behind."""
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        finally:
            with suppress(ProcessLookupError):  # nothing of it is left
                os.killpg(self.pid, signal.SIGKILL)


@contextmanager
def browsing(page: Path, profile: Path, environ: Mapping[str, str]) -> Iterator[Browser]:
    """A run that is ended when the block is left."""
    browser = Browser(page, profile, environ)
    try:
        yield browser
    finally:
        browser.end()
