"""Small packages by the name of the program's, and a root that dpkg installs them in."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SCRIPT = "#!/bin/sh\nexit {}\n"


def package(
    folder: Path,
    version: str,
    *,
    name: str = "hailong",
    architecture: str = "all",
    files: Mapping[str, str] | None = None,
    postinst: str | None = None,
    depends: str = "",
    more: str = "",
) -> Path:
    """One, which holds its version and whatever files."""
    tree = folder / f"tree-{name}-{version}-{architecture}"
    if tree.exists():
        shutil.rmtree(tree)
    for path, content in {"usr/share/hailong/version": version, **(files or {})}.items():
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: a test <test@localhost>\n"
        f"{f'Depends: {depends}' + chr(10) if depends else ''}{more}Description: a test\n of several lines\n",
        encoding="utf-8",
    )
    if postinst is not None:
        script = control.with_name("postinst")
        script.write_text(postinst, encoding="utf-8")
        script.chmod(0o755)
    tree.chmod(0o755)
    target = folder / f"{name}_{version}_{architecture}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


def empty_root(folder: Path) -> Path:
    """A root in which nothing is installed."""
    known = folder / "var/lib/dpkg"
    for name in ("info", "updates"):
        (known / name).mkdir(parents=True)
    for name in ("status", "available"):
        (known / name).touch()
    return folder


def installed_version(root: Path) -> str:
    """As the files say, not dpkg."""
    return (root / "usr/share/hailong/version").read_text(encoding="utf-8")
