"""A touch panel on a real X server, without a panel: Xorg, a screen in memory, the server's own test input.

The ``inputtest`` driver takes events over a Unix socket and hands them to the server exactly as the driver of a
panel would (``man 4 inputtestdrv``), so a program on this display gets true XInput 2 touch events.

Needs ``apt-get install xserver-xorg-core xserver-xorg-video-dummy`` and root (Xorg wants a virtual console).
"""

import socket
import struct
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.xdisplay import x_server

_PROTOCOL = (1, 1)
_AXIS_END = 0x10000  # the driver's position axes run from 0 to 0xffff, whatever the screen

# Every message begins with its own length and its type. Those with a position end with "has unaccelerated values",
# a bit for each axis given, padding to 8 bytes, 64 axis values and 64 unaccelerated ones.
_HEADER = struct.Struct("=II")
_VERSION = struct.Struct("=II HH")
_MOTION = struct.Struct("=II I4x I8s4x 128d")  # absolute or not
_BUTTON = struct.Struct("=II iiI4x I8s4x 128d")  # absolute or not, button, down or up
_TOUCH = struct.Struct("=II II I8s4x 128d")  # touch id, XInput 2 event type
_TYPE_VERSION, _TYPE_SYNC, _TYPE_MOTION, _TYPE_BUTTON, _TYPE_TOUCH = 0, 1, 2, 4, 6
_BEGIN, _UPDATE, _END = 18, 19, 20  # XI_TouchBegin, XI_TouchUpdate, XI_TouchEnd
_ABSOLUTE = 1

_CONFIGURATION = """
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "DontVTSwitch" "true"
EndSection
Section "InputDevice"
  Identifier "panel"
  Driver "inputtest"
  Option "DeviceType" "Touch"
  Option "SocketPath" "{folder}/panel"
EndSection
Section "InputDevice"
  Identifier "mouse"
  Driver "inputtest"
  Option "DeviceType" "PointerAbsolute"
  Option "SocketPath" "{folder}/mouse"
EndSection
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 65536
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 1.0 - 2000.0
  VertRefresh 1.0 - 500.0
  Modeline "panel" {clock:.3f} {modeline}
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "panel"
    Virtual {width} {height}
  EndSubSection
EndSection
Section "ServerLayout"
  Identifier "layout"
  Screen "screen"
  InputDevice "panel"
  InputDevice "mouse"
EndSection
"""


def _modeline(start: int, *, porch: int) -> tuple[int, ...]:
    """Visible end, sync start, sync end, total: a timing that no monitor has to like."""
    return start, start + porch, start + 2 * porch, start + 4 * porch


class _Driver:
    """The connection to one device of the ``inputtest`` driver."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30.0)
        self._socket.connect(str(path))
        self._socket.sendall(_VERSION.pack(_VERSION.size, _TYPE_VERSION, *_PROTOCOL))
        self._receive(_VERSION)

    def post(self, layout: struct.Struct, kind: int, *fields: int, at: tuple[float, float]) -> None:
        """Send one event and wait until the server has handed it on."""
        position = (0, b"\x03", *at, *(0.0,) * 126)
        self._socket.sendall(layout.pack(layout.size, kind, *fields, *position))
        self._socket.sendall(_HEADER.pack(_HEADER.size, _TYPE_SYNC))
        self._receive(_HEADER)

    def close(self) -> None:
        self._socket.close()

    def _receive(self, layout: struct.Struct) -> None:
        answer = self._socket.recv(layout.size, socket.MSG_WAITALL)
        if len(answer) != layout.size:
            raise RuntimeError("the inputtest driver closed the connection: another protocol version?")


class TouchDevice:
    """A running X server with a touch panel and an absolute pointer; positions are pixels of its screen.

    Attributes:
        display: The display name for ``DISPLAY``.
    """

    def __init__(self, width_px: int = 1280, height_px: int = 800) -> None:
        self._size = (width_px, height_px)
        self._next_id = 0
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hailong-touch-")))
            configuration = folder / "xorg.conf"
            configuration.write_text(_configuration(folder, width_px, height_px), encoding="ascii")
            command = ["Xorg", "-config", str(configuration), "-logfile", str(folder / "log")]
            options = ["-noreset", "-nolisten", "tcp", "-novtswitch", "-sharevts"]
            self.display = stack.enter_context(x_server([*command, *options]))
            self._panel = stack.enter_context(closing(_Driver(folder / "panel")))
            self._mouse = stack.enter_context(closing(_Driver(folder / "mouse")))
            self._resources = stack.pop_all()

    def down(self, x_px: float, y_px: float) -> int:
        """A finger touches the panel; returns its id for `move` and `up`."""
        touch, self._next_id = self._next_id, self._next_id + 1
        self._panel.post(_TOUCH, _TYPE_TOUCH, touch, _BEGIN, at=self._axes(x_px, y_px))
        return touch

    def move(self, touch: int, x_px: float, y_px: float) -> None:
        """The finger slides."""
        self._panel.post(_TOUCH, _TYPE_TOUCH, touch, _UPDATE, at=self._axes(x_px, y_px))

    def up(self, touch: int, x_px: float, y_px: float) -> None:
        """The finger leaves the panel."""
        self._panel.post(_TOUCH, _TYPE_TOUCH, touch, _END, at=self._axes(x_px, y_px))

    def tap(self, x_px: float, y_px: float) -> None:
        """Down and up at one place; returns when the server has handed both on."""
        self.up(self.down(x_px, y_px), x_px, y_px)

    def button(self, x_px: float, y_px: float, *, pressed: bool, number: int = 1) -> None:
        """The pointer goes there, and its button down or up."""
        at = self._axes(x_px, y_px)
        self._mouse.post(_MOTION, _TYPE_MOTION, _ABSOLUTE, at=at)
        self._mouse.post(_BUTTON, _TYPE_BUTTON, _ABSOLUTE, number, int(pressed), at=at)

    def click(self, x_px: float, y_px: float, number: int = 1) -> None:
        """A whole click of the pointer."""
        self.button(x_px, y_px, pressed=True, number=number)
        self.button(x_px, y_px, pressed=False, number=number)

    def close(self) -> None:
        """Take the devices away and stop the server. May be called twice."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _axes(self, x_px: float, y_px: float) -> tuple[float, float]:
        """The middle of that pixel on the driver's axes."""
        width, height = self._size
        return (x_px + 0.5) / width * _AXIS_END, (y_px + 0.5) / height * _AXIS_END


def _configuration(folder: Path, width: int, height: int) -> str:
    across, down = _timing(width, porch=16), _timing(height, porch=4)
    clock_mhz = across[-1] * down[-1] * 60 / 1e6
    numbers = " ".join(str(number) for number in (*across, *down))
    return _CONFIGURATION.format(folder=folder, clock=clock_mhz, modeline=numbers, width=width, height=height)


def _timing(visible: int, *, porch: int) -> tuple[int, ...]:
    """Visible end, sync start, sync end, total: a timing that no monitor has to like."""
    return visible, visible + porch, visible + 2 * porch, visible + 4 * porch
