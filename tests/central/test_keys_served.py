"""Both keys are replaced while a server and a terminal run as programs: nothing is lost, and everything verifies."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.cli import main
from tests.central import served
from tests.central.test_pull import PULL, Scene, announced
from tests.system.program import hailong
from tests.system.test_sync import said


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with served.data_folder() as data, served.serving(data) as program:
        yield Scene(data, tmp_path / "một cửa", served.url(program))


def keys(scene: Scene) -> list[tuple[str, int]]:
    done = served.run("key", "list", data=scene.data)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [(one["state"], one["terminals"]) for one in found]


def test_new_keys_on_both_sides(scene: Scene, tmp_path: Path) -> None:
    scene.votes(5)
    assert said("sync", "once", data=scene.terminal).returncode == 0
    rotated = said("key", "rotate", data=scene.terminal)
    assert (rotated.returncode, "Khóa mới đã được dùng" in rotated.stdout) == (0, True), rotated.stderr

    assert "key_id" in served.said("key", "rotate", data=scene.data)
    scene.votes(5)
    refused = served.run("key", "retire", data=scene.data)
    assert (refused.returncode, "have not heard" in refused.stderr) == (1, True)
    for _ in range(2):  # it hears of the new key, and says that it has pinned it
        assert said("sync", "once", data=scene.terminal).returncode == 0
    assert keys(scene) == [("present", 1), ("former", 0)]
    assert "retired" in served.said("key", "retire", data=scene.data)

    served.said("device", "rotate", scene.device, data=scene.data)
    scene.votes(5)
    with hailong(*PULL, data=scene.terminal) as sync:
        announced(sync)
        scene.pull()
        assert sync.end() == 0
    for _ in range(2):
        assert said("sync", "once", data=scene.terminal).returncode == 0
    found = scene.complete()
    assert (found["missing"], found["counted"]) == (0, 15)
    assert [one["tags"] for one in found["ledgers"]] == ["good"]
    export = tmp_path / "export.jsonl"
    assert said("ledger", "export", "--output", str(export), data=scene.terminal).returncode == 0
    verdict = CliRunner().invoke(main, ["verify", str(export)])
    assert verdict.exit_code == 0, verdict.output
