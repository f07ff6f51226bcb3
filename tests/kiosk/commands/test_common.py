"""What every command has in common."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from assets.texts import Texts
from kiosk.commands.common import BAD_CONFIGURATION, Common, common_options
from kiosk.config.errors import ConfigError


def test_extra_arguments_are_the_strongest_source(tmp_path: Path) -> None:
    file = tmp_path / "given.toml"
    file.write_text("[screen]\nwidth = 800\nheight = 480\n")
    common = Common(file, tmp_path / "data", environment={"HAILONG_LANGUAGE": "en"}, system_file=None)
    config = common.load({"screen.width": 1280, "screen.height": 800})
    assert (config.screen.size, config.language, config.data_dir) == ((1280, 800), "en", tmp_path / "data")


def test_the_file_of_the_machine_can_be_put_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "hailong.toml"
    file.write_text("language = 'en'\n")
    assert Common(environment={}, system_file=file).load().language == "en"


def test_load_raises_so_that_a_command_can_do_more_than_print() -> None:
    with pytest.raises(ConfigError):
        Common(environment={"HAILONG_X": "1"}, system_file=None).load()


@click.command()
@click.option("--loud", is_flag=True)
@common_options
def _speak(common: Common, loud: bool) -> None:
    config = common.load()
    click.echo(f"{config.data_dir} {loud}")


def test_a_command_gets_the_common_options_and_keeps_its_own(tmp_path: Path) -> None:
    result = CliRunner().invoke(_speak, ["--loud", "--data-dir", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path} True\n")


def test_a_bad_configuration_ends_any_command_with_2_and_every_problem_in_vietnamese() -> None:
    variables = {"HAILONG_PAD_BAUD": "1", "HAILONG_GPIO_PULL": "x"}
    with pytest.raises(ConfigError) as caught:
        Common(environment=variables).load()
    result = CliRunner().invoke(_speak, [], env=variables)
    assert result.exit_code == BAD_CONFIGURATION == 2
    assert result.stdout == ""
    assert result.stderr == caught.value.render(Texts("vi")) + "\n"
