"""Every program that tests and scripts call comes from a Debian package that ``scripts/system-packages`` names.

Elsewhere it may be there by chance; on a new machine it would be missing.
"""

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = {
    line
    for line in (ROOT / "scripts" / "system-packages").read_text(encoding="ascii").splitlines()
    if not line.startswith("#")
}


RUNNING = {"run", "Popen", "check_output", "check_call", "x_server", "x_process"}


def called(folder: str) -> set[str]:
    """Programs at the beginning of command lines: lists that are run, or that are called a command."""
    found: set[str] = set()
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[line, *_]) if (
                    name in RUNNING
                ):
                    found |= first_word(line)
                case ast.Assign(targets=[ast.Name(id=name)], value=line) if "command" in name:
                    found |= first_word(line)
                case ast.FunctionDef(name=name) if "command" in name:
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Return) and inner.value is not None:
                            found |= first_word(inner.value)
    return found


def first_word(line: ast.expr) -> set[str]:
    """The program of a command line that is written as a list."""
    match line:
        case ast.List(elts=[ast.Constant(value=str(name)), *_]) if shutil.which(name):
            return {name}
    return set()


def package_of(program: str) -> str | None:
    """The Debian package of a program; None where no package has it, or every Debian has that package."""
    path = Path(shutil.which(program) or "")
    # Packages may still say /bin where the file is in /usr/bin, and one name may lead to another (mkfs.ext4, mke2fs).
    places = {path, path.resolve()}
    places |= {Path("/", *place.parts[2:]) for place in places if place.parts[1:2] == ("usr",)}
    for place in places:
        found = subprocess.run(["dpkg-query", "--search", str(place)], capture_output=True, text=True)
        if found.returncode == 0:
            name = found.stdout.splitlines()[-1].partition(":")[0]  # after notes on diversions
            shown = ["dpkg-query", "--show", "--showformat", "${Essential} ${Priority}", name]
            kind = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
            return None if "yes" in kind or "required" in kind else name
    return None


def test_the_programs_are_found() -> None:
    assert {"chromium", "git", "mount", "setxkbmap", "strace", "xdotool", "Xvfb"} <= called("tests")


def test_a_program_that_no_named_package_brings_would_be_noticed() -> None:
    assert package_of("strace") == "strace"
    assert package_of("findmnt") in (None, "util-linux")
    assert package_of("sh") is None


@pytest.mark.parametrize("folder", ["tests", "central", "hardware", "kiosk", "sync"])
def test_every_program_comes_from_a_named_package(folder: str) -> None:
    needed = {name: package_of(name) for name in called(folder)}
    missing = {name: package for name, package in needed.items() if package not in {None, *NAMED}}
    assert not missing
