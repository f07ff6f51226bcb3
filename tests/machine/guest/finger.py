"""A touch panel that is plugged in now, and fingers on it: ``finger.py HOLD_S X,Y [X,Y]``, in pixels of 1280 × 800.

It is a device of the kernel's own making (uinput), so udev, libinput and the display treat it as any other. The fingers
go down, stay and go; then it is unplugged. It is in the test's image alone. The layout of its messages is that of
linux/uinput.h and linux/input-event-codes.h on a 64-bit machine.
"""

import fcntl
import struct
import sys
import time
from pathlib import Path

EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
BTN_TOUCH, ABS_X, ABS_Y = 0x14A, 0x00, 0x01
MT_SLOT, MT_X, MT_Y, MT_ID = 0x2F, 0x35, 0x36, 0x39
SET_EVBIT, SET_KEYBIT, SET_ABSBIT, SET_PROPBIT = 0x40045564, 0x40045565, 0x40045567, 0x4004556E
CREATE, INPUT_PROP_DIRECT, BUS_USB = 0x5501, 1, 3
WIDTH, HEIGHT, FINGERS = 1280, 800, 10


def main() -> None:
    """Until the fingers are gone."""
    hold_s = float(sys.argv[1])
    places = [tuple(map(int, place.split(","))) for place in sys.argv[2:]]
    settle_s = 3.0
    with Path("/dev/uinput").open("wb", buffering=0) as panel:
        for kind in (EV_KEY, EV_ABS):
            fcntl.ioctl(panel, SET_EVBIT, kind)
        fcntl.ioctl(panel, SET_KEYBIT, BTN_TOUCH)
        fcntl.ioctl(panel, SET_PROPBIT, INPUT_PROP_DIRECT)
        most = {
            ABS_X: WIDTH - 1,
            ABS_Y: HEIGHT - 1,
            MT_SLOT: FINGERS - 1,
            MT_X: WIDTH - 1,
            MT_Y: HEIGHT - 1,
            MT_ID: 65_535,
        }
        for axis in most:
            fcntl.ioctl(panel, SET_ABSBIT, axis)
        highest = [most.get(axis, 0) for axis in range(64)]
        name = struct.pack("80sHHHHI", b"late touch panel", BUS_USB, 1, 1, 1, 0)
        panel.write(name + struct.pack("256i", *highest, *[0] * 192))
        fcntl.ioctl(panel, CREATE)
        time.sleep(settle_s)  # udev and the display take it in

        def say(*events: tuple[int, int, int]) -> None:
            for kind, code, value in (*events, (EV_SYN, 0, 0)):
                panel.write(struct.pack("llHHi", 0, 0, kind, code, value))

        for number, (x, y) in enumerate(places):
            say((EV_ABS, MT_SLOT, number), (EV_ABS, MT_ID, 100 + number), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y),
                (EV_KEY, BTN_TOUCH, 1), (EV_ABS, ABS_X, x), (EV_ABS, ABS_Y, y))  # fmt: skip
        time.sleep(hold_s)
        for number in range(len(places)):
            say((EV_ABS, MT_SLOT, number), (EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0))
        time.sleep(1)


if __name__ == "__main__":
    main()
