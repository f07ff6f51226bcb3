"""The real mixer, on SDL's drivers for machines without a card; in processes of their own."""

import array
import os
import subprocess
import sys
from pathlib import Path

from kiosk.sound.tone import acknowledgement

PATIENCE_S = 120

PLAY = """
import os, sys
from kiosk.clock import SystemClock
from kiosk.sound.player import Player, Tuning
from kiosk.sound.speaker import MixerSpeaker
from kiosk.sound.tone import acknowledgement

def threads():
    return len(os.listdir("/proc/self/task"))

class Speaker(MixerSpeaker):
    def close(self):
        super().close()
        print("closed", flush=True)

import logging, time
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
player = Player(Speaker, Tuning(lambda: acknowledgement(100)), SystemClock(), rest_s=float(sys.argv[1]))
before = threads()
player.prepare()
player.play()
time.sleep(float(sys.argv[2]))
print("threads", threads() - before, flush=True)
player.close()
"""


def _play(rest_s: float, wait_s: float, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SDL_")}
    command = [sys.executable, "-c", PLAY, str(rest_s), str(wait_s)]
    return subprocess.run(
        command, env=kept | variables, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )


def test_what_the_card_gets_is_the_acknowledgement(tmp_path: Path) -> None:
    file = tmp_path / "heard"
    done = _play(60, 1.0, SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=str(file))
    heard = array.array("h", file.read_bytes())
    wanted = array.array("h", acknowledgement(100))
    begin = next(n for n, value in enumerate(heard) if value)
    first = next(n for n, value in enumerate(wanted) if value)
    assert heard[begin : begin + 5000] == wanted[first : first + 5000]
    assert max(map(abs, heard)) == max(map(abs, wanted))
    assert done.stdout.endswith("closed\n")


def test_a_card_that_rests_leaves_no_thread_but_the_players_own(tmp_path: Path) -> None:
    done = _play(0.2, 3.0, SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=str(tmp_path / "heard"))
    assert done.stdout == "closed\nthreads 1\n"


def test_a_machine_without_a_card_gets_one_warning() -> None:
    done = _play(60, 0.5, SDL_AUDIODRIVER="no-such-driver")
    assert done.stdout == "threads 1\n"
    assert done.stderr.count("WARNING no sound") == 1
    assert "Traceback" not in done.stderr


def test_a_card_that_vanishes_during_the_sound_is_harmless() -> None:
    """SDL's file driver on a full device: the first block that is written fails, as after unplugging.

    From 2.32 on SDL refuses such a file when it is opened; then that is what must be harmless.
    """
    done = _play(60, 1.0, SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE="/dev/full")
    assert "Traceback" not in done.stderr
    assert done.stdout.endswith("closed\n") or done.stderr.count("WARNING no sound") == 1


def test_a_driver_that_is_silent_is_as_good() -> None:
    assert _play(60, 0.3, SDL_AUDIODRIVER="dummy").stdout.endswith("closed\n")
