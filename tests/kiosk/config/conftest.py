"""How the tests of the configuration load it: nothing of the machine they run on comes in."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.config.errors import ConfigError, Problem
from kiosk.config.kinds import Value
from kiosk.config.load import Loaded, load

Load = Callable[..., Loaded]
Problems = Callable[..., list[tuple[int, str, str]]]


def _load(
    file: str | bytes | None = None,
    system: str | None = None,
    environment: Mapping[str, str] | None = None,
    arguments: Mapping[str, Value] | None = None,
    *,
    folder: Path,
) -> Loaded:
    config_file = system_file = None
    if file is not None:
        config_file = folder / "given.toml"
        config_file.write_bytes(file if isinstance(file, bytes) else file.encode())
    if system is not None:
        system_file = folder / "hailong.toml"
        system_file.write_text(system, encoding="utf-8")
    return load(
        environment=environment or {},
        system_file=system_file,
        config_file=config_file,
        arguments=arguments,
    )


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Loads from texts: ``loaded(file=…, system=…, environment=…, arguments=…)``."""

    def loading(*args: str | bytes | None, **kwargs: str | bytes | Mapping[str, Value] | None) -> Loaded:
        return _load(*args, folder=tmp_path, **kwargs)  # type: ignore[arg-type]

    return loading


@pytest.fixture
def problems(loaded: Load) -> Problems:
    """The same for a wrong configuration: (line, key, English message) of each problem."""

    def english(problem: Problem) -> str:
        return problem.message.render(Texts("en"))

    def finding(
        *args: str | bytes | None, **kwargs: str | bytes | Mapping[str, Value] | None
    ) -> list[tuple[int, str, str]]:
        with pytest.raises(ConfigError) as caught:
            loaded(*args, **kwargs)
        return [(p.origin.line, p.key, english(p)) for p in caught.value.problems]

    return finding
