"""Parts of a machine for tests and for trying a user interface out: everything works, unless it is told to fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kiosk.config.kinds import Value
from kiosk.config.options import BY_KEY
from kiosk.config.phrase import Phrase
from kiosk.provision.errors import PartFailed
from kiosk.provision.model import OPTIONS
from kiosk.provision.ports import Ports
from kiosk.provision.works import (
    Checked,
    Connect,
    Enrol,
    Enrolment,
    InputsTried,
    Link,
    Network,
    NotConfirmed,
    Online,
    Panel,
    SheetWritten,
    Time,
    Wifi,
)

_NOT_TAKEN = Phrase(
    "The code was not taken. Please compare it with the sheet, letter by letter, and type it again. Where it is the "
    "same there, it has been used or has expired: please ask the administrator for a new one."
)


@dataclass
class FakeOptions:
    """A configuration in memory."""

    now: dict[str, Value] = field(default_factory=lambda: {key: BY_KEY[key].default for key in OPTIONS})

    def values(self) -> Mapping[str, Value]:
        """See `Options`."""
        return dict(self.now)

    def set(self, values: Mapping[str, Value]) -> None:
        """See `Options`."""
        self.now |= values


@dataclass
class FakePanel:
    """A screen of 10.1 inches.

    Attributes:
        options: A size that is set there counts.
        size_px: Of the picture; None = it cannot be reached.
        shown: Whether the line is there.
    """

    options: FakeOptions
    size_px: tuple[int, int] | None = (1280, 800)
    shown: bool = False

    def show(self) -> Panel:
        """See `PanelPart`."""
        self.shown = self.size_px is not None
        if self.size_px is None:
            return Panel(None)
        size_mm = self.options.now["screen.panel_mm"]
        width_mm = int(size_mm[0]) if isinstance(size_mm, tuple) and size_mm else 0
        return Panel(self.size_px, width_mm / self.size_px[0] if width_mm else 0.17)

    def hide(self) -> None:
        """See `PanelPart`."""
        self.shown = False


@dataclass
class FakeInputs:
    """Buttons; `tries` is what the next tests hear, the last one again and again."""

    tries: list[InputsTried] = field(default_factory=lambda: [InputsTried(True, ())])

    def test(self) -> InputsTried:
        """See `InputsPart`."""
        return self.tries.pop(0) if len(self.tries) > 1 else self.tries[0]


@dataclass
class FakeNetwork:
    """A cable with an address, and Wi-Fi networks with their passwords.

    Attributes:
        passwords: By name of the network; empty = it is open.
        online: How far whatever is connected leads.
        now: How it is.
        connections: What was made here so far.
    """

    passwords: dict[str, str] = field(default_factory=lambda: {"UBND": "mat khau dung", "Khach": ""})
    online: Online = Online.YES
    now: Network = field(default_factory=lambda: Network(Online.YES, "ethernet", "", "192.168.1.7/24", True))
    connections: list[Connect] = field(default_factory=list)

    def see(self, *, scan: bool) -> Network:
        """See `NetworkPart`."""
        wifi = tuple(Wifi(name, 80, bool(password)) for name, password in self.passwords.items())
        now = self.now
        return Network(now.online, now.way, now.name, now.address, now.has_wifi, wifi if scan else ())

    def connect(self, plan: Connect) -> Network:
        """See `NetworkPart`."""
        if plan.ssid is not None and self.passwords.get(plan.ssid) != plan.password:
            raise PartFailed(
                Phrase("The password of the Wi-Fi is not right. Please type it once more."), "password"
            )
        way = "ethernet" if plan.ssid is None else "wifi"
        self.now = Network(self.online, way, plan.ssid or "", plan.address or "192.168.1.8/24", True)
        self.connections.append(plan)
        return self.now

    def disconnect(self) -> None:
        """See `NetworkPart`."""
        self.connections.clear()
        self.now = Network(Online.NO, has_wifi=True)


@dataclass
class FakeTime:
    """A clock."""

    now: Time = field(default_factory=lambda: Time("2026-11-26 14:05 +07:00", True))

    def see(self) -> Time:
        """See `TimePart`."""
        return self.now

    def set(self, local: str) -> Time:
        """See `TimePart`."""
        self.now = Time(local, False)
        return self.now


@dataclass
class FakeEnrolment:
    """A central server.

    Attributes:
        good: The codes that it takes, each once.
        now: Where the terminal belongs.
        confirmed: Whether somebody has confirmed its key there, or accepted it.
        waits: Whether a code lets it in only as far as to wait for that.
        away: Nobody answers.
    """

    good: set[str] = field(default_factory=lambda: {"7K3F-9Q2M-XPTB"})
    now: Enrolment = field(default_factory=Enrolment)
    confirmed: bool = False
    waits: bool = False
    away: bool = False

    def see(self) -> Enrolment:
        """See `EnrolmentPart`."""
        return self.now

    def link(self, url: str) -> Link:
        """See `EnrolmentPart`."""
        return Link(f"{url or self.now.url}/admin/k/{'A' * 43}", "ab12-cd34-ef56-7890")

    def accepted(self) -> Enrolment:
        """See `EnrolmentPart`."""
        self._reach("")
        self.now = replace(self.now, waits=not self.confirmed)
        return self.now

    def _reach(self, about: str) -> None:
        if self.away:
            raise PartFailed(
                Phrase("There is no network. Please check the network cable, the Wi-Fi or the SIM card."),
                about,
            )

    def enrol(self, asked: Enrol) -> Enrolment | NotConfirmed:
        """See `EnrolmentPart`."""
        self._reach("phone" if asked.by_phone else "")
        if asked.by_phone:
            if not self.confirmed:
                return NotConfirmed()
            self.now = Enrolment(asked.ticket, "ABCDEFGHJK")
            return self.now
        url, *rest = asked.ticket.split()
        if not self.good.intersection(rest):
            raise PartFailed(Phrase("{reason} ({detail})", {"reason": _NOT_TAKEN, "detail": "403.3"}))
        self.good.difference_update(rest)
        self.now = Enrolment(url, "ABCDEFGHJK", waits=self.waits)
        return replace(self.now, lines=("✓",))


@dataclass
class FakeCheck:
    """Everything is well; `found` is what the next examinations find, the last one again and again."""

    found: list[Checked] = field(default_factory=lambda: [Checked(True, ("Số lỗi: 0. Số cảnh báo: 0.",))])
    sheets: list[Sequence[tuple[Phrase, Sequence[Phrase]]]] = field(default_factory=list)
    finished: bool = False

    def examine(self) -> Checked:
        """See `CheckPart`."""
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]

    def write_sheet(self, sections: Sequence[tuple[Phrase, Sequence[Phrase]]]) -> SheetWritten:
        """See `CheckPart`."""
        self.sheets.append(sections)
        return SheetWritten(("/var/lib/hailong/phieu-cai-dat.html",))

    def finish(self) -> None:
        """See `CheckPart`."""
        self.finished = True


@dataclass
class FakeMachine:
    """All of them."""

    options: FakeOptions = field(default_factory=FakeOptions)
    panel: FakePanel = field(init=False)
    inputs: FakeInputs = field(default_factory=FakeInputs)
    network: FakeNetwork = field(default_factory=FakeNetwork)
    time: FakeTime = field(default_factory=FakeTime)
    enrolment: FakeEnrolment = field(default_factory=FakeEnrolment)
    check: FakeCheck = field(default_factory=FakeCheck)

    def __post_init__(self) -> None:
        self.panel = FakePanel(self.options)

    @property
    def ports(self) -> Ports:
        """As provisioning sees it."""
        return Ports(
            self.options, self.panel, self.inputs, self.network, self.time, self.enrolment, self.check
        )
