"""The commands that are checked from outside, beside a running server and over HTTP."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from kiosk.messages.notes import parse_note
from sync.protocol import signed_checkpoint, verified_receipt
from sync.statements_verifier import verify
from tests.central import served
from tests.central.chains import Chain
from tests.central.remote import COUNTER, UNIT, Place, send
from tests.central.terminal import LEDGER
from tests.system.program import PATIENCE_S


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with served.data_folder() as data, served.serving(data) as program:
        yield Place(data, served.url(program))


def test_votes_completeness_and_recount(place: Place) -> None:
    chain = place.begin()
    for level in (5, 4, 1):
        chain.rate(level)
    batch = chain.batch()
    receipt = send(place.url, chain, batch).json()["receipt"]
    assert verified_receipt(receipt, signed_checkpoint(batch.checkpoint).checkpoint, [place.central])
    votes = [json.loads(line) for line in place.lines("votes", "--format", "jsonl")]
    assert [(vote["level"], vote["unit"], vote["counter"]) for vote in votes] == [
        (level, UNIT, COUNTER) for level in (5, 4, 1)
    ]
    assert len(place.lines("votes", "--format", "csv", "--device", chain.device)) == 4
    note = parse_note(served.run("complete", "--device", chain.device, data=place.data).stdout)
    assert note.is_signed_by(place.central)
    said = json.loads(note.text.splitlines()[1])
    assert (said["recorded"], said["held"], said["missing"], said["counted"]) == (6, 6, 0, 3)
    done = served.run("complete", "--unit", UNIT, "--from", "2026-01-01", data=place.data)
    assert verify(done.stdout, place.central.key_id).good
    assert verify(done.stdout).said["held"] == 6
    for wrong in (
        ("--from", "2026-02-30"),
        ("--from", "2026-02-02", "--to", "2026-02-01"),
        ("--unit", "không có"),
    ):
        done = served.run("complete", "--unit", UNIT, *wrong, data=place.data)
        assert (done.returncode, done.stderr.startswith("Error: ")) == (1, True), done.stderr
    assert served.run("complete", "--unit", UNIT, "--device", chain.device, data=place.data).returncode == 2
    assert place.lines("recount", "--check") == place.lines("recount") == []
    assert served.said("check-silence", data=place.data) == {"silent": 0}


def test_a_reader_that_has_seen_enough_is_no_error(place: Place) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [served.COMMAND, "device", "list", "--data-dir", str(place.data)]
    done = subprocess.run(
        command, env=served.surroundings(), stdout=writing, stderr=subprocess.PIPE, timeout=PATIENCE_S
    )
    os.close(writing)
    assert done.stderr == b""


def test_a_name_that_cannot_be_one_is_a_clear_error(place: Place) -> None:
    for unit, counter, words in (("", COUNTER, "unit"), (UNIT, "x" * 301, "at most 300 characters")):
        done = served.run("device", "add", "--unit", unit, "--counter", counter, data=place.data)
        assert done.returncode == 1
        assert done.stderr.startswith("Error: the ")
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("address", ["nonsense", "mysql://somebody:secret@host/name"])
def test_what_is_no_address_of_a_database_is_said_without_its_password(place: Place, address: str) -> None:
    done = served.run("votes", data=place.data, environ=served.surroundings(DATABASE_URL=address))
    assert done.returncode == 1
    assert done.stderr.startswith("Error: DATABASE_URL is not an address")
    assert "secret" not in done.stderr


def test_a_ledger_is_admitted_once(place: Place) -> None:
    new = Chain(place.chain.device, place.chain.central, place.chain.key)
    new.boot(continues={"ledger": LEDGER.hex(), "seq": None})
    place.configure(new)
    new.rate(2)
    assert send(place.url, new, new.batch()).status_code == 200
    before = len(place.lines("votes"))
    listed = [json.loads(line) for line in place.lines("ledger", "list")]
    assert [one["admitted"] for one in listed if one["ledger_id"] == new.ledger_id.hex()] == [False]
    arguments = ("ledger", "admit", "--device", new.device, new.ledger_id.hex())
    assert served.said(*arguments, data=place.data)["changed"] is True
    assert served.said(*arguments, data=place.data)["changed"] is False
    assert len(place.lines("votes")) == before + 1


def test_what_is_not_there_is_named(place: Place) -> None:
    for arguments in (
        ("complete", "--device", "0000000000"),
        ("votes", "--device", "0000000000"),
        ("recount", "--device", "0000000000"),
        ("ledger", "admit", "--device", place.chain.device, "00" * 16),
    ):
        done = served.run(*arguments, data=place.data)
        assert done.returncode == 1
        assert "0000000000" in done.stderr
    assert served.run("ledger", "admit", "--device", "x", "y", data=place.data).returncode == 2


def test_tokens_are_made_used_listed_and_revoked_by_commands(place: Place) -> None:
    made = served.said(
        "token", "create", "--name", "kho dữ liệu", "--unit", UNIT, "--days", "3", data=place.data
    )
    headers = {"Authorization": f"Bearer {made['token']}"}
    url = f"{place.url}/api/v1/units"
    assert [
        unit["name"] for unit in requests.get(url, headers=headers, timeout=PATIENCE_S).json()["items"]
    ] == [UNIT]
    (line,) = place.lines("token", "list")
    assert made["token"] not in line
    row = json.loads(line)
    assert (row["id"], row["name"], row["unit"], row["revoked"]) == (made["id"], "kho dữ liệu", UNIT, None)
    assert row["last_used"] is not None
    assert served.run("token", "create", "--name", "x", "--unit", "không có", data=place.data).returncode == 1
    assert served.run("token", "create", "--name", " ", data=place.data).returncode == 1
    assert served.said("token", "revoke", made["id"], data=place.data) == {"id": made["id"], "revoked": True}
    assert requests.get(url, headers=headers, timeout=PATIENCE_S).status_code == 401
    assert served.run("token", "revoke", made["id"], data=place.data).returncode == 1


def test_requests_are_counted_over_all_web_processes(place: Place) -> None:
    made = served.said("token", "create", "--name", "giám sát", "--metrics", data=place.data)
    headers = {"Authorization": f"Bearer {made['token']}"}
    for _ in range(20):
        assert (
            requests.get(f"{place.url}/api/v1/nothing/{LEDGER.hex()}", timeout=PATIENCE_S).status_code == 404
        )
    answer = requests.get(f"{place.url}/metrics", headers=headers, timeout=PATIENCE_S)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found["hailong_http_requests_total", "other", "404"] >= 20
    assert found["hailong_http_request_seconds_count", "other"] >= 20
    assert found["hailong_http_request_seconds_count", "health"] >= 1
    assert LEDGER.hex() not in answer.text


def test_settings_are_pushed_shown_and_refused_whole(place: Place, tmp_path: Path) -> None:
    device, file = place.chain.device, tmp_path / "cấu hình.toml"
    file.write_text('[screen]\ntheme = "contrast"\n[texts]\nquestion = "Ông/bà có hài lòng không?"\n')
    pushed = served.said("config", "push", "--device", device.lower(), str(file), data=place.data)
    assert (pushed["device"], pushed["revision"] > 1) == (device, True)
    assert served.said("config", "push", "--device", device, str(file), data=place.data) == pushed
    lines = place.lines("config", "show", "--device", device)
    assert lines[:2] == ["[screen]", 'theme = "contrast"']
    assert f'# texts.unit = "{UNIT}"  # {UNIT}' not in lines, "a counter says where its unit is"
    assert any(line.startswith(f'# texts.unit = "{UNIT}"') for line in lines)
    again = subprocess.run(
        [served.COMMAND, "config", "push", "--device", device, "-", "--data-dir", str(place.data)],
        env=served.surroundings(),
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert json.loads(again.stdout) == pushed, again.stderr
    file.write_text('[sound]\nvolume = 300\nloudspeaker = "x"\n')
    done = served.run("config", "push", "--device", device, str(file), data=place.data)
    assert (done.returncode, done.stdout) == (1, "")
    assert all(words in done.stderr for words in ("line 2", "sound.volume", "line 3", "sound.loudspeaker"))
    listed = {line["device"]: line for line in map(json.loads, place.lines("config", "list"))}
    assert listed[device] == {
        "device": device,
        "config_revision": pushed["revision"],
        "config_used": 0,
        "config_refused": None,
    }
    assert listed[device].items() <= json.loads(place.lines("device", "list")[0]).items()
    file.write_text("")
    for wrong in ("0000000000", "x"):
        done = served.run("config", "push", "--device", wrong, str(file), data=place.data)
        assert (done.returncode, done.stderr) == (1, f"Error: there is no terminal {wrong}\n")
