"""New keys while the power fails: 0 terminals that central does not take any more, 0 votes lost.

The delivery is recorded under strace while it votes and replaces its key; the disk is rebuilt as a power cut may leave
it, central is put to any state that it had between the moment of the cut and the terminal's next write (a request may
have arrived or not, an answer may have been lost), and the unmodified program goes on.
"""

import bisect
import logging
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import Kind, parse
from kiosk.messages.notes import PublicKey
from sync.enrolling import enrol
from sync.once import deliver
from sync.protocol import Batch, Receipt
from sync.rotate import rotate
from sync.tickets import Ticket
from tests.prove.cuts import Cut, plan, selection_of
from tests.prove.disk import Folder
from tests.prove.evidence import Evidence, table
from tests.prove.powercut import memory
from tests.prove.record import compare, snapshot, strace_version, stracing
from tests.prove.recording import Recording
from tests.prove.recovery import lay_out
from tests.prove.replay import Replay
from tests.prove.rotated import MUTANTS, settings, vote, weakened
from tests.prove.strace_log import Call
from tests.sync.reference import CODE, Reference, serving

SYNC_IGNORED, CENTRAL_FORGETS = "sync-ignored", "central-forgets"
NAMES = (*MUTANTS, CENTRAL_FORGETS, SYNC_IGNORED)
LOCKED_OUT, LOST, UNFINISHED = (
    "the terminal is not taken any more",
    "an acknowledged vote is lost",
    "the new key does not come into use",
)
KINDS = (LOCKED_OUT, LOST, UNFINISHED)
_MUTANT_IMAGES = 400
_AFTERWARDS = 30
"""So many events after the new key came into use a rotation still counts as under way: central may not have seen it."""
_PLANNED = 8
"""So many cuts are planned for one that is tried: most of a life is no rotation."""


@dataclass(frozen=True, slots=True)
class State:
    """What central has kept."""

    ledgers: dict[bytes, tuple[Entry, ...]]
    receipts: dict[bytes, str]
    keys: tuple[PublicKey | None, PublicKey | None]
    nonces: frozenset[str]


@dataclass
class Central(Reference):
    """Notes its states while a terminal is recorded.

    Attributes:
        forgets: It drops the old key with the entry that names the new one.
    """

    forgets: bool = False
    moments_us: list[int] = field(default_factory=list)
    states: list[State] = field(default_factory=list)

    def note(self) -> None:
        """A request has come and is not served yet."""
        self.moments_us.append(time.clock_gettime_ns(time.CLOCK_REALTIME) // 1000)
        self.states.append(self.state())

    def state(self) -> State:
        """What is kept now."""
        held = {ledger: tuple(entries) for ledger, entries in self.ledgers.items()}
        return State(held, dict(self.receipts), (self.device_key, self.next_key), frozenset(self.nonces))

    def put(self, state: State) -> None:
        """Be as one was."""
        self.ledgers = {ledger: list(entries) for ledger, entries in state.ledgers.items()}
        self.receipts, self.nonces = dict(state.receipts), set(state.nonces)
        self.device_key, self.next_key = state.keys

    def push(self, ledger_id: bytes, batch: Batch) -> Receipt:
        """As it is, or forgetful."""
        receipt = super().push(ledger_id, batch)
        if self.forgets and self.next_key is not None:
            self.device_key, self.next_key = self.next_key, None
        return receipt

    def between(self, begin_us: int, end_us: int) -> Sequence[State]:
        """What it may have kept when the power failed in that time."""
        first = bisect.bisect_right(self.moments_us, begin_us)
        return self.states[first : bisect.bisect_right(self.moments_us, end_us) + 1]

    def hashes(self) -> set[str]:
        """Of all that is held, also of what came from a closed ledger."""
        entries = [entry for held in self.ledgers.values() for entry in held]
        carried = (parse(entry.payload) for entry in entries if entry.kind == Kind.SALVAGED)
        return {entry.hash.hex() for entry in entries} | {str(body.get("hash")) for body in carried}


class _Timed(Replay):
    """Knows when each event was."""

    at_us = 0

    def _take(self, call: Call) -> bool:
        self.at_us = call.at_us
        return super()._take(call)

    def has_next_key(self) -> bool:
        """Whether a rotation has begun."""
        folder = self.disk.root.now.get("sync")
        return isinstance(folder, Folder) and any(name.startswith("device.key.next") for name in folder.now)


@dataclass(frozen=True)
class Recorded:
    """A life, and central's beside it.

    Attributes:
        moments_us: Of each point.
        under_way: The points at which a rotation has begun and is not over.
    """

    recording: Recording
    central: Central
    moments_us: list[int]
    under_way: frozenset[int]


@contextmanager
def recorded(rounds: int, mutant: str | None) -> Iterator[Recorded]:
    """Record; central listens until the block ends, at the address that the terminal knows."""
    with (
        tempfile.TemporaryDirectory(prefix="hailong-prove-", dir=memory()) as workplace,
        serving(Central(forgets=mutant == CENTRAL_FORGETS)) as central,
    ):
        assert isinstance(central, Central)
        root, log = Path(workplace) / "disk", Path(workplace) / "strace.log"
        where = settings(root)
        enrol(where, Ticket(central.url, CODE), where.place.key_or_new())
        start = snapshot(root)
        central.interfere = lambda _method, _path: central.note()
        program = [sys.executable, "-m", "tests.prove.rotated", str(root), str(rounds), mutant or "-"]
        subprocess.run(
            [*stracing(log), *program], check=True, stdout=subprocess.DEVNULL, env=dict(os.environ)
        )
        central.states.append(central.state())
        central.interfere = lambda _method, _path: None
        recording = Recording("rotation", root, start, [log])
        replay = _Timed(recording)
        moments_us, under_way, last = [], set(), -_AFTERWARDS
        for point, _ in enumerate(replay.steps()):
            moments_us.append(replay.at_us)
            if replay.has_next_key():
                last = point
            if point < last + _AFTERWARDS:
                under_way.add(point)
        compare("rotation", root, replay)
        yield Recorded(recording, central, moments_us, frozenset(under_way))


@dataclass
class Outcome:
    """What came of some images."""

    images: int = 0
    points: int = 0
    rotations: int = 0
    styles: Counter[str] = field(default_factory=Counter)
    found: list[tuple[Cut, str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, kind: str) -> int:
        """In how many images that was wrong."""
        return len({cut for cut, found, _ in self.found if found == kind})


def prove(images: int, rounds: int, seed: int, mutant: str | None = None) -> Outcome:
    """Try so many power cuts; of a mutant until one shows it."""
    began_s = time.monotonic()
    ignore_syncs = mutant == SYNC_IGNORED
    logging.disable(logging.CRITICAL)
    try:
        with recorded(rounds, mutant) as life, weakened(mutant):
            every = plan(life.recording, images * _PLANNED, f"{seed}/rotation", ignore_syncs=ignore_syncs)
            cuts = [cut for cut in every if cut.point in life.under_way][:images]
            outcome = Outcome(points=len({cut.point for cut in cuts}), rotations=rounds)
            _try(life, cuts, seed, outcome, ignore_syncs=ignore_syncs, until_found=mutant is not None)
    finally:
        logging.disable(logging.NOTSET)
    outcome.seconds = time.monotonic() - began_s
    return outcome


def _try(
    life: Recorded, cuts: Sequence[Cut], seed: int, outcome: Outcome, *, ignore_syncs: bool, until_found: bool
) -> None:
    waiting: dict[int, list[Cut]] = {}
    for cut in cuts:
        waiting.setdefault(cut.point, []).append(cut)
    ends_us = [*life.moments_us[1:], sys.maxsize]
    replay = _Timed(life.recording, ignore_syncs=ignore_syncs)
    with tempfile.TemporaryDirectory(prefix="hailong-image-", dir=memory()) as folder:
        for point, _ in enumerate(replay.steps()):
            ops = replay.disk.pending() if point in waiting else []
            for cut in waiting.get(point, ()):
                states = life.central.between(life.moments_us[point], ends_us[point])
                rng = random.Random(f"{seed}/{cut}")  # noqa: S311 - to be repeatable
                life.central.put(rng.choice(states))
                image = Path(folder) / "data"
                lay_out(replay.disk.image(selection_of(cut, ops, f"{seed}/rotation")), image)
                for key in (image / "sync").glob("device.key*"):
                    key.chmod(0o600)  # a mode is no content, and the program makes no other
                outcome.images += 1
                outcome.styles[cut.style] += 1
                failure = _recover(image, life.central, set(replay.promises.binding))
                if failure is not None:
                    outcome.found.append((cut, *failure))
                    if until_found:
                        return


def _recover(image: Path, central: Central, promised: set[str]) -> tuple[str, str] | None:
    """Go on as a terminal would; what is wrong, and how."""
    where = settings(image)
    try:
        for level in (1, 2, 3):
            promised.add(vote(where, level, say=False))
            deliver(where)
        if where.place.next_key() is not None or where.place.key().public != central.device_key:
            return UNFINISHED, "there is still a next key, or central knows another one"
        if not rotate(where).done:
            return UNFINISHED, "another rotation does not come to its end"
        promised.add(vote(where, 4, say=False))
        deliver(where)
    except Exception as error:  # noqa: BLE001 - whatever it meets is what is looked for
        return LOCKED_OUT, f"{type(error).__name__}: {error}"
    lost = promised - central.hashes()
    return (LOST, f"{len(lost)} of {len(promised)}") if lost else None


def run(images: int, seed: int, mutant: str | None, evidence: bool) -> int:
    """Prove and report; 0 = every goal was reached."""
    rounds = max(4, min(20, math.ceil(images / 100)))
    only_mutant = mutant in NAMES
    outcome = None if only_mutant else prove(images, rounds, seed)
    if outcome is not None:
        found = ", ".join(f"{outcome.count(kind)} × {kind}" for kind in KINDS)
        _say(
            f"rotation: {outcome.images} images at {outcome.points} moments in the middle of {rounds} rotations,"
            f" {outcome.seconds:.0f} s: {found}"
        )
        for cut, kind, detail in outcome.found[:20]:
            _say(f"  {cut}: {kind}: {detail}")
    wanted = NAMES if mutant == "all" or evidence else (mutant,) if only_mutant else ()
    caught = {name: prove(_MUTANT_IMAGES, 4, seed, name) for name in wanted if name is not None}
    for name, result in caught.items():
        _say(f"mutant {name}: {_verdict(result)}")
    good = outcome is None or (not outcome.found and outcome.images >= images)
    if evidence and outcome is not None:
        _say(f"written: {_page(outcome, caught, images, seed).write()}")
    return 0 if good and all(result.found for result in caught.values()) else 1


def _verdict(result: Outcome) -> str:
    return f"caught by image {result.images}: {result.found[0][1]}" if result.found else "NOT CAUGHT"


_STORY = """\
A terminal that votes, delivers and replaces its key was recorded under strace (every write, sync, link, rename and
removal), together with what its central server (the one of the tests, written from docs/protocol.md) kept before each
request. From that the disk was rebuilt as a power cut in the middle of a rotation may leave it, and central was put to
any state that it had between the cut and the terminal's next write: a request may have arrived or not, its answer may
have been lost. The unmodified program then had to deliver what was acknowledged before the cut and what came after it,
end the rotation, and replace its key once more."""


def _page(outcome: Outcome, caught: dict[str, Outcome], images: int, seed: int) -> Evidence:
    goals = [("images", f"≥ {images:,}", f"{outcome.images:,}")]
    goals += [(kind, "0", f"{outcome.count(kind):,}") for kind in KINDS]
    goals += [(f"mutant `{name}`", "caught", _verdict(result)) for name, result in caught.items()]
    facts = [
        ("rotations recorded", f"{outcome.rotations:,}"),
        ("moments at which the power failed", f"{outcome.points:,}"),
    ]
    facts += [(f"images, of the unsynced survives: {name}", f"{n:,}") for name, n in outcome.styles.items()]
    return Evidence(
        name="rotation",
        title="New keys while the power fails",
        story=_STORY,
        tables=[table(("", "goal", "result"), goals), table(("", ""), facts)],
        command=f"scripts/prove rotation --images {images} --seed {seed} --evidence",
        folder=Path(memory() or "/tmp"),  # noqa: S108 - only looked at
        extra=[("strace", strace_version())],
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
