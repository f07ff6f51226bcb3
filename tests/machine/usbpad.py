"""A pad on USB: that of the protocol's own tests, at the end of a serial adapter in the machine's socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from hardware.events import Level
from hardware.fakes.pad import PtyPad
from tests.machine.breadboard import PATIENCE_S
from tests.machine.citizen import Tap
from tests.machine.qmp import Json, QmpError
from tests.machine.vm import Machine


class UsbPad:
    """A pad and its cable; out of the socket at first. `usb_pad` makes one.

    Attributes:
        taps: Every press, in this order.
    """

    def __init__(self, machine: Machine, pad: PtyPad) -> None:
        self._machine, self._pad = machine, pad
        self._is_in = False
        self.taps: list[Tap] = []

    def plug_in(self) -> None:
        """Put the cable in; the pad starts from new."""
        self._pad.replug()
        port: Json = {"type": "serial", "data": {"device": str(self._pad.path.resolve())}}
        self._machine.qmp("chardev-add", id="pad-line", backend=port)
        self._machine.qmp("device_add", driver="usb-serial", id="pad", chardev="pad-line")
        self._is_in = True

    def pull_out(self) -> None:
        """Pull the cable; may be done twice."""
        # The far end first: with something on its way QEMU 7.2 may end where it is told to take the device away.
        self._pad.unplug()
        if self._is_in:
            self._is_in = False
            self._machine.qmp("device_del", id="pad")
            self._machine.until("the pad to be out", self._is_out, every_s=0.2)

    def _is_out(self) -> bool:
        try:
            self._machine.qmp("chardev-remove", id="pad-line")
        except QmpError:  # busy: the device is not gone yet
            return False
        return True

    def press(self, level: Level) -> None:
        """And look away."""
        self._pad.press(level)
        self.taps.append(Tap(level))

    def vote(self, level: Level) -> None:
        """Press until the pad's lights say that a rating is stored."""
        stored = self._pad.stored
        self.press(level)
        assert self._pad.wait_stored(stored + 1, PATIENCE_S), "the lights of the pad do not blink"
        self.taps[-1].is_thanked = True


@contextmanager
def usb_pad(machine: Machine, folder: Path) -> Iterator[UsbPad]:
    """One; out of the socket in the end. It waits longer for an answer than a real one, for the machine is slower."""
    with mock.patch("hardware.fakes.pad.GIVE_UP_S", PATIENCE_S), PtyPad(folder) as pad:
        found = UsbPad(machine, pad)
        try:
            yield found
        finally:
            found.pull_out()
