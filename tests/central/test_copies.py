"""A terminal that moves, gets another key, or was copied: as programs, with a real central server."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.central import served
from tests.central.test_pull import Scene
from tests.system.test_sync import said

UNIT = "UBND phường Sông Công"


@pytest.fixture(scope="module")
def central() -> Iterator[tuple[Path, str]]:
    with served.data_folder() as data, served.serving(data) as program:
        yield data, served.url(program)


@pytest.fixture
def scene(central: tuple[Path, str], tmp_path: Path) -> Scene:
    return Scene(central[0], tmp_path / "một cửa", central[1])


def lines(scene: Scene, *arguments: str) -> list[dict[str, Any]]:
    done = served.run(*arguments, data=scene.data)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in found if line["device"] == scene.device]


def counted(scene: Scene) -> Counter[str]:
    """Ratings of the terminal that count, by counter."""
    return Counter(vote["counter"] for vote in lines(scene, "votes", "--format", "jsonl"))


def delivered(terminal: Path) -> None:
    done = said("sync", "once", data=terminal)
    assert done.returncode == 0, done.stdout + done.stderr


def of(scene: Scene, terminal: Path) -> Scene:
    """The same terminal, on another card."""
    copy = object.__new__(Scene)
    copy.data, copy.terminal, copy.device = scene.data, terminal, scene.device
    return copy


def test_what_waited_when_a_terminal_moved_is_credited_to_the_counter_where_it_was_rated(
    scene: Scene,
) -> None:
    scene.votes(2)
    delivered(scene.terminal)
    scene.votes(3)  # nobody has these when it is moved
    arguments = ("--unit", "UBND", "--counter", "Quầy 2")
    moved = served.said("device", "move", scene.device.lower(), *arguments, data=scene.data)
    assert moved == {"device": scene.device, "unit": "UBND", "counter": "Quầy 2"}
    scene.votes(1)  # it has not heard of that yet
    delivered(scene.terminal)
    assert counted(scene) == {"Quầy 1": 6}
    scene.votes(4)
    delivered(scene.terminal)
    assert counted(scene) == {"Quầy 1": 6, "Quầy 2": 4}
    assert served.run("recount", "--check", data=scene.data).returncode == 0


def test_nobody_moves_what_is_not_there(scene: Scene) -> None:
    done = served.run("device", "move", "0000000000", "--unit", "UBND", "--counter", "x", data=scene.data)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no terminal 0000000000" in done.stderr


def test_two_copies_that_vote_in_turn_are_one_alarm_that_names_both_and_lose_nothing(
    scene: Scene, tmp_path: Path
) -> None:
    scene.votes(2)
    delivered(scene.terminal)
    shutil.copytree(scene.terminal, tmp_path / "bản sao", symlinks=True)
    copy = of(scene, tmp_path / "bản sao")
    total = 2
    for votes in range(1, 4):
        for who in (scene, copy):
            who.votes(votes)
            delivered(who.terminal)
        total += votes
        assert counted(scene)["Quầy 1"] == total  # of the first none is missing, and what counted counts
    first, second = lines(scene, "ledger", "list")
    assert (first["admitted"], second["admitted"]) == (True, False)
    assert second["continues"] == first["ledger_id"]

    by_kind = {alarm["kind"]: alarm for alarm in lines(scene, "alarm", "list")}
    assert set(by_kind) == {"clone", "ledger"}
    assert by_kind["clone"]["detail"]["ledgers"] == [first["ledger_id"], second["ledger_id"]]
    assert by_kind["ledger"]["ledger_id"] == second["ledger_id"]  # what is to be decided: whether it counts

    served.said("ledger", "admit", "--device", scene.device, second["ledger_id"], data=scene.data)
    assert counted(scene)["Quầy 1"] == 2 + 2 * (1 + 2 + 3)
    for who in (scene, copy):
        assert "Không còn lượt đánh giá nào chờ gửi" in said("sync", "status", data=who.terminal).stdout
    assert served.run("recount", "--check", data=scene.data).returncode == 0


def test_a_terminal_replaces_its_key_by_a_command_and_when_it_is_asked(scene: Scene) -> None:
    def keys() -> list[str]:
        (row,) = lines(scene, "device", "list")
        return list(row["key_ids"])

    first = keys()
    scene.votes(2)
    done = said("key", "rotate", data=scene.terminal)
    assert done.returncode == 0, done.stderr
    scene.votes(1)
    delivered(scene.terminal)
    second = keys()
    assert len(second) == 1
    assert second != first

    served.said("device", "rotate", scene.device.lower(), data=scene.data)
    for _ in range(2):
        scene.votes(1)
        delivered(scene.terminal)
    third = keys()
    assert len({*first, *second, *third}) == 3
    assert counted(scene) == {"Quầy 1": 5}
    assert "Không còn lượt đánh giá nào chờ gửi" in said("sync", "status", data=scene.terminal).stdout
