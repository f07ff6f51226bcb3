"""The configuration of this terminal, as provisioning changes it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from assets.texts import Texts
from kiosk.config.errors import ConfigError
from kiosk.config.kinds import Value
from kiosk.config.load import Loaded
from kiosk.config.phrase import Phrase
from kiosk.config.toml_edit import NotEdited, set_options
from kiosk.provision.errors import PartFailed
from kiosk.provision.model import OPTIONS


class OptionsFile:
    """See `Options`.

    Args:
        file: What is changed.
        load: What applies. Raises `ConfigError`.
    """

    def __init__(self, file: Path, load: Callable[[], Loaded]) -> None:
        self._file = file
        self._load = load

    def values(self) -> Mapping[str, Value]:
        """See `Options`."""
        try:
            settings = self._load().settings
        except ConfigError as error:
            raise _failed(error) from error
        return {key: settings[key].value for key in OPTIONS}

    def set(self, values: Mapping[str, Value]) -> None:
        """See `Options`."""
        if self.values().items() >= values.items():
            return
        try:
            set_options(self._file, values)
        except ConfigError as error:
            raise _failed(error) from error
        except NotEdited as error:
            raise PartFailed(
                Phrase(
                    "{file} cannot be changed from here. Please change it by hand.", {"file": str(self._file)}
                )
            ) from error
        except OSError as error:
            said: dict[str, str | int | Phrase] = {"file": str(self._file), "reason": str(error.strerror)}
            raise PartFailed(
                Phrase("{file} cannot be written ({reason}). Please start with: sudo hailong provision", said)
            ) from error


def _failed(error: ConfigError) -> PartFailed:
    first = error.problems[0]
    return PartFailed(
        Phrase(
            "The configuration is not right: {problem}",
            {"problem": Phrase("{text}", {"text": first.render(Texts())})},
        )
    )
