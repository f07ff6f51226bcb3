"""SDL's names of the sound outputs, for ``hailong doctor``: ``python -m kiosk.sound.outputs``. None is opened.

In a process of its own: asking takes the audio system, and the kiosk must not have it by the way.
"""

import json
import os
import sys

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from pygame import _sdl2 as sdl

if __name__ == "__main__":
    found, problems = [], []
    try:
        sdl.init_subsystem(sdl.INIT_AUDIO)
        found = sdl.get_audio_device_names(False)
    except sdl.error as error:
        problems = [str(error)]
    sys.stdout.write(json.dumps({"found": found, "problems": problems}) + "\n")
