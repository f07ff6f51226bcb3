"""Recorded power cuts: the program is recorded, the power fails in thousands of ways, the product starts again."""

import logging
import math
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.prove import mutants
from tests.prove.cuts import Cut, plan, selection_of
from tests.prove.record import Recorder
from tests.prove.recording import Recording
from tests.prove.recovery import Failure, keep, lay_out, recover
from tests.prove.replay import Replay
from tests.prove.scenarios import SCENARIOS, fresh

_KEPT = 3
_MUTANT_VOTES = 12
_MUTANT_IMAGES = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """A failure and where it was found."""

    scenario: str
    cut: Cut
    failure: Failure


@dataclass(slots=True)
class Outcome:
    """What came of some images.

    Attributes:
        images: How many were tried, by scenario and by style.
        found: What was wrong.
        points: At how many different moments the power failed.
        seconds: How long recording and trying took.
    """

    scenarios: Counter[str] = field(default_factory=Counter)
    styles: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    points: int = 0
    promised: int = 0
    seconds: float = 0.0

    @property
    def images(self) -> int:
        """How many images were tried."""
        return self.scenarios.total()

    def add(self, other: "Outcome") -> None:
        """Take another one's counts."""
        self.scenarios += other.scenarios
        self.styles += other.styles
        self.found += other.found
        self.points += other.points
        self.promised += other.promised

    def count(self, kind: str) -> int:
        """In how many images something of that kind was wrong."""
        return len({(one.scenario, one.cut) for one in self.found if one.failure.kind == kind})


def memory() -> str | None:
    """A folder in memory, where there is one: only the recorded disk's syncs matter, not the real one's."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - made unique below it


def prove(images: int, votes: int, seed: int, kept: Path) -> Outcome:
    """Record every scenario with the unmodified program and try `images` power cuts."""
    began_s = time.monotonic()
    outcome = Outcome()
    for name, (scenario, share) in SCENARIOS.items():
        with tempfile.TemporaryDirectory(prefix="hailong-prove-", dir=memory()) as workplace:
            with closing(Recorder(name, Path(workplace) / "recorded", f"{seed}/{name}")) as recorder:
                recording = scenario(recorder, max(4, round(votes * share)))
            cuts = plan(recording, math.ceil(images * share), f"{seed}/{name}")
            outcome.points += len({cut.point for cut in cuts})
            outcome.add(_try_all(recording, cuts, f"{seed}/{name}", kept / name))
    outcome.seconds = time.monotonic() - began_s
    return outcome


def catch(mutant: str, seed: int) -> Outcome:
    """Record a mutant and try power cuts until one shows it; `found` is empty when none does."""
    began_s = time.monotonic()
    ignore_syncs = mutant == mutants.SYNC_IGNORED
    with tempfile.TemporaryDirectory(prefix="hailong-prove-", dir=memory()) as workplace:
        with closing(Recorder(mutant, Path(workplace) / "recorded", f"{seed}/{mutant}", mutant)) as recorder:
            recording = fresh(recorder, _MUTANT_VOTES)
        cuts = plan(recording, _MUTANT_IMAGES, f"{seed}/{mutant}", ignore_syncs=ignore_syncs)
        outcome = Outcome(points=len({cut.point for cut in cuts}))
        for cut in cuts:  # one at a time, in random order: the number of tries is a result
            outcome.add(_try(recording, [cut], f"{seed}/{mutant}", None, ignore_syncs=ignore_syncs))
            if outcome.found:
                break
    outcome.seconds = time.monotonic() - began_s
    return outcome


def _try_all(recording: Recording, cuts: Sequence[Cut], seed: str, kept: Path) -> Outcome:
    """Try all cuts, on as many processors as there are."""
    workers = os.cpu_count() or 1
    ordered = sorted(cuts)
    shares = [ordered[begin::workers] for begin in range(workers)]
    outcome = Outcome()
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        for part in pool.starmap(_try, [(recording, share, seed, kept) for share in shares]):
            outcome.add(part)
    return outcome


def _try(
    recording: Recording, cuts: Sequence[Cut], seed: str, kept: Path | None, *, ignore_syncs: bool = False
) -> Outcome:
    """Play the recording back once, and let the power fail wherever one of the cuts says so."""
    logging.disable(logging.CRITICAL)  # thousands of recoveries, each of which would tell its story
    waiting: dict[int, list[Cut]] = {}
    for cut in cuts:
        waiting.setdefault(cut.point, []).append(cut)
    replay = Replay(recording, ignore_syncs=ignore_syncs)
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="hailong-image-", dir=memory()) as folder:
        for point, _ in enumerate(replay.steps()):
            ops = replay.disk.pending() if point in waiting else []
            for cut in waiting.get(point, ()):
                tree = replay.disk.image(selection_of(cut, ops, seed))
                image = Path(folder) / "data"
                lay_out(tree, image)
                promised = replay.promises.binding.keys()
                failures = recover(image, promised, may_replace=recording.may_replace)
                outcome.scenarios[recording.name] += 1
                outcome.styles[cut.style] += 1
                outcome.found += [Found(recording.name, cut, failure) for failure in failures]
                if failures and kept is not None and sum(1 for _ in kept.glob("*")) < _KEPT:
                    keep(
                        tree, promised, recording.may_replace, kept / f"{cut.point}-{cut.style}-{cut.variant}"
                    )
    outcome.promised = len(replay.promises.binding)
    return outcome
