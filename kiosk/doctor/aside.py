"""Trials in processes of their own: a broken library ends the process that loads it."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial said.

    Attributes:
        found: What there is: the driver, the font's name, the number of faces; or names.
        problems: What is wrong, in English.
    """

    found: str | tuple[str, ...]
    problems: tuple[str, ...]


def attempt(module: str, arguments: Sequence[str], environ: Mapping[str, str]) -> Tried:
    """Run a module that answers with a line of JSON: ``{"found": …, "problems": […]}``."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", module, *arguments],
            # pygame's greeting would be in the way of the answer.
            env={**environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        answer = json.loads(done.stdout)
        found = answer["found"]
        names = tuple(map(str, found)) if isinstance(found, list) else str(found)
        return Tried(names, tuple(map(str, answer["problems"])))
    except subprocess.TimeoutExpired:
        return Tried("", (f"no answer within {_PATIENCE_S:.0f} s",))
    except (ValueError, KeyError, TypeError):
        last = done.stderr.strip().splitlines()[-1:] or [""]
        return Tried("", (f"it ended with {done.returncode}: {last[0]}",))
