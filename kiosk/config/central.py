"""Central's configuration over the terminal's own: judged whole by the same rules, and then the stronger of the two.

What central may set is marked in `options`. A statement that is not right in every part is refused by the ledger's
office, and the one before it stays. One that was right when it came may not be so any more: the file of the machine
was changed, or an older program was installed. Then its settings are left out together, and its texts stand as far
as they can be shown: votes go on being kept, and somebody is told.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from kiosk.config.checks import CHECKS
from kiosk.config.errors import Problem, Refused
from kiosk.config.kinds import Value
from kiosk.config.load import Loaded, Setting
from kiosk.config.model import Config, build
from kiosk.config.options import BY_KEY
from kiosk.config.origin import Origin, SourceKind
from kiosk.config.phrase import Phrase, printable
from kiosk.config.sources import unknown_key
from kiosk.messages.statements import ConfigStatement

log = logging.getLogger(__name__)

TEXTS = ("unit", "department", "counter", "field", "question")


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of options that central may set, read.

    Attributes:
        values: By dotted key, of those that are right in themselves.
        problems: What is wrong with the others.
    """

    values: Mapping[str, Value]
    problems: tuple[Problem, ...]


def read(raw: Mapping[str, object], origin: Callable[[str], Origin]) -> Said:
    """Values that somebody wants central to set.

    Args:
        raw: By dotted key.
        origin: Where a key is written.
    """
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for key, value in raw.items():
        option = BY_KEY.get(key)
        if option is None:
            problems.append(Problem(origin(key), key, unknown_key(key)))
        elif not option.central:
            problems.append(Problem(origin(key), key, Phrase("This is set at the terminal alone.")))
        else:
            try:
                values[key] = option.kind.read(value)
            except Refused as refusal:
                problems += (Problem(origin(key), key, phrase) for phrase in refusal.phrases)
    return Said(values, tuple(problems))


def misfits(config: Config, values: Mapping[str, Value], origin: Callable[[str], Origin]) -> list[Problem]:
    """What does not fit together once these values are in a configuration."""
    result = build(values_of(config) | dict(values))
    found: list[Problem] = []
    for check in CHECKS:
        said = [key for key in check.keys if key in values]
        if said and (message := check.find(result)):
            found.append(Problem(origin(said[0]), said[0], message))
    return found


def judged(config: Config, statement: ConfigStatement) -> Said:
    """What a statement says, and everything that speaks against it on this terminal."""
    origin = origin_of(statement)
    said = read(raw_of(statement), lambda _key: origin)
    together = [] if said.problems else misfits(config, said.values, lambda _key: origin)
    return Said(said.values, (*said.problems, *together))


def objections(config: Config) -> Callable[[ConfigStatement], list[Phrase]]:
    """What this terminal has to object to a statement, in sentences; nothing = it can be used."""
    return lambda statement: [
        Phrase("{key}: {problem}", {"key": printable(problem.key[:100]), "problem": problem.message})
        for problem in judged(config, statement).problems
    ]


def applied(config: Config, statement: ConfigStatement | None) -> Config:
    """The configuration with central's word in place of the terminal's own, wherever central says something."""
    if statement is None:
        return config
    usable = _usable(judged(config, statement), statement)
    return build(values_of(config) | dict(usable)) if usable else config


def applied_to(loaded: Loaded, statement: ConfigStatement | None) -> Loaded:
    """The same, with the place where each value was set."""
    if statement is None:
        return loaded
    origin = origin_of(statement)
    usable = _usable(judged(loaded.config, statement), statement)
    settings = dict(loaded.settings) | {key: Setting(value, origin) for key, value in usable.items()}
    return Loaded(build({key: setting.value for key, setting in settings.items()}), settings)


def origin_of(statement: ConfigStatement) -> Origin:
    """As an error and ``hailong config show`` say it."""
    return Origin(SourceKind.CENTRAL, revision=statement.revision)


def raw_of(statement: ConfigStatement) -> dict[str, object]:
    """What a statement says, by dotted key. Blank texts leave the terminal's own, as they always did."""
    texts = {f"texts.{name}": getattr(statement, name) for name in TEXTS}
    labels = {f"labels.level_{level}": label for level, label in enumerate(statement.labels, 1)}
    words = {key: text for key, text in (texts | labels).items() if text.strip()}
    return words | dict(statement.settings)


def values_of(config: Config) -> dict[str, Value]:
    """Every value of a configuration, by dotted key."""
    return dict(_flat(config, ""))


def _flat(part: Any, prefix: str) -> list[tuple[str, Value]]:  # noqa: ANN401 - a dataclass of the model
    found: list[tuple[str, Value]] = []
    for one in fields(part):
        value = getattr(part, one.name)
        found += _flat(value, f"{one.name}.") if is_dataclass(value) else [(prefix + one.name, value)]
    return found


def _usable(said: Said, statement: ConfigStatement) -> dict[str, Value]:
    if not said.problems:
        return dict(said.values)
    for problem in said.problems:
        log.warning("central's revision %d: %s: %r", statement.revision, problem.key, problem.message)
    return {key: value for key, value in said.values.items() if key not in statement.settings}
