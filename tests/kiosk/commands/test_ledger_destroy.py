"""``hailong ledger destroy``: what central holds may be deleted by whoever confirms it; nothing else is, ever."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.commands.ledger import ledger
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.receipts import Receipts
from kiosk.ledger.store import Head
from tests.kiosk.ledger.terminal import kept, stored, votes


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three ratings that central has signed for, and a `shutdown` entry after them."""
    with kept(tmp_path / "ledger") as keeper:
        votes(keeper, 3)
        receipt(tmp_path, keeper)
    return tmp_path


def receipt(data: Path, keeper: Keeper, of: Head | None = None) -> None:
    """What the kiosk keeps of a receipt that it has checked."""
    assert keeper.ledger_id is not None
    receipts = Receipts(data / "ledger")
    receipts.put(keeper.ledger_id, of or keeper.head)
    receipts.save()


def destroy(data: Path, typed: str) -> Result:
    return CliRunner().invoke(ledger, ["destroy", "--data-dir", str(data)], input=typed)


def ledger_id(data: Path) -> str:
    return (data / "ledger" / "ledger.id").read_text(encoding="ascii")


def files(data: Path) -> set[str]:
    return {path.name for path in (data / "ledger").iterdir()} - {"ledger.lock"}


def test_what_central_holds_is_deleted_when_its_id_is_typed_and_that_is_written_down(data: Path) -> None:
    last, ident = stored(data / "ledger")[-1], ledger_id(data)
    result = destroy(data, f"{ident[:8]}\n")
    assert result.exit_code == 0, result.output
    assert files(data) == set()
    (line,) = (data / "destroyed.jsonl").read_text(encoding="utf-8").splitlines()
    said = json.loads(line)
    assert (said["ledger"], said["entries"], said["head"]) == (ident, last.seq, last.hash.hex())
    assert said["receipt"] == last.seq - 1
    assert said["by"]
    assert said["wall"].endswith("Z")


def test_afterwards_the_terminal_goes_on_with_a_ledger_of_its_own(data: Path) -> None:
    before = ledger_id(data)
    assert destroy(data, f"{before[:8]}\n").exit_code == 0
    with kept(data / "ledger") as keeper:
        votes(keeper, 1)
    assert ledger_id(data) != before
    assert [entry.kind for entry in stored(data / "ledger")].count("rating") == 1


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", "y\n", "00000000\n"])
def test_nothing_is_deleted_without_the_right_confirmation(data: Path, typed: str) -> None:
    before = files(data)
    assert destroy(data, typed).exit_code == 1
    assert files(data) == before
    assert not (data / "destroyed.jsonl").exists()


def test_nothing_is_deleted_while_one_rating_has_no_receipt(data: Path) -> None:
    with kept(data / "ledger") as keeper:
        votes(keeper, 1)
    before = files(data)
    result = destroy(data, f"{ledger_id(data)[:8]}\n")
    assert result.exit_code == 1
    assert "1 mục chưa có biên nhận" in result.stderr
    assert files(data) == before


def test_a_ledger_that_was_never_delivered_is_not_deleted(tmp_path: Path) -> None:
    with kept(tmp_path / "ledger") as keeper:
        votes(keeper, 2)
    assert destroy(tmp_path, f"{ledger_id(tmp_path)[:8]}\n").exit_code == 1
    assert len(stored(tmp_path / "ledger")) > 2


def test_a_receipt_for_another_chain_is_none(tmp_path: Path) -> None:
    with kept(tmp_path / "ledger") as keeper:
        votes(keeper, 2)
        receipt(tmp_path, keeper, Head(keeper.head.seq, bytes(32)))
    assert destroy(tmp_path, f"{ledger_id(tmp_path)[:8]}\n").exit_code == 1
    assert (tmp_path / "ledger" / "ledger.db").exists()


def test_a_closed_ledger_that_is_not_brought_over_stops_it(data: Path) -> None:
    (data / "ledger" / "ledger.db.closed-1").write_bytes(b"damaged, and perhaps with ratings in it")
    before = files(data)
    assert destroy(data, f"{ledger_id(data)[:8]}\n").exit_code == 1
    assert files(data) == before


def test_a_ledger_that_a_kiosk_is_writing_stays(data: Path) -> None:
    with kept(data / "ledger") as keeper:
        result = destroy(data, f"{ledger_id(data)[:8]}\n")
        assert result.exit_code == 1
        assert "systemctl stop hailong-kiosk" in result.stderr
        votes(keeper, 1)
    assert [entry.kind for entry in stored(data / "ledger")].count("rating") == 4


def test_one_that_cannot_be_read_is_not_known_to_be_delivered_and_stays(data: Path) -> None:
    path = data / "ledger" / "ledger.db"
    path.write_bytes(b"x" * 9000)
    assert destroy(data, f"{ledger_id(data)[:8]}\n").exit_code == 2
    assert path.read_bytes() == b"x" * 9000


def test_where_there_is_none_nothing_is_made(tmp_path: Path) -> None:
    assert destroy(tmp_path, "").exit_code == 2
    assert list(tmp_path.iterdir()) == []
