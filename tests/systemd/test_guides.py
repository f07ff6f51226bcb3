"""What the guides tell people to type is typed, in a machine of its own: real commands, real units, a real server.

The server's handbook comes first, so that the guides of the terminal find the server that it has made. What the two
languages have in common is typed once.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cards import package, raspios, said
from tests.disks import ext4_disk
from tests.docs.blocks import DOCUMENTS, Block, blocks
from tests.sync.certificates import MORNING, YEAR, Authority
from tests.systemd.machine import ROOT, Machine, machine
from tests.systemd.test_terminal import DATA, DISPLAY, KIOSK, SCREEN, SYNC

FOLDER = "/srv/guide"
CARD = "/srv/card"
HOST = "danhgia.example.vn"
MOST_NOT_RUN = 0.1

STANDS_IN: Mapping[str, str] = {
    # Where the list of packages knows a newer one, it would be fetched.
    "sudo apt install python3-venv": "dpkg-query --show python3-venv",
    # The checkout itself is in its place; tests/package installs what is built from it.
    "sudo python3 -m venv /opt/hailong": "test -d /opt/hailong",
    "sudo /opt/hailong/bin/pip install '.[central]'": "grep -q '^central = ' pyproject.toml",
    "sudo /opt/hailong/bin/pip install --upgrade '.[central]'": "grep -q '^central = ' pyproject.toml",
    # Nobody is there who would press anything in half a minute.
    "sudo hailong hwtest --headless --seconds 30": "sudo hailong hwtest --headless --seconds 1",
}
"""Lines that would fetch something from the internet, or wait for somebody, and what is run instead."""

CODE, TERMINAL = "7K3F-9Q2M-XPTB", "4T8JQ2ZK7M"
"""The code and the terminal of every example; the server of the machine has others, and makes them so."""

ADD = "sudo hailong-central device add --unit 'UBND phường Sông Công' --counter 'Quầy 9' --accept"

SUDO = """#!/bin/sh
if [ "$1" = -u ]; then user=$2; shift 2; exec runuser -u "$user" -- "$@"; fi
exec "$@"
"""


def _files(folder: Path) -> dict[str, str]:
    authority = Authority()
    authority.context(folder, HOST, MORNING - YEAR, MORNING + 9 * YEAR)
    units = {
        path.name: path.read_text(encoding="utf-8")
        for path in (ROOT / "systemd").glob("hailong-[!cu]*.service")
    }
    return {
        **{f"/etc/systemd/system/{name}": content for name, content in units.items()},
        f"/etc/systemd/system/{DISPLAY}.d/screen.conf": SCREEN,
        "/usr/lib/sysusers.d/hailong.conf": (ROOT / "systemd/hailong.sysusers.conf").read_text(encoding="utf-8"),
        "/usr/lib/tmpfiles.d/hailong.conf": (ROOT / "systemd/hailong.tmpfiles.conf").read_text(encoding="utf-8"),
        "/etc/hailong/hailong.toml": (ROOT / "scripts/deb/hailong.toml").read_text(encoding="utf-8"),
        "/etc/hosts": f"127.0.0.1 localhost {HOST}\n",
        "/usr/local/bin/sudo": SUDO,
        f"{FOLDER}/fullchain.pem": (folder / "server.pem").read_text(encoding="ascii"),
        f"{FOLDER}/key.pem": (folder / "server.key").read_text(encoding="ascii"),
        f"{FOLDER}/our-ca.pem": authority.pem,
    }  # fmt: skip


def _card(folder: Path) -> Path:
    """What a card is prepared from; the server's own files lie beside it."""
    folder.mkdir()
    said("xz", "-0", raspios(folder / "raspios-lite.img"))
    package(folder, "hailong").rename(folder / "hailong_0.1.0+deb12_arm64.deb")
    return folder


_PREPARE = f"""
set -eu
cp {CARD}/*.xz {CARD}/*.deb {FOLDER}/
mkdir {FOLDER}/quay-1  # from the ZIP of tickets
echo HLE1-ABCD > {FOLDER}/quay-1/hailong-enrol.txt
chmod 755 /usr/local/bin/sudo
ln -s /opt/hailong/bin/hailong /usr/bin/hailong
ln -s /opt/hailong/sources/systemd /opt/hailong/sources/scripts /opt/hailong/sources/pyproject.toml {FOLDER}/
systemd-tmpfiles --create hailong.conf
chown hailong-kiosk:hailong /etc/hailong/hailong.toml
DJANGO_SETTINGS_MODULE=central.settings /opt/hailong/bin/python - <<'END'
import pathlib, django; django.setup()
from central.imports import template
pathlib.Path("{FOLDER}/units.xlsx").write_bytes(template.as_xlsx())
END
install -d -m 2770 -o hailong-kiosk -g hailong /run/hailong-usb  # where a stick would be
systemctl start {KIOSK} {SYNC}
"""


class Typist:
    """Somebody who types what is in the guides, once.

    Args:
        there: The machine.
    """

    def __init__(self, there: Machine) -> None:
        self.there = there
        self._typed: set[str] = set()

    def follow(self, document: str) -> None:
        """Do what one document says, from its beginning to its end."""
        for block in blocks(document):
            if block.kind in ("ini", "toml"):
                self._write(block)
            elif block.kind == "sh" and not block.no_run and block.essence not in self._typed:
                self._typed.add(block.essence)
                done = self.shell(self._meant(block.text))
                assert done.returncode == block.code, f"{block}\n{block.text}\n{done.stdout}{done.stderr}"

    def shell(self, script: str) -> CompletedProcess[str]:
        """In a new shell, in the folder of the guides."""
        begins = f"exec < /dev/null\nexport LANG=C.UTF-8 HOME=/root SSL_CERT_FILE={FOLDER}/our-ca.pem\ncd {FOLDER}\n"
        path = "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
        return self.there.run("bash", "-euo", "pipefail", "-c", begins + path + script)

    def _write(self, block: Block) -> None:
        """Settings go where the text around them says; of several ways to set the server up, the first is taken."""
        if block.kind == "ini":
            place = "/etc/hailong/central.env"
            self.there.succeed(
                "bash", "-c", f'test -e {place} || printf %s "$1" > {place}', "write", block.text
            )
        else:
            self.there.succeed("bash", "-c", f'printf %s "$1" > {FOLDER}/hailong.toml', "write", block.text)
            done = self.shell("hailong config check --config hailong.toml")
            assert done.returncode == 0, f"{block}\n{block.text}\n{done.stdout}{done.stderr}"

    def _meant(self, text: str) -> str:
        for line, instead in STANDS_IN.items():
            text = text.replace(f"{line}\n", f"{instead}\n")
        if f"--same-ledger {CODE}" in text:
            text = text.replace(
                CODE, self._made(f"sudo hailong-central device code {self._enrolled()} --accept")["code"]
            )
        elif CODE in text or TERMINAL in text:
            ticket = self._made(ADD)
            text = text.replace(CODE, ticket["code"]).replace(TERMINAL, ticket["device"])
        return text

    def _made(self, command: str) -> dict[str, str]:
        done = self.shell(command)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def _enrolled(self) -> str:
        """Whom the server takes this terminal for."""
        listed = map(json.loads, self.shell("sudo hailong-central device list").stdout.splitlines())
        (found,) = {one["device"] for one in listed if one["status"] == "accepted"}
        return str(found)


@pytest.fixture(scope="module")
def typist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typist]:
    """Somebody on a machine on which the terminal's package was installed, with the server's files beside it."""
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    above = tmp_path_factory.mktemp("terminal")
    (above / "data").mkdir()
    with (
        ext4_disk(above / "data", above / "image") as disk,
        machine(_files(above), {DATA: disk.folder, CARD: _card(above / "card")}) as there,
    ):
        there.succeed("bash", "-c", _PREPARE)
        yield Typist(there)


def test_what_the_guides_tell_people_to_type_works(typist: Typist) -> None:
    # One after the other in one test: each guide goes on where the one before ended, as its reader would.
    for document in DOCUMENTS:
        typist.follow(document)


def test_nearly_every_block_is_run() -> None:
    typed = [block for document in DOCUMENTS for block in blocks(document) if block.kind == "sh"]
    left_out = [block for block in typed if block.no_run]
    assert len(typed) > 15
    assert len(left_out) <= MOST_NOT_RUN * len(typed), [str(block) for block in left_out]


def test_a_block_that_does_not_work_would_be_found(typist: Typist) -> None:
    assert typist.shell("sudo hailong no-such-command\n").returncode == 2
    assert typist.shell("false\ntrue\n").returncode == 1
