"""What is carried is what waits: the ledger and the cursor stay, and a mistake of the stick's costs nothing."""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from kiosk.handover import Answer, Handover
from sync import sealing
from sync.contact import Settings
from sync.errors import NotEnrolled, OtherBoard
from sync.exporting import export
from sync.once import deliver
from sync.protocol import Batch
from sync.stick import StickError
from tests.disks import SmallDisk
from tests.kiosk.ledger.terminal import vote
from tests.sync.reference import Reference
from tests.sync.world import deliver_through, drafts, enrolled, entries, office, settings, state, votes


@pytest.fixture
def where(tmp_path: Path, central: Reference) -> Settings:
    found = settings(tmp_path / "dữ liệu")
    enrolled(found, central)
    return found


def many(where: Settings, number: int) -> None:
    drafts(where, *(vote(n % 5 + 1) for n in range(number)))


def batches(path: Path, central: Reference) -> list[Batch]:
    with path.open("rb") as file:
        header = sealing.header_of(file)
        return [
            msgspec.json.decode(sealing.opened(box, central.key), type=Batch)
            for box in sealing.boxes(file, header)
        ]


def test_everything_that_waits_is_in_it_as_a_push_would_carry_it(
    where: Settings, central: Reference, tmp_path: Path
) -> None:
    votes(where, 5)
    deliver(where)
    (held,) = (len(known) for known in central.ledgers.values())
    many(where, 1_100)
    done = export(where, tmp_path)
    known = entries(where)
    assert done.path is not None
    assert (done.first, done.last) == (held + 1, len(known))
    found = batches(done.path, central)
    assert [batch.after for batch in found] == [held, held + 500, held + 1000]
    assert [e.stored() for batch in found for e in batch.entries] == [e.payload for e in known[held:]]
    assert [batch.tag is not None for batch in found] == [False, False, True]


def test_writing_it_changes_nothing_on_the_terminal(where: Settings, tmp_path: Path) -> None:
    votes(where, 5)
    before = entries(where), state(where.place.database)
    first, again = export(where, tmp_path), export(where, tmp_path)
    assert first == again
    assert (entries(where), state(where.place.database)) == before


def test_beside_a_kiosk_that_runs_it_is_the_same(where: Settings, tmp_path: Path) -> None:
    votes(where, 3)
    alone = export(where, tmp_path)
    with office(where):
        beside = export(where, tmp_path)
    assert (beside.first, beside.path) == (alone.first, beside.path)


def test_when_central_has_signed_for_everything_there_is_nothing_to_carry_but_on_demand(
    where: Settings, central: Reference, tmp_path: Path
) -> None:
    votes(where, 3)
    with office(where) as own:
        deliver_through(where, own)
        assert export(where, tmp_path).path is None
    assert list(tmp_path.glob("*.sealed")) == []
    done = export(where, tmp_path, first=1)
    assert done.path is not None
    assert sum(len(batch.entries) for batch in batches(done.path, central)) == len(entries(where))


def test_a_terminal_of_no_server_knows_nobody_to_seal_for(tmp_path: Path) -> None:
    where = settings(tmp_path / "dữ liệu")
    with pytest.raises(NotEnrolled):
        export(where, tmp_path)
    votes(where, 1)
    with pytest.raises(NotEnrolled):
        export(where, tmp_path)


def test_a_copied_card_exports_nothing(tmp_path: Path, central: Reference) -> None:
    where = replace(settings(tmp_path / "dữ liệu"), board=lambda: "10000000aaaaaaaa")
    enrolled(where, central)
    votes(where, 1)
    with pytest.raises(OtherBoard):
        export(replace(where, board=lambda: "10000000bbbbbbbb"), tmp_path)


def test_a_full_stick_loses_nothing(where: Settings, small_disk: SmallDisk) -> None:
    many(where, 2_000)
    before = entries(where)
    small_disk.fill()
    with pytest.raises(StickError):
        export(where, small_disk.folder)
    assert entries(where) == before
    small_disk.free()
    done = export(where, small_disk.folder)
    assert done.path is not None
    assert done.last == len(before)


class TestCommand:
    def run(self, where: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kiosk", "ledger", "export", "--data-dir", str(where.place.data_dir)]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=120)

    def test_it_says_in_vietnamese_what_was_written_and_answers_the_menu(
        self, where: Settings, tmp_path: Path
    ) -> None:
        votes(where, 3)
        menu = Handover.of({"RUNTIME_DIRECTORY": str(tmp_path)})
        assert menu is not None
        asked = Handover(menu.request, tmp_path / "answer.json")
        request = asked.ask()
        assert asked.answer(request) is None
        where_to = ("--request", str(asked.request), "--answer", str(asked.answer_file))
        done = self.run(where, "--sealed", str(tmp_path), *where_to)
        (path,) = tmp_path.glob("*.sealed")
        assert done.returncode == 0, done.stderr
        assert path.name in done.stdout
        assert "Có thể rút USB" in done.stdout
        assert asked.answer(request) == Answer(request.id, True, done.stdout.strip())
        assert asked.answer(asked.ask()) is None  # the next one is another

    def test_without_a_stick_it_says_that_nothing_is_lost(self, where: Settings, tmp_path: Path) -> None:
        votes(where, 1)
        done = self.run(where, "--sealed", str(tmp_path / "nowhere"))
        assert (done.returncode, done.stdout) == (2, "")
        assert "Chưa thấy USB" in done.stderr
        assert "không mất" in done.stderr

    def test_what_does_not_go_together_is_said(self, where: Settings, tmp_path: Path) -> None:
        for wrong in (("--format", "csv"), ("--output", "x"), ("--since", "2026-11-22"), ("--since", "0")):
            assert self.run(where, "--sealed", str(tmp_path), *wrong).returncode == 2
        assert list(tmp_path.glob("*.sealed")) == []


NOBODY = 65534


def test_root_writes_where_the_terminal_s_user_cannot_and_leaves_nothing_of_its_own(
    central: Reference, tmp_path: Path
) -> None:
    """`tmp_path` is root's alone; the data folder is where another user can reach it."""
    with tempfile.TemporaryDirectory(prefix="hailong-owner-") as above:
        Path(above).chmod(0o711)
        where = settings(Path(above) / "dữ liệu")
        enrolled(where, central)
        votes(where, 3)
        data = where.place.data_dir
        for path in (data, *data.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        done = export(where, tmp_path)
        assert done.path is not None
        assert done.path.stat().st_uid == os.geteuid() == 0
        assert {path.stat().st_uid for path in data.rglob("*")} == {NOBODY}
