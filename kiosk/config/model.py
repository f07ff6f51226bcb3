"""The configuration as the programs use it: typed, complete, and checked before anyone sees it.

Every field has one option of the same name in `options`, where its meaning, range and default are written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hardware.events import Level
from kiosk.config.kinds import Value
from kiosk.rotation import Rotation

Pull = Literal["up", "down", "none"]
Active = Literal["low", "high"]
PadMode = Literal["framed", "characters", "pattern"]
Theme = Literal["calm", "contrast"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs that need no wiring."""

    touch: bool
    keyboard: bool
    language_key: bool


@dataclass(frozen=True, slots=True)
class Gpio:
    """Five buttons on the pins of the board."""

    enabled: bool
    pins: tuple[int, ...]  # five, BCM numbers, worst level first
    pull: Pull
    active: Active
    chip: str  # label or number; empty: found by the program
    leds: tuple[int, ...]  # five, BCM numbers; empty: none
    language_pin: tuple[int, ...]  # one, BCM number; empty: none

    @property
    def language(self) -> int | None:
        """BCM number of the button for the language; None without one."""
        return self.language_pin[0] if self.language_pin else None


@dataclass(frozen=True, slots=True)
class Pad:
    """A serial pad with five buttons."""

    enabled: bool
    port: str
    baud: int
    mode: PadMode
    characters: str  # five, worst level first; a sixth is the language
    pattern: str  # regular expression of a line
    language_button: bool  # in the mode framed; the others say it themselves


@dataclass(frozen=True, slots=True)
class Visit:
    """How presses are told apart into visits. All in seconds."""

    repeat_interval_s: float
    correction_window_s: float
    thanks_s: float


@dataclass(frozen=True, slots=True)
class Screen:
    """The window."""

    width: int  # px; 0: the panel's own
    height: int  # px; 0: the panel's own
    panel_mm: tuple[int, ...]  # two, or empty: what the panel reports
    rotation: Rotation
    theme: Theme
    windowed: bool

    @property
    def panel(self) -> tuple[int, int] | None:
        """Width and height of the panel in millimetres; None for what it reports."""
        return (self.panel_mm[0], self.panel_mm[1]) if self.panel_mm else None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels; None for the panel's own."""
        return (self.width, self.height) if self.width else None


@dataclass(frozen=True, slots=True)
class Sound:
    """The acknowledgement."""

    enabled: bool
    volume: int  # 0 to 100
    loudspeaker: str  # name of an output; empty: the system's own choice
    headphones: str  # name of another output; empty: none
    headphones_volume: int  # 1 to 100
    quiet_from: str  # HH:MM in Viet Nam; empty: no quiet hours
    quiet_until: str


@dataclass(frozen=True, slots=True)
class Service:
    """The technician's page."""

    pin_hash: str = field(repr=False)  # empty: no menu


@dataclass(frozen=True, slots=True)
class Sync:
    """The way to the central server."""

    ca_file: str  # empty: the one given at the enrolment
    proxy: str  # URL; empty: none


@dataclass(frozen=True, slots=True)
class PullApi:
    """The API by which a server fetches the ratings."""

    listen: str  # address:port; empty: nobody may
    allow: tuple[str, ...]  # networks of callers; none: every address
    url: str  # what callers see; empty: the address itself
    server_key: str  # 64 hexadecimal digits; empty: only the server of the enrolment


@dataclass(frozen=True, slots=True)
class ScreenTexts:
    """What the screen says about the place; an empty question means the catalogue's."""

    unit: str
    department: str
    counter: str
    field: str
    question: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The words under the five faces; an empty one means the catalogue's."""

    level_1: str
    level_2: str
    level_3: str
    level_4: str
    level_5: str

    def of(self, level: Level) -> str:
        """The word of one level."""
        return (self.level_1, self.level_2, self.level_3, self.level_4, self.level_5)[level - 1]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a technician may set."""

    data_dir: Path
    language: str
    languages: tuple[str, ...]  # empty: all there are
    inputs: Inputs
    gpio: Gpio
    pad: Pad
    visit: Visit
    screen: Screen
    sound: Sound
    service: Service
    sync: Sync
    pull: PullApi
    texts: ScreenTexts
    labels: Labels

    @property
    def words(self) -> dict[str, str]:
        """The words of the place, by the names that the screens know them by; empty where the catalogue's are meant."""
        names = ("unit", "department", "counter", "field", "question")
        labels = {f"label_{level}": self.labels.of(level) for level in Level}
        return {name: getattr(self.texts, name) for name in names} | labels


def build(values: Mapping[str, Value]) -> Config:
    """The configuration from one checked value for each dotted key.

    A test holds the fields and the list of options together, in names and in types, because here they meet
    untyped.
    """

    def table(name: str) -> dict[str, Any]:
        prefix = f"{name}."
        return {key.removeprefix(prefix): v for key, v in values.items() if key.startswith(prefix)}

    top: dict[str, Any] = {key: value for key, value in values.items() if "." not in key}
    return Config(
        **top,
        inputs=Inputs(**table("inputs")),
        gpio=Gpio(**table("gpio")),
        pad=Pad(**table("pad")),
        visit=Visit(**table("visit")),
        screen=Screen(**table("screen")),
        sound=Sound(**table("sound")),
        service=Service(**table("service")),
        sync=Sync(**table("sync")),
        pull=PullApi(**table("pull")),
        texts=ScreenTexts(**table("texts")),
        labels=Labels(**table("labels")),
    )
