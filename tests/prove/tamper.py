"""``scripts/prove tamper``: whoever changes something is found out. An attack that changes nothing fails it, too."""

import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest import mock

from kiosk.ledger.chain import GENESIS
from kiosk.ledger.evolve import Evolving
from kiosk.ledger.verify import Verdict
from kiosk.messages.notes import Note
from tests.prove import tamper_central as at_central
from tests.prove import tamper_disk as on_disk
from tests.prove.evidence import Evidence, table
from tests.prove.tamper_stage import Stage, Undetected, stage

Attack = Callable[[Stage], None]

_CHAIN = "check of the chain, and independent verifier of an export"
_RECEIPT = "independent verifier of an export: central's receipt"
_OFFICE = "the office behind the kiosk's socket"
_INGEST = "central's ingest, on PostgreSQL: refused, alarm, nothing changed"
_TAG = "central's ingest, on PostgreSQL: tag broken, alarm, ratings flagged"

ATTACKS: tuple[tuple[str, Attack, str], ...] = (
    ("edit", on_disk.edit, _CHAIN),
    ("delete", on_disk.delete, _CHAIN),
    ("insert", on_disk.insert, _CHAIN),
    ("reorder", on_disk.reorder, _CHAIN),
    ("swap levels", on_disk.swap_levels, _CHAIN),
    ("truncate", on_disk.truncate, _RECEIPT),
    ("rewrite before the receipt, export", on_disk.rewrite_before_receipt, _RECEIPT),
    ("rewrite before the receipt, send", at_central.rewrite_and_send, _INGEST),
    ("old image", at_central.old_image, _INGEST),
    ("clone", at_central.clone, _INGEST),
    ("replay", at_central.replay, "central's ingest, on PostgreSQL: refused, or without effect"),
    ("rewrite the tail", at_central.rewrite_tail, _TAG),
    ("rewrite the tail and append", at_central.rewrite_and_append, _TAG),
    ("truncate the tail and continue", at_central.truncate_and_continue, _TAG),
    (
        "leave the tag out",
        at_central.tag_left_out,
        "central's ingest, on PostgreSQL: never more than “pending”",
    ),
    ("forged anchor, socket", on_disk.forged_anchor, _OFFICE),
    ("forged anchor, ledger", at_central.forged_anchor_entry, "central's counting: no vote is dated by it"),
    ("forged configuration, socket", on_disk.forged_config, _OFFICE),
    ("forged configuration, ledger", at_central.forged_config_entry, "central's counting: no vote moves"),
    ("receipt of another server", on_disk.foreign_receipt, "the delivery, and " + _OFFICE),
)

_STORY = """\
Each attack was made so many times, at random places, by somebody who can do all that its line says, and had to be found
out by the part of the product that is named. Attacks on the file were made on copies of a ledger that the product had
written, through SQLite, with its triggers dropped. Attacks at central were batches for the one function that takes
entries in (`central.ingest`), on a real embedded PostgreSQL, called in process: `scripts/prove delivery` goes through
HTTP. What is sent to the socket was handed to the office that the socket asks. An attack that changed nothing, or was
refused for another reason than the promised one, would have failed the run.

What no software detects is not among them: presses faked by somebody with root, votes stopped before they are stored, a
box that was held before its enrolment. “Leave the tag out” raises no alarm: what comes without a tag is pending
until a right one comes. Of an export that lacks its first entries the verifier says that it begins in the middle."""


@dataclass
class Found:
    """What came of it.

    Attributes:
        detected: By attack.
        failures: What was not, or was no attack.
    """

    detected: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def _believes_tags() -> AbstractContextManager[object]:
    from central.ingest import following, tags

    def good(state: Evolving, hashes: Iterable[bytes], tag: bytes) -> tags.Judged:
        found = state
        for digest in hashes:
            found = found.after(digest)
        return tags.Judged(tags.Verdict.GOOD, replace(found, tag=tag))

    return mock.patch.object(following, "judge", good)


def _believes_anybody() -> AbstractContextManager[object]:
    return mock.patch.object(Note, "is_signed_by", return_value=True)


def _believes_cosigners() -> AbstractContextManager[object]:
    return mock.patch.object(Note, "cosigned_at", return_value=1)


def _walks_no_chain() -> AbstractContextManager[object]:
    return mock.patch.object(on_disk, "verify", return_value=Verdict(1, GENESIS))


MUTANTS: Mapping[str, tuple[Callable[[], AbstractContextManager[object]], Sequence[str]]] = {
    "the chain is not walked": (_walks_no_chain, ("edit", "delete", "insert", "reorder", "swap levels")),
    "every tag is right": (
        _believes_tags,
        ("rewrite the tail", "rewrite the tail and append", "truncate the tail and continue"),
    ),
    "anybody signs": (
        _believes_anybody,
        ("forged anchor, socket", "forged configuration, socket", "forged configuration, ledger"),
    ),
    "anybody cosigns": (_believes_cosigners, ("receipt of another server",)),
}
"""Products that do not look, and the attacks that then come through: were these "detected", the proof would be none."""


def attack(trials: int, seed: int, mutant: str | None = None) -> Found:
    """Every attack so many times; on a mutant, those that it must not notice."""
    found = Found()
    change, only = MUTANTS[mutant] if mutant else (nullcontext, None)
    with stage(seed) as attacked, change():
        for name, once, _by in ATTACKS:
            if only is not None and name not in only:
                continue
            found.detected[name] = 0
            for _ in range(trials):
                try:
                    once(attacked)
                except Undetected as error:
                    found.failures.append(f"{name}: NOT DETECTED: {error}")
                else:
                    found.detected[name] += 1
    return found


def run(trials: int, seed: int, mutant: str | None, evidence: bool) -> int:
    """Attack, report; 0 = everything was detected (a mutant: it let something of everything through)."""
    logging.getLogger("kiosk").setLevel(logging.ERROR)  # refusals are what is wanted
    if mutant is not None:
        found = attack(trials, seed, mutant)
        blind = all(
            any(line.startswith(name + ":") for line in found.failures) for name in MUTANTS[mutant][1]
        )
        sys.stdout.write(f"mutant {mutant}: {'caught' if blind else 'NOT caught'}\n")
        return 0 if blind else 1
    began_s = time.monotonic()
    found = attack(trials, seed)
    total = sum(found.detected.values())
    sys.stdout.write(
        f"tamper: {len(ATTACKS)} attacks, {total} of {trials * len(ATTACKS)} detected"
        f" in {time.monotonic() - began_s:.0f} s\n"
    )
    sys.stdout.write("".join(f"  {line}\n" for line in found.failures[:20]))
    if evidence:
        _page(found, trials, seed, time.monotonic() - began_s).write()
    return 1 if found.failures else 0


def _page(found: Found, trials: int, seed: int, took_s: float) -> Evidence:
    rows = [
        (name, " ".join((once.__doc__ or "").split()), by, f"{found.detected[name]:,} of {trials:,}")
        for name, once, by in ATTACKS
    ]
    return Evidence(
        name="tamper",
        title="Tampering: what is found out, and by what",
        story=_STORY,
        tables=[
            table(("attack", "", "found out by", "detected"), rows),
            table(
                ("", "number"), [("attacks not detected", len(found.failures)), ("seconds", f"{took_s:,.0f}")]
            ),
        ],
        command=f"scripts/prove tamper --trials {trials} --seed {seed} --evidence",
        folder=Path(tempfile.gettempdir()),
    )
