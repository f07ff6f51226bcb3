"""The benches of central, small: that they measure what they say. What they find is in docs/evidence/."""

import subprocess
import sys
from pathlib import Path

from tests.bench.wire import publish

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600


def bench(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    return done.returncode, done.stdout + done.stderr


def test_votes_a_second_are_measured_and_none_is_lost() -> None:
    """Whether a goal is reached depends on who else uses the machine; that everything was counted does not."""
    code, said = bench("ingest", "--votes", "800")
    assert code in (0, 1), said
    for name in ("batches of 50", "batches of 500", "COPY", "INSERT"):
        assert f"{name}" in said


def test_a_vote_in_a_batch_of_500_takes_few_bytes() -> None:
    code, said = bench("wire", "--rounds", "2")
    assert code == 0, said


def test_presses_and_a_backlog_are_timed_until_postgresql_has_them() -> None:
    code, said = bench("drain", "--votes", "1200", "--presses", "3")
    assert code in (0, 1), said
    assert "votes a second out of a backlog" in said
    assert "press → row in PostgreSQL" in said


def test_a_fleet_whose_central_was_away_delivers_everything_when_it_is_back() -> None:
    command = ("fleet", "--terminals", "12", "--connections", "4", "--rounds", "2", "--outage", "0.5")
    code, said = bench(*command)
    assert code in (0, 1), said
    for name in ("before", "the backlog", "after"):
        assert f"{name}: " in said
    assert "10,000 terminals × 7 days" in said


def test_a_publish_packet_is_as_the_specification_has_it() -> None:
    """MQTT 3.1.1, 3.3.2.3: topic a/b, packet identifier 10; the flags are those of quality of service 1."""
    assert publish("a/b", 10, b"xy") == bytes([0x32, 9, 0, 3]) + b"a/b" + bytes([0, 10]) + b"xy"
    assert publish("t", 1, bytes(200))[:3] == bytes([0x32, 0xCD, 0x01])
