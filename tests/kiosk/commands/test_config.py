"""``hailong config`` as a technician runs it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assets.texts import Texts
from kiosk.commands.config import config
from kiosk.config.load import load
from kiosk.config.model import build
from kiosk.config.option import ENVIRONMENT_PREFIX
from kiosk.config.options import OPTIONS, defaults
from kiosk.ledger.office import opened
from kiosk.messages import wire
from kiosk.service.pin import matches
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import STATEMENT, Central

_ = Texts()


@pytest.fixture(autouse=True)
def _no_variables_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX)]:
        monkeypatch.delenv(name)


def _run(*args: str, environment: dict[str, str | None] | None = None) -> Result:
    return CliRunner().invoke(config, args, env=environment)


def _bad(folder: Path) -> str:
    path = folder / "bad.toml"
    path.write_text("[gpio]\nenabled = 1\npins = [1, 1, 2, 3, 4]\n")
    return str(path)


def test_check_says_that_all_is_right(tmp_path: Path) -> None:
    result = _run("check")
    assert (result.exit_code, result.output) == (0, _("The configuration is right.") + "\n")
    good = tmp_path / "good.toml"
    good.write_text("language = 'en'\n")
    assert _run("check", str(good)).exit_code == 0


def test_check_names_the_characters_that_the_screen_will_not_show(tmp_path: Path) -> None:
    file = tmp_path / "given.toml"
    file.write_text("[texts]\nunit = 'UBND 🙂 phường'\n[labels]\nlevel_5 = 'أحب'\n", encoding="utf-8")
    result = _run("check", str(file))
    assert result.exit_code == 0, "it is not wrong"
    assert "texts.unit: phông chữ Be Vietnam Pro không có các ký tự 🙂" in result.stderr
    assert "labels.level_5" in result.stderr
    assert result.stderr.count("→") == 2


@pytest.mark.parametrize("option", [(), ("--config",)])
def test_check_prints_every_problem_and_ends_with_1(tmp_path: Path, option: tuple[str, ...]) -> None:
    result = _run("check", *option, _bad(tmp_path))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "gpio.enabled" in result.stderr
    assert "gpio.pins" in result.stderr


def test_check_of_a_file_looks_at_that_file_alone(tmp_path: Path) -> None:
    good = tmp_path / "good.toml"
    good.write_text("")
    wrong_here: dict[str, str | None] = {"HAILONG_GPIO_PINS": "1"}
    assert _run("check", environment=wrong_here).exit_code == 1
    assert _run("check", str(good), environment=wrong_here).exit_code == 0


def test_show_prints_values_with_their_origins(tmp_path: Path) -> None:
    file = tmp_path / "given.toml"
    file.write_text("[texts]\nunit = 'Xã Hòa Bình'\n")
    result = _run("show", "--config", str(file), "--data-dir", str(tmp_path))
    assert result.exit_code == 0
    assert f'unit = "Xã Hòa Bình"  # {_("{file}, line {line}").format(file=file, line=2)}' in result.stdout
    assert f'data_dir = "{tmp_path}"  # {_("command line")}' in result.stdout


def test_show_of_a_wrong_configuration_prints_the_problems_and_ends_with_2(tmp_path: Path) -> None:
    result = _run("show", "--config", _bad(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "gpio.enabled" in result.stderr


def test_a_config_file_that_is_missing_ends_with_2(tmp_path: Path) -> None:
    result = _run("show", "--config", str(tmp_path / "missing.toml"))
    assert result.exit_code == 2
    assert _("There is no such file.") in result.stderr


def test_default_prints_a_file_that_passes_check_and_changes_nothing(tmp_path: Path) -> None:
    result = _run("default")
    path = tmp_path / "hailong.toml"
    path.write_text(result.stdout, encoding="utf-8")
    assert _run("check", str(path)).exit_code == 0
    assert load(environment={}, system_file=path).config == build(defaults())


def test_default_works_where_the_configuration_is_wrong() -> None:
    assert _run("default", environment={"HAILONG_NONSENSE": "1"}).exit_code == 0


@pytest.mark.parametrize("command", ["show", "check", "default"])
def test_every_command_takes_the_common_options(command: str, tmp_path: Path) -> None:
    file = tmp_path / "given.toml"
    file.write_text("")
    assert _run(command, "--config", str(file), "--data-dir", "x").exit_code == 0


def test_show_has_every_option() -> None:
    shown = _run("show").stdout
    assert all(f"{option.name} = " in shown for option in OPTIONS)


def test_show_says_which_values_are_centrals(tmp_path: Path) -> None:
    central, given = Central(), tmp_path / "own.toml"
    given.write_text("[sound]\nvolume = 10\n[screen]\ntheme = 'calm'\n")
    with opened(tmp_path, FakeClock(), "hailong test") as office:
        said = replace(STATEMENT, settings={"sound.volume": 90, "languages": ["vi"]})
        assert office.handle(central.enrolment(said)) == wire.Done()
    result = _run("show", "--config", str(given), "--data-dir", str(tmp_path))
    lines = result.stdout.splitlines()
    assert "volume = 90  # máy chủ trung tâm, bản cấu hình số 1" in lines
    assert 'languages = ["vi"]  # máy chủ trung tâm, bản cấu hình số 1' in lines
    assert f'theme = "calm"  # {given}, dòng 4' in lines
    assert f'counter = "{STATEMENT.counter}"  # máy chủ trung tâm, bản cấu hình số 1' in lines


def test_a_pin_is_asked_twice_and_only_its_hash_is_printed(tmp_path: Path) -> None:
    done = CliRunner().invoke(config, ["pin"], input="4711\n4711\n")
    assert done.exit_code == 0
    assert "4711" not in done.stdout.splitlines()[-1].split("$")[0]
    file = tmp_path / "hailong.toml"
    file.write_text("\n".join(done.stdout.splitlines()[-2:]))
    kept = load(environment={}, system_file=None, config_file=file).config.service.pin_hash
    assert matches("4711", kept)


@pytest.mark.parametrize("pin", ["123", "abcd", "123456789"])
def test_what_is_no_pin_is_refused(pin: str) -> None:
    done = CliRunner().invoke(config, ["pin", "--pin", pin])
    assert done.exit_code == 2
    assert "scrypt" not in done.output


def test_a_pin_written_into_the_file_itself_is_refused_and_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "hailong.toml"
    file.write_text('[service]\npin_hash = "4711"\n')
    done = _run("check", str(file))
    assert done.exit_code == 1
    assert "hailong config pin" in done.output
    assert "4711" not in done.output
