"""No code is typed: the real terminal shows its link, and a telephone confirms it at the real server."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import requests

from tests.central import served

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def _hailong(*arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "kiosk", *arguments]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def _confirm(login: str, link: str, counter: int) -> None:
    """What a telephone's browser does."""
    with requests.Session() as phone:
        assert phone.get(login, timeout=60).status_code == 200
        page = phone.get(link, timeout=60)
        token = TOKEN.search(page.text)
        assert token is not None, page.text
        said = {"csrfmiddlewaretoken": token[1], "counter": counter, "compared": "on"}
        done = phone.post(link, said, headers={"Referer": link}, timeout=60)
        assert "Đã xác nhận mã khóa" in done.text


def test_a_terminal_that_nobody_gave_a_code_is_confirmed_by_its_link_for_its_counter(
    tmp_path: Path,
) -> None:
    terminal = ("--data-dir", str(tmp_path / "terminal"))
    with served.data_folder() as data:
        place = ("--unit", "UBND phường Sông Công", "--counter", "Quầy 1")
        waiting = served.said("device", "add", *place, data=data)["device"]
        with served.serving(data) as program:
            url, asked = served.url(program), ("enrol", "--by-phone", served.url(program), "--seconds", "0")
            _hailong(*asked, *terminal, code=5)
            shown = json.loads(_hailong("key", "link", url, "--json", *terminal))
            assert shown["status"] is None
            assert shown["link"].startswith(f"{url}/admin/k/")
            _confirm(program.lines[0]["admin_login"], shown["link"], counter=1)
            said = _hailong(*asked, *terminal)
            assert "Quầy 1" in said
            assert "-".join((waiting[:4], waiting[4:8], waiting[8:])) in said  # the id that waited there
            assert json.loads(_hailong("key", "link", "--json", *terminal)) == {**shown, "status": "accepted"}
