"""What Debian's own programs say of packages, and the package of what is installed, made anew from its files."""

import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kiosk.update.machine import ran

_SURROUNDINGS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
_WITHIN_S = 600


@dataclass(frozen=True, slots=True)
class Deb:
    """A package."""

    name: str
    version: str
    architecture: str


def _said(*command: str) -> subprocess.CompletedProcess[str]:
    """Raises `OSError`: there is no such program."""
    return ran(command, _SURROUNDINGS, _WITHIN_S)


def _deb(fields: str) -> Deb | None:
    found = dict(line.partition(": ")[::2] for line in fields.splitlines())
    try:
        return Deb(found["Package"], found["Version"], found["Architecture"])
    except KeyError:
        return None


def deb_of(file: Path) -> Deb | None:
    """What a file says of itself; None where it is no package. Raises `OSError`."""
    done = _said("dpkg-deb", "--field", str(file), "Package", "Version", "Architecture")
    return _deb(done.stdout) if done.returncode == 0 else None


def unpacked_bytes(file: Path) -> int:
    """How much room a package takes once it is installed, as it says; 0 where it says nothing. Raises `OSError`."""
    said = _said("dpkg-deb", "--field", str(file), "Installed-Size").stdout.strip()
    return int(said) * 1024 if said.isdecimal() else 0


def installed(name: str, root: Path = Path("/")) -> Deb | None:
    """The version that is installed; None where it did not come as a package. Raises `OSError`."""
    form = "Package: ${Package}\nVersion: ${Version}\nArchitecture: ${Architecture}\nStatus: ${db:Status-Status}\n"
    done = _said("dpkg-query", f"--root={root}", "--show", f"--showformat={form}", name)
    return _deb(done.stdout) if done.returncode == 0 and "Status: not-installed" not in done.stdout else None


def machine_architecture() -> str:
    """Raises `OSError`."""
    return _said("dpkg", "--print-architecture").stdout.strip()


def compare(one: str, relation: str, other: str) -> bool:
    """As `dpkg --compare-versions` does. Raises `OSError`."""
    return _said("dpkg", "--compare-versions", one, relation, other).returncode == 0


def missing_for(file: Path, name: str) -> str:
    """What else would have to be installed for a package, as apt sees it; empty = nothing.

    Where apt cannot tell (the packages of the system are in disorder) nothing is said: an update may be the repair.

    Args:
        file: The package.
        name: What it is called.

    Raises:
        OSError: There is no apt.
    """
    done = _said(
        "apt-get", "--simulate", "--no-download", "--allow-downgrades", "--reinstall", "install", str(file)
    )
    others = re.findall(r"^Inst (\S+)", done.stdout, re.MULTILINE)
    unmet = re.findall(rf"^ *{re.escape(name)} : (?:Pre)?Depends: (\S+)", done.stdout, re.MULTILINE)
    return ", ".join(sorted({*others, *unmet} - {name}))


def repacked(name: str, target: Path, root: Path = Path("/")) -> None:
    """Make the package of what is installed, from its files and from what dpkg knows of it.

    Args:
        name: Of the package.
        target: The file, whole or not at all.
        root: Where it is installed.

    Raises:
        OSError: It cannot be made: a file of it is missing, or the disk is full.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        tree = Path(folder) / "tree"
        _copy_files(name, tree, root)
        _copy_control(name, tree / "DEBIAN", root)
        draft = Path(folder) / target.name
        done = _said("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(draft))
        if done.returncode != 0:
            raise OSError(f"the package of what is installed cannot be made: {done.stderr.strip()}")
        with draft.open("rb") as made:
            os.fsync(made.fileno())
        draft.replace(target)


def _copy_files(name: str, tree: Path, root: Path) -> None:
    listed = _said("dpkg-query", f"--root={root}", "--listfiles", name).stdout.splitlines()
    folders = []
    for line in listed:
        relative = line.lstrip("/")
        if relative in ("", "."):
            continue
        source, copy = root / relative, tree / relative
        if source.is_symlink():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(source.readlink())
        elif source.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
            folders.append((source, copy))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    for source, copy in reversed(folders):
        shutil.copystat(source, copy)
        copy.chmod(stat.S_IMODE(source.stat().st_mode))


def _copy_control(name: str, folder: Path, root: Path) -> None:
    folder.mkdir(mode=0o755)
    status = _said("dpkg-query", f"--root={root}", "--status", name).stdout
    lines, keep = [], True
    for line in status.splitlines():
        keep = keep if line.startswith(" ") else not line.startswith(("Status:", "Conffiles:"))
        lines += [line] if keep else []
    (folder / "control").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in _said("dpkg-query", f"--root={root}", "--control-path", name).stdout.split():
        kind = Path(path).name.removeprefix(f"{name}.")
        if kind != "list":
            shutil.copy2(path, folder / kind)
