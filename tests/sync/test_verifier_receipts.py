"""An export with receipts convicts whoever lost or changed what central once signed, central included."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assets.texts import Texts
from kiosk.commands.ledger import export as export_command
from kiosk.messages.notes import Note
from kiosk.messages.statements import Checkpoint
from sync import keys, verifier
from sync.commands.verify import verify as command
from sync.contact import Settings
from sync.once import deliver
from sync.verifier import CannotRead, Reason, verify
from tests.kiosk.ledger.terminal import kept
from tests.kiosk.ledger.terminal import votes as stored_votes
from tests.sync.reference import NOW_MS, Reference, serving
from tests.sync.world import enrolled, settings, votes

_ = Texts()

Rows = list[dict[str, Any]]
STRANGER = keys.generate("central")
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Reference]:
    """Two days, a receipt each; what came after the second is not delivered."""
    where, central = settings(tmp_path_factory.mktemp("receipts") / "data"), Reference()
    with serving(central):
        enrolled(where, central)
        votes(where, 3)
        deliver(where)
        central.now_ms = lambda: NOW_MS + DAY_MS
        votes(where, 3)
        deliver(where)
    votes(where, 2)
    return where, central


def exported(where: Settings, *arguments: str) -> Rows:
    """As the command writes it."""
    done = CliRunner().invoke(export_command, [*arguments, "--data-dir", str(where.place.data_dir)])
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def rows(delivered: tuple[Settings, Reference]) -> Rows:
    return exported(delivered[0])


def written(rows: Rows, folder: Path) -> Path:
    path = folder / "export.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def sizes(rows: Rows) -> list[int]:
    return [int(note.split("\n")[1]) for note in rows[0]["receipts"]]


def test_an_export_carries_the_receipts_of_its_ledger_and_whose_they_are(
    delivered: tuple[Settings, Reference], rows: Rows, tmp_path: Path
) -> None:
    _where, central = delivered
    found = verify(written(rows, tmp_path))
    assert (found.first_bad, found.receipts, found.key_ids) == (None, 2, (central.key.public.key_id,))
    assert found.signed == sizes(rows)[-1] < found.last
    assert found.signed_at_s == (NOW_MS + DAY_MS) // 1000
    assert all("receipts" not in row for row in rows[1:])


def test_a_reader_that_knows_nothing_of_receipts_reads_the_same_entries(
    delivered: tuple[Settings, Reference], rows: Rows
) -> None:
    plain = [
        {name: value for name, value in row.items() if name not in ("receipts", "central_keys")}
        for row in rows
    ]
    assert [row["seq"] for row in plain] == list(range(1, len(rows) + 1))
    assert {frozenset(row) for row in plain} == {frozenset(plain[0])}
    csv = CliRunner().invoke(
        export_command, ["--format", "csv", "--data-dir", str(delivered[0].place.data_dir)]
    )
    assert "hailong/ledger" not in csv.stdout


def test_a_ledger_that_was_never_delivered_has_an_export_as_ever(tmp_path: Path) -> None:
    with kept(tmp_path / "ledger") as keeper:
        stored_votes(keeper, 2)
    rows = exported(settings(tmp_path))
    assert "receipts" not in rows[0]
    assert verify(written(rows, tmp_path)).key_ids == ()


def test_a_part_of_an_export_is_held_against_the_receipts_too(
    delivered: tuple[Settings, Reference], tmp_path: Path
) -> None:
    rows = exported(delivered[0], "--since", "4")
    first, second = sizes(rows)
    found = verify(written(rows, tmp_path))
    assert (found.first, found.first_bad, found.receipts) == (4, None, 2)
    # From just after the first receipt the hash before is still known.
    rows = exported(delivered[0], "--since", str(first + 1))
    assert verify(written(rows, tmp_path)).first_bad is None
    rows[0]["prev"] = "00" * 32
    rows[0]["hash"] = verifier._hash(rows[0])
    assert verify(written(rows[:1], tmp_path)).first_bad is not None
    assert second > first


def cut(rows: Rows) -> None:
    del rows[sizes(rows)[-1] - 1 :]


def cut_to_the_first_receipt(rows: Rows) -> None:
    del rows[sizes(rows)[0] :]


def rewrite(rows: Rows) -> None:
    """Change a level and chain everything anew, as somebody with full rights on the machine can."""
    prev = rows[0]["hash"]
    for row in rows[1:]:
        if '"level":2' in row["payload"] and row["kind"] == "rating":
            row["payload"] = row["payload"].replace('"level":2', '"level":5')
            row["level"] = row["level_counted"] = 5
        row["prev"] = prev
        prev = row["hash"] = verifier._hash(row)


def forge(rows: Rows) -> None:
    """Rewrite, and make receipts that fit, with a key of one's own under central's name."""
    rewrite(rows)
    ledger_id, head = bytes.fromhex(rows[-1]["ledger_id"]), bytes.fromhex(rows[-1]["hash"])
    note = STRANGER.cosign(Note(Checkpoint(ledger_id, len(rows), head).text()), 5)
    rows[0]["receipts"] = [note.render()]


def of_another_ledger(rows: Rows) -> None:
    rows[0]["receipts"][0] = rows[0]["receipts"][0].replace(rows[0]["ledger_id"], "00" * 16)


def without_keys(rows: Rows) -> None:
    del rows[0]["central_keys"]


def another_size(rows: Rows) -> None:
    rows[0]["receipts"][0] = rows[0]["receipts"][0].replace(
        f"\n{sizes(rows)[0]}\n", f"\n{sizes(rows)[0] - 1}\n"
    )


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (cut, Reason.LOST),
        (cut_to_the_first_receipt, Reason.LOST),
        (rewrite, Reason.OTHER),
        (forge, Reason.SIGNATURE),
        (of_another_ledger, Reason.SIGNATURE),
        (without_keys, Reason.SIGNATURE),
        (another_size, Reason.SIGNATURE),
    ],
)
def test_who_lost_or_changed_what_was_signed_is_found_out(
    rows: Rows, tmp_path: Path, attack: Callable[[Rows], None], reason: Reason
) -> None:
    attack(rows)
    found = verify(written(rows, tmp_path))
    assert found.reason is reason
    if reason is Reason.LOST:
        assert found.first_bad == len(rows) + 1
    if reason is Reason.OTHER:
        assert found.first_bad == sizes(rows)[0]
    done = CliRunner().invoke(command, [str(written(rows, tmp_path))])
    assert done.exit_code == 1
    assert f"seq) {found.first_bad}:" in done.stdout


def test_a_central_that_signed_two_histories_is_convicted_by_either(
    delivered: tuple[Settings, Reference], rows: Rows, tmp_path: Path
) -> None:
    central, size = delivered[1], sizes(rows)[0]
    other = Note(Checkpoint(bytes.fromhex(rows[0]["ledger_id"]), size, bytes(32)).text())
    rows[0]["receipts"].append(central.key.cosign(other, 5).render())
    assert (verify(written(rows, tmp_path)).first_bad, verify(written(rows, tmp_path)).reason) == (
        size,
        Reason.OTHER,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"receipts": "text"},
        {"receipts": 5},
        {"receipts": [5]},
        {"central_keys": [5]},
        {"central_keys": ["zz"]},
        {"central_keys": None},
    ],
)
def test_what_is_no_list_of_receipts_cannot_be_read_or_is_not_intact(
    rows: Rows, tmp_path: Path, change: dict[str, object]
) -> None:
    rows[0].update(change)
    try:
        assert verify(written(rows, tmp_path)).reason is Reason.SIGNATURE
    except CannotRead:
        assert change != {"receipts": "text"}


def grouped(central: Reference) -> str:
    """Its key id as people write it."""
    key_id = central.key.public.key_id
    return "-".join(key_id[n : n + 4] for n in range(0, 16, 4)).upper()


def test_with_the_id_of_the_right_key_only_its_receipts_count(
    delivered: tuple[Settings, Reference], rows: Rows, tmp_path: Path
) -> None:
    """A forger can bring a key along; that it is central's, only central's administrator can say."""
    path, key_id = written(rows, tmp_path), delivered[1].key.public.key_id
    good = CliRunner().invoke(command, [str(path), grouped(delivered[1])])
    assert good.exit_code == 0
    assert (
        f"Có 2 biên nhận của máy chủ trung tâm khớp với tệp; biên nhận mới nhất gồm mọi mục đến seq {sizes(rows)[-1]}"
        in good.stdout
    )
    assert grouped(delivered[1]).lower() in good.stdout
    forge(rows)
    rows[0]["central_keys"] = [STRANGER.public.raw.hex()]
    path = written(rows, tmp_path)
    assert verify(path).receipts == 1
    assert verify(path, key_id).reason is Reason.UNSIGNED
    done = CliRunner().invoke(command, [str(path), key_id])
    assert done.exit_code == 1
    assert "không có biên nhận nào" in done.stdout
    del rows[0]["receipts"], rows[0]["central_keys"]
    path = written(rows, tmp_path)
    assert verify(path).reason is None
    for wanted in (key_id, "nonsense", ""):
        assert verify(path, wanted).reason is Reason.UNSIGNED
    done = CliRunner().invoke(command, [str(path)])
    assert done.exit_code == 0
    assert "có bị cắt bớt hay không" in done.stdout


def test_the_key_that_is_told_is_that_of_the_last_receipt_whatever_keys_are_brought_along(
    delivered: tuple[Settings, Reference], rows: Rows, tmp_path: Path
) -> None:
    """The true key beside a forged receipt does not make the receipt true, nor does a true receipt for nothing."""
    forge(rows)
    true = delivered[1].key
    nothing = true.cosign(Note(Checkpoint(bytes.fromhex(rows[0]["ledger_id"]), 0, bytes(32)).text()), 9)
    rows[0]["receipts"].append(nothing.render())
    rows[0]["central_keys"] = [true.public.raw.hex(), STRANGER.public.raw.hex()]
    assert verify(written(rows, tmp_path)).key_ids == (STRANGER.public.key_id,)


def test_it_stands_alone_with_and_without_the_library(
    delivered: tuple[Settings, Reference], rows: Rows, tmp_path: Path
) -> None:
    alone = tmp_path / "verifier.py"
    alone.write_bytes(Path(verifier.__file__).read_bytes())
    path = written(rows, tmp_path)
    without = (
        "import runpy, sys; sys.modules['cryptography'] = None; sys.argv.pop(0);"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    for command_line, words in (
        ([sys.executable, "-I", str(alone), str(path)], "2 receipts"),
        ([sys.executable, "-I", str(alone), str(path), delivered[1].key.public.key_id], "2 receipts"),
        ([sys.executable, "-I", str(alone), str(path), grouped(delivered[1])], "2 receipts"),
        ([sys.executable, "-I", "-c", without, str(alone), str(path)], "NOT checked"),
    ):
        done = subprocess.run(command_line, capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stderr
        assert words in done.stdout
    cut(rows)
    path = written(rows, tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-c", without, alone, path], capture_output=True, text=True, cwd="/"
    )
    assert done.returncode == 1
    assert "not in the export" in done.stdout


def test_receipts_that_cannot_be_read_are_missed_aloud(tmp_path: Path) -> None:
    where = settings(tmp_path)
    votes(where, 1)
    where.place.folder.mkdir()
    where.place.database.write_bytes(b"x" * 5000)
    done = CliRunner().invoke(export_command, ["--data-dir", str(tmp_path)])
    assert done.exit_code == 0
    assert "biên nhận" in done.stderr
    assert "receipts" not in json.loads(done.stdout.splitlines()[0])
