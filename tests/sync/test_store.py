"""What is remembered survives; the cursor goes where a receipt is; a file that is lost or damaged stops nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.ledger.chain import GENESIS
from kiosk.ledger.store import Head
from kiosk.ledger.witness import Witness, witness
from kiosk.messages.notes import Note
from kiosk.messages.statements import Checkpoint, checkpoint_of
from sync import keys, store
from sync.errors import Fault, LocalFault
from sync.moment import Moment
from sync.progress import Outcome, Progress
from sync.store import Identity, Store, read_only
from tests.disks import SmallDisk, small_disk

__all__ = ["small_disk"]

CENTRAL, OTHER = keys.generate("central"), keys.generate("central")
LEDGER, SECOND = bytes(16), b"1" * 16
WHO = Identity("4T8JQ2ZK7M", "https://central.example", CENTRAL.public, "accepted")
AT_S = 1_795_309_200
DAY_S = 86_400


def receipt(size: int, at_s: int = AT_S, ledger_id: bytes = LEDGER) -> Note:
    return CENTRAL.cosign(Note(Checkpoint(ledger_id, size, bytes([size % 256]) * 32).text()), at_s)


def kept(path: Path, *notes: Note) -> None:
    with Store(path) as opened:
        for note in notes:
            opened.delivered(note, CENTRAL.public, Progress())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sync" / "sync.db"


def test_it_is_kept_in_a_log_and_synced_in_full(path: Path) -> None:
    with Store(path):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert connection.execute("PRAGMA application_id").fetchone() == (store.APPLICATION_ID,)
        opened = Store(path)
        assert opened._connection is not None
        assert opened._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        opened.close()
        opened.close()


def test_an_identity_and_how_it_goes_are_found_again(path: Path) -> None:
    progress = Progress().after(Outcome("unreachable", "name", "detail"), Moment("b", 5, None))
    with Store(path) as opened:
        assert (opened.identity(), opened.progress()) == (None, Progress())
        opened.enrol(WHO)
        opened.set_status("revoked")
        opened.keep(progress)
    with Store(path) as opened:
        assert opened.identity() == replace(WHO, status="revoked")
        assert opened.progress() == progress


def test_the_cursor_is_where_the_last_receipt_is(path: Path) -> None:
    kept(path, receipt(5), receipt(9), receipt(3, ledger_id=SECOND))
    with Store(path) as opened:
        assert opened.cursor(LEDGER) == Head(9, bytes([9]) * 32)
        assert opened.cursor(SECOND) == Head(3, bytes([3]) * 32)
        assert opened.cursor(b"2" * 16) == Head(0, GENESIS)
        opened.go_back(LEDGER, Head(4, b"4" * 32))
        assert opened.cursor(LEDGER) == Head(4, b"4" * 32)
        assert opened.receipts(LEDGER) == [receipt(9).render()]  # what central once signed it signed


def test_whoever_has_signed_a_receipt_is_named_by_an_export_also_without_an_enrolment(path: Path) -> None:
    kept(path, receipt(5))
    assert witness(path, LEDGER) == Witness((receipt(5).render(),), (CENTRAL.public.raw,))


def test_what_nobody_cosigned_moves_nothing(path: Path) -> None:
    with Store(path) as opened:
        with pytest.raises(ValueError, match="no receipt"):
            opened.delivered(receipt(5), OTHER.public, Progress())
        assert opened.cursor(LEDGER).seq == 0


def test_of_each_day_the_receipt_for_the_longest_chain_is_kept(path: Path) -> None:
    # 22 November 2026 is over in Viet Nam at 17:00 UTC.
    kept(path, *(receipt(n, AT_S + n * 1800) for n in range(1, 25)), receipt(40, AT_S + DAY_S))
    with Store(path) as opened:
        assert opened.receipts(LEDGER) == [
            receipt(24, AT_S + 24 * 1800).render(),
            receipt(40, AT_S + DAY_S).render(),
        ]
    kept(path, receipt(30, AT_S + DAY_S + 60))  # central was restored, and signs less than it had
    with Store(path) as opened:
        assert receipt(40, AT_S + DAY_S).render() in opened.receipts(LEDGER)
        assert opened.cursor(LEDGER).seq == 30


def test_a_time_without_a_date_is_kept_all_the_same(path: Path) -> None:
    kept(path, receipt(1, 2**63), receipt(2, 0))
    with Store(path) as opened:
        assert len(opened.receipts(LEDGER)) == 2


def test_another_central_server_begins_at_the_beginning_and_the_receipts_of_the_first_stay(
    path: Path,
) -> None:
    with Store(path) as opened:
        opened.enrol(WHO)
    kept(path, receipt(5))
    with Store(path) as opened:
        opened.enrol(replace(WHO, status="pending", url="https://moved.example"))
        assert opened.cursor(LEDGER).seq == 5
        opened.enrol(replace(WHO, central=OTHER.public))
        assert opened.cursor(LEDGER).seq == 0
        assert len(opened.receipts(LEDGER)) == 1
    with closing(sqlite3.connect(path)) as connection:
        assert len(connection.execute("SELECT * FROM central_key").fetchall()) == 2


def test_a_newer_programs_file_is_left_alone(path: Path) -> None:
    kept(path, receipt(5))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    with pytest.raises(LocalFault, match="newer hailong"):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"x" * 8192, b"SQLite format 3\0" + b"\xff" * 8192])
def test_a_damaged_file_is_put_aside_by_the_delivery_and_by_nobody_who_looks(
    path: Path, content: bytes
) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(LocalFault) as found, read_only(path):
        pass
    assert found.value.fault is Fault.STORE
    assert path.read_bytes() == content
    for number in (1, 2):
        with pytest.raises(LocalFault, match=f"damaged-{number}"):
            Store(path)
        path.write_bytes(content)
    path.unlink()
    kept(path, receipt(5))
    assert path.with_name("sync.db.damaged-1").read_bytes() == content


def test_a_file_found_damaged_while_it_is_used_is_put_aside_and_asked_no_more(path: Path) -> None:
    kept(path, receipt(5))
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 200] = b"\xff" * 200
    path.write_bytes(content)
    with Store(path) as opened:
        with pytest.raises(LocalFault, match="damaged-1"):
            opened.cursor(LEDGER)
        with pytest.raises(LocalFault, match="closed"):
            opened.progress()
        with pytest.raises(LocalFault, match="closed"):
            opened.keep(Progress())
    assert not path.exists()
    assert path.with_name("sync.db.damaged-1").read_bytes() == content


def test_the_receipts_of_one_server_are_found_among_those_of_another_and_what_is_none(path: Path) -> None:
    kept(path, receipt(5))
    with Store(path) as opened:
        opened.delivered(receipt(6, AT_S + DAY_S), CENTRAL.public, Progress())
        with opened._transaction() as connection:
            others = (
                OTHER.cosign(Note(receipt(9).text), AT_S).render(),
                "no note",
                CENTRAL.sign("x\n").render(),
            )
            for day, note in enumerate(others):
                connection.execute("INSERT INTO receipt VALUES (?, ?, 9, ?)", (LEDGER, f"x{day}", note))
        assert [checkpoint_of(note).size for note in opened.receipts_of(CENTRAL.public, LEDGER)] == [6, 5]
        assert [checkpoint_of(note).size for note in opened.receipts_of(OTHER.public, LEDGER)] == [9]


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file but the index of the log, with its size and when it changed."""
    return {
        path.name: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.iterdir()
        if not path.name.endswith("-shm")
    }


def looked_at(path: Path) -> int:
    """The cursor as somebody sees it who only looks; no file is made or changed."""
    before = files(path.parent)
    with read_only(path) as looking:
        assert looking is not None
        found = looking.cursor(LEDGER).seq
        with pytest.raises(LocalFault):
            looking.set_status("x")
    assert files(path.parent) == before
    return found


def test_whoever_looks_changes_nothing_and_sees_what_is_being_written(path: Path) -> None:
    with read_only(path) as looking:
        assert looking is None
    assert not path.parent.exists()
    kept(path, receipt(5))
    assert looked_at(path) == 5
    with Store(path) as writing:
        writing.delivered(receipt(6), CENTRAL.public, Progress())
        assert looked_at(path) == 6
        writing.delivered(receipt(7), CENTRAL.public, Progress())
        assert looked_at(path) == 7
    assert looked_at(path) == 7


def half_done(opened: Store) -> None:
    with opened._transaction() as connection:
        connection.execute("DELETE FROM receipt")
        raise sqlite3.OperationalError


def test_a_half_made_transaction_leaves_nothing(path: Path) -> None:
    kept(path, receipt(5))
    with Store(path) as opened:
        with pytest.raises(LocalFault):
            half_done(opened)
        assert len(opened.receipts(LEDGER)) == 1


def receipt_after_receipt(opened: Store) -> None:
    for size in range(6, 3000):
        opened.delivered(receipt(size, AT_S + size * DAY_S), CENTRAL.public, Progress())


def test_a_full_disk_is_a_fault_with_a_name_and_moves_nothing(small_disk: SmallDisk) -> None:
    path = small_disk.folder / "sync" / "sync.db"
    kept(path, receipt(5))
    with Store(path) as opened:
        small_disk.fill()
        with pytest.raises(LocalFault) as found:
            receipt_after_receipt(opened)
        assert found.value.fault is Fault.STORE
        reached = opened.cursor(LEDGER).seq
        assert (
            opened.receipts(LEDGER)[-1] == receipt(reached, AT_S + reached * DAY_S * (reached > 5)).render()
        )
        small_disk.free()
        opened.delivered(receipt(4000), CENTRAL.public, Progress())
        assert opened.cursor(LEDGER).seq == 4000
