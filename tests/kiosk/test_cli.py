"""The ``hailong`` command: one sub-command is imported, and a broken one says so."""

import json
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import click
import pytest
from click.testing import CliRunner, Result

from assets.texts import Texts
from kiosk import cli

_ = Texts()


def _points(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    points = EntryPoints(EntryPoint(name, value, cli.COMMANDS) for name, value in values.items())
    monkeypatch.setattr(cli, "entry_points", points.select)


def _run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args, prog_name="hailong")


def test_an_unknown_command_gets_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    _points(monkeypatch, config="kiosk.commands.config:config", run="no_such_module:run")
    result = _run("confg")
    assert result.exit_code == 2
    assert _("There is no command “{name}”.").format(name="confg") in result.stderr
    assert _("Did you mean “{name}”?").format(name="config") in result.stderr


@pytest.mark.parametrize("value", ["no_such_module:run", "kiosk.cli:no_such_name", "kiosk.cli:COMMANDS"])
def test_a_broken_command_is_named_and_harms_no_other(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    _points(monkeypatch, config="kiosk.commands.config:config", run=value)
    broken = _run("run")
    assert broken.exit_code == 1
    assert value in broken.stderr
    assert "“run”" in broken.stderr
    assert _run("config", "default").exit_code == 0
    listed = _run("--help")
    assert listed.exit_code == 0
    assert _("cannot be loaded") in listed.stdout
    assert _("Show and check the configuration.") in listed.stdout


def test_a_module_that_fails_while_it_is_imported_is_a_broken_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(_: EntryPoint) -> click.Command:
        raise RuntimeError("no display")

    _points(monkeypatch, run="x:y")
    monkeypatch.setattr(EntryPoint, "load", fails)
    assert "RuntimeError: no display" in _run("run").stderr


def test_an_unknown_option_is_an_error_of_usage() -> None:
    assert _run("--nonsense").exit_code == 2


def test_the_version_is_that_of_the_package() -> None:
    result = _run("--version")
    assert result.exit_code == 0
    assert "hailong" in result.stdout


def test_python_m_kiosk_is_the_same_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "kiosk", "config", "default"], capture_output=True, text=True, check=True
    )
    assert "[gpio]" in result.stdout


def test_config_imports_nothing_heavy() -> None:
    script = (
        "import sys, json; from kiosk.cli import main; main(['config', 'default'], standalone_mode=False); "
        "print(json.dumps(sorted(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = set(json.loads(result.stdout.splitlines()[-1]))
    assert "kiosk.commands.config" in imported
    assert not imported & {"pygame", "sqlite_utils", "sqlite3", "rich", "gpiozero", "serial"}
