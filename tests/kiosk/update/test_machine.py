"""Real packages by the real dpkg, in a root of their own."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.update.debs import compare, deb_of, installed, repacked
from kiosk.update.driver import Kiosk, resume, watch
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
def machine(tmp_path: Path) -> DebianMachine:
    """With version 1, and 2 staged."""
    _slept.clear()
    files = Files(tmp_path / "update")
    files.folder.mkdir()
    found = Quick(files, empty_root(tmp_path / "root"))
    package(tmp_path, "1").rename(files.package(Package.NEXT))
    assert found.install(Package.NEXT) == ""
    repacked("hailong", files.current, found.root)
    files.package(Package.PREVIOUS).hardlink_to(files.current)
    package(tmp_path, "2").rename(files.package(Package.NEXT))
    files.save(STAGED)
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


def test_one_that_dpkg_refuses_is_put_back(machine: DebianMachine, tmp_path: Path) -> None:
    needs = package(tmp_path, "2", postinst="#!/bin/nowhere\n")
    needs.rename(machine.files.package(Package.NEXT))
    assert resume(machine) == ""
    assert version(machine) == ("1", "1")
    result = machine.files.result()
    assert result is not None
    assert result.outcome is Outcome.RETURNED
    assert "dpkg" in result.reason


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


def test_a_package_that_was_made_of_what_is_installed_installs_the_same(tmp_path: Path) -> None:
    files = Files(tmp_path)
    first, second = empty_root(tmp_path / "first"), empty_root(tmp_path / "second")
    more = {"opt/hailong/lib/một cửa.py": "pass", "usr/lib/systemd/system/x.service": "[Unit]\n"}
    package(tmp_path, "1", files=more).rename(files.package(Package.NEXT))
    assert DebianMachine(files, first).install(Package.NEXT) == ""
    link = first / "opt/hailong/lib/link"
    link.symlink_to("một cửa.py")
    listed = first / "var/lib/dpkg/info/hailong.list"
    listed.write_text(listed.read_text(encoding="utf-8") + "/opt/hailong/lib/link\n", encoding="utf-8")
    repacked("hailong", files.package(Package.NEXT), first)
    assert DebianMachine(files, second).install(Package.NEXT) == ""
    assert (second / "opt/hailong/lib/một cửa.py").read_text(encoding="utf-8") == "pass"
    assert (second / "opt/hailong/lib/link").readlink() == Path("một cửa.py")
    names = {path.relative_to(first) for path in first.rglob("*") if "dpkg" not in path.parts}
    assert {path.relative_to(second) for path in second.rglob("*") if "dpkg" not in path.parts} == names


def test_a_package_that_cannot_be_made_leaves_no_half_one(tmp_path: Path) -> None:
    root = empty_root(tmp_path / "root")
    files = Files(tmp_path)
    package(tmp_path, "1").rename(files.package(Package.NEXT))
    assert DebianMachine(files, root).install(Package.NEXT) == ""
    (root / "usr/share/hailong/version").unlink()
    with pytest.raises(FileNotFoundError):
        repacked("hailong", files.current, root)
    assert not files.current.exists()


def test_versions_are_compared_as_debian_does() -> None:
    assert compare("0.10+deb12", "gt", "0.9+deb12")
    assert compare("1~rc1", "lt", "1")
