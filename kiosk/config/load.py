"""The configuration out of all its sources, or everything that is wrong with them.

Order, the later replacing the earlier: built in, ``/etc/hailong/hailong.toml``, ``HAILONG_*`` variables, the
file of ``--config``, other arguments. A source is one more `Layer` in `_layers` and one more `SourceKind`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.config.checks import CHECKS
from kiosk.config.errors import ConfigError, Problem, Refused
from kiosk.config.kinds import Value
from kiosk.config.model import Config, build
from kiosk.config.options import BY_KEY, defaults
from kiosk.config.origin import BUILT_IN, Origin, SourceKind
from kiosk.config.sources import Entry, Layer, from_arguments, from_environment
from kiosk.config.toml_file import from_file

SYSTEM_FILE = Path("/etc/hailong/hailong.toml")


@dataclass(frozen=True)
class Setting:
    """The value of an option and where it was set."""

    value: Value
    origin: Origin


@dataclass(frozen=True)
class Loaded:
    """A configuration together with the origin of every value.

    Attributes:
        config: What the programs use.
        settings: By dotted key, in the order of the list of options.
    """

    config: Config
    settings: Mapping[str, Setting]


def load(
    *,
    environment: Mapping[str, str],
    system_file: Path | None = SYSTEM_FILE,
    config_file: Path | None = None,
    arguments: Mapping[str, Value] | None = None,
) -> Loaded:
    """Read every source and check the result.

    Args:
        environment: Variables; only those that begin with ``HAILONG_`` are read.
        system_file: Read if it exists; None to leave it out.
        config_file: Must exist when given.
        arguments: From the command line, by dotted key.

    Raises:
        ConfigError: With every problem of every source. A wrong value is a problem even where a stronger
            source replaces it: the file would fail on the day that source falls away.
    """
    problems: list[Problem] = []
    settings = {key: Setting(value, BUILT_IN) for key, value in defaults().items()}
    refused: set[str] = set()
    for layer in _layers(environment, system_file, config_file, arguments or {}):
        problems += layer.problems
        for entry in layer.entries:
            try:
                settings[entry.key] = Setting(_read(entry), entry.origin)
            except Refused as refusal:
                refused.add(entry.key)
                problems += (Problem(entry.origin, entry.key, phrase) for phrase in refusal.phrases)
    config = build({key: setting.value for key, setting in settings.items()})
    problems += _misfits(config, settings, refused)
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda p: (p.origin.kind, p.origin.line))), config)
    return Loaded(config, settings)


def _layers(
    environment: Mapping[str, str],
    system_file: Path | None,
    config_file: Path | None,
    arguments: Mapping[str, Value],
) -> list[Layer]:
    """The sources, weakest first."""
    layers: list[Layer] = []
    if system_file is not None:
        layers.append(from_file(system_file, SourceKind.SYSTEM_FILE, required=False))
    layers.append(from_environment(environment))
    if config_file is not None:
        layers.append(from_file(config_file, SourceKind.FILE, required=True))
    layers.append(from_arguments(arguments))
    return layers


def _read(entry: Entry) -> Value:
    kind = BY_KEY[entry.key].kind
    return kind.read_text(str(entry.raw)) if entry.is_text else kind.read(entry.raw)


def _misfits(config: Config, settings: Mapping[str, Setting], refused: set[str]) -> list[Problem]:
    """What does not fit together, leaving out rules over values that are wrong in themselves."""
    problems: list[Problem] = []
    for check in CHECKS:
        if refused.isdisjoint(check.keys) and (message := check.find(config)):
            key = max(check.keys, key=lambda key: settings[key].origin.kind)
            problems.append(Problem(settings[key].origin, key, message))
    return problems
