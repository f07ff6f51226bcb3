"""The two that are compared, each with a screen of its own; both are started, pressed and looked at in the same way."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hardware.events import Level
from hardware.fakes.pad import PtyPad
from tests.bench.browser import browsing
from tests.bench.measures import Memory, NotMeasured, Usage, family
from tests.bench.page import PANEL_MM, THANKS_S
from tests.bench.program import HAILONG, WHOLE_SCREEN, Program, running
from tests.bench.stage import Stage, Visit
from tests.prove.program import EACH_PRESS_A_VISIT

_STORED_S = 20.0


class VoteNotKept(NotMeasured):
    """Thanks were said for a vote that is not in the ledger, or more is there than was pressed."""


class Terminal:
    """Our program, with its ledger, its pad and its sound.

    Args:
        stage: Its screen.
        data: Its data folder.
        pad: Its five buttons.
        environ: The environment, with the display.
        hailong: The command.

    Attributes:
        starts_s: From each start to ``ready``.
        votes: How many it was given in its last run.
    """

    def __init__(
        self,
        stage: Stage,
        data: Path,
        pad: PtyPad,
        environ: Mapping[str, str],
        hailong: Sequence[str] = HAILONG,
    ) -> None:
        self.starts_s: list[float] = []
        self.votes = 0
        self._stage, self._data, self._pad, self._hailong = stage, data, pad, hailong
        self._environ = {
            **environ,
            "CACHE_DIRECTORY": os.fspath(data.with_name("cache")),
            **EACH_PRESS_A_VISIT,
            "HAILONG_VISIT_THANKS_S": f"{THANKS_S:g}",
            "HAILONG_SCREEN_PANEL_MM": "{},{}".format(*PANEL_MM),
            "HAILONG_PAD_ENABLED": "true",
            "HAILONG_PAD_PORT": os.fspath(pad.path),
            "HAILONG_SOUND_ENABLED": "true",
            "SDL_AUDIODRIVER": "dummy",  # a sound card that takes everything and is not heard
        }
        self._program: Program | None = None

    @contextmanager
    def started(self) -> Iterator[None]:
        """Start it and wait until it is ready.

        Raises:
            NotMeasured: It does not become ready, or says so before its first frame is there.
            VoteNotKept: At the end its ledger has other votes than it was given.
        """
        self.votes, before = 0, ratings(self._data)
        with running(self._data, WHOLE_SCREEN, self._environ, self._hailong) as self._program:
            self.starts_s.append(self._program.wait_ready())
            if not self._stage.learnt:
                self._stage.learn()
            elif not self._stage.idle:
                raise NotMeasured("the program said that it is ready, and its first frame was not there")
            yield
        self._stage.wait_gone()
        if (kept := ratings(self._data) - before) != self.votes:
            raise VoteNotKept(f"{self.votes} presses are {kept} ratings in the ledger")

    def click(self, level: Level) -> Visit:
        """One vote by the pointer. Raises `NotMeasured`."""
        visit = self._stage.visit(level)
        self._check_kept(level)
        return visit

    def button(self, level: Level) -> Visit:
        """One vote by the pad, from the moment at which the frame of the edge is written. Raises `NotMeasured`."""
        visit = self._stage.visit(level, lambda: self._pad.down(level), lambda: self._pad.up(level))
        self._check_kept(level)
        return visit

    def _check_kept(self, level: Level) -> None:
        self.votes += 1
        assert self._program is not None
        line = self._program.until("rating_stored", _STORED_S)
        if (line["kind"], line["level"]) != ("rating", level):
            raise VoteNotKept(f"a {line['kind']} was stored, or another level than was pressed")
        check_kept(self._data, line)

    def usage(self) -> Usage:
        """What it has used so far."""
        return Usage.of(*self._pids())

    def memory(self) -> Memory:
        """What it has in memory."""
        return Memory.of(*self._pids())

    def _pids(self) -> list[int]:
        assert self._program is not None
        return family(self._program.pid)


class Rival:
    """The browser with its page.

    Args:
        stage: Its screen.
        page: The file that it shows.
        profile: Its folder.
        environ: The environment, with the display.

    Attributes:
        starts_s: From each start until its page was painted.
    """

    def __init__(self, stage: Stage, page: Path, profile: Path, environ: Mapping[str, str]) -> None:
        self.starts_s: list[float] = []
        self._stage, self._page, self._profile, self._environ = stage, page, profile, environ
        self._pid = 0

    @contextmanager
    def started(self) -> Iterator[None]:
        """Start it and wait until its page is painted. Raises `NotMeasured`."""
        with browsing(self._page, self._profile, self._environ) as browser:
            self._pid = browser.pid
            if not self._stage.learnt:
                self._stage.learn()
            self.starts_s.append(self._stage.wait_idle() - browser.began_s)
            yield
        self._stage.wait_gone()

    def click(self, level: Level) -> Visit:
        """One vote by the pointer. Raises `NotMeasured`."""
        return self._stage.visit(level)

    def usage(self) -> Usage:
        """What it has used so far."""
        return Usage.of(*family(self._pid))

    def memory(self) -> Memory:
        """What it has in memory."""
        return Memory.of(*family(self._pid))


def check_kept(data: Path, line: Mapping[str, Any]) -> None:
    """Look whether a vote that was acknowledged is committed. Raises `VoteNotKept`."""
    if not _one(data, "SELECT count(*) FROM entry WHERE seq = ? AND hash = ?", line["seq"], line["hash"]):
        raise VoteNotKept(f"entry {line['seq']} was acknowledged and is not in the ledger")


def ratings(data: Path) -> int:
    """How many ratings are in the ledger of a data folder."""
    if not (data / "ledger" / "ledger.db").exists():
        return 0
    return _one(data, "SELECT count(*) FROM entry WHERE kind = 'rating'")


def _one(data: Path, sql: str, *values: int | str) -> int:
    """One number out of a ledger, whoever writes it meanwhile."""
    path = data / "ledger" / "ledger.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=5)) as connection:
        found = connection.execute(sql, [bytes.fromhex(v) if isinstance(v, str) else v for v in values])
        return int(found.fetchone()[0])
