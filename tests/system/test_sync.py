"""The delivery as programs of their own: a real kiosk, a real `hailong sync`, real HTTP. Neither disturbs the other."""

import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.ledger.kinds import parse
from kiosk.ledger.reader import reading
from tests.disks import SmallDisk
from tests.sync.hostile import unused_port
from tests.sync.reference import CODE, Problem, Reference, serving
from tests.system.program import PATIENCE_S, PYTHON, Program, entries, hailong, without_display

QUICK = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}


@pytest.fixture
def central() -> Iterator[Reference]:
    with serving(Reference()) as reference:
        yield reference


def said(*arguments: str, data: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    command = [*PYTHON, *arguments, "--data-dir", str(data)]
    return subprocess.run(
        command, env=without_display(), capture_output=True, text=True, input=typed, timeout=PATIENCE_S
    )


def enrolled(data: Path, central: Reference) -> None:
    done = said("enrol", central.url, CODE, data=data)
    assert done.returncode == 0, done.stderr


def until(condition: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, what
        time.sleep(0.05)


def ratings(central: Reference) -> int:
    with central.lock:
        return sum(entry.kind == "rating" for held in central.ledgers.values() for entry in held)


def vote(kiosk: Program, number: int = 1) -> None:
    """Votes, each of them on the disk when this returns."""
    for _ in range(number):
        kiosk.key("4")
        kiosk.stored()


def test_every_vote_arrives_while_both_run_and_both_end_in_good_order(
    tmp_path: Path, central: Reference
) -> None:
    enrolled(tmp_path, central)
    with (
        hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk,
        hailong("sync", "run", data=tmp_path) as sync,
    ):
        kiosk.until("ready")
        vote(kiosk, 3)
        until(lambda: ratings(central) == 3, sync.log)
        vote(kiosk, 1)
        until(lambda: ratings(central) == 4, sync.log)
        assert all(right for _, right in central.tags)
        assert central.tags
        assert sync.end() == 0
        assert kiosk.end() == 0
    assert "Traceback" not in sync.log + kiosk.log
    (held,) = central.ledgers.values()
    assert [(entry.seq, entry.kind) for entry in held] == [(s, k) for s, k, _ in entries(tmp_path)][
        : len(held)
    ]


def test_a_delivery_that_hangs_or_is_killed_is_missed_by_nobody(tmp_path: Path, central: Reference) -> None:
    enrolled(tmp_path, central)
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk:
        kiosk.until("ready")
        with hailong("sync", "run", data=tmp_path) as sync:
            vote(kiosk)
            until(lambda: ratings(central) == 1, sync.log)
            sync.process.send_signal(signal.SIGSTOP)
            vote(kiosk, 5)
            sync.process.send_signal(signal.SIGKILL)
            vote(kiosk, 2)
        with hailong("sync", "run", data=tmp_path) as again:
            until(lambda: ratings(central) == 8, again.log)
            assert again.end() == 0
        assert kiosk.end() == 0
    (held,) = central.ledgers.values()
    assert [entry.seq for entry in held] == list(range(1, len(held) + 1))


def test_killed_again_and_again_in_the_middle_of_it_nothing_is_lost_or_doubled(
    tmp_path: Path, central: Reference
) -> None:
    enrolled(tmp_path, central)
    central.interfere = lambda _, path: time.sleep(0.05) if path.endswith("/entries") else None
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk:
        kiosk.until("ready")
        for pause_s in (0.6, 0.8, 1.0, 1.2):
            with hailong("sync", "run", data=tmp_path) as sync:
                vote(kiosk, 2)
                time.sleep(pause_s)
                sync.process.kill()
        assert kiosk.end() == 0
    done = said("sync", "once", data=tmp_path)
    assert done.returncode == 0, done.stderr
    (held,) = central.ledgers.values()
    assert [entry.kind for entry in held].count("rating") == 8
    assert [(entry.seq, entry.kind) for entry in held] == [(s, k) for s, k, _ in entries(tmp_path)][
        : len(held)
    ]


def test_a_full_disk_of_the_delivery_disturbs_no_vote(
    tmp_path: Path, small_disk: SmallDisk, central: Reference
) -> None:
    data = tmp_path / "data"
    enrolled(data, central)
    moved = data / "sync"
    subprocess.run(["cp", "-a", f"{moved}/.", str(small_disk.folder)], check=True)
    subprocess.run(["mount", "--bind", str(small_disk.folder), str(moved)], check=True)
    try:
        small_disk.fill()
        with (
            hailong("run", "--headless", data=data, keys=True, settings=QUICK) as kiosk,
            hailong("sync", "run", data=data) as sync,
        ):
            kiosk.until("ready")
            vote(kiosk, 3)
            until(lambda: "sync.db" in sync.log, "it never said so")
            vote(kiosk, 2)
            small_disk.free()
            until(lambda: ratings(central) == 5, sync.log)
            assert sync.end() == 0
            assert kiosk.end() == 0
    finally:
        subprocess.run(["umount", "--lazy", str(moved)], check=True)
    assert "Traceback" not in sync.log


def test_a_kiosk_that_starts_again_is_found_again(tmp_path: Path, central: Reference) -> None:
    enrolled(tmp_path, central)
    with hailong("sync", "run", data=tmp_path) as sync:
        for number in (1, 2):
            with hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk:
                kiosk.until("ready")
                vote(kiosk)
                until(lambda number=number: ratings(central) == number, sync.log)  # type: ignore[misc]
                assert kiosk.end() == 0
        assert sync.end() == 0


def test_an_enrolment_while_both_run_begins_the_delivery(tmp_path: Path, central: Reference) -> None:
    with (
        hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk,
        hailong("sync", "run", data=tmp_path) as sync,
    ):
        kiosk.until("ready")
        vote(kiosk)
        until(lambda: "not been enrolled" in sync.log, "it never said so")
        enrolled(tmp_path, central)
        until(lambda: ratings(central) == 1, sync.log)
        assert sync.end() == 0
        assert kiosk.end() == 0


def test_only_one_serves_a_folder_and_once_takes_its_turn_beside_it(
    tmp_path: Path, central: Reference
) -> None:
    enrolled(tmp_path, central)
    with (
        hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk,
        hailong("sync", "run", data=tmp_path) as sync,
    ):
        kiosk.until("ready")
        until(lambda: len(central.heartbeats) == 1, sync.log)
        second = said("sync", "run", data=tmp_path)
        assert second.returncode == 1
        assert str(tmp_path) in second.stderr
        vote(kiosk, 2)
        once = said("sync", "once", data=tmp_path)
        assert once.returncode == 0, once.stderr
        assert ratings(central) == 2
        status = said("sync", "status", data=tmp_path)
        assert status.returncode == 0
        assert "Có kết nối từ" in status.stdout
        assert "Liên lạc tiếp sau" in status.stdout
        assert sync.end() == 0
        assert kiosk.end() == 0


def test_once_ends_with_0_3_4_or_2_with_or_without_a_kiosk(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert said("sync", "once", data=data).returncode == 4  # no ledger, no enrolment
    assert not data.exists()
    central = Reference()
    with serving(central):
        enrolled(data, central)
        port = int(central.url.rpartition(":")[2])
        with hailong("run", "--headless", data=data, keys=True, settings=QUICK) as kiosk:
            kiosk.until("ready")
            vote(kiosk, 2)
            done = said("sync", "once", data=data)
            assert (done.returncode, ratings(central)) == (0, 2), done.stderr
            vote(kiosk)
            assert kiosk.end() == 0
        central.status = "revoked"
        refused = said("sync", "once", data=data)
        assert refused.returncode == 4
        assert "thu hồi" in refused.stderr
    away = said("sync", "once", data=data)
    assert away.returncode == 3
    assert "chương trình máy chủ không chạy" in away.stderr
    central.status = "accepted"
    with serving(central, port=port):
        (data / "sync" / "device.key").chmod(0o644)
        local = said("sync", "once", data=data)
        assert local.returncode == 2
        assert "chmod 600" in local.stderr
        (data / "sync" / "device.key").chmod(0o600)
        done = said("sync", "once", "--json", data=data)
        assert (done.returncode, ratings(central)) == (0, 3), done.stderr
        facts = json.loads(done.stdout)
        assert (facts["status"], facts["waiting"]) == ("accepted", 0)
        assert facts["head"] == _hash_of(data, facts["size"])
    assert said("sync", "once", "--config", "/nowhere", data=data).returncode == 2


def test_once_waits_for_what_a_kiosk_brings_over_from_a_closed_ledger(
    tmp_path: Path, central: Reference
) -> None:
    """After somebody put an older copy of the ledger back."""
    data, old = tmp_path / "data", tmp_path / "old"
    enrolled(data, central)
    shutil.copytree(data / "ledger", old)
    with hailong("run", "--headless", data=data, keys=True, settings=QUICK) as kiosk:
        kiosk.until("ready")
        vote(kiosk)
        assert kiosk.end() == 0
    assert said("sync", "once", data=data).returncode == 0
    shutil.rmtree(data / "ledger")
    shutil.copytree(old, data / "ledger")
    with hailong("run", "--headless", data=data, keys=True, settings=QUICK) as kiosk:
        kiosk.until("ready")
        vote(kiosk, 7)
        done = said("sync", "once", data=data)
        assert done.returncode == 0, done.stderr
        with central.lock:
            bodies = [parse(entry.payload) for held in central.ledgers.values() for entry in held]
        assert [body.get("kind") for body in bodies].count("rating") == 7
        assert kiosk.end() == 0


def _hash_of(data: Path, seq: int) -> str:
    with reading(data / "ledger" / "ledger.db") as ledger:
        (found,) = ledger.connection.execute("SELECT hash FROM entry WHERE seq = ?", (seq,)).fetchone()
    return bytes(found).hex()


def test_enrol_ends_with_0_2_3_or_4_and_says_why(tmp_path: Path, central: Reference) -> None:
    pin = central.key.public.key_id
    cases = [
        ([central.url, "000000000000"], 4, "so từng chữ với mã trên phiếu"),
        ([central.url, CODE, "0000-0000-0000-0000"], 4, "Khóa của máy chủ không phải"),
        ([f"http://127.0.0.1:{unused_port()}", CODE], 3, "chương trình máy chủ không chạy"),
        (["http://danhgia.example.vn", CODE], 2, "https"),
        ([central.url, "7K3F"], 2, "7K3F-9Q2M-XPTB"),
        ([central.url], 2, "--code-file"),
        ([], 2, "--code-file"),
        (["--code-file", str(tmp_path / "missing")], 2, "missing"),
        ([central.url, CODE, "--ca", str(tmp_path / "missing")], 2, "missing"),
        ([central.url, CODE, "--code-file", "-"], 2, "--code-file"),
    ]
    for arguments, code, words in cases:
        done = said("enrol", *arguments, data=tmp_path / "data")
        assert (done.returncode, words in done.stderr) == (code, True), (arguments, done.stderr)
    ticket = tmp_path / "enrol.json"
    ticket.write_text(json.dumps({"url": central.url, "code": CODE, "central": pin}))
    done = said("enrol", "--code-file", str(ticket), data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "Khóa của thiết bị này" in done.stdout
    assert "Quầy 1, UBND phường Sông Công" in done.stdout
    assert str(ticket) in done.stdout
    assert ticket.exists()
    scanned = said(
        "enrol", "--code-file", "-", data=tmp_path / "other", typed=f"{central.url} {CODE} {pin}\n"
    )
    assert scanned.returncode == 0, scanned.stderr


def test_a_scanner_that_types_a_line_and_enter_enrols(tmp_path: Path, central: Reference) -> None:
    """It is a keyboard: it does not end the input, and nobody stands by who would know how."""
    command = [*PYTHON, "enrol", "--code-file", "-", "--data-dir", str(tmp_path / "data")]
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            command,
            env=without_display(),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            assert program.stderr is not None
            assert "Xin quét mã" in program.stderr.readline()
            os.write(ours, f"\r{central.url} {CODE}\r".encode())
            assert program.wait(PATIENCE_S) == 0
    finally:
        os.close(ours)
        os.close(theirs)


def test_an_address_that_the_server_does_not_call_its_own_is_told_apart(
    tmp_path: Path, central: Reference
) -> None:
    url, central.url = central.url, "https://danhgia.example.vn"
    done = said("enrol", url, CODE, data=tmp_path / "data")
    assert done.returncode == 4
    assert "mang địa chỉ khác" in done.stderr
    assert not (tmp_path / "data" / "ledger" / "enrolment.json").exists()


def test_a_pending_enrolment_says_so_and_ends_with_0(tmp_path: Path, central: Reference) -> None:
    central.status = "pending"
    done = said("enrol", central.url, CODE, data=tmp_path)
    assert done.returncode == 0
    assert "chờ quản trị viên" in done.stdout
    assert said("sync", "once", data=tmp_path).returncode == 0  # no rating waits
    with hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk:
        kiosk.until("ready")
        vote(kiosk)
        once = said("sync", "once", data=tmp_path)
        assert (once.returncode, "chờ quản trị viên" in once.stderr) == (4, True)


def test_enrolling_elsewhere_needs_replace(tmp_path: Path, central: Reference) -> None:
    enrolled(tmp_path, central)
    with serving(Reference()) as other:
        refused = said("enrol", other.url, CODE, data=tmp_path)
        assert refused.returncode == 4
        assert "--replace" in refused.stderr
        assert said("enrol", other.url, CODE, "--replace", data=tmp_path).returncode == 0


def test_a_ledger_that_another_program_writes_without_a_socket_is_told(
    tmp_path: Path, central: Reference
) -> None:
    enrolled(tmp_path, central)
    lock = os.open(tmp_path / "ledger" / "ledger.lock", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    done = said("sync", "once", data=tmp_path)
    os.close(lock)
    assert done.returncode == 2
    assert "không trả lời" in done.stderr


def test_an_outage_ends_by_itself(tmp_path: Path) -> None:
    central = Reference()
    with serving(central):
        enrolled(tmp_path, central)
        port = int(central.url.rpartition(":")[2])
    with (
        hailong("run", "--headless", data=tmp_path, keys=True, settings=QUICK) as kiosk,
        hailong("sync", "run", data=tmp_path) as sync,
    ):
        kiosk.until("ready")
        vote(kiosk, 2)
        until(lambda: "not delivered" in sync.log, "it never said so")
        status = said("sync", "status", data=tmp_path)
        assert "Mất kết nối từ" in status.stdout
        assert "Còn 2 lượt đánh giá chờ gửi" in status.stdout
        assert "Thử lại sau" in status.stdout
        with serving(central, port=port):
            until(lambda: ratings(central) == 2, sync.log)
            central.interfere = _never_again
            assert sync.end() == 0
            assert kiosk.end() == 0


def _never_again(_: str, __: str) -> None:
    raise Problem("503.1")
