"""The export that the service menu asks for, by the unit of an installed terminal, on a stick plugged in late."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.handover import Answer, Handover, Request
from kiosk.ledger.office import opened
from kiosk.messages import wire
from sync import keys, sealing
from sync.place import Place
from sync.protocol import ACCEPTED
from sync.store import Identity, Store
from tests.kiosk.ledger.terminal import vote
from tests.sync.hostile import until
from tests.systemd.machine import PATIENCE_S, ROOT, Machine, machine

UNITS = ("hailong-export.service", "hailong-export.path", "run-hailong\\x2dusb.mount")
DEVICE = "4T8JQ2ZK7M"


def shipped(name: str) -> str:
    return (ROOT / "systemd" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a terminal that is enrolled and has three ratings."""
    folder = tmp_path_factory.mktemp("export") / "hailong"
    Place(folder).key_or_new()
    central = keys.generate("central").public
    with opened(folder, SystemClock(), "test") as own:
        url = "https://central.example"
        assert isinstance(
            own.handle(wire.PutEnrolment(DEVICE, url, central.raw.hex(), "00" * 32, None)), wire.Done
        )
        own._keeper.append([vote(1), vote(2), vote(3)])
    with Store(Place(folder).database) as store:
        store.enrol(Identity(DEVICE, url, central, ACCEPTED))
    return folder


@pytest.fixture(scope="module")
def terminal(data: Path) -> Iterator[Machine]:
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    files = {
        **{f"/etc/systemd/system/{name}": shipped(name) for name in UNITS},
        "/usr/lib/sysusers.d/hailong.conf": shipped("hailong.sysusers.conf"),
        "/usr/lib/tmpfiles.d/hailong.conf": shipped("hailong.tmpfiles.conf"),
    }
    with machine(files) as found:
        found.succeed("systemd-tmpfiles", "--create", "hailong.conf")
        shutil.copytree(data, inside(found, "/var/lib/hailong"), dirs_exist_ok=True)
        found.succeed("chown", "-R", "hailong-kiosk:hailong", "/var/lib/hailong")
        found.succeed("chown", "-R", "hailong-sync:hailong", "/var/lib/hailong/sync")
        # What the kiosk's unit makes when it starts.
        found.succeed("install", "-d", "-o", "hailong-kiosk", "-g", "hailong", "-m", "755", "/run/hailong")
        found.succeed("systemctl", "start", UNITS[2], UNITS[1])
        yield found


def inside(terminal: Machine, path: str) -> Path:
    return Path(f"/proc/{terminal.pid}/root{path}")


def asked(terminal: Machine) -> Answer:
    """What the menu is answered."""
    menu = Handover.of({"RUNTIME_DIRECTORY": "/run/hailong"})
    assert menu is not None
    here = Handover(inside(terminal, str(menu.request)), inside(terminal, str(menu.answer_file)))
    request: Request = here.ask()
    terminal.succeed("chown", "hailong-kiosk:hailong", str(menu.request))
    until(lambda: here.answer(request) is not None, PATIENCE_S)
    # The next request must find the unit at rest.
    until(lambda: terminal.value(UNITS[0], "ActiveState") in ("inactive", "failed"), PATIENCE_S)
    answer = here.answer(request)
    assert answer is not None
    return answer


def test_without_a_stick_the_menu_is_told_so_and_with_one_the_file_is_on_it(terminal: Machine) -> None:
    refused = asked(terminal)
    assert (refused.done, "Chưa thấy USB" in refused.text) == (False, True)
    group = terminal.succeed("getent", "group", "hailong").split(":")[2]
    options = f"mode=770,gid={group},size=1m,nosuid,nodev,noexec"
    terminal.succeed("mount", "-t", "tmpfs", "-o", options, "stick", "/run/hailong-usb")
    done = asked(terminal)
    assert (done.done, "Có thể rút USB" in done.text) == (True, True)
    (path,) = inside(terminal, "/run/hailong-usb").iterdir()
    with path.open("rb") as file:
        header = sealing.header_of(file)
        sealing.check_whole(file, header)
    assert (header.device, path.name) == (DEVICE, sealing.file_name(DEVICE, header.size))
    terminal.succeed("umount", "/run/hailong-usb")
    assert not asked(terminal).done
