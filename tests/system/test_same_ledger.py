"""A repaired terminal, as its technician and an operator do it: real programs, a new code, the same ledger."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.central import served


def _hailong(*arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "kiosk", *arguments]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_goes_on_at_a_new_address_with_a_new_code_and_every_vote_is_counted_once(tmp_path: Path) -> None:
    terminal = ("--data-dir", str(tmp_path / "terminal"))
    press = ("demo", *terminal, "--headless", "--exit", "--presses")
    with served.data_folder() as data:
        with served.serving(data):
            place = ("--unit", "UBND phường Sông Công", "--counter", "Quầy 1")
            one = served.said("device", "add", *place, "--accept", data=data)
            other = served.said("device", "add", *place, "--accept", data=data)
            _hailong("enrol", one["url"], one["code"], *terminal)
            _hailong(*press, "5,4")
            _hailong("sync", "once", *terminal)
        _hailong(*press, "3")
        with served.serving(data) as program:  # at another port: another address
            assert served.url(program) != one["url"]
            assert "mã của đúng thiết bị này" in _hailong(
                "enrol", "--same-ledger", served.url(program), other["code"], *terminal, code=4
            )
            again = served.said("device", "code", one["device"].lower(), data=data)
            assert again["device"] == one["device"]
            _hailong("enrol", "--same-ledger", served.url(program), again["code"], *terminal)
            once = served.said("device", "code", one["device"], data=data)
            assert "trái nhau" in _hailong(
                "enrol", "--same-ledger", "--replace", once["code"], *terminal, code=2
            )
            _hailong("enrol", "--same-ledger", once["code"], *terminal)  # the address is known by now
            _hailong(*press, "2,1")
            _hailong("sync", "once", *terminal)
            votes = [
                json.loads(line)
                for line in served.run("votes", data=data).stdout.splitlines()
                if line[0] == "{"
            ]
            assert served.run("device", "code", "NONE", data=data).returncode == 1
    assert [vote["level"] for vote in votes] == [5, 4, 3, 2, 1]
    assert {vote["device"] for vote in votes} == {one["device"]}
