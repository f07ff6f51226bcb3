"""A card's image gets what a terminal needs, in its boot partition and without a mount; another image is left alone."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cards import BOOT, CMDLINE, MIB, package, raspios, said

ROOT = Path(__file__).parents[2]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return raspios(tmp_path / "một thẻ.img")


@pytest.fixture
def deb(tmp_path: Path) -> Path:
    return package(tmp_path, "hailong")


def prepare(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "scripts/prepare-card"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read(image: Path, name: str) -> bytes:
    command = ["mtype", "-i", f"{image}{BOOT}", f"::/{name}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_a_card_gets_package_configuration_code_and_what_installs_them(
    image: Path, deb: Path, tmp_path: Path
) -> None:
    config, enrol, more = tmp_path / "a.toml", tmp_path / "b.txt", tmp_path / "more"
    authority = tmp_path / "c.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\n")
    config.write_text('[texts]\ncounter = "Quầy 7"\n', encoding="utf-8")
    enrol.write_text("HLE1-ABCD\n", encoding="utf-8")
    more.mkdir()
    other = package(more, "cage")
    done = prepare(
        image, "--deb", deb, "--config", config, "--enrol", enrol, "--ca", authority, "--packages", more
    )
    assert done.returncode == 0, done.stderr
    assert read(image, "hailong.toml") == config.read_bytes()
    assert read(image, "hailong-enrol.txt") == enrol.read_bytes()
    assert read(image, "hailong-ca.pem") == authority.read_bytes()
    assert read(image, "hailong/hailong.deb") == deb.read_bytes()
    assert read(image, "hailong/packages/cage.deb") == other.read_bytes()
    for script in ("first-run.sh", "install.sh"):
        assert read(image, f"hailong/{script}") == (ROOT / "scripts/card" / script).read_bytes()
    (line,) = read(image, "cmdline.txt").decode().splitlines()  # the kernel reads one line
    assert line.startswith(CMDLINE + " systemd.run=/boot/firmware/hailong/first-run.sh ")


def test_preparing_it_again_replaces_what_was_prepared(image: Path, deb: Path, tmp_path: Path) -> None:
    config = tmp_path / "hailong.toml"
    for text in ("one", "two"):
        config.write_text(text)
        assert prepare(image, "--deb", deb, "--config", config, "--data", "64").returncode == 0
    assert read(image, "hailong.toml") == b"two"
    assert read(image, "cmdline.txt").count(b"systemd.run=") == 1
    assert len(json.loads(said("sfdisk", "--json", image))["partitiontable"]["partitions"]) == 3


def test_the_ratings_may_have_a_partition_of_their_own(image: Path, deb: Path) -> None:
    done = prepare(image, "--deb", deb, "--data", "64", "--read-only")
    assert done.returncode == 0, done.stderr
    boot, system, data = json.loads(said("sfdisk", "--json", image))["partitiontable"]["partitions"]
    assert (boot["start"], system["start"]) == (2048, 100352)
    assert system["size"] * 512 >= 3072 * MIB
    assert data["start"] == system["start"] + system["size"]
    assert data["size"] * 512 == 64 * MIB
    found = said("blkid", "--probe", "--offset", str(data["start"] * 512), "--output", "export", image)
    assert {"LABEL=hailong-data", "TYPE=ext4"} <= set(found.splitlines())
    assert read(image, "hailong/read-only") == b""


def test_what_first_run_leaves_is_a_command_line_as_it_was(tmp_path: Path, image: Path, deb: Path) -> None:
    """Its last step, on what the card has then."""
    assert prepare(image, "--deb", deb).returncode == 0
    line = tmp_path / "cmdline.txt"
    line.write_bytes(read(image, "cmdline.txt"))
    script = (ROOT / "scripts/card/first-run.sh").read_text(encoding="utf-8")
    (step,) = [text for text in script.splitlines() if text.startswith("sed ")]
    said("sh", "-c", f'boot="{tmp_path}"; {step}')
    assert line.read_text() == CMDLINE + "\n"


@pytest.mark.parametrize("script", ["first-run.sh", "install.sh"])
def test_the_scripts_are_ones_that_a_shell_understands(script: str) -> None:
    said("sh", "-n", ROOT / "scripts/card" / script)


def test_an_image_that_is_still_packed_or_of_something_else_is_left_alone(tmp_path: Path, deb: Path) -> None:
    path = tmp_path / "card.img.xz"
    path.write_bytes(b"\xfd7zXZ" + bytes(4096))
    before = path.read_bytes()
    done = prepare(path, "--deb", deb)
    assert done.returncode != 0
    assert path.read_bytes() == before


def test_a_package_of_something_else_and_a_missing_file_are_named(
    image: Path, deb: Path, tmp_path: Path
) -> None:
    before = image.read_bytes()
    other = prepare(image, "--deb", package(tmp_path, "other"))
    assert "is not the package of hailong" in other.stderr
    missing = prepare(image, "--deb", deb, "--config", tmp_path / "nowhere.toml")
    assert "nowhere.toml" in missing.stderr
    unsafe = prepare(image, "--deb", deb, "--read-only")
    assert "--read-only needs --data" in unsafe.stderr
    assert image.read_bytes() == before
