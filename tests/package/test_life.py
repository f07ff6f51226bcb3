"""The package in clean Debian systems: installed without a network, used, upgraded, removed, purged, installed anew."""

import json
import shutil
import subprocess
from pathlib import Path

from tests import first_version
from tests.package.debian import ROOT, TRIXIE, System
from tests.xdisplay import x_process

DATA = "/var/lib/hailong"
CONFIGURATION = "/etc/hailong/hailong.toml"
KIOSK = "hailong-kiosk"


def vote(system: System, presses: str) -> str:
    """Citizens press; the hash at the ledger's head afterwards."""
    done = system.run(
        *("hailong", "demo", "--headless", "--presses", presses, "--exit", "--data-dir", DATA), user=KIOSK
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["stored"] == len(presses.split(","))
    return str(last["head"])


def ratings(system: System) -> int:
    """How many ratings an intact ledger holds."""
    checked = system.run("hailong", "ledger", "verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    exported = system.run("hailong", "ledger", "export")
    return sum(json.loads(line).get("kind") == "rating" for line in exported.stdout.splitlines())


def wanted(system: System) -> set[str]:
    """The units that are started with the machine."""
    return {
        path.name for path in system.path("/etc/systemd/system/multi-user.target.wants").glob("*hailong*")
    }


def test_it_is_installed_without_a_network_and_keeps_votes_at_once(
    package: Path, bare: System, tmp_path: Path
) -> None:
    system = bare.copy(tmp_path / "root")
    said = system.install(package)
    assert "sudo reboot" in said

    assert system.run("hailong", "--version").stdout == "hailong, version 0.1.0\n"
    doctor = system.run("hailong", "doctor", "--headless")
    assert doctor.returncode == 0, doctor.stdout
    assert "lgpio" in doctor.stdout  # the bundled one, which was imported
    assert "keyboard = false" in system.run("hailong", "config", "show").stdout
    assert system.run("hailong", "config", "check").returncode == 0
    configuration = system.path(CONFIGURATION).stat()
    assert configuration.st_mode & 0o777 == 0o640
    assert {"hailong-kiosk.service", "hailong-display.service", "hailong-sync.service"} <= wanted(system)
    assert "hailong-usb@.service" not in wanted(system)

    vote(system, "5,3,1")
    assert ratings(system) == 3
    # Nothing of it was changed by being used, and no byte code is missing for the user that may not write it.
    verified = system.run("dpkg", "--verify", "hailong").stdout.splitlines()
    assert not [line for line in verified if "/usr/share/doc/" not in line]  # left out of the test's systems
    sources = set(system.path("/opt/hailong/lib").rglob("kiosk/**/*.py"))
    assert len(set(system.path("/opt/hailong/lib").rglob("kiosk/**/*.pyc"))) == len(sources)


def test_removing_and_purging_it_leaves_every_rating_and_installing_it_again_goes_on(
    package: Path, bare: System, tmp_path: Path
) -> None:
    system = bare.copy(tmp_path / "root")
    system.install(package)
    before = vote(system, "4,2")
    key = system.path(f"{DATA}/sync/device.key")
    key.parent.mkdir(exist_ok=True)
    key.write_bytes(b"without it the ratings could not be delivered any more")
    system.path(f"{DATA}/provisioned").touch()

    system.apt("remove", "hailong")
    assert not system.path("/opt/hailong").exists()
    assert not system.path("/usr/bin/hailong").is_symlink()
    assert system.path(CONFIGURATION).exists()
    assert system.path(f"{DATA}/ledger/ledger.db").exists()

    said = system.apt("purge", "hailong")
    assert "Các lượt đánh giá vẫn còn" in said
    assert "hailong ledger destroy" in said
    assert not system.path("/etc/hailong").exists()
    assert not system.path(f"{DATA}/provisioned").exists()
    assert key.exists()
    assert wanted(system) == set()
    assert not list(system.path("/usr/lib").rglob("*hailong*"))

    system.install(package)
    assert system.path(CONFIGURATION).exists()
    assert ratings(system) == 2
    exported = system.run("hailong", "ledger", "export").stdout
    assert before in exported
    vote(system, "5")
    assert ratings(system) == 3


def test_an_upgrade_keeps_the_first_versions_ledger_configuration_and_what_a_technician_switched_off(
    package: Path, bare: System, tmp_path: Path
) -> None:
    system = bare.copy(tmp_path / "root")
    system.install(older(package, tmp_path))
    first_version.data_folder(system.path(DATA), entries=5_000)
    sync = system.path(f"{DATA}/sync/device.key")
    sync.parent.mkdir(exist_ok=True)
    sync.write_bytes(b"what the delivery knows")
    assert system.run("chown", "-R", f"{KIOSK}:hailong", DATA).returncode == 0
    configuration = f"{first_version.CONFIGURATION.read_text(encoding='utf-8')}# Quầy 7\n"
    system.path(CONFIGURATION).write_text(configuration, encoding="utf-8")
    system.run("systemctl", "disable", "hailong-sync.service")
    assert "hailong-sync.service" not in wanted(system)
    assert list(system.path("/opt/hailong/lib").rglob("gone.*.pyc")) != []
    before = files(system.path(DATA))

    said = system.install(package)
    assert "Unpacking hailong (0.1.0+deb12) over (0.0.9+deb12)" in said
    assert files(system.path(DATA)) == before
    assert system.path(CONFIGURATION).read_text(encoding="utf-8") == configuration
    assert system.run("hailong", "config", "check").returncode == 0
    assert "hailong-sync.service" not in wanted(system)
    assert "hailong-kiosk.service" in wanted(system)
    # No byte code of the version before may be taken for that of a module that is gone.
    assert list(system.path("/opt/hailong/lib").rglob("gone.*")) == []
    verified = system.run("hailong", "ledger", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "5000" in verified.stdout
    held = ratings(system)
    vote(system, "3")
    assert ratings(system) == held + 1


def files(folder: Path) -> dict[Path, tuple[int, int, int, bytes]]:
    """What is in a folder, and whose it is."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    stats = [path.stat() for path in found]
    return {
        path: (stat.st_mode, stat.st_uid, stat.st_gid, path.read_bytes())
        for path, stat in zip(found, stats, strict=True)
    }


def older(package: Path, folder: Path) -> Path:
    """The package as a version before, with a module that there is no more, without compression."""
    tree, made = folder / "older", folder / "older.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text(encoding="utf-8").replace("0.1.0+", "0.0.9+"), encoding="utf-8")
    (site,) = tree.glob("opt/hailong/lib/python3.*/site-packages")
    (site / "kiosk/gone.py").touch()
    subprocess.run(
        ["dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, made], check=True, capture_output=True
    )
    return made


def test_a_window_opens_with_nothing_but_what_the_package_depends_on(
    package: Path, bare: System, tmp_path: Path
) -> None:
    system = bare.copy(tmp_path / "root")
    system.install(package)
    with x_process(["Xvfb", "-screen", "0", "1280x800x24"]) as (display, _server):
        done = system.run(
            *("hailong", "demo", "--presses", "4", "--exit", "--data-dir", DATA), user=KIOSK, display=display
        )
    assert done.returncode == 0, done.stderr
    assert "No display" not in done.stderr
    assert ratings(system) == 1


def test_on_trixie_it_runs_with_python_3_13_and_finds_the_lgpio_of_the_platform(
    trixie_package: Path, bare_trixie: System
) -> None:
    system = bare_trixie
    system.install(trixie_package)
    assert system.run("hailong", "--version").stdout == "hailong, version 0.1.0\n"
    assert system.run("/opt/hailong/bin/python3", "--version").stdout.startswith(f"Python {TRIXIE.python}.")
    doctor = system.run("hailong", "doctor", "--headless")
    assert doctor.returncode == 0, doctor.stdout
    vote(system, "5,4")
    assert ratings(system) == 2

    # Debian has no python3-lgpio, Raspberry Pi OS has: a module in its place is the one that is imported.
    where = "import lgpio, os; print(os.path.realpath(lgpio.__file__))"
    without = system.run("/opt/hailong/bin/python3", "-c", where)
    assert "No module named 'lgpio'" in without.stderr
    system.path("/usr/lib/python3/dist-packages/lgpio.py").write_text("")
    found = system.run("/opt/hailong/bin/python3", "-c", where)
    assert found.stdout == "/usr/lib/python3/dist-packages/lgpio.py\n"
    # And nothing else of the system's packages.
    paths = system.run("/opt/hailong/bin/python3", "-c", "import sys; print(*sys.path)")
    assert "dist-packages" not in paths.stdout


def test_a_prepared_card_installs_it_by_itself_and_leaves_nothing_behind(
    package: Path, bare: System, tmp_path: Path
) -> None:
    """What runs at a card's second start, without the start: first-run has left its unit, and there is no network."""
    system = bare.copy(tmp_path / "root")
    card = system.path("/boot/firmware/hailong")
    (card / "packages").mkdir(parents=True)
    shutil.copy(package, card / "hailong.deb")
    shutil.copy(empty(tmp_path, "seatd", "0.0.1"), card / "packages")  # the system has a newer one
    for name in ("overlayroot", "busybox"):
        shutil.copy(empty(tmp_path, name, "2"), card / "packages")
    (card / "read-only").touch()
    connections = system.path("/etc/NetworkManager/system-connections")
    connections.mkdir(parents=True, mode=0o700)
    (connections / "hailong.nmconnection").touch()
    for script in ("first-run.sh", "install.sh"):
        shutil.copy(ROOT / "scripts/card" / script, card)
    line = card.parent / "cmdline.txt"
    line.write_text("quiet systemd.run=/boot/firmware/hailong/first-run.sh\n")

    first = system.run("sh", "/boot/firmware/hailong/first-run.sh")
    assert first.returncode == 0, first.stderr
    assert "hailong-install.service" in wanted(system)
    assert line.read_text() == "quiet\n"

    newer = system.run("dpkg-query", "--show", "seatd").stdout
    done = system.run("sh", "/boot/firmware/hailong/install.sh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert system.run("hailong", "--version").returncode == 0
    assert system.run("dpkg-query", "--show", "seatd").stdout == newer
    assert "hailong-kiosk.service" in wanted(system)
    assert "hailong-install.service" not in wanted(system)
    assert not card.exists()

    # Read-only from the next start on; what a technician sets is kept beside the ratings.
    assert system.run("dpkg-query", "--show", "overlayroot", "busybox").returncode == 0
    assert line.read_text() == "quiet overlayroot=tmpfs:recurse=0\n"
    mounts = [text.split() for text in system.path("/etc/fstab").read_text().splitlines() if " bind," in text]
    assert [mount[1] for mount in mounts] == ["/etc/hailong", "/etc/NetworkManager/system-connections"]
    for source, target, *_ in mounts:
        kept, there = system.path(source), system.path(target)
        assert {path.name for path in kept.iterdir()} == {path.name for path in there.iterdir()}
        assert (kept.stat().st_uid, kept.stat().st_mode) == (there.stat().st_uid, there.stat().st_mode)


def empty(folder: Path, name: str, version: str) -> Path:
    """A package with nothing in it."""
    tree = folder / f"{name}-tree"
    (tree / "DEBIAN").mkdir(parents=True)
    fields = {"Package": name, "Version": version, "Architecture": "all", "Maintainer": "x <x@localhost>"}
    control = "".join(f"{field}: {value}\n" for field, value in (fields | {"Description": "x"}).items())
    (tree / "DEBIAN/control").write_text(control)
    made = folder / f"{name}_{version}.deb"
    subprocess.run(
        ["dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, made], check=True, capture_output=True
    )
    return made
