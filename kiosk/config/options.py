"""The one list of everything that can be set.

The loader, the environment variables, ``hailong config`` and ``docs/configuration.md`` are all made from it;
what has to fit together between options is in `checks`.
"""

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import get_args

from assets.texts import DEFAULT_LANGUAGE
from hardware.padpattern import LONGEST_PATTERN
from kiosk.config.address_kinds import File, ProxyUrl
from kiosk.config.kinds import Decimal, OneNumberOf, OneWordOf, Switch, Value, Whole
from kiosk.config.model import Active, PadMode, Pull, Theme
from kiosk.config.network_kinds import HttpsUrl, KeyText, ListenAddress, Networks
from kiosk.config.option import Option, words
from kiosk.config.panel_kind import PanelSize
from kiosk.config.phrase import Phrase
from kiosk.config.pin_kind import PinHash
from kiosk.config.text_kinds import Characters, Chip, Device, Folder, Pin, Pins, Text, TimeOfDay
from kiosk.config.words_kind import WordsOf
from kiosk.rotation import ROTATIONS

OF_CENTRAL = "HAILONG_CENTRAL_"
"""Variables of `hailong-central`, which may run on the same machine and in the same shell."""


def languages(catalogues: Traversable | None = None) -> tuple[str, ...]:
    """English, which is in the code, and every language that has a folder of catalogues (by default the package's)."""
    folders = (catalogues or resources.files("assets") / "locale").iterdir()
    return tuple(sorted({"en", DEFAULT_LANGUAGE, *(folder.name for folder in folders if folder.is_dir())}))


_LONGEST_TEXT = 300
_LONGEST_LABEL = 40

TABLES: Mapping[str, Phrase] = {
    "inputs": Phrase("Inputs that need no wiring."),
    "gpio": Phrase("Five buttons wired to the pins of the board."),
    "pad": Phrase("A pad with five buttons on a serial or USB port."),
    "visit": Phrase("How presses are told apart into visits."),
    "screen": Phrase("The window. Leave the sizes at 0 on a terminal."),
    "sound": Phrase(
        "The soft sound when a rating has been kept, the same for every level; and tones for headphones."
    ),
    "service": Phrase("The technician's page on the terminal itself."),
    "sync": Phrase("The way to the central server, once “hailong enrol” has told which one it is."),
    "pull": Phrase("The other way: a central server fetches the ratings itself. Off unless listen is set."),
    "texts": Phrase("What the screen says about the place."),
    "labels": Phrase("The words under the five faces, where other words than the usual ones are prescribed."),
}


OPTIONS: tuple[Option, ...] = (
    Option(
        "data_dir",
        Folder(),
        Path("/var/lib/hailong"),
        Phrase("The folder where the ratings are kept. It must be on a disk, not in memory."),
    ),
    Option(
        "language",
        OneWordOf(languages()),
        DEFAULT_LANGUAGE,
        Phrase(
            "The language of the screen. With touch, or a button for the language, citizens can switch to the others; "
            "it comes back after them."
        ),
        central=True,
    ),
    Option(
        "languages",
        WordsOf(languages()),
        (),
        Phrase(
            "The languages that citizens can switch to, in this order, after the terminal's own one. Empty: all that "
            "there are."
        ),
        central=True,
    ),
    Option("inputs.touch", Switch(), True, Phrase("Touch panel and mouse.")),
    Option("inputs.keyboard", Switch(), True, Phrase("The keys 1 to 5; 1 is the worst level.")),
    Option(
        "inputs.language_key",
        Switch(),
        False,
        Phrase("Whether the key 0 asks for the next language, for keypads as buttons."),
    ),
    Option("gpio.enabled", Switch(), False, Phrase("Whether buttons are wired to the pins.")),
    Option(
        "gpio.pins",
        Pins(),
        (5, 6, 13, 19, 26),
        Phrase("The BCM numbers of the five pins, the worst level first."),
    ),
    Option(
        "gpio.pull",
        OneWordOf(get_args(Pull)),
        "up",
        Phrase("The resistor inside the board; “none” when the wiring has its own."),
    ),
    Option(
        "gpio.active",
        OneWordOf(get_args(Active)),
        "low",
        Phrase(
            "The level of the pin while its button is pressed: “low” when the button connects to ground. "
            "Pull “up” goes with “low”, “down” with “high”."
        ),
    ),
    Option(
        "gpio.chip",
        Chip(),
        "",
        Phrase("The GPIO chip, such as pinctrl-rp1 or 0. Empty: the program finds it by itself."),
    ),
    Option(
        "gpio.leds",
        Pins(or_none=True),
        (),
        Phrase(
            "The BCM numbers of the lights in the buttons, where there are any. A pin is high while its light shines. "
            "They glow, and all blink together when a rating of these buttons is stored."
        ),
    ),
    Option(
        "gpio.language_pin",
        Pin(),
        (),
        Phrase(
            "The BCM number of a sixth button, which asks for the next language and never rates; wired like the five. "
            "Empty: there is none."
        ),
    ),
    Option("pad.enabled", Switch(), False, Phrase("Whether a pad is connected.")),
    Option(
        "pad.port",
        Device(),
        "",
        Phrase(
            "The device of the pad; required when it is enabled. Best a name under /dev/serial/by-id/, "
            "which stays the same when the pad is plugged in again."
        ),
    ),
    Option(
        "pad.baud",
        OneNumberOf((1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)),
        115200,
        Phrase("The speed of the port, in baud."),
    ),
    Option(
        "pad.mode",
        OneWordOf(get_args(PadMode)),
        "framed",
        Phrase(
            "“framed” for pads with checksums, “characters” for simple pads: one character a press, "
            "“pattern” for other pads: one line a press."
        ),
    ),
    Option(
        "pad.characters",
        Characters(),
        "12345",
        Phrase(
            "In the mode “characters”: what the five buttons send, the worst level first; and, where there is a sixth "
            "button for the language, what it sends."
        ),
    ),
    Option(
        "pad.pattern",
        Text(LONGEST_PATTERN),
        "",
        Phrase(
            "In the mode “pattern”: the regular expression of a whole line, with a group named level that finds a "
            "digit 1 to 5, or five groups named l1 to l5. A group named language is a sixth button, for the language."
        ),
    ),
    Option(
        "pad.language_button",
        Switch(),
        False,
        Phrase(
            "In the mode “framed”: whether the pad has a sixth button, for the language. The other modes say so by a "
            "sixth character, or by the group."
        ),
    ),
    Option(
        "visit.repeat_interval_s",
        Decimal(0, 60),
        5.0,
        Phrase(
            "Seconds without a press after which the next press is another person's. "
            "0: every press is a visit of its own; the correction window must then be 0 too."
        ),
        central=True,
    ),
    Option(
        "visit.correction_window_s",
        Decimal(0, 5),
        3.0,
        Phrase(
            "Seconds from the first press in which another level replaces it. 0: no correction, "
            "right for counters with queues. Never longer than the repeat interval, since both belong to one visit."
        ),
        central=True,
    ),
    Option(
        "visit.thanks_s",
        Decimal(1, 5),
        3.0,
        Phrase("Seconds that the thank-you is shown; at least as long as the correction window in any case."),
        central=True,
    ),
    Option(
        "screen.width",
        Whole(320, 7680, or_zero=True),
        0,
        Phrase("The width in pixels. 0: that of the panel. Set width and height together."),
    ),
    Option(
        "screen.height",
        Whole(240, 4320, or_zero=True),
        0,
        Phrase("The height in pixels. 0: that of the panel."),
    ),
    Option(
        "screen.panel_mm",
        PanelSize(),
        (),
        Phrase(
            "The width and height of the panel's picture in millimetres, such as [154, 86] for the 7-inch one: what is "
            "on the screen is as large as fingers and eyes need it. Empty: what the panel reports, and where that is "
            "nothing or impossible, 10.1 inches."
        ),
    ),
    Option(
        "screen.rotation",
        OneNumberOf(ROTATIONS),
        0,
        Phrase(
            "How far the picture is turned clockwise on the panel, in degrees; touches are turned with it. The size of "
            "the panel is given as it is without turning. Leave the rotation of the system itself alone."
        ),
    ),
    Option(
        "screen.theme",
        OneWordOf(get_args(Theme)),
        "calm",
        Phrase(
            "“calm”: ink on warm paper; “contrast”: white and yellow on black, for bright halls and weak eyes."
        ),
        central=True,
    ),
    Option("screen.windowed", Switch(), False, Phrase("A window instead of the whole screen, for trials.")),
    Option(
        "sound.enabled",
        Switch(),
        True,
        Phrase("Whether a kept rating is acknowledged by a sound."),
        central=True,
    ),
    Option(
        "sound.volume",
        Whole(0, 100),
        60,
        Phrase("How loud it is; 100 is still soft, 0 is silence."),
        central=True,
    ),
    Option(
        "sound.loudspeaker",
        Text(_LONGEST_TEXT),
        "",
        Phrase(
            "The name of the output for it, as hailong doctor lists them. Empty: the one that the system has chosen."
        ),
    ),
    Option(
        "sound.headphones",
        Text(_LONGEST_TEXT),
        "",
        Phrase(
            "The name of an output that is nothing but headphones. In them, and nowhere else, each level has a tone of "
            "its own; the loudspeaker must then be named, too. Empty: there are none."
        ),
    ),
    Option(
        "sound.headphones_volume",
        Whole(1, 100),
        60,
        Phrase("How loud the headphones are; quiet hours do not concern them."),
        central=True,
    ),
    Option(
        "sound.quiet_from",
        TimeOfDay(),
        "",
        Phrase("From when on there is no sound, by the time in Viet Nam. Empty: there are no quiet hours."),
        central=True,
    ),
    Option(
        "sound.quiet_until",
        TimeOfDay(),
        "",
        Phrase("Until when there is no sound; earlier than quiet_from means on the next day."),
        central=True,
    ),
    Option(
        "service.pin_hash",
        PinHash(),
        "",
        Phrase(
            "What is kept of the PIN of the service menu, as “hailong config pin” writes it. Empty: the service page "
            "shows how the terminal is, and has no menu."
        ),
    ),
    Option(
        "sync.ca_file",
        File(),
        "",
        Phrase(
            "The certificate (PEM) of the only authority that is trusted for the central server, where it is not a "
            "public one. Empty: the one given with “hailong enrol --ca”, else those of the machine."
        ),
    ),
    Option(
        "sync.proxy",
        ProxyUrl(),
        "",
        Phrase("The proxy on the way to the central server. Nothing is taken from http_proxy and the like."),
    ),
    Option(
        "pull.listen",
        ListenAddress(),
        "",
        Phrase(
            "The address and the port at which “hailong sync run” answers the server that fetches. Empty: nobody can "
            "fetch anything."
        ),
    ),
    Option(
        "pull.allow",
        Networks(),
        (),
        Phrase(
            "The networks from which may be fetched. Empty: from everywhere. In any case only a server whose key this "
            "terminal knows gets anything."
        ),
    ),
    Option(
        "pull.url",
        HttpsUrl(),
        "",
        Phrase(
            "The address as the server sees it, where it is another one on the way. Empty: that of listen."
        ),
    ),
    Option(
        "pull.server_key",
        KeyText(),
        "",
        Phrase(
            "The public key (Ed25519) of a server that may fetch although this terminal is not enrolled there. Empty: "
            "only the server of the enrolment may."
        ),
    ),
    words("texts.unit", _LONGEST_TEXT, Phrase("The name of the unit.")),
    words("texts.department", _LONGEST_TEXT, Phrase("The department or team.")),
    words("texts.counter", _LONGEST_TEXT, Phrase("The name or the number of the counter.")),
    words("texts.field", _LONGEST_TEXT, Phrase("The field of service at this counter.")),
    words("texts.question", _LONGEST_TEXT, Phrase("The question. Empty: the usual one.")),
    words("labels.level_1", _LONGEST_LABEL, Phrase("The worst level. Empty: the usual word.")),
    words("labels.level_2", _LONGEST_LABEL, Phrase("The second level. Empty: the usual word.")),
    words("labels.level_3", _LONGEST_LABEL, Phrase("The middle level. Empty: the usual word.")),
    words("labels.level_4", _LONGEST_LABEL, Phrase("The fourth level. Empty: the usual word.")),
    words("labels.level_5", _LONGEST_LABEL, Phrase("The best level. Empty: the usual word.")),
)

BY_KEY: Mapping[str, Option] = {option.key: option for option in OPTIONS}


def defaults() -> dict[str, Value]:
    """The built-in value of every option."""
    return {option.key: option.default for option in OPTIONS}
