"""A server that asks a terminal, both as programs: beside `serve` and without it, with a kiosk and without."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.clock import SystemClock
from kiosk.ledger.office import opened
from tests.central import served
from tests.kiosk.ledger.terminal import vote
from tests.system.program import Program, hailong
from tests.system.test_sync import said

PULL = ("sync", "run", "--pull", "127.0.0.1:0")


class Scene:
    """A server and a terminal that is enrolled there."""

    def __init__(self, data: Path, terminal: Path, url: str) -> None:
        self.data, self.terminal = data, terminal
        code = served.said("device", "add", "--unit", "UBND", "--counter", "Quầy 1", "--accept", data=data)
        self.device = str(code["device"])
        done = said("enrol", url, str(code["code"]), data=terminal)
        assert done.returncode == 0, done.stderr

    def votes(self, number: int) -> None:
        """Ratings, as a kiosk keeps them."""
        with opened(self.terminal, SystemClock(), "test") as own:
            own._keeper.append([vote(1 + n % 5) for n in range(number)])

    def pull(self) -> dict[str, Any]:
        found = served.said("pull", "--device", self.device.lower(), data=self.data)
        assert set(found) == {"pulled", "head"}
        return found

    def complete(self) -> dict[str, Any]:
        done = served.run("complete", "--device", self.device, data=self.data)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[1])
        return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with served.data_folder() as data, served.serving(data) as program:
        yield Scene(data, tmp_path_factory.mktemp("terminal") / "một cửa", served.url(program))


def announced(sync: Program) -> dict[str, Any]:
    return sync.until("listening")


def test_a_pull_brings_everything_and_its_receipt_back_to_the_terminal(scene: Scene) -> None:
    scene.votes(1_000)
    with hailong(*PULL, "--no-push", data=scene.terminal) as sync:
        where = announced(sync)
        assert re.fullmatch(r"https://127\.0\.0\.1:[0-9]+", where["url"])
        first = scene.pull()
        assert first["pulled"] > 1_000
        assert scene.pull() == {"pulled": 0, "head": first["head"]}
        assert sync.end() == 0
    assert "Traceback" not in sync.log
    found = scene.complete()
    assert (found["missing"], found["counted"]) == (0, 1_000)
    assert [one["tags"] for one in found["ledgers"]] == ["good"]
    assert "Không còn lượt đánh giá nào chờ gửi" in said("sync", "status", data=scene.terminal).stdout


def test_a_kiosk_that_runs_is_asked_by_its_socket_and_told_the_receipts(scene: Scene) -> None:
    settings = {"visit_repeat_interval_s": "0", "visit_correction_window_s": "0", "visit_thanks_s": "1"}
    with (
        hailong("run", "--headless", data=scene.terminal, keys=True, settings=settings) as kiosk,
        hailong(*PULL, "--no-push", data=scene.terminal) as sync,
    ):
        kiosk.until("ready")
        announced(sync)
        for _ in range(3):
            kiosk.key("4")
            kiosk.stored()
        before = scene.complete()["counted"]
        scene.pull()
        found = scene.complete()
        assert found["counted"] - before == 3
        assert found["ledgers"][0]["tags"] == "good"
        assert sync.end() == 0
        assert kiosk.end() == 0
    kept = json.loads((scene.terminal / "ledger" / "receipts.json").read_text(encoding="utf-8"))
    assert found["ledgers"][0]["head"] in json.dumps(kept)


def test_nobody_there_and_no_such_terminal_are_said(scene: Scene) -> None:
    done = served.run("pull", "--device", "0000000000", data=scene.data)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no terminal 0000000000" in done.stderr


def test_a_stick_takes_the_place_of_a_network_that_is_not_there(scene: Scene, tmp_path: Path) -> None:
    scene.votes(7)
    before = scene.complete()["counted"]
    done = said("ledger", "export", "--sealed", str(tmp_path), data=scene.terminal)
    (path,) = tmp_path.glob("*.sealed")
    assert done.returncode == 0, done.stderr
    received = served.said("receive", str(path), data=scene.data)
    assert (received["device"], received["file"]) == (scene.device, path.name)
    assert received["new"] >= 7
    assert scene.complete()["counted"] == before + 7
    wrong = served.run("receive", str(path), str(tmp_path / "nowhere"), data=scene.data)
    assert (wrong.returncode, json.loads(wrong.stdout)["new"]) == (1, 0)
    assert "nowhere: it cannot be read" in wrong.stderr
    assert "Tệp niêm phong trọn vẹn" in said("verify", str(path), data=scene.terminal).stdout
