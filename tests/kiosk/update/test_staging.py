"""What is installed is what the server has signed, and nothing else; until all is there, nothing is changed."""

import errno
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.update import staging
from kiosk.update.debs import Deb, deb_of, missing_for
from kiosk.update.fakes import FakeMachine
from kiosk.update.files import Busy, Files
from kiosk.update.model import Outcome, Package, Phase, State
from kiosk.update.staging import Refused, Signed, archive, stage
from sync import keys
from tests.disks import Ext4Disk, failing_disk
from tests.kiosk.update.packages import package

SYSTEM_PYTHON = "/usr/bin/python3"  # python3-venv of scripts/system-packages brings it

CENTRAL = keys.generate("central")
ROOT = Path(__file__).parents[3]
__all__ = ["failing_disk"]
STAGED = State(Phase.STAGED, "1", "2", was_ready=True)


@dataclass
class Terminal:
    """One with version 1 installed, and a stick."""

    files: Files
    stick: Path
    repacks: list[str]

    def signed(self, file: Path, key: keys.SigningKey = CENTRAL, version: str | None = None) -> Path:
        """The file, with a signature beside it."""
        deb = deb_of(file)
        said = version or (deb.version if deb is not None else "2")
        digest = subprocess.run(["sha256sum", str(file)], capture_output=True, text=True, check=True).stdout[
            :64
        ]
        note = key.sign(Signed(said, digest).text()).render()
        file.with_name(file.name + ".sig").write_text(note, encoding="utf-8")
        return file

    def stage(self, file: Path, *, older: bool = False) -> State:
        return stage(self.files, file, CENTRAL.public, FakeMachine("1", frozenset("1")), older=older)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    folder, stick = tmp_path / "update", tmp_path / "stick"
    folder.mkdir(mode=0o700)
    stick.mkdir()
    repacks: list[str] = []

    def repacked(name: str, target: Path) -> None:
        repacks.append(name)
        package(tmp_path, "1").rename(target)

    monkeypatch.setattr(staging, "installed", lambda _name: Deb("hailong", "1", "all"))
    monkeypatch.setattr(staging, "repacked", repacked)
    monkeypatch.setattr(staging, "missing_for", lambda *_: "")  # apt takes seconds; one test asks it
    return Terminal(Files(folder), stick, repacks)


def test_everything_is_in_its_place_before_anything_is_changed(terminal: Terminal) -> None:
    file = terminal.signed(package(terminal.stick, "2"))
    state = terminal.stage(file)
    assert state == State(Phase.STAGED, "1", "2", was_ready=True, invocation="1") == terminal.files.load()
    assert terminal.files.package(Package.NEXT).read_bytes() == file.read_bytes()
    assert deb_of(terminal.files.package(Package.PREVIOUS)) == Deb("hailong", "1", "all")
    assert terminal.files.updater.exists()


def test_the_package_of_an_earlier_update_is_not_made_anew(terminal: Terminal) -> None:
    package(terminal.stick, "1").rename(terminal.files.current)
    terminal.stage(terminal.signed(package(terminal.stick, "2")))
    assert terminal.repacks == []


def refused(terminal: Terminal, file: Path, *, older: bool = False) -> str:
    with pytest.raises(Refused) as caught:
        terminal.stage(file, older=older)
    assert terminal.files.load() is None
    names = ("new.deb", terminal.files.package(Package.NEXT).name)
    assert [path.name for path in terminal.files.folder.iterdir() if path.name in names] == []
    return caught.value.why


Prepared = Callable[[Terminal, Path], Path]


def half(terminal: Terminal, file: Path) -> Path:
    terminal.signed(file)
    os.truncate(file, file.stat().st_size // 2)
    return file


def changed(terminal: Terminal, file: Path) -> Path:
    terminal.signed(file)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    return file


def by_another_server(terminal: Terminal, file: Path) -> Path:
    return terminal.signed(file, keys.generate("central"))


def by_a_terminal(terminal: Terminal, file: Path) -> Path:
    return terminal.signed(file, keys.generate("device"))


def for_another_version(terminal: Terminal, file: Path) -> Path:
    return terminal.signed(file, version="3")


def no_signature(_terminal: Terminal, file: Path) -> Path:
    return file


def no_note(_terminal: Terminal, file: Path) -> Path:
    file.with_name(file.name + ".sig").write_bytes(b"\xff" * 100)
    return file


def another_note(_terminal: Terminal, file: Path) -> Path:
    note = CENTRAL.sign("hailong/time/1\n00\n0\n").render()
    file.with_name(file.name + ".sig").write_text(note, encoding="utf-8")
    return file


def no_package(terminal: Terminal, file: Path) -> Path:
    file.write_text("a letter", encoding="utf-8")
    return terminal.signed(file)


def gone(terminal: Terminal, file: Path) -> Path:
    terminal.signed(file)
    file.unlink()
    return file


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (half, "other_file"),
        (changed, "other_file"),
        (by_another_server, "not_signed"),
        (by_a_terminal, "not_signed"),
        (for_another_version, "foreign"),
        (no_signature, "no_signature"),
        (no_note, "not_signed"),
        (another_note, "not_signed"),
        (no_package, "foreign"),
        (gone, "no_file"),
    ],
)
def test_what_the_server_has_not_signed_just_so_is_refused(
    terminal: Terminal, prepare: Prepared, why: str
) -> None:
    assert refused(terminal, prepare(terminal, package(terminal.stick, "2"))) == why


def test_a_package_of_another_program_or_for_another_machine_is_refused(terminal: Terminal) -> None:
    assert refused(terminal, terminal.signed(package(terminal.stick, "2", name="bash"))) == "foreign"
    other = package(terminal.stick, "2", architecture="armel")
    assert refused(terminal, terminal.signed(other)) == "architecture"


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("console=tty1 root=PARTUUID=1-02 boot=overlay quiet", True),
        ("overlayroot=tmpfs:recurse=0", True),
        ("overlayroot=disabled quiet", False),
        ("root=PARTUUID=1-02 quiet", False),
    ],
)
def test_what_would_be_gone_after_the_next_start_is_not_installed(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, is_refused: bool
) -> None:
    path = tmp_path / "cmdline"
    path.write_text(line, encoding="ascii")
    monkeypatch.setattr(staging, "COMMAND_LINE", path)
    file = terminal.signed(package(terminal.stick, "2"))
    if is_refused:
        assert refused(terminal, file) == "overlay"
    else:
        assert terminal.stage(file).new == "2"


def test_a_package_that_needs_what_is_not_here_is_refused_and_that_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "missing_for", missing_for)
    file = terminal.signed(package(terminal.stick, "2", depends="bash, hailong-never (>= 3)"))
    with pytest.raises(Refused) as caught:
        terminal.stage(file)
    assert (caught.value.why, caught.value.values) == ("needs", {"missing": "hailong-never"})
    assert terminal.stage(terminal.signed(package(terminal.stick, "2", depends="bash, dpkg"))).new == "2"


def test_a_package_for_which_the_card_has_no_room_is_refused_before_anything_is_changed(
    terminal: Terminal, failing_disk: Ext4Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dpkg could neither go on nor go back."""
    monkeypatch.setattr(staging, "PLACE", failing_disk.folder)
    large = package(terminal.stick, "2", more="Installed-Size: 4000\n")
    terminal.stage(terminal.signed(large), older=True)
    terminal.files.clear(STAGED, Outcome.INSTALLED, "")
    failing_disk.fill()
    assert refused(terminal, terminal.signed(large), older=True) == "no_room"


def test_where_the_disk_takes_no_more_nothing_stays(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_name: str, _target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(staging, "repacked", full)
    with pytest.raises(OSError, match="No space"):
        terminal.stage(terminal.signed(package(terminal.stick, "2")))
    assert terminal.files.load() is None
    assert not terminal.files.package(Package.NEXT).exists()


@pytest.mark.parametrize("version", ["1", "0.9", "1~rc1"])
def test_a_version_that_is_not_newer_is_installed_only_when_somebody_says_so(
    terminal: Terminal, version: str
) -> None:
    file = terminal.signed(package(terminal.stick, version))
    assert refused(terminal, file) == "not_newer"
    assert terminal.stage(file, older=True).new == version


def test_a_second_one_waits_for_the_first(terminal: Terminal) -> None:
    file = terminal.signed(package(terminal.stick, "2"))
    terminal.stage(file)
    with pytest.raises(Refused) as caught:
        terminal.stage(file)
    assert caught.value.why == "under_way"
    with terminal.files.held(wait=False), pytest.raises(Busy), terminal.files.held(wait=False):
        pass


def test_a_program_that_was_not_installed_as_a_package_is_left_alone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "installed", lambda _name: None)
    assert refused(terminal, terminal.signed(package(terminal.stick, "2"))) == "not_a_package"


def test_the_updater_needs_nothing_but_python_s_own_library(terminal: Terminal) -> None:
    """`-S`: nothing that is installed can be seen; `-I`: nothing of this folder either."""
    files = terminal.files
    files.updater.write_bytes(archive(ROOT))

    def run(what: str) -> subprocess.CompletedProcess[str]:
        command = [SYSTEM_PYTHON, "-I", "-S", str(files.updater), what]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd="/")

    for what in ("--resume", "--watch"):
        done = run(what)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (files.folder / "state.json").write_text("{", encoding="utf-8")
    done = run("--resume")
    assert done.returncode == 1
    assert "cannot go on" in done.stderr
    assert "Traceback" not in done.stderr
