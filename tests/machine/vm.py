"""A machine in QEMU: switched on, seen, touched, unplugged, and cut off from its power.

The processor is emulated (``-accel tcg``): nothing here says how fast anything is.

A power cut is a SIGKILL of QEMU. What the guest had not written is lost with its memory. What it had written and not
flushed is lost as far as it lay in new blocks, because QEMU's own table of blocks (qcow2) is written out by a flush:
so a program that does not sync loses, as on a card with a cache of its own. What was flushed is on the host's disk.
"""

import json
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from PIL import Image as Picture

from tests.machine.image import Image
from tests.machine.qmp import PATIENCE_S, Json, Qmp

BOOT_S = 600.0
"""Longer than a machine takes to boot on two busy cores."""
SIZE_PX = (1280, 800)
KERNEL = (
    "root=/dev/vda rw console=tty0 console=ttyS0 loglevel=4 mitigations=off audit=0 apparmor=0"
    " no5lvl nowatchdog tsc=reliable cryptomgr.notests"
)
"""Without guards against other programs on the processor, and without tests of it and its clock, which cost time where
it is emulated."""
WATCHDOG = ("-device", "i6300esb", "-action", "watchdog=reset")
"""A board's watchdog, which Debian's systemd finds and feeds; a reset ends QEMU here."""
_ALWAYS = "no_timer_check"
"""Every kernel looks whether its timer ticks in time, and panics where a busy host kept it from that."""
_SOCKET = "later"
"""Where a disk can be plugged in while the machine is on."""
_ABSOLUTE = 0x7FFF
"""The far edge of an absolute axis in QEMU's protocol."""


class MachineError(Exception):
    """The machine does not do what was waited for."""


@dataclass(frozen=True, slots=True)
class Power:
    """How a machine is switched on.

    Attributes:
        clock: What its clock shows, as ``-rtc base=`` takes it.
        more: More arguments for QEMU.
        later: A disk that is plugged in later.
    """

    clock: str = "utc"
    more: Sequence[str] = field(default=())
    later: str | None = None


@dataclass(frozen=True, slots=True)
class Kernel:
    """What is started: the kernel, its initial file system, and its command line."""

    kernel: Path
    initrd: Path
    line: str


class Machine:
    """One machine with its disks, which outlive every power cut.

    Args:
        disks: What each was when it was new, by its name, in the order of /dev/vda, /dev/vdb.
        kernel: Asked at each start.
        folder: For its disks, sockets and logs; short, for a socket's path has a limit.
    """

    def __init__(self, disks: Mapping[str, Path], kernel: Callable[[], Kernel], folder: Path) -> None:
        self._disks, self._kernel, self.folder = tuple(disks), kernel, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._qmp: Qmp | None = None
        self._hand: socket.socket | None = None
        self._boots = 0
        for name, backing in disks.items():
            layer = ["-f", "qcow2", "-F", "raw", "-b", str(backing), str(self.disk(name))]
            subprocess.run(["qemu-img", "create", "-q", *layer], check=True)

    def disk(self, name: str) -> Path:
        """The layer of a disk (``root`` or ``data``) that this machine writes."""
        return self.folder / f"{name}.qcow2"

    def copy_data(self, into: Path) -> None:
        """The data partition as it is now, whether or not the machine runs."""
        convert = ["qemu-img", "convert", "-U", "-f", "qcow2", "-O", "raw", str(self.disk("data")), str(into)]
        subprocess.run(convert, check=True)

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self._process is not None

    @property
    def console(self) -> str:
        """What this boot has said at the serial console."""
        return self._log("console")

    def _log(self, name: str) -> str:
        path = self.folder / f"{name}-{self._boots}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def switch_on(self, power: Power = Power()) -> None:
        """Give it power; returns when QEMU runs, long before the guest does."""
        self._boots += 1
        with (self.folder / f"qemu-{self._boots}.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command(power), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._qmp = Qmp(self.folder / "qmp")
        self._hand = _connected(self.folder / "hand")

    def _command(self, power: Power) -> list[str]:
        # Whoever ends this process by force ends the machine, too.
        command = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", "-nodefaults", "-no-reboot"]
        # One processor: emulating two costs a third more, and each takes one of the host's.
        command += ["-machine", "q35,accel=tcg", "-cpu", "max", "-smp", "1", "-m", "1024"]
        command += ["-display", "none", "-rtc", f"base={power.clock}"]
        kernel = self._kernel()
        command += ["-kernel", str(kernel.kernel), "-initrd", str(kernel.initrd)]
        command += ["-append", f"{kernel.line} {_ALWAYS}"]
        for name in self._disks:
            command += ["-drive", f"if=none,id={name},format=qcow2,cache=writeback,file={self.disk(name)}"]
            if name == power.later:
                command += ["-device", f"pcie-root-port,id={_SOCKET}"]
            else:
                command += ["-device", f"virtio-blk-pci,drive={name}"]
        width, height = SIZE_PX
        command += [
            "-device",
            f"virtio-vga,edid=on,xres={width},yres={height}",
            "-device",
            "virtio-tablet-pci",
        ]
        command += [
            "-device",
            "virtio-rng-pci",
            "-device",
            "qemu-xhci",
        ]  # and sockets for what is plugged in later
        # The guest reaches the host's loopback as 10.0.2.2; it has no gateway, so it reaches nothing else.
        command += ["-netdev", "user,id=net,ipv6=off", "-device", "virtio-net-pci,netdev=net,id=net-card"]
        command += ["-chardev", f"file,id=console,path={self.folder}/console-{self._boots}.log"]
        command += ["-serial", "chardev:console"]
        command += ["-chardev", f"socket,id=hand,path={self.folder}/hand,server=on,wait=off"]
        command += ["-device", "virtio-serial-pci", "-device", "virtserialport,chardev=hand,name=hand"]
        command += ["-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        return [*command, *power.more]

    def lived_s(self) -> float:
        """What its clock would show if it had a processor to itself: seconds of work and of idleness, however long the
        host let it wait."""
        times = psutil.Process(self._running().pid).cpu_times()
        return times.user + times.system + float(self.run("cat /proc/uptime").split()[1])

    def cut(self) -> None:
        """Cut its power, now."""
        process = self._running()
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
        self._disconnect()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise MachineError("the machine is off")
        return self._process

    def _disconnect(self) -> None:
        self._process = None
        if self._qmp is not None:
            self._qmp.close()
        if self._hand is not None:
            self._hand.close()
        self._qmp = self._hand = None
        for name in ("qmp", "hand"):
            (self.folder / name).unlink(missing_ok=True)

    def ends_by_itself(self, timeout_s: float) -> None:
        """Wait until it switches itself off, or restarts, which is the same here. Raises `MachineError`."""
        try:
            code = self._running().wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise MachineError(f"it ran on for {timeout_s} s\n{self.console[-3000:]}") from None
        if code or "Kernel panic" in self.console:
            raise MachineError(f"QEMU ended with {code}: {self._log('qemu')}\n{self.console[-3000:]}")
        self._disconnect()

    def close(self) -> None:
        """Whatever happened, it does not run on."""
        if self._process is not None:
            self.cut()

    def qmp(self, command: str, **arguments: Json) -> Json:
        """What QEMU answers."""
        if self._qmp is None:
            raise MachineError("the machine is off")
        return self._qmp.execute(command, **arguments)

    def plug_in(self, disk: str) -> None:
        """The disk that was to be plugged in later."""
        self.qmp("device_add", driver="virtio-blk-pci", drive=disk, bus=_SOCKET)

    def plug_in_the_network(self, plugged: bool) -> None:
        """Or pull its plug."""
        self.qmp("set_link", name="net-card", up=plugged)

    def picture(self) -> Picture.Image:
        """What its screen shows."""
        path = self.folder / "screen.ppm"
        self.qmp("screendump", filename=str(path))
        with Picture.open(path) as shown:
            return shown.convert("RGB")

    def press(self, at_px: tuple[int, int], *, down: bool) -> None:
        """Put the finger there, or take it away."""
        axes = zip("xy", at_px, SIZE_PX, strict=True)
        where: list[Json] = [
            {"type": "abs", "data": {"axis": axis, "value": px * _ABSOLUTE // (size - 1)}}
            for axis, px, size in axes
        ]
        self.qmp("input-send-event", events=where)
        self.qmp("input-send-event", events=[{"type": "btn", "data": {"button": "left", "down": down}}])

    def tap(self, at_px: tuple[int, int], held_s: float = 0.15) -> None:
        """One tap."""
        self.press(at_px, down=True)
        time.sleep(held_s)
        self.press(at_px, down=False)

    def run(self, command: str, timeout_s: float = BOOT_S) -> str:
        """A technician's shell command; what it printed. Raises `MachineError` where it fails."""
        if self._hand is None:
            raise MachineError("the machine is off")
        self._hand.settimeout(timeout_s)
        self._hand.sendall(json.dumps(command).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            read = self._hand.recv(65_536)
            if not read:
                raise MachineError(f"the machine went away during: {command}")
            answer += read
        done = json.loads(answer)
        if done["code"]:
            raise MachineError(f"{command}: {done['code']}\n{done['output']}")
        return str(done["output"])

    def until(
        self, what: str, found: Callable[[], bool], timeout_s: float = BOOT_S, every_s: float = 0.5
    ) -> None:
        """Wait for a condition. Raises `MachineError` with the end of the console."""
        end_s = time.monotonic() + timeout_s
        while not found():
            if self._running().poll() is not None:
                raise MachineError(f"QEMU has ended: {self._log('qemu')}")
            if time.monotonic() > end_s:
                raise MachineError(f"waited {timeout_s} s for {what}\n{self.console[-3000:]}")
            time.sleep(every_s)


def _connected(path: Path) -> socket.socket:
    found = socket.socket(socket.AF_UNIX)
    found.connect(str(path))
    return found


@contextmanager
def machine(image: Image) -> Iterator[Machine]:
    """One, off; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hailong-vm-") as folder:
        disks = {"root": image.root, "data": image.data}
        kernel = Kernel(image.kernel, image.initrd, KERNEL)
        found = Machine(disks, lambda: kernel, Path(folder))
        try:
            yield found
        finally:
            found.close()
