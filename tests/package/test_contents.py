"""What is in the package: the terminal and all that it needs, for the right machine; nothing of the central server."""

import subprocess
from collections.abc import Mapping
from email import message_from_string
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tests.package.debian import BOOKWORM, ROOT, TRIXIE, Suite, build

ELF_MACHINES = {"amd64": 0x3E, "arm64": 0xB7}
# The only requirement that is left out: an installer, for the plug-ins of sqlite-utils.
NOT_ON_A_TERMINAL = {"pip", "setuptools"}


def unpack(package: Path, target: Path) -> Path:
    subprocess.run(["dpkg-deb", "--raw-extract", package, target], check=True)
    return target


def field(package: Path, name: str) -> str:
    command = ["dpkg-deb", "--field", str(package), name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def contents(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(package, tmp_path_factory.mktemp("contents") / "tree")


def site(tree: Path) -> Path:
    (found,) = tree.glob("opt/hailong/lib/python3.*/site-packages")
    return found


def test_nothing_of_the_central_server_is_in_it(contents: Path) -> None:
    names = {path.name.lower() for path in site(contents).iterdir()}
    assert {"kiosk", "sync", "hardware", "assets"} <= names
    assert not {name for name in names if name.startswith(("central", "django", "psycopg", "ninja"))}
    assert [path.name for path in (contents / "opt/hailong/bin").iterdir() if path.name != "python3"] == [
        "hailong"
    ]
    found = subprocess.run(
        ["grep", "-rl", "hailong-central ", contents / "usr/lib"], capture_output=True, text=True
    )
    assert found.stdout == ""


def test_every_file_of_systemd_is_in_its_place_but_those_of_the_central_server(contents: Path) -> None:
    ours = {path.name for path in (ROOT / "systemd").iterdir() if not path.name.startswith("hailong-central")}
    placed = [
        path for path in (contents / "usr").rglob("*") if path.is_file() and "/usr/bin/" not in str(path)
    ]
    found = {path.read_bytes() for path in placed}
    assert len(ours) > 1
    assert not {name for name in ours if (ROOT / "systemd" / name).read_bytes() not in found}
    units = {path.name for path in (contents / "usr/lib/systemd/system").iterdir()}
    assert {name for name in ours if name.endswith((".service", ".path", ".mount"))} == units


def test_the_units_that_say_what_starts_them_are_enabled_and_no_other(contents: Path) -> None:
    units = contents / "usr/lib/systemd/system"
    wanted = {path.name for path in units.iterdir() if "[Install]" in path.read_text(encoding="utf-8")}
    for script in ("postinst", "prerm", "postrm"):
        text = (contents / "DEBIAN" / script).read_text(encoding="utf-8")
        (line,) = [line for line in text.splitlines() if line.startswith("units=")]
        assert set(line.removeprefix("units='").removesuffix("'").split()) == wanted
        assert "@" not in line


def test_nothing_in_it_depends_on_where_it_was_built(contents: Path) -> None:
    for path in (contents / "opt/hailong/bin/hailong", contents / "opt/hailong/pyvenv.cfg"):
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert "/tmp" not in text  # noqa: S108 - where it is built
    assert (contents / "opt/hailong/bin/python3").readlink() == Path("/usr/bin/python3.11")
    assert (contents / "opt/hailong/bin/hailong").read_text().startswith("#!/opt/hailong/bin/python3\n")


def test_the_same_commit_gives_the_same_file(package: Path, tmp_path: Path) -> None:
    again = build(BOOKWORM, tmp_path)
    assert again.name == package.name
    assert again.read_bytes() == package.read_bytes()


@pytest.mark.parametrize("suite", [BOOKWORM, TRIXIE], ids=lambda suite: suite.name)
def test_a_package_for_the_raspberry_pi_is_whole_though_nothing_of_it_was_run(
    suite: Suite, tmp_path: Path
) -> None:
    package = build(suite, tmp_path, "--arch", "arm64")
    assert package.name.endswith(f"+{suite.mark}_arm64.deb")
    assert field(package, "Architecture") == "arm64"
    tree = unpack(package, tmp_path / "tree")
    libraries = [path for path in site(tree).rglob("*.so*") if path.is_file()]
    assert libraries
    machines = {int.from_bytes(path.read_bytes()[18:20], "little") for path in libraries}
    assert machines == {ELF_MACHINES["arm64"]}
    python = suite.python.replace(".", "")
    compiled = [path.name for path in libraries if ".cpython-" in path.name]
    assert {name for name in compiled if f".cpython-{python}-aarch64-linux-gnu" not in name} == set()
    assert lacking(site(tree), suite) == []


def lacking(folder: Path, suite: Suite) -> list[str]:
    """Requirements, as they read on the target, that no distribution in a folder fulfils."""
    there = {canonicalize_name(found.metadata["Name"]): found for found in distributions(path=[str(folder)])}
    environment = {"python_version": suite.python, "platform_machine": "aarch64", "extra": ""}
    extras = [("hailong", "gpio" if suite is BOOKWORM else "")]
    return [
        f"{name} requires {requirement}"
        for name, found in there.items()
        for requirement in map(Requirement, found.requires or [])
        if requirement.marker is None
        or any(
            requirement.marker.evaluate(environment | {"extra": extra})
            for extra in ["", *(extra for of, extra in extras if of == name)]
        )
        if requirement.name not in NOT_ON_A_TERMINAL
        if not fulfilled(requirement, there)
    ]


def fulfilled(requirement: Requirement, there: Mapping[NormalizedName, Distribution]) -> bool:
    found = there.get(canonicalize_name(requirement.name))
    return found is not None and requirement.specifier.contains(found.version, prereleases=True)


def test_a_requirement_that_is_not_fulfilled_would_be_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "one-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: one\nVersion: 1.0\nRequires-Dist: two>=2\n"
        'Requires-Dist: three; python_version >= "3.13"\nRequires-Dist: four; extra == "more"\n'
    )
    assert lacking(tmp_path, BOOKWORM) == ["one requires two>=2"]
    assert [line.split()[2][:5] for line in lacking(tmp_path, TRIXIE)] == ["two>=", "three"]


def test_the_package_asks_for_the_python_that_its_libraries_are_made_for(
    package: Path, trixie_package: Path
) -> None:
    assert "python3 (>= 3.11~), python3 (<< 3.12~)" in field(package, "Depends")
    assert "python3 (>= 3.13~), python3 (<< 3.14~)" in field(trixie_package, "Depends")
    assert {"cage", "xwayland", "seatd"} <= set(field(package, "Depends").split(", "))
    assert "python3-lgpio" in field(trixie_package, "Recommends")
    # Without it no server behind a public authority can be believed.
    assert all(
        "ca-certificates" in field(made, "Recommends").split(", ") for made in (package, trixie_package)
    )
    assert "lgpio" not in field(package, "Recommends")


def test_the_description_can_be_read_by_apt(package: Path) -> None:
    shown = subprocess.run(["dpkg-deb", "--field", package], capture_output=True, text=True, check=True)
    fields = message_from_string(shown.stdout)
    assert fields["Package"] == "hailong"
    assert int(fields["Installed-Size"]) > 10_000
