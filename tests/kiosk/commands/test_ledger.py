"""``hailong ledger`` as a technician runs it."""

import csv
import io
import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assets.texts import Texts
from kiosk.commands.ledger import ledger
from kiosk.config.option import ENVIRONMENT_PREFIX
from kiosk.ledger.kinds import Draft, Kind
from tests.kiosk.ledger.terminal import fill, kept, salvage_all, stored, tamper, vote, votes

_ = Texts()


@pytest.fixture(autouse=True)
def _no_variables_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with six entries, ratings 5 → 4, 3 and 1."""
    folder = tmp_path / "dữ liệu"
    with kept(folder / "ledger") as keeper:
        keeper.append([vote(5), vote(3), vote(1)])
        keeper.append([Draft(Kind.CORRECTION, {"of": 2, "level": 4})])
    return folder


def run(data: Path, *args: str | Path) -> Result:
    return CliRunner().invoke(ledger, [str(arg) for arg in (*args, "--data-dir", data)])


def process(data: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "kiosk", "ledger", *args, "--data-dir", str(data)]


def test_verify_ends_with_0_and_prints_the_head(data: Path) -> None:
    result = run(data, "verify")
    assert (result.exit_code, result.stderr) == (0, "")
    last = stored(data / "ledger")[-1]
    expected = _("The ledger is intact: {entries} entries, head {head}.")
    assert result.stdout == expected.format(entries=6, head=last.hash.hex()) + "\n"


def test_verify_ends_with_1_and_names_the_first_bad_seq(data: Path) -> None:
    tamper(data / "ledger" / "ledger.db", "UPDATE entry SET boottime_ns = 1 WHERE seq IN (3, 5)")
    result = run(data, "verify")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == _("The ledger is NOT intact. First bad entry: seq {seq}.").format(seq=3) + "\n"


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")


@pytest.mark.parametrize(
    "harm",
    [Path.unlink, lambda path: path.write_bytes(b"x" * 9000), lambda path: os.truncate(path, 0), newer],
    ids=["missing", "not a database", "empty", "newer"],
)
@pytest.mark.parametrize("command", [("verify",), ("show",), ("export",)])
def test_what_cannot_be_read_ends_with_2_and_a_reason(
    data: Path, harm: object, command: Sequence[str]
) -> None:
    assert callable(harm)
    harm(data / "ledger" / "ledger.db")
    result = run(data, *command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(data / "ledger" / "ledger.db") in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_verify_takes_a_file_a_folder_and_a_closed_ledger(data: Path) -> None:
    for path in (data, data / "ledger", data / "ledger" / "ledger.db"):
        assert run(Path("/nowhere"), "verify", path).exit_code == 0
    with kept(data / "ledger") as keeper:
        votes(keeper, 2)
        keeper.condemn("a test")
        salvage_all(keeper)
        assert run(Path("/nowhere"), "verify", data / "ledger" / "ledger.db.closed-1").exit_code == 0
    assert run(data, "verify", data / "no such file").exit_code == 2


def test_everything_works_while_a_kiosk_runs(data: Path) -> None:
    with kept(data / "ledger") as keeper:
        votes(keeper, 1)
        for command in (["verify"], ["show"], ["export"]):
            done = subprocess.run(process(data, *command), capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")
        votes(keeper, 1)


def test_show_names_what_is_there(data: Path) -> None:
    with kept(data / "ledger") as keeper:
        votes(keeper, 2)
        keeper.condemn("a test")
        salvage_all(keeper)
    head = stored(data / "ledger")[-1]
    result = run(data, "show", "--last", "3")
    assert result.exit_code == 0
    flat = " ".join(result.stdout.split())
    assert head.hash.hex() in flat
    for kind in ("boot 1", "salvaged", "shutdown 1", "ledger.db.closed-1", _("all brought over")):
        assert kind in flat
    listed = [
        line.split()[:2]
        for line in result.stdout.splitlines()
        if line.split()[1:2] in (["salvaged"], ["shutdown"])
    ]
    assert listed[-3:] == [
        [str(head.seq - 2), "salvaged"],
        [str(head.seq - 1), "salvaged"],
        [str(head.seq), "shutdown"],
    ]


def test_show_counts_each_rating_once_by_its_last_level(data: Path) -> None:
    lines = [line.split() for line in run(data, "show", "--last", "0").stdout.splitlines()]
    start = lines.index(_("Ratings that count").split())
    assert [line for line in lines[start:] if line[:1] and line[0] in "12345"] == [
        ["4", "1"],
        ["3", "1"],
        ["1", "1"],
    ]
    assert [*_("Total").split(), "3"] in lines


def test_show_of_a_ledger_prepared_to_deceive_a_terminal_is_harmless(data: Path) -> None:
    tamper(
        data / "ledger" / "ledger.db", "UPDATE entry SET kind = '[bold]' || char(27) || '[31m' WHERE seq = 3"
    )
    result = run(data, "show")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "[bold]\\u001b[31m" in result.stdout


def test_export_goes_to_standard_output_one_json_object_a_line(data: Path) -> None:
    result = run(data, "export")
    rows = [json.loads(line) for line in result.stdout_bytes.decode().splitlines()]
    assert result.exit_code == 0
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 6]
    needed = {
        "seq",
        "kind",
        "level",
        "counted",
        "level_counted",
        "boot_n",
        "boottime_ns",
        "wall",
        "prev",
        "hash",
    }
    assert all(needed <= set(row) for row in rows)
    assert [(row["level"], row["level_counted"]) for row in rows[1:3]] == [(5, 4), (3, 3)]


def test_export_since_begins_there(data: Path) -> None:
    result = run(data, "export", "--since", "5")
    assert [json.loads(line)["seq"] for line in result.stdout.splitlines()] == [5, 6]
    assert run(data, "export", "--since", "2099-01-01").stdout == ""


def test_a_since_that_means_nothing_ends_with_2_and_says_what_would(data: Path) -> None:
    result = run(data, "export", "--since", "last tuesday")
    assert result.exit_code == 2
    assert "'last tuesday'" in result.stderr
    assert "2026-11-22T07:30" in result.stderr


def test_an_output_file_is_there_when_it_is_complete_and_readable_by_the_group(
    data: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    output.write_text("an older export")
    result = run(data, "export", "--format", "csv", "--output", output)
    assert (result.exit_code, result.output) == (0, "")
    content = output.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))) == 6
    assert output.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dữ liệu", "out.csv"]


def test_a_failed_export_leaves_the_older_one_and_nothing_else(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("an older export")
    with closing(sqlite3.connect(data / "ledger" / "ledger.db")) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'").fetchone()[0]
    with (data / "ledger" / "ledger.db").open("r+b") as file:
        file.seek((page - 1) * 4096 + 200)
        file.write(b"\xa5" * 3000)
    result = run(data, "export", "--output", output)
    assert result.exit_code in (0, 2)
    if result.exit_code == 2:
        assert output.read_text() == "an older export"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dữ liệu", "out.jsonl"]


def test_the_ledger_its_companions_and_devices_are_never_overwritten(data: Path, tmp_path: Path) -> None:
    folder = data / "ledger"
    before = (folder / "ledger.db").read_bytes()
    link = tmp_path / "link"
    link.symlink_to(folder / "ledger.db")
    for output in (
        folder / "ledger.db",
        folder / "ledger.db-wal",
        folder / "new",
        link,
        data / "." / "ledger" / "ballast",
    ):
        result = run(data, "export", "--output", output)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "--output" in result.stderr
    assert (folder / "ledger.db").read_bytes() == before
    assert not (folder / "new").exists()
    assert run(data, "export", "--output", "/dev/null").exit_code == 2
    assert Path("/dev/null").is_char_device()
    assert run(data, "export", "--output", tmp_path).exit_code == 2


def test_an_output_in_no_folder_is_said(data: Path, tmp_path: Path) -> None:
    result = run(data, "export", "--output", tmp_path / "nowhere" / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(tmp_path / "nowhere" / "out") in result.stderr


def test_a_reader_that_has_seen_enough_ends_the_export_quietly(data: Path) -> None:
    folder = data / "ledger"
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        ledger_id = bytes(connection.execute("SELECT ledger_id FROM ledger").fetchone()[0])
    fill(folder / "ledger.db", ledger_id, 20_000)
    with subprocess.Popen(
        process(data, "export"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as exporting:
        assert exporting.stdout is not None
        assert exporting.stderr is not None
        assert '"seq":1,' in exporting.stdout.readline()
        exporting.stdout.close()
        assert exporting.stderr.read() == ""


def test_progress_is_shown_on_a_terminal_and_only_there(data: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        command = process(data, "export", "--output", str(tmp_path / "out"))
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"}
        )
        assert (done.returncode, done.stdout) == (0, b"")
        assert _("Exporting").encode() in os.read(ours, 65_536)
    finally:
        os.close(ours)
        os.close(theirs)
    quiet = subprocess.run(process(data, "export"), capture_output=True)
    assert quiet.stderr == b""


def test_the_commands_come_up_without_the_libraries_they_may_not_need() -> None:
    code = "import sys, kiosk.commands.ledger; print([m for m in ('sqlite3', 'rich', 'pygame') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
