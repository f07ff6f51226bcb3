"""Bounce trains of push buttons: what a contact does electrically during one press.

The traces in ``traces/`` are SYNTHESISED by `synthesise` below, not measured. The durations follow what is
commonly seen with such contacts: about 1 ms for a snap dome, a few ms for an arcade micro-switch, ten or more
for rubber, and tens of ms, with re-openings while held, for a worn contact. A trace that somebody measures goes
into the same folder with ``"origin": "measured: <how>"``.
"""

import json
import random
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class BounceTrace:
    """One press and its release.

    Attributes:
        contact: The kind of contact.
        origin: How the trace was made.
        edges: (offset from the first edge in microseconds, True when the contact closed), ascending; begins
            with a closing and ends with an opening.
    """

    contact: str
    origin: str
    edges: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class ContactKind:
    """What `synthesise` needs to know of a kind of contact.

    Attributes:
        name: Also the name of its file.
        seed: Of the pseudo-random numbers; fixed, so that the trace is always the same.
        make_us: How long it bounces when it closes, microseconds.
        break_us: How long it bounces when it opens, microseconds.
        gap_us: Mean time between two edges of a train, microseconds.
        hold_us: How long it is held, microseconds.
        dropouts: Short openings in the middle of the hold (dirt, wear).
    """

    name: str
    seed: int
    make_us: int
    break_us: int
    gap_us: int
    hold_us: int
    dropouts: int = 0


CONTACTS = (
    ContactKind("snap_dome", 11, make_us=1_000, break_us=700, gap_us=90, hold_us=120_000),
    ContactKind("arcade_microswitch", 12, make_us=4_500, break_us=3_000, gap_us=300, hold_us=160_000),
    ContactKind("conductive_rubber", 13, make_us=14_000, break_us=18_000, gap_us=900, hold_us=200_000),
    ContactKind(
        "worn_contact", 14, make_us=38_000, break_us=45_000, gap_us=1_700, hold_us=400_000, dropouts=4
    ),
)


def synthesise(kind: ContactKind) -> BounceTrace:
    """The bounce train of one press, always the same for the same kind."""
    chance = random.Random(kind.seed)  # noqa: S311 - a reproducible shape, nothing secret

    def train(start_us: int, length_us: int, first: bool) -> list[tuple[int, bool]]:
        """Alternating edges from `start_us` on; an odd number, so that the contact ends as it began."""
        edges = [(start_us, first)]
        at_us = start_us
        while (at_us := at_us + 1 + int(2 * kind.gap_us * chance.random())) < start_us + length_us:
            edges.append((at_us, not edges[-1][1]))
        if len(edges) % 2 == 0:
            edges.append((start_us + length_us, first))
        return edges

    edges = train(0, kind.make_us, True)
    for number in range(kind.dropouts):
        at_us = kind.make_us + (number + 1) * kind.hold_us // (kind.dropouts + 1)
        edges += [(at_us, False), (at_us + 1 + int(2 * kind.gap_us * chance.random()), True)]
    edges += train(kind.make_us + kind.hold_us, kind.break_us, False)
    return BounceTrace(
        kind.name, f"synthesised, not measured: hardware.fakes.bounce, seed {kind.seed}", tuple(edges)
    )


def to_json(trace: BounceTrace) -> str:
    """The text of a trace file."""
    edges = ",\n    ".join(json.dumps([at_us, down]) for at_us, down in trace.edges)
    head = json.dumps({"contact": trace.contact, "origin": trace.origin}, indent=2)[:-2]
    return f'{head},\n  "unit": "microseconds",\n  "edges": [\n    {edges}\n  ]\n}}\n'


def load_traces() -> tuple[BounceTrace, ...]:
    """All traces that are shipped, by name."""
    folder = files("hardware.fakes") / "traces"
    texts = [
        entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    ]
    return tuple(
        BounceTrace(
            trace["contact"],
            trace["origin"],
            tuple((int(at_us), bool(down)) for at_us, down in trace["edges"]),
        )
        for trace in map(json.loads, texts)
    )
