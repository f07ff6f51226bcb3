"""Which inputs the terminal has, and whether each button of them arrives."""

from collections.abc import Mapping

from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Entry, Keys, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform, text
from kiosk.provision.steps import State, Step
from kiosk.provision.works import InputsTried, OptionsSet, Outcome, SetOptions, TryInputs, Work

PAD_PORT = "/dev/hailong-pad"
"""Where the rule of udev puts the pad."""

_AS_IT_IS = "as_it_is"
_TOUCH_EACH = Phrase(
    "After “Begin” the screen shows five levels. Please press each of them once, from the left to the right."
)
_PRESS_EACH = Phrase("After “Begin” please press every button once, from the left to the right.")


def _only(*, touch: bool, gpio: bool, pad: bool) -> Mapping[str, Value]:
    """Beside them nothing: a keyboard that somebody forgot must not rate."""
    return {"inputs.touch": touch, "inputs.keyboard": False, "gpio.enabled": gpio, "pad.enabled": pad}


_SETS: Mapping[str, tuple[Phrase, Mapping[str, Value]]] = {
    "touch": (
        Phrase("Touch screen only"),
        _only(touch=True, gpio=False, pad=False),
    ),
    "gpio": (
        Phrase("Five buttons wired to the board"),
        _only(touch=False, gpio=True, pad=False),
    ),
    "touch_gpio": (
        Phrase("Touch screen and five buttons wired to the board"),
        _only(touch=True, gpio=True, pad=False),
    ),
    "pad": (
        Phrase("Button pad on USB or a serial port"),
        _only(touch=False, gpio=False, pad=True),
    ),
    "touch_pad": (
        Phrase("Touch screen and button pad"),
        _only(touch=True, gpio=False, pad=True),
    ),
}


class Inputs:
    """See `Stage`."""

    title = TITLES[Step.INPUTS]

    def opened(self, state: State) -> Next:
        """See `Stage`."""
        del state
        return Ask("inputs")

    def page(self, state: State) -> Page:
        """See `Stage`."""
        match state.question:
            case "port":
                port = str(state.options.get("pad.port") or PAD_PORT)
                return Page(
                    self.title,
                    (Phrase("On which port is the pad? Where you are not sure, please leave it as it is."),),
                    entry=Entry(Keys.ADDRESS, Phrase("Port of the pad"), port),
                )
            case "ready":
                what = _TOUCH_EACH if _set_now(state) == "touch" else _PRESS_EACH
                return Page(
                    self.title,
                    (what, Phrase("These presses are tests; none of them is counted.")),
                    (Choice("begin", Phrase("Begin")),),
                )
            case "missing":
                tried = state.last(InputsTried)
                return Page(
                    self.title,
                    tuple(text(line) for line in (tried.lines if tried else ())),
                    (
                        Choice("again", Phrase("Try once more")),
                        Choice("other", Phrase("The terminal has other inputs")),
                    ),
                )
            case _:
                return Page(
                    self.title, (Phrase("With what do citizens rate at this terminal?"),), _choices(state)
                )

    def answered(self, state: State, value: str) -> Next:
        """See `Stage`."""
        match state.question:
            case "port":
                return Perform(SetOptions({**_SETS[state.draft["inputs"]][1], "pad.port": value.strip()}))
            case "ready":
                return Perform(TryInputs())
            case "missing":
                return Perform(TryInputs()) if value == "again" else Ask("inputs")
            case _:
                if value == _AS_IT_IS:
                    return Ask("ready")
                values = _SETS[value][1]
                return Ask("port") if values["pad.enabled"] else Perform(SetOptions(values))

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """See `Stage`."""
        del work
        if isinstance(outcome, OptionsSet):
            return Ask("ready")
        if isinstance(outcome, InputsTried) and outcome.complete:
            return Complete((_now(state), *(text(line) for line in outcome.lines)))
        return Ask("missing", Phrase("Not everything is right with the buttons yet."))

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """See `Stage`."""
        return SetOptions(before) if before else None


def _choices(state: State) -> tuple[Choice, ...]:
    """What is set now comes first; where it is none of ours, it can be left so."""
    now = _set_now(state)
    if now is None:
        first = Choice(_AS_IT_IS, Phrase("As it is set now: {inputs}", {"inputs": _now(state)}))
    else:
        first = Choice(now, Phrase("{inputs} (set now)", {"inputs": _SETS[now][0]}))
    return (first, *(Choice(key, label) for key, (label, _values) in _SETS.items() if key != now))


def _set_now(state: State) -> str | None:
    for key, (_label, values) in _SETS.items():
        if all(state.options.get(option) == value for option, value in values.items()):
            return key
    return None


def _now(state: State) -> Phrase:
    """The inputs that are switched on."""
    now = _set_now(state)
    return Phrase("keyboard or other") if now is None else _SETS[now][0]
