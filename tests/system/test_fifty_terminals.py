"""From a spreadsheet to terminals that deliver, as an operator and a technician do it: a browser, a stick, commands."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.central import served
from tests.central.imports.sheets import HEAD, xlsx_of
from tests.central.web.test_browser import CHROMIUM, chosen

TERMINALS = 3
"""Fifty take the operator as many clicks, and each technician as long as one."""


def _hailong(*arguments: str) -> str:
    command = [sys.executable, "-m", "kiosk", *arguments]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_spreadsheet_becomes_terminals_that_deliver(tmp_path: Path) -> None:
    rows = [
        ("UBND phường Sông Công", "05518", "Phường", "", f"Quầy {n}", "") for n in range(1, TERMINALS + 1)
    ]
    table = tmp_path / "bảng.xlsx"
    table.write_bytes(xlsx_of((HEAD, *rows)))
    with served.data_folder() as data, served.serving(data) as program, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        admin = chosen(page, program.lines[0]["admin_login"])
        page.goto(f"{admin}central/unit/")
        page.click("text=Nhập từ bảng")
        page.set_input_files("[name=file]", table)
        page.click("[name=import]")
        page.click("[name=ask]")
        page.check("[name=accept]")
        page.click("[type=submit].default")
        with page.expect_download() as download:
            page.click("text=Tải thành tệp cho USB")
        download.value.save_as(tmp_path / "stick.zip")
        with zipfile.ZipFile(tmp_path / "stick.zip") as archive:
            archive.extractall(tmp_path / "stick")
        files = sorted((tmp_path / "stick").glob("*/hailong-enrol.txt"))
        assert len(files) == TERMINALS
        for number, file in enumerate(files, 1):
            terminal = str(tmp_path / f"terminal {number}")
            _hailong("enrol", "--code-file", str(file), "--data-dir", terminal)
            _hailong("demo", "--data-dir", terminal, "--headless", "--presses", "5", "--exit")
            _hailong("sync", "once", "--data-dir", terminal)
        page.goto(f"{admin}central/device/")
        assert page.locator("td.field-status:has-text('đã chấp nhận')").count() == TERMINALS
        browser.close()
        votes = [
            json.loads(line)
            for line in served.run("votes", "--format", "jsonl", data=data).stdout.splitlines()
        ]
        assert sorted(vote["counter"] for vote in votes) == [f"Quầy {n}" for n in range(1, TERMINALS + 1)]
