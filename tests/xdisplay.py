"""Real X servers for the tests: what a window does is only known on a display.

A missing server is a failure, never a skip: ``apt-get install xvfb xdotool``.
"""

import os
import select
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageGrab

START_S = 30.0
"""How long a server may take to come up on a loaded machine."""

COMMAND_S = 60.0
"""How long one command on a display may take."""


@contextmanager
def x_process(command: Sequence[str]) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run an X server on a display number that it finds itself.

    Args:
        command: The server and its arguments, without ``-displayfd``.

    Yields:
        The display name, such as ``:3``, once the server takes connections, and the server's process.

    Raises:
        FileNotFoundError: The server is not installed.
        RuntimeError: It ended, or did not come up within `START_S`; its output is in the message.
    """
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as numbers:  # noqa: PTH123 (a descriptor, not a path)
        try:
            server = subprocess.Popen(
                [*command, "-displayfd", str(writing)],
                pass_fds=[writing],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        finally:
            os.close(writing)
        with server:
            try:
                ready, _, _ = select.select([numbers], [], [], START_S)
                number = numbers.read(16).decode().strip() if ready else ""
                if not number:
                    server.kill()
                    output, _ = server.communicate()
                    raise RuntimeError(f"{command[0]} did not start:\n{output.decode(errors='replace')}")
                yield f":{number}", server
            finally:
                server.terminate()
                server.communicate()


@contextmanager
def x_server(command: Sequence[str]) -> Iterator[str]:
    """As `x_process`; yields the display name alone."""
    with x_process(command) as (display, _):
        yield display


@contextmanager
def xvfb(width_px: int = 1280, height_px: int = 800) -> Iterator[str]:
    """Run Xvfb with one 24-bit screen; yields the display name."""
    with x_server(xvfb_command(width_px, height_px)) as display:
        yield display


def xvfb_command(width_px: int, height_px: int) -> list[str]:
    """Xvfb with one 24-bit screen."""
    return ["Xvfb", "-screen", "0", f"{width_px}x{height_px}x24", "-nolisten", "tcp", "-noreset"]


def environment(display: str) -> dict[str, str]:
    """The environment for a program on that display, without any other display or input method."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SDL_", "WAYLAND_")) and name not in {"DISPLAY", "XMODIFIERS"}
    }
    # Else the monitor of this machine would decide how the pictures are laid out.
    return kept | {"DISPLAY": display, "LC_ALL": "C.UTF-8", "HAILONG_SCREEN_PANEL_MM": "217,136"}


def xdotool(display: str, *arguments: str | int) -> str:
    """Run xdotool on that display; returns what it printed."""
    command = ["xdotool", *(str(argument) for argument in arguments)]
    environ = environment(display)
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=COMMAND_S)
    return done.stdout.strip()


def screenshot(display: str, path: Path | None = None) -> Image.Image:
    """The whole screen as an image, written to `path` (PNG) when one is given."""
    image = ImageGrab.grab(xdisplay=display)
    if path is not None:
        image.save(path)
    return image
