"""A statement of completeness is checked by a file that knows nothing of us, and by `hailong verify`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.cli import main
from sync import keys, statements_verifier
from sync.statements_verifier import CannotRead, verify

SAID = {"device": "4T8JQ2ZK7M", "at": "2026-11-26T02:00:00.000Z", "recorded": 143, "held": 143, "missing": 0}


def statement(head: str = "hailong/complete/1", **more: object) -> tuple[str, str]:
    """A note, and the id of the key that signed it."""
    key = keys.generate("central")
    said = SAID | {"central_key": key.public.raw.hex()} | more
    return key.sign(f"{head}\n{json.dumps(said, ensure_ascii=False)}\n").render(), key.public.key_id


@pytest.mark.parametrize("head", statements_verifier.HEADS)
def test_one_that_is_as_it_was_signed_is_good(head: str) -> None:
    note, key_id = statement(head, name="UBND phường Sông Công")
    assert verify(note).good
    assert verify(note, "-".join(key_id[n : n + 4] for n in range(0, 16, 4)).upper()).good
    assert not verify(note, "0" * 16).good


def test_one_that_was_changed_is_not() -> None:
    note, _ = statement()
    other, _ = statement()
    assert not verify(note.replace("143", "144", 1)).good
    assert not verify(note.rpartition("\n\n")[0] + "\n\n" + other.rpartition("\n\n")[2]).good
    assert not verify(note.rpartition("\n\n")[0] + "\n\n").good
    assert not verify(note.replace("— ", "- ")).good
    assert not verify(note[:-4] + "\n").good


@pytest.mark.parametrize(
    "text",
    ["", "hailong/complete/1", "hailong/complete/1\n{}\n\n", "hailong/complete/1\n" + "[" * 100_000 + "\n\n",
     'hailong/complete/1\n{"central_key":1}\n\n', 'hailong/complete/1\n{"central_key":"00"}\n\n',
     "hailong/complete/1\nnull\n\n", "hailong/time/1\nx\n\n"],
)  # fmt: skip
def test_what_is_none_cannot_be_read(text: str) -> None:
    with pytest.raises(CannotRead):
        verify(text)


def test_the_command_says_what_was_found_and_ends_accordingly(tmp_path: Path) -> None:
    note, key_id = statement(name="UBND phường Sông Công")
    path = tmp_path / "bản xác nhận.txt"
    path.write_text(note, encoding="utf-8")

    def run(*more: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["verify", str(path), *more])
        return done.exit_code, done.output

    code, said = run(key_id)
    assert code == 0
    assert "UBND phường Sông Công" in said
    assert "143" in said
    assert key_id[:4] in said
    assert run("0" * 16)[0] == 1
    path.write_text(note.replace("143", "142"), encoding="utf-8")
    assert run()[0] == 1
    path.write_bytes(b"hailong/complete/1\n\xff\n\n")
    assert run()[0] == 2


def test_the_file_runs_alone(tmp_path: Path) -> None:
    path = tmp_path / "statement.txt"
    for text, code in ((statement()[0], 0), (statement()[0].replace("143", "142"), 1), ("", 2)):
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-I", str(Path(statements_verifier.__file__)), str(path)]
        assert subprocess.run(command, capture_output=True, timeout=60).returncode == code
