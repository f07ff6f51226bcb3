"""A touch panel that is plugged in now, and fingers on it, for as long as this runs.

It is a device of the kernel's own making (uinput), so udev, libinput and the display treat it as any other. It is in
the test's image alone. What fingers do is read from the pipe `ORDERS`, a line of JSON for each order: a list of steps
``[seconds to wait, finger, x, y]``, pixels of 1280 × 800, where that finger goes down or, where it is down, moves;
``[seconds to wait, finger]`` lifts it. When they are done a line is written to the pipe `DONE`. The layout of its
messages is that of linux/uinput.h and linux/input-event-codes.h on a 64-bit machine.
"""

import fcntl
import json
import os
import struct
import time
from pathlib import Path
from typing import BinaryIO

ORDERS, DONE = Path("/run/finger"), Path("/run/finger.done")
EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
BTN_TOUCH, ABS_X, ABS_Y = 0x14A, 0x00, 0x01
MT_SLOT, MT_X, MT_Y, MT_ID = 0x2F, 0x35, 0x36, 0x39
SET_EVBIT, SET_KEYBIT, SET_ABSBIT, SET_PROPBIT = 0x40045564, 0x40045565, 0x40045567, 0x4004556E
CREATE, INPUT_PROP_DIRECT, BUS_USB = 0x5501, 1, 3
WIDTH, HEIGHT, FINGERS = 1280, 800, 10
SETTLES_S = 3.0
"""So long udev and the display take it in, in quiet."""


class Panel:
    """The panel; plugged in by this."""

    def __init__(self, device: BinaryIO) -> None:
        self._device, self._down, self._touches = device, set[int](), 0
        for kind in (EV_KEY, EV_ABS):
            fcntl.ioctl(device, SET_EVBIT, kind)
        fcntl.ioctl(device, SET_KEYBIT, BTN_TOUCH)
        fcntl.ioctl(device, SET_PROPBIT, INPUT_PROP_DIRECT)
        most = {
            ABS_X: WIDTH - 1,
            ABS_Y: HEIGHT - 1,
            MT_SLOT: FINGERS - 1,
            MT_X: WIDTH - 1,
            MT_Y: HEIGHT - 1,
            MT_ID: 65_535,
        }
        for axis in most:
            fcntl.ioctl(device, SET_ABSBIT, axis)
        highest = [most.get(axis, 0) for axis in range(64)]
        name = struct.pack("80sHHHHI", b"late touch panel", BUS_USB, 1, 1, 1, 0)
        device.write(name + struct.pack("256i", *highest, *[0] * 192))
        fcntl.ioctl(device, CREATE)

    def put(self, finger: int, x: int, y: int) -> None:
        """A finger goes down there, or moves there."""
        if finger in self._down:
            self._say((EV_ABS, MT_SLOT, finger), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y))
            return
        self._down.add(finger)
        self._touches += 1
        self._say((EV_ABS, MT_SLOT, finger), (EV_ABS, MT_ID, self._touches), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y),
                  (EV_KEY, BTN_TOUCH, 1), (EV_ABS, ABS_X, x), (EV_ABS, ABS_Y, y))  # fmt: skip

    def lift(self, finger: int) -> None:
        """It is gone."""
        self._down.discard(finger)
        touched = (EV_KEY, BTN_TOUCH, 1 if self._down else 0)
        self._say((EV_ABS, MT_SLOT, finger), (EV_ABS, MT_ID, -1), touched)

    def _say(self, *events: tuple[int, int, int]) -> None:
        packed = [
            struct.pack("llHHi", 0, 0, kind, code, value) for kind, code, value in (*events, (EV_SYN, 0, 0))
        ]
        self._device.write(b"".join(packed))


def main() -> None:
    """Until it is ended, which unplugs it."""
    with Path("/dev/uinput").open("wb", buffering=0) as device:
        panel = Panel(device)
        time.sleep(SETTLES_S)
        for pipe in (DONE, ORDERS):
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)
        while True:
            for line in ORDERS.read_text(encoding="utf-8").splitlines():
                for wait_s, finger, *place in json.loads(line):
                    time.sleep(wait_s)
                    if place:
                        panel.put(finger, *place)
                    else:
                        panel.lift(finger)
            DONE.write_text("done\n", encoding="utf-8")


if __name__ == "__main__":
    main()
