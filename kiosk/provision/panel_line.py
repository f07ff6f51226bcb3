"""The line on the panel while somebody answers prompts in a terminal: a window of another process."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

from kiosk.provision.works import Panel

_APPEARS_S, _ENDS_S = 60.0, 10.0


class PanelLine:
    """See `PanelPart`.

    Args:
        arguments: Those that every command takes.
        environ: Of the window.
        has_screen: Whether a window can be opened from here.
    """

    def __init__(self, arguments: tuple[str, ...], environ: Mapping[str, str], *, has_screen: bool) -> None:
        self._command = [sys.executable, "-m", "kiosk.windowed_ruler", *arguments]
        self._environ = environ
        self._has_screen = has_screen
        self._window: subprocess.Popen[bytes] | None = None

    def show(self) -> Panel:
        """See `PanelPart`. A screen that cannot be drawn on counts as none."""
        self.hide()
        if not self._has_screen:
            return Panel(None)
        window = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environ,
        )
        self._window = window
        said = _line(window)
        if not said:
            self.hide()
            return Panel(None)
        body = json.loads(said)
        width, height = body["size_px"]
        return Panel((int(width), int(height)), float(body["mm_per_px"]))

    def hide(self) -> None:
        """See `PanelPart`."""
        window, self._window = self._window, None
        if window is None:
            return
        with suppress(BrokenPipeError):  # it has gone already
            if window.stdin is not None:
                window.stdin.close()
        try:
            window.wait(_ENDS_S)
        except subprocess.TimeoutExpired:
            window.kill()
            window.wait()
        if window.stdout is not None:
            window.stdout.close()


def _line(window: "subprocess.Popen[bytes]") -> bytes:
    """The first line; empty where none came."""
    if window.stdout is None:
        return b""
    ready, _, _ = select.select([window.stdout], [], [], _APPEARS_S)
    return os.read(window.stdout.fileno(), 4096).partition(b"\n")[0] if ready else b""
