"""Chooses the moments at which the power fails, and what of the unsynced writes the disk then holds."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.prove.disk import WHOLE, Rename, Resize, Selection, Tree, Write
from tests.prove.recording import Recording
from tests.prove.replay import Replay

Op = Write | Resize | Rename


def _nothing(_ops: Sequence[Op], _rng: random.Random) -> Selection:
    """Nothing that was not synced survives."""
    return {}


def _everything(ops: Sequence[Op], _rng: random.Random) -> Selection:
    """The disk had just written it all."""
    return {op.serial: WHOLE for op in ops}


def _prefix(ops: Sequence[Op], rng: random.Random) -> Selection:
    """The disk keeps the order, and got so far."""
    return {op.serial: WHOLE for op in ops[: rng.randint(0, len(ops))]}


def _subset(ops: Sequence[Op], rng: random.Random) -> Selection:
    """The disk keeps no order at all."""
    share = rng.choice((0.1, 0.5, 0.9))
    return {op.serial: WHOLE for op in ops if rng.random() < share}


def _torn(ops: Sequence[Op], rng: random.Random) -> Selection:
    """In order so far, and of the writes after that some sectors."""
    whole = rng.randint(0, len(ops))
    chosen: dict[int, frozenset[int] | None] = {op.serial: WHOLE for op in ops[:whole]}
    for op in ops[whole:]:
        if isinstance(op, Write):
            chosen[op.serial] = frozenset(sector for sector in op.sectors() if rng.random() < 0.5)
    return chosen


STYLES: dict[str, Callable[[Sequence[Op], random.Random], Selection]] = {
    "nothing": _nothing,
    "everything": _everything,
    "prefix": _prefix,
    "subset": _subset,
    "torn": _torn,
}
_WITH_CHANCE = ("prefix", "subset", "torn")
# More tries than this at one point find hardly anything new.
_ROUNDS = 200


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A power cut: after which event, and how the disk decides.

    Attributes:
        point: Number of the event in the replay, from 0.
        style: One of `STYLES`.
        variant: Which of the random decisions of that style.
    """

    point: int
    style: str
    variant: int


def selection_of(cut: Cut, ops: Sequence[Op], seed: str) -> Selection:
    """What reached the disk: the same for the same seed, always."""
    rng = random.Random(f"{seed}/{cut.point}/{cut.style}/{cut.variant}")  # noqa: S311 - to be repeatable
    return STYLES[cut.style](ops, rng)


def plan(recording: Recording, wanted: int, seed: str, *, ignore_syncs: bool = False) -> list[Cut]:
    """So many cuts that all leave different disks or promises, over all points of a recording, in random order.

    Every point is cut in every style before any is cut in the same style again.
    """
    replay = Replay(recording, ignore_syncs=ignore_syncs)
    seen: set[int] = set()
    rounds: list[list[Cut]] = [[] for _ in range(_ROUNDS)]
    total = sum(1 for _ in Replay(recording).steps())
    most = min(_ROUNDS, 2 + wanted * 3 // max(1, total))
    for point, _ in enumerate(replay.steps()):
        ops = replay.disk.pending()
        situation = (replay.disk.epoch, len(replay.promises.binding), len(replay.promises.excused))
        for cut in _tries(point, most if ops else 1):
            chosen = selection_of(cut, ops, seed)
            key = hash((situation, frozenset(chosen.items())))
            if key not in seen:
                seen.add(key)
                rounds[cut.variant].append(cut)
    rng = random.Random(seed)  # noqa: S311 - to be repeatable
    cuts: list[Cut] = []
    for more in rounds:
        room = wanted - len(cuts)
        cuts += more if len(more) <= room else rng.sample(more, room)
    rng.shuffle(cuts)
    return cuts


def struck(recording: Recording, seed: str) -> tuple[Tree, dict[str, int]]:
    """A disk after a power cut in the middle of a recording, and the votes that were acknowledged before it."""
    points = sum(1 for _ in Replay(recording).steps())
    replay = Replay(recording)
    for point, _ in enumerate(replay.steps()):
        if point >= points // 2 and len(replay.disk.pending()) > 1:
            break
    cut = Cut(point, "torn", 0)
    return replay.disk.image(selection_of(cut, replay.disk.pending(), seed)), dict(replay.promises.binding)


def _tries(point: int, most: int) -> Iterator[Cut]:
    for style in STYLES:
        yield Cut(point, style, 0)
    for variant in range(1, most):
        for style in _WITH_CHANCE:
            yield Cut(point, style, variant)
