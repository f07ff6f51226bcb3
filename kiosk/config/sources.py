"""The sources of the configuration, each read into the same thing: entries, and problems found on the way."""

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.config.errors import Problem
from kiosk.config.kinds import Value
from kiosk.config.option import ENVIRONMENT_PREFIX
from kiosk.config.options import BY_KEY, OF_CENTRAL, OPTIONS, TABLES
from kiosk.config.origin import Origin, SourceKind
from kiosk.config.phrase import Phrase
from kiosk.config.suggest import nearest, with_guess


@dataclass(frozen=True)
class Entry:
    """One known option as a source says it, unchecked.

    Attributes:
        key: The dotted key, one of `options.OPTIONS`.
        raw: What is written there.
        origin: Where.
        is_text: Whether the source knows nothing but text, so that the kind has to read it.
    """

    key: str
    raw: object
    origin: Origin
    is_text: bool = False


@dataclass(frozen=True)
class Layer:
    """Everything that one source says."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


def unknown_key(key: str) -> Phrase:
    """The complaint about a dotted key that is no option, with the one that was probably meant."""
    table, _, name = key.rpartition(".")
    # A right name in a wrong place is most often a forgotten table header.
    elsewhere = [option.key for option in OPTIONS if option.name == name]
    near = {option.name: option.key for option in OPTIONS if option.table == table}
    if not table:
        near |= {other: other for other in TABLES}
    sibling = nearest(name, near)
    guess = elsewhere[0] if elsewhere else near[sibling] if sibling else nearest(key, BY_KEY)
    return with_guess(Phrase("There is no such option."), guess)


def from_environment(environment: Mapping[str, str]) -> Layer:
    """The variables that begin with ``HAILONG_``, but for those of central; each must be an option's."""
    by_variable = {option.variable: option for option in OPTIONS}
    entries: list[Entry] = []
    problems: list[Problem] = []
    ours = {name for name in environment if name.startswith(ENVIRONMENT_PREFIX)}
    for name in sorted(name for name in ours if not name.startswith(OF_CENTRAL)):
        origin = Origin(SourceKind.ENVIRONMENT, name=name)
        if name in by_variable:
            entries.append(Entry(by_variable[name].key, environment[name], origin, is_text=True))
        else:
            guess = nearest(name, by_variable)
            problems.append(Problem(origin, "", with_guess(Phrase("There is no such option."), guess)))
    return Layer(tuple(entries), tuple(problems))


def from_arguments(arguments: Mapping[str, Value]) -> Layer:
    """What the command line says, by dotted key, already of the right type."""
    origin = Origin(SourceKind.ARGUMENT)
    known = tuple(Entry(key, value, origin) for key, value in arguments.items() if key in BY_KEY)
    unknown = tuple(Problem(origin, key, unknown_key(key)) for key in arguments if key not in BY_KEY)
    return Layer(known, unknown)
