"""All checks together, the report, and the command."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assets.texts import Texts
from kiosk.commands.doctor import doctor
from kiosk.config.load import load
from kiosk.doctor import board, running
from kiosk.doctor.examine import examine
from kiosk.doctor.finding import Verdict
from kiosk.doctor.report import default_name, report
from kiosk.doctor.running import find_kiosk
from tests.kiosk.doctor.terminal import machine, put, subject
from tests.kiosk.doctor.test_storage import kept
from tests.kiosk.fakes import FakeClock

LEVEL = re.compile(r"level|mức|Yêu thích|Excellent", re.IGNORECASE)


def _run(*arguments: str, data: Path, **environment: str) -> Result:
    kept_out = {name: None for name in os.environ if name.startswith(("HAILONG_", "SDL_"))}
    kept_out |= {"DISPLAY": None, "WAYLAND_DISPLAY": None}
    return CliRunner().invoke(doctor, ["--data-dir", str(data), *arguments], env={**kept_out, **environment})


def test_one_check_that_fails_does_not_keep_the_others_from_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_machine: object) -> None:
        raise RuntimeError("a sensor of another world")

    before = examine(replace(subject(tmp_path), headless=True))
    monkeypatch.setattr(board, "check", fails)
    found = examine(replace(subject(tmp_path), headless=True))
    assert (before.errors, found.errors) == (0, 1)
    names = [f.name.msgid for f in before.findings if f.name != board.HEAT]
    assert [f.name.msgid for f in found.findings] == names


def test_the_holder_of_the_lock_is_found_without_touching_it(tmp_path: Path) -> None:
    lock = put(tmp_path, "data/ledger/ledger.lock", "")
    facts = lock.stat()
    place = f"{os.major(facts.st_dev):02x}:{os.minor(facts.st_dev):02x}:{facts.st_ino}"
    put(
        tmp_path,
        "proc/locks",
        f"1: POSIX  ADVISORY  READ 9 {place} 0 EOF\n2: -> FLOCK  ADVISORY  WRITE 8 {place} 0 EOF\n",
    )
    assert find_kiosk(machine(tmp_path), lock) is None
    put(tmp_path, "proc/locks", f"1: FLOCK  ADVISORY  WRITE 77 {place} 0 EOF\n")
    put(tmp_path, "proc/77/environ", "DISPLAY=:0\0HOME=/\0")
    put(tmp_path, "proc/77/cmdline", "hailong\0run\0")
    kiosk = find_kiosk(machine(tmp_path), lock)
    assert kiosk is not None
    assert (kiosk.pid, kiosk.environ["DISPLAY"], kiosk.arguments) == (77, ":0", ("hailong", "run"))
    assert lock.stat().st_atime_ns == facts.st_atime_ns


def test_a_crash_loop_is_an_error_as_long_as_it_goes_on(tmp_path: Path) -> None:
    clock = FakeClock(synced=True, now_ns=1_000 * 10**9)

    def found(*ago_s: int, boot_id: str = clock.boot) -> Verdict:
        starts = {"boot_id": boot_id, "starts_ns": [clock.now_ns - s * 10**9 for s in ago_s]}
        put(tmp_path, "data/starts.json", json.dumps(starts))
        examined = replace(subject(tmp_path), machine=machine(tmp_path, clock), headless=True)
        return next(f.verdict for f in examine(examined).findings if f.name == running.NAME)

    assert found(1, 2, 3, 4) is Verdict.NOTE
    assert found(1, 2, 3, 4, 50) is Verdict.ERROR
    assert found(1, 2, 3, 4, 70) is Verdict.NOTE
    assert found(1, 2, 3, 4, 5, boot_id="another") is Verdict.NOTE
    put(tmp_path, "data/starts.json", "nonsense")
    assert examine(replace(subject(tmp_path), headless=True)).errors == 0


def test_a_real_kiosk_is_seen_by_its_lock(tmp_path: Path) -> None:
    keeper = kept(tmp_path)
    try:
        kiosk = find_kiosk(replace(machine(tmp_path), root=Path("/")), tmp_path / "ledger" / "ledger.lock")
    finally:
        keeper.close(clean=True)
    assert kiosk is not None
    assert kiosk.pid == os.getpid()


def test_the_command_says_everything_in_both_languages_and_ends_with_1(tmp_path: Path) -> None:
    kept(tmp_path).close(clean=True)
    result = _run(data=tmp_path, SDL_VIDEODRIVER="dummy")
    assert result.exit_code == 1
    assert "Không có màn hình nào để người dân nhìn thấy" in result.stdout
    assert "There is no display that a person can see" in result.stdout


@pytest.mark.parametrize(("language", "other"), [("vi", "The clock says"), ("en", "Đồng hồ")])
def test_one_language_is_enough_when_asked_for(tmp_path: Path, language: str, other: str) -> None:
    result = _run("--language", language, "--headless", data=tmp_path)
    assert other not in result.stdout
    assert Texts(language)("Clock") in result.stdout


def test_a_terminal_without_errors_ends_with_0(tmp_path: Path) -> None:
    data = tmp_path / "demo-data"
    kept(data).close(clean=True)
    (data / "ledger").chmod(0o750)
    result = _run("--headless", data=data)
    assert result.exit_code == 0, result.output


def test_every_problem_of_the_configuration_is_named_and_the_rest_is_checked_all_the_same(
    tmp_path: Path,
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("nonsense = 1\n[gpio]\nenabled = 1\n[labels]\nlevel_1 = 5\n", encoding="utf-8")
    result = _run("--headless", "--config", str(bad), data=tmp_path / "data")
    assert result.exit_code == 1
    for key in ("nonsense", "gpio.enabled", "labels.level_1"):
        assert key in result.stdout
    assert "Clock" in result.stdout


def test_an_unknown_user_is_named(tmp_path: Path) -> None:
    result = _run("--user", "nobody-has-this", data=tmp_path)
    assert result.exit_code == 2
    assert "nobody-has-this" in result.stderr


def test_the_report_has_versions_and_fault_codes_but_no_level_and_no_words_of_the_place(
    tmp_path: Path,
) -> None:
    kept(tmp_path).close(clean=True)
    file = tmp_path / "report.txt"
    result = _run(
        "--headless",
        "--report",
        str(file),
        data=tmp_path,
        HAILONG_TEXTS_UNIT="Xã Hòa Bình",
        HAILONG_LABELS_LEVEL_1="Kém",
    )
    assert str(file) in result.stdout
    text = file.read_text(encoding="utf-8")
    assert not LEVEL.search(text), LEVEL.findall(text)
    for word in ("Hòa Bình", "Kém", "payload", "hash"):
        assert word not in text
    for fact in (
        "hailong = ",
        "pygame",
        "python = ",
        "sqlite = ",
        " D2 began",
        " H2 began",
        "gpio.enabled = false",
    ):
        assert fact in text
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    result = _run("--headless", "--report", str(tmp_path / "missing" / "report.txt"), data=tmp_path)
    assert result.exit_code == 1
    assert "missing/report.txt" in result.stderr


def test_a_report_without_a_name_gets_one_with_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(default_name(machine(tmp_path))) == "hailong-doctor-20261122-010000.txt"
    monkeypatch.chdir(tmp_path)
    _run("--headless", "--report", data=tmp_path / "data")
    (file,) = tmp_path.glob("hailong-doctor-*.txt")
    assert "[machine]" in file.read_text(encoding="utf-8")


def test_every_failing_check_of_the_report_is_followed_by_its_remedy(tmp_path: Path) -> None:
    examined = subject(tmp_path, gpio__enabled=True, pad__enabled=True, pad__port="/dev/ttyUSB0")
    found = examine(replace(examined, headless=True))
    settings = load(environment={}, system_file=None).settings
    lines = report(found, examined.machine, settings, [Texts("vi"), Texts("en")]).splitlines()
    wrong = [n for n, line in enumerate(lines) if ": LỖI: " in line or ": ERROR: " in line]
    assert len(wrong) == 2 * found.errors == 4
    assert all(lines[n + 1].startswith("    → ") for n in wrong)
    assert all(f.remedy is not None for f in found.findings if f.verdict is Verdict.ERROR)
