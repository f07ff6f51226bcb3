"""Real packages by the real dpkg, in a root of their own."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.update import files
from kiosk.update import machine as machine_module
from kiosk.update.debs import compare, deb_of, installed, repacked
from kiosk.update.driver import Kiosk, resume, watch
from kiosk.update.fakes import PowerCut
from kiosk.update.files import Files
from kiosk.update.machine import DebianMachine
from kiosk.update.model import INTERRUPTED, Outcome, Package, Phase, State
from tests.kiosk.update.packages import empty_root, installed_version, package

STAGED = State(Phase.STAGED, "1", "2", was_ready=True, invocation="old")


class Quick(DebianMachine):
    """dpkg is real; there is no systemd in this root."""

    def watch(self, *, after_boot: bool) -> None:
        """The test does it."""

    def kiosk(self) -> Kiosk:
        return Kiosk(installed_version(self.root) != "broken", "new")

    def start_kiosk(self) -> None:
        """It is as it is."""

    def now_s(self) -> float:
        return float(len(_slept))

    def sleep(self, seconds: float) -> None:
        _slept.append(seconds)


_slept: list[float] = []


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory: dpkg syncs every file, and the disk may be busy with other things."""
    with tempfile.TemporaryDirectory(prefix="hailong-update-", dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def machine(memory: Path, monkeypatch: pytest.MonkeyPatch) -> DebianMachine:
    """With version 1, and 2 staged."""
    monkeypatch.setattr(
        os, "sync", lambda: None
    )  # all disks of this machine, with whatever others write to them
    _slept.clear()
    here = Files(memory / "update")
    here.folder.mkdir()
    found = Quick(here, empty_root(memory / "root"))
    package(memory, "1").rename(here.package(Package.NEXT))
    assert found.install(Package.NEXT) == ""
    repacked("hailong", here.current, found.root)
    here.package(Package.PREVIOUS).hardlink_to(here.current)
    package(memory, "2").rename(here.package(Package.NEXT))
    here.save(STAGED)
    return found


def version(machine: DebianMachine) -> tuple[str, str]:
    found = installed("hailong", machine.root)
    assert found is not None
    return found.version, installed_version(machine.root)


def test_a_good_version_is_installed_and_its_package_kept_for_the_next_time(machine: DebianMachine) -> None:
    assert (resume(machine), watch(machine)) == ("", "")
    assert version(machine) == ("2", "2")
    result = machine.files.result()
    assert result is not None
    assert (result.old, result.new, result.outcome) == ("1", "2", Outcome.INSTALLED)
    kept = deb_of(machine.files.current)
    assert kept is not None
    assert kept.version == "2"
    assert machine.files.load() is None


def test_one_that_dpkg_refuses_is_put_back(machine: DebianMachine, memory: Path) -> None:
    needs = package(memory, "2", postinst="#!/bin/nowhere\n")
    needs.rename(machine.files.package(Package.NEXT))
    assert resume(machine) == ""
    assert version(machine) == ("1", "1")
    result = machine.files.result()
    assert result is not None
    assert result.outcome is Outcome.RETURNED
    assert "dpkg" in result.reason


def test_while_another_program_uses_dpkg_it_waits(
    machine: DebianMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (machine.root / "var/lib/dpkg/lock-frontend").open("w") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        waited = []

        def sleep(_: DebianMachine, seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 2:
                fcntl.lockf(held, fcntl.LOCK_UN)

        monkeypatch.setattr(Quick, "sleep", sleep)
        assert machine.install(Package.NEXT) == ""
    assert len(waited) == 2
    assert version(machine) == ("2", "2")


def test_a_failure_that_only_sounds_like_a_lock_is_one(
    machine: DebianMachine, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hailong-clock.service` is named by many a message."""
    package(memory, "2", postinst="#!/bin/nowhere-hailong-clock.service\n").rename(
        machine.files.package(Package.NEXT)
    )
    monkeypatch.setattr(Quick, "sleep", lambda *_: pytest.fail("nobody holds a lock"))
    assert "dpkg ended with" in machine.install(Package.NEXT)


def test_what_was_interrupted_in_the_middle_is_put_back(machine: DebianMachine) -> None:
    """dpkg had exchanged some files, and knows so."""
    machine.files.save(replace(STAGED, phase=Phase.INSTALLING))
    (machine.root / "usr/share/hailong/version").write_text("2", encoding="utf-8")
    status = machine.root / "var/lib/dpkg/status"
    status.write_text(status.read_text().replace("install ok installed", "install reinstreq half-installed"))
    assert resume(machine) == ""
    assert version(machine) == ("1", "1")
    result = machine.files.result()
    assert result is not None
    assert result.reason == INTERRUPTED


def test_where_the_power_went_after_it_was_put_back_that_is_finished(machine: DebianMachine) -> None:
    machine.files.save(replace(STAGED, phase=Phase.RETURNING))
    machine.files.package(Package.PREVIOUS).unlink()  # it has its other name already
    assert resume(machine) == ""
    assert version(machine) == ("1", "1")
    assert machine.files.load() is None


def test_a_package_that_was_made_of_what_is_installed_installs_the_same(memory: Path) -> None:
    here = Files(memory)
    first, second = empty_root(memory / "first"), empty_root(memory / "second")
    more = {"opt/hailong/lib/một cửa.py": "pass", "usr/lib/systemd/system/x.service": "[Unit]\n"}
    package(memory, "1", files=more).rename(here.package(Package.NEXT))
    assert DebianMachine(here, first).install(Package.NEXT) == ""
    link = first / "opt/hailong/lib/link"
    link.symlink_to("một cửa.py")
    listed = first / "var/lib/dpkg/info/hailong.list"
    listed.write_text(listed.read_text(encoding="utf-8") + "/opt/hailong/lib/link\n", encoding="utf-8")
    repacked("hailong", here.package(Package.NEXT), first)
    assert DebianMachine(here, second).install(Package.NEXT) == ""
    assert (second / "opt/hailong/lib/một cửa.py").read_text(encoding="utf-8") == "pass"
    assert (second / "opt/hailong/lib/link").readlink() == Path("một cửa.py")
    names = {path.relative_to(first) for path in first.rglob("*") if "dpkg" not in path.parts}
    assert {path.relative_to(second) for path in second.rglob("*") if "dpkg" not in path.parts} == names


def test_a_package_that_cannot_be_made_leaves_no_half_one(memory: Path) -> None:
    root = empty_root(memory / "root")
    here = Files(memory)
    package(memory, "1").rename(here.package(Package.NEXT))
    assert DebianMachine(here, root).install(Package.NEXT) == ""
    (root / "usr/share/hailong/version").unlink()
    with pytest.raises(FileNotFoundError):
        repacked("hailong", here.current, root)
    assert not here.current.exists()


def test_versions_are_compared_as_debian_does() -> None:
    assert compare("0.10+deb12", "gt", "0.9+deb12")
    assert compare("1~rc1", "lt", "1")


class _Power:
    """Goes at one of the steps that change something on the disk; before that step, or right after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps, self.cut_at = 0, 0
        for where, name in (
            (files, "replace_file"),
            (machine_module, "_run"),
            (Path, "replace"),
            (Path, "unlink"),
        ):
            monkeypatch.setattr(where, name, self._cuttable(getattr(where, name)))

    def _cuttable(self, usual: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **more: object) -> object:
            self._tick()
            done = usual(*arguments, **more)
            self._tick()
            return done

        return step

    def _tick(self) -> None:
        self.steps += 1
        if self.steps == self.cut_at:
            raise PowerCut


@pytest.mark.parametrize("new", ["2", "broken"])
def test_a_power_cut_at_every_step_leaves_a_whole_version_and_nothing_under_way(
    machine: DebianMachine, memory: Path, monkeypatch: pytest.MonkeyPatch, new: str
) -> None:
    """With real files and the real dpkg; the second start finds what the first one left."""
    aside = memory / "aside"
    bad = package(memory, "2", files={"usr/share/hailong/version": new})
    bad.rename(machine.files.package(Package.NEXT))
    shutil.copytree(memory, aside, ignore=lambda *_: ["aside"], symlinks=True)
    power = _Power(monkeypatch)
    steps, at = 1, 0
    while at < steps:
        for name in ("root", "update"):
            shutil.rmtree(memory / name)
            shutil.copytree(aside / name, memory / name, symlinks=True)
        _slept.clear()
        power.steps, power.cut_at = 0, at
        try:
            resume(machine)
            watch(machine)
            steps = power.steps + 1
        except PowerCut:
            power.cut_at = 0
            resume(machine)
            watch(machine)
        at += 1
        assert machine.files.load() is None
        result = machine.files.result()
        assert result is not None
        known = installed("hailong", machine.root)
        assert known is not None
        kept = deb_of(machine.files.current)
        assert kept == known, at
        if result.outcome is Outcome.INSTALLED:
            assert (known.version, installed_version(machine.root)) == ("2", "2"), at
        else:
            assert (known.version, installed_version(machine.root)) == ("1", "1"), at
        assert (result.outcome is Outcome.INSTALLED) <= (new == "2"), at
    assert steps > 14
