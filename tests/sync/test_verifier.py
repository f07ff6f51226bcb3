"""An export is checked without us, and whoever changed anything in it is found."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.texts import Texts
from kiosk.ledger import export
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.reader import reading
from sync import verifier
from sync.commands.verify import verify as command
from sync.verifier import CannotRead, Reason, Verdict, verify
from tests.kiosk.ledger.terminal import kept, tamper, vote
from tests.kiosk.ledger.vectors import vectors

_ = Texts()

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """1 boot, 2–4 ratings, 5 corrects 2, 6 voids 4, 7 shutdown."""
    folder = tmp_path_factory.mktemp("verifier") / "ledger"
    with kept(folder) as keeper:
        keeper.append([vote(1), vote(2), vote(3)])
        keeper.append([Draft(Kind.CORRECTION, {"of": 2, "level": 5}), Draft(Kind.VOID, {"of": 4})])
    return exported(folder)


def exported(folder: Path) -> Rows:
    with reading(folder / "ledger.db") as opened:
        return list(export.export(opened.connection, opened.ledger_id, opened.head().seq))


def written(rows: Rows, folder: Path) -> Path:
    path = folder / "export.jsonl"
    path.write_text("".join(export.as_jsonl(rows)), encoding="utf-8")
    return path


def copy(rows: Rows) -> Rows:
    return [dict(row) for row in rows]


def test_an_export_is_intact_from_the_first_entry_to_the_head(rows: Rows, tmp_path: Path) -> None:
    assert verify(written(rows, tmp_path)) == Verdict(rows[0]["ledger_id"], 1, 7, rows[-1]["hash"])


def test_the_published_test_vectors_are_right_for_it_too(tmp_path: Path) -> None:
    made: Rows = [dict(vector) for vector in vectors()]
    for row in made:
        body = json.loads(row["payload"] or "{}")
        level = body.get("level") if row["kind"] in ("rating", "correction") else None
        row.update(level=level, wall=body.get("wall"), counted=row["kind"] == "rating", level_counted=None)
    made[1]["level_counted"] = 4
    assert verify(written(made, tmp_path)).first_bad is None


def test_a_part_of_an_export_is_checked_from_where_it_begins(rows: Rows, tmp_path: Path) -> None:
    assert verify(written(rows[3:], tmp_path)) == Verdict(rows[0]["ledger_id"], 4, 7, rows[-1]["hash"])


def test_a_payload_in_base64_is_checked_like_any_other(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    with kept(folder) as keeper:
        keeper.append([vote()])
    tamper(folder / "ledger.db", "UPDATE entry SET payload = x'ff' WHERE seq = 2")
    found = exported(folder)
    assert "payload_base64" in found[1]
    verdict = verify(written(found, tmp_path))
    assert (verdict.first_bad, verdict.reason) == (2, Reason.HASH)


fields = st.sampled_from(
    ["ledger_id", "kind", "prev", "hash", "payload", "seq", "boot_n", "boottime_ns", "wall"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 6), fields, st.integers(0, 10**6), st.integers(1, 9))
def test_any_character_changed_in_any_field_is_found_at_its_entry(
    rows: Rows, tmp_path: Path, index: int, field: str, place: int, change: int
) -> None:
    bad = copy(rows)
    value = bad[index][field]
    if isinstance(value, int):
        bad[index][field] = value + change
    else:
        at = place % len(value)
        bad[index][field] = value[:at] + chr((ord(value[at]) + change) % 0x7F) + value[at + 1 :]
    verdict = verify(written(bad, tmp_path))
    seq = rows[index]["seq"]
    # A first entry that says another seq or ledger is where an export of something else would begin.
    assert verdict.first_bad in ((seq,) if index else (seq, seq + change, 2))


def change_level(rows: Rows) -> None:
    rows[2]["level"] = 5


def drop_a_correction_from_the_count(rows: Rows) -> None:
    rows[1]["level_counted"] = 1


def count_a_voided_rating(rows: Rows) -> None:
    rows[3]["counted"], rows[3]["level_counted"] = True, 3


def say_true_as_a_number(rows: Rows) -> None:
    rows[1]["counted"] = 1


def remove_one(rows: Rows) -> None:
    del rows[2]


def swap_two(rows: Rows) -> None:
    rows[2], rows[3] = rows[3], rows[2]


def say_one_twice(rows: Rows) -> None:
    rows.insert(3, dict(rows[2]))


def take_one_from_another_ledger(rows: Rows) -> None:
    rows[4]["ledger_id"] = "00" * 16


def chain_it_anew_without_the_next(rows: Rows) -> None:
    row = rows[2]
    row["payload"] = row["payload"].replace('"level":2', '"level":5')
    row["level"] = row["level_counted"] = 5
    row["hash"] = verifier._hash(row)


@pytest.mark.parametrize(
    ("attack", "first_bad", "reason"),
    [
        (change_level, 3, Reason.COLUMN),
        (drop_a_correction_from_the_count, 2, Reason.COLUMN),
        (count_a_voided_rating, 4, Reason.COLUMN),
        (say_true_as_a_number, 2, Reason.COLUMN),
        (remove_one, 3, Reason.GAP),
        (swap_two, 3, Reason.GAP),
        (say_one_twice, 4, Reason.GAP),
        (take_one_from_another_ledger, 5, Reason.OTHER_LEDGER),
        (chain_it_anew_without_the_next, 4, Reason.PREV),
    ],
)
def test_an_export_that_was_changed_is_found_out(
    rows: Rows, tmp_path: Path, attack: Callable[[Rows], None], first_bad: int, reason: Reason
) -> None:
    bad = copy(rows)
    attack(bad)
    verdict = verify(written(bad, tmp_path))
    assert (verdict.first_bad, verdict.reason) == (first_bad, reason)


NOT_EXPORTS = [
    b"",
    b"\n",
    b"[]\n",
    b"nonsense\n",
    b"\xff\n",
    b"{}\n",
    b"[" * 100_000,
    b'{"seq":1}\n',
    b'{"seq":' + b"9" * 5000,
]


@pytest.mark.parametrize("content", NOT_EXPORTS, ids=range(len(NOT_EXPORTS)))
def test_what_is_no_export_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(content)
    with pytest.raises(CannotRead):
        verify(path)


def test_a_last_line_cut_in_the_middle_cannot_be_read(rows: Rows, tmp_path: Path) -> None:
    path = written(rows, tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CannotRead, match="line 7"):
        verify(path)


@pytest.mark.parametrize("again", ['"level":1', '"payload":"{}"', '"seq":1', '"hash":""'])
def test_an_entry_that_says_something_twice_cannot_be_read(rows: Rows, tmp_path: Path, again: str) -> None:
    """Of two members with one name a reader takes the first or the last: it would read what was not checked."""
    path = written(rows, tmp_path)
    first, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{{{again},{first[1:]}\n{rest}", encoding="utf-8")
    with pytest.raises(CannotRead, match="line 1"):
        verify(path)


def test_an_entry_with_two_payloads_cannot_be_read(rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="line 1"):
        verify(written([dict(rows[0], payload_base64="e30=")], tmp_path))


@pytest.mark.parametrize(
    "change", [{"payload": None}, {"seq": True}, {"boot_n": 1.0}, {"hash": 5}, {"kind": None}]
)
def test_a_field_of_another_type_is_no_entry(rows: Rows, tmp_path: Path, change: dict[str, object]) -> None:
    bad = copy(rows)
    bad[0].update(change)
    with pytest.raises(CannotRead, match="line 1"):
        verify(written(bad, tmp_path))


@pytest.mark.parametrize(
    "change",
    [{"boot_n": -1}, {"boottime_ns": 2**64}, {"kind": "đ"}, {"kind": "x" * 300}, {"ledger_id": "zz"}],
)
def test_a_value_that_no_layout_fits_is_a_wrong_entry(
    rows: Rows, tmp_path: Path, change: dict[str, object]
) -> None:
    bad = [dict(rows[0]) | change]
    assert verify(written(bad, tmp_path)).first_bad == 1
    spoilt = dict(rows[0], payload_base64="%")
    del spoilt["payload"]
    assert verify(written([spoilt], tmp_path)).first_bad == 1


def test_it_stands_alone(rows: Rows, tmp_path: Path) -> None:
    """Copied to another computer with nothing but Python, it gives the same answers as exit codes."""
    alone = tmp_path / "verifier.py"
    alone.write_bytes(Path(verifier.__file__).read_bytes())
    assert len(alone.read_text().splitlines()) <= 300
    bad = copy(rows)
    remove_one(bad)
    (tmp_path / "bad").mkdir()
    for path, code, word in (
        (written(rows, tmp_path), 0, rows[-1]["hash"]),
        (written(bad, tmp_path / "bad"), 1, "first bad seq 3"),
        (tmp_path / "missing", 2, "cannot read"),
    ):
        done = subprocess.run([sys.executable, "-I", alone, path], capture_output=True, text=True, cwd="/")
        assert done.returncode == code
        assert word in done.stdout + done.stderr
    assert subprocess.run([sys.executable, "-I", alone], capture_output=True).returncode == 2


def test_the_command_ends_with_0_1_or_2_and_says_which_entry(rows: Rows, tmp_path: Path) -> None:
    good = CliRunner().invoke(command, [str(written(rows, tmp_path)), "--data-dir", "/nowhere"])
    assert good.exit_code == 0
    assert rows[-1]["hash"] in good.stdout
    assert len(good.stdout.splitlines()) == 2
    assert "biên nhận" in good.stdout.splitlines()[1]
    part = CliRunner().invoke(command, [str(written(rows[2:], tmp_path))])
    assert part.exit_code == 0
    assert part.stdout.splitlines()[1] == _(
        "It begins at seq {first}: the entries before are not in the export and were not checked."
    ).format(first=3)
    for attack in (change_level, remove_one, take_one_from_another_ledger, chain_it_anew_without_the_next):
        bad = copy(rows)
        attack(bad)
        result = CliRunner().invoke(command, [str(written(bad, tmp_path))])
        assert (result.exit_code, result.stderr) == (1, "")
        assert str(verify(tmp_path / "export.jsonl").first_bad) in result.stdout
    for path in (tmp_path / "missing", tmp_path):
        result = CliRunner().invoke(command, [str(path)])
        assert (result.exit_code, result.stdout) == (2, "")
        assert str(path) in result.stderr
