"""The command ``powercut``: how many images, what was found in them, and the page of evidence."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.prove import mutants
from tests.prove.evidence import Evidence, table
from tests.prove.powercut import Outcome, catch, memory, prove
from tests.prove.record import strace_version
from tests.prove.recovery import KINDS
from tests.prove.scenarios import SCENARIOS

_STORY = """\
The unmodified program was recorded under strace (every write, sync, rename and removal) while it lived through
the scenarios below. From the recording the disk was rebuilt as a power cut may leave it: after each event, with
nothing of what was not synced, with all of it, with a prefix, with a random part, or with torn sectors; a new
name, a rename or a removal counts only once its folder was synced. On each of these disks the product's own
recovery was run. Every vote whose acknowledgement had been written before the cut had to be there exactly once,
the chain intact, `PRAGMA integrity_check` content, the next vote storable. SQLite's shared memory (`-shm`) is taken
for lost. The replay of each recording was compared with the files that the program really left."""


def run(images: int, seed: int, votes: int, mutant: str | None, evidence: bool, kept: Path) -> int:
    """Prove and report; the exit code is 0 when every goal was reached."""
    only_mutant = mutant in mutants.NAMES
    outcome = None if only_mutant else prove(images, votes, seed, kept)
    if outcome is not None:
        _say(_summary(outcome))
        for one in outcome.found[:20]:
            _say(f"  {one.scenario} {one.cut}: {one.failure.kind}: {one.failure.detail}")
        if outcome.found:
            _say(f"images are kept in {kept}; try one again: python -m tests.prove image {kept}/SCENARIO/CUT")
    wanted = mutants.NAMES if mutant == "all" or evidence else (mutant,) if only_mutant else ()
    caught = {name: catch(name, seed) for name in wanted if name is not None}
    for name, result in caught.items():
        _say(_verdict(name, result))
    good = outcome is None or (not outcome.found and outcome.images >= images)
    if evidence and outcome is not None:
        command = f"scripts/prove powercut --images {images} --votes {votes} --seed {seed} --evidence"
        path = _page(outcome, caught, command, images).write()
        _say(f"written: {path}")
    return 0 if good and all(result.found for result in caught.values()) else 1


def _summary(outcome: Outcome) -> str:
    found = ", ".join(f"{outcome.count(kind)} × {kind}" for kind in KINDS)
    return (
        f"powercut: {outcome.images} images at {outcome.points} moments in {outcome.seconds:.0f} s"
        f" ({outcome.images / max(outcome.seconds, 0.001):.0f} a second): {found}"
    )


def _verdict(name: str, result: Outcome) -> str:
    if not result.found:
        return f"mutant {name}: NOT CAUGHT in {result.images} images"
    return f"mutant {name}: caught by image {result.images}: {result.found[0].failure.kind}"


def _page(outcome: Outcome, caught: Mapping[str, Outcome], command: str, images: int) -> Evidence:
    goals = [("images", f"≥ {images:,}", f"{outcome.images:,}")]
    goals += [(f"{kind}", "0", f"{outcome.count(kind):,}") for kind in KINDS]
    goals += [
        (
            f"mutant `{name}`",
            "caught",
            f"by image {r.images}: {r.found[0].failure.kind}" if r.found else "NOT CAUGHT",
        )
        for name, r in caught.items()
    ]
    scenarios = [
        (name, " ".join((SCENARIOS[name][0].__doc__ or "").split()), f"{count:,}")
        for name, count in outcome.scenarios.items()
    ]
    styles = [(name, f"{count:,}") for name, count in outcome.styles.items()]
    facts = [
        ("moments at which the power failed", f"{outcome.points:,}"),
        ("images a second, recording included", f"{outcome.images / outcome.seconds:,.0f}"),
    ]
    return Evidence(
        name="powercut",
        title="Power cuts: recorded crash images",
        story=_STORY,
        tables=[
            table(("", "goal", "result"), goals),
            table(("scenario", "", "images"), scenarios),
            table(("what of the unsynced survives", "images"), styles),
            table(("", ""), facts),
        ],
        command=command,
        folder=Path(memory() or "/tmp"),  # noqa: S108 - only looked at
        extra=[("strace", strace_version())],
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
