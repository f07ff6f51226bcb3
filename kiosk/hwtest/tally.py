"""What has come from which input, and what to do where nothing came. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping

from hardware.events import (
    Ambiguous,
    InputEvent,
    Level,
    Press,
    ServiceGesture,
    Source,
    Switch,
    Tap,
    Trouble,
    TroubleKind,
)
from kiosk.config.phrase import Phrase
from kiosk.input_names import INPUT_NAMES

# Under some display servers a finger arrives as a mouse: one of the two is enough.
_ONE_OF = {Source.MOUSE: Source.TOUCH}

_REMEDIES: Mapping[Source, Phrase] = {
    Source.TOUCH: Phrase(
        "See that the panel's USB cable is in. Where another number comes than that of the column, the system turns "
        "the touches as well: screen.rotation alone may do that. hailong doctor says more."
    ),
    Source.KEY: Phrase("Is the keyboard plugged in, and is this window in front? The keys are 1 to 5."),
    Source.GPIO: Phrase("Check the wires against gpio.pins, pull and active; hailong doctor says more."),
    Source.PAD: Phrase("Check the cable, pad.port, pad.baud and pad.mode; hailong doctor says more."),
}


_WIRES = Phrase(
    "Press from the left to the right. If you did, the wires are the other way round: gpio.pins, or the plugs of the "
    "pad."
)
_REVERSED: Mapping[Source, Phrase] = {
    Source.TOUCH: Phrase(
        "Press from the left to the right. If you did, the touches are turned against the picture, or belong to "
        "another screen: remove such a rule of the system, and turn by screen.rotation alone. hailong doctor says more."
    ),
}


class Tally:
    """Counts presses by input and button.

    Args:
        inputs: The inputs that the configuration switches on.
        language: Those of them that have a button for the language.
    """

    def __init__(self, inputs: frozenset[Source], language: frozenset[Source] = frozenset()) -> None:
        self._inputs = sorted({_ONE_OF.get(source, source) for source in inputs})
        self._language = language
        self._switched: set[Source] = set()
        self.presses: Counter[tuple[Source, Level]] = Counter()
        self._order: dict[Source, list[Level]] = {}

    def take(self, event: InputEvent) -> list[Phrase]:
        """Count an event.

        Returns:
            What to say of it, each with what to do where something is to be done.
        """
        name = INPUT_NAMES.get(event.source, Phrase(event.source.value))
        match event:
            case Press():
                self.presses[event.source, event.level] += 1
                order = self._order.setdefault(_ONE_OF.get(event.source, event.source), [])
                if event.level not in order:
                    order.append(event.level)
                values: dict[str, str | int | Phrase] = {"input": name, "button": int(event.level)}
                return [Phrase("✓ {input}: button {button}", values)]
            case Switch():
                self._switched.add(event.source)
                return [Phrase("✓ {input}: the button for the language", {"input": name})]
            case Tap() | ServiceGesture():
                return []  # of the terminal's own page, which is not shown here
            case Ambiguous():
                buttons = ", ".join(str(int(level)) for level in event.levels)
                return [
                    Phrase(
                        "! {input}: buttons {buttons} at once. If only one was pressed, two wires touch each other.",
                        {"input": name, "buttons": buttons},
                    )
                ]
            case Trouble():
                return [_trouble(event, name)]

    @property
    def is_complete(self) -> bool:
        """Whether everything has come from every input; never where there is none."""
        return bool(self._inputs) and not any(
            self._missing(source) or (source in self._language and source not in self._switched)
            for source in self._inputs
        )

    @property
    def heard(self) -> frozenset[Level]:
        """The buttons that came from one of the inputs."""
        return frozenset(level for (_source, level), count in self.presses.items() if count)

    @property
    def complete(self) -> frozenset[Level]:
        """Those that came from each of the inputs."""
        missing = {level for source in self._inputs for level in self._missing(source)}
        return self.heard - missing

    @property
    def is_reversed(self) -> bool:
        """Whether an input's buttons came from 5 to 1, though they are pressed from the left to the right."""
        return any(self._is_reversed(source) for source in self._inputs)

    def _is_reversed(self, source: Source) -> bool:
        return self._order.get(source) == sorted(Level, reverse=True)

    def _missing(self, source: Source) -> list[Level]:
        """The buttons of an input that have said nothing."""
        came = {
            level
            for (other, level), count in self.presses.items()
            if count and _ONE_OF.get(other, other) is source
        }
        return [level for level in Level if level not in came]

    def summary(self) -> Iterator[Phrase]:
        """One sentence for each input that is configured, and what to do for those that said nothing."""
        if not self._inputs:
            yield Phrase("✗ No input can be tested from here: touch is tested on the screen of the terminal.")
        for source in self._inputs:
            name = INPUT_NAMES.get(source, Phrase(source.value))
            silent_ones = self._missing(source)
            missing = ", ".join(str(int(level)) for level in silent_ones)
            if self._is_reversed(source):
                yield Phrase("✗ {input}: the buttons came from 5 to 1.", {"input": name})
                yield Phrase("    → {remedy}", {"remedy": _REVERSED.get(source, _WIRES)})
            elif not missing:
                yield Phrase("✓ {input}: all five work.", {"input": name})
            elif len(silent_ones) < len(Level):
                values: dict[str, str | int | Phrase] = {"input": name, "buttons": missing}
                yield Phrase("! {input}: nothing came from button {buttons}.", values)
            else:
                yield Phrase("✗ {input}: nothing came.", {"input": name})
            silent = source in self._language and source not in self._switched
            if silent:
                yield Phrase("! {input}: nothing came from the button for the language.", {"input": name})
            if (missing or silent) and source in _REMEDIES:
                yield Phrase("    → {remedy}", {"remedy": _REMEDIES[source]})


def _trouble(event: Trouble, name: Phrase) -> Phrase:
    values: dict[str, str | int | Phrase] = {"input": name, "problem": event.detail or "-"}
    if event.level is not None:
        values["button"] = int(event.level)
    if event.kind is TroubleKind.LOST:
        if event.active:
            return Phrase("✗ {input}: lost ({problem}). Plug it in; hailong doctor says more.", values)
        return Phrase("✓ {input}: found again.", values)
    if not event.active:
        return Phrase("✓ {input}: a button that was held down has been released.", values)
    if event.level is None:
        return Phrase(
            "✗ {input}: the button for the language is held down. Free it, or look for a closed contact.",
            values,
        )
    return Phrase("✗ {input}: button {button} is held down. Free it, or look for a closed contact.", values)
