"""Opens what a power cut left with the product's own recovery, and compares it with what was promised."""

import base64
import json
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.ledger.chain import Entry
from kiosk.ledger.closing import closed_files
from kiosk.ledger.evolve import Evolving, begin, next_key
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Draft, Kind, parse
from kiosk.ledger.opening import continued_by
from kiosk.ledger.verify import rows, verify
from tests.kiosk.ledger.central import FIRST_KEY
from tests.prove.disk import Tree

LOST, DOUBLED, CHAIN, INTEGRITY, STUCK, REPLACED, TAG = (
    "an acknowledged vote is lost",
    "an entry is there twice",
    "the chain is broken",
    "the database is damaged",
    "the ledger cannot be used",
    "a good ledger was replaced",
    "the tag of the last entry is missing or wrong",
)
KINDS = (LOST, DOUBLED, CHAIN, INTEGRITY, STUCK, REPLACED, TAG)

_SALVAGE_S = 30.0


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with an image.

    Attributes:
        kind: One of `KINDS`.
        detail: English.
    """

    kind: str
    detail: str


def lay_out(tree: Tree, folder: Path) -> None:
    """Write an image into a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, content in sorted(tree.items()):
        if content is None:
            (folder / path).mkdir()
        elif not path.endswith("-shm"):
            with (folder / path).open("wb") as file:
                file.write(content.data)
                file.truncate(content.size)


def recover(root: Path, promised: Iterable[str], *, may_replace: bool) -> list[Failure]:
    """Start on an image as the terminal would, and say what is wrong.

    Args:
        root: The data folder; changed by it.
        promised: Hashes of the entries that must be there once.
        may_replace: Whether a ledger was damaged by more than the power cut.
    """
    promised = set(promised)
    keeper = Keeper(root / "ledger", SystemClock(), "prove")
    try:
        keeper.open()
        end_s = time.monotonic() + _SALVAGE_S
        while keeper.has_salvage():
            if time.monotonic() > end_s:
                return [Failure(STUCK, "the salvage does not end")]
            keeper.salvage()
            if keeper.has_salvage():
                time.sleep(0)  # the copy is made on a thread of its own
        failures = _compared(keeper.path, promised)
        if not may_replace and closed_files(keeper.folder):
            failures.append(Failure(REPLACED, "closed files: " + str(closed_files(keeper.folder))))
        seq = keeper.head.seq
        stored = keeper.append([Draft(Kind.RATING, {"level": 3, "source": "key"})])
        if stored[0].seq != seq + 1:
            failures.append(Failure(CHAIN, f"entry {stored[0].seq} came after {seq}"))
        return failures + _sound(keeper.path) + _tagged(keeper, promised)
    except Exception as error:  # noqa: BLE001 - whatever it meets is what is looked for
        return [Failure(STUCK, f"{type(error).__name__}: {error}")]
    finally:
        keeper.close(clean=False)


def _compared(path: Path, promised: Iterable[str]) -> list[Failure]:
    found: Counter[str] = Counter()
    with closing(_reader(path)) as connection:
        for kind, payload, digest in connection.execute("SELECT kind, payload, hash FROM entry"):
            found[bytes(digest).hex()] += 1
            if kind == Kind.SALVAGED:
                found[str(parse(bytes(payload)).get("hash", ""))] += 1
    found.pop("", None)
    failures = [Failure(LOST, f"hash {digest}") for digest in promised if digest not in found]
    failures += [Failure(DOUBLED, f"hash {digest}, {n} times") for digest, n in found.items() if n > 1]
    return failures


def _sound(path: Path) -> list[Failure]:
    failures = []
    with closing(_reader(path)) as connection:
        verdict = verify(connection)
        if not verdict.intact:
            failures.append(Failure(CHAIN, f"entry {verdict.first_bad}: {verdict.reason}"))
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            failures.append(Failure(INTEGRITY, str(said)))
    return failures


def _tagged(keeper: Keeper, promised: set[str]) -> list[Failure]:
    """Compare the tag with the formula of docs/protocol.md; a terminal that is not enrolled has none."""
    with closing(_reader(keeper.path)) as connection:
        entries = list(rows(connection))
    while keeper.follow():
        pass
    tag = keeper.lasting.tags.tag(keeper.ledger)
    state = _where_tags_begin(entries, keeper.ledger.ledger_id)
    if state is None:
        return [] if tag is None else [Failure(TAG, "a tag without an enrolment")]
    after = entries[state.seq :]
    # The power may fail between the `enrolled` entry and the key. Then the enrolment was acknowledged to nobody.
    if tag is None and not any(entry.hash.hex() in promised for entry in after) and state.seq:
        return []
    for entry in after:
        state = state.after(entry.hash)
    return [] if tag == state.tag else [Failure(TAG, f"entry {state.seq}: {tag!r}")]


def _where_tags_begin(entries: Sequence[Entry], ledger_id: bytes) -> Evolving | None:
    first = [entry.seq for entry in entries if _is_enrolment(entry.kind, entry.payload)]
    if first:
        return begin(FIRST_KEY, first[-1])
    _, last_seq = continued_by(entries[0].payload)
    carried = [parse(entry.payload) for entry in entries if entry.kind == Kind.SALVAGED]
    for body in carried:
        if _is_enrolment(str(body.get("kind")), base64.b64decode(str(body.get("stored", "")))):
            state = begin(FIRST_KEY, int(str(body["seq"])))
            key = state.key
            for _ in range(last_seq - state.seq):
                key = next_key(key)
            return Evolving(last_seq, key).for_new_ledger(ledger_id)
    return None


def _is_enrolment(kind: str, payload: bytes) -> bool:
    return kind == Kind.ENROLLED and "evolve_check" in parse(payload)


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def keep(tree: Tree, promised: Iterable[str], may_replace: bool, folder: Path) -> None:
    """Keep an image that failed, so that it can be looked at and tried again."""
    lay_out(tree, folder / "image")
    facts = {"promised": sorted(promised), "may_replace": may_replace}
    (folder / "promises.json").write_text(json.dumps(facts), encoding="utf-8")


def try_again(folder: Path) -> list[Failure]:
    """Recover a copy of a kept image."""
    facts = json.loads((folder / "promises.json").read_text(encoding="utf-8"))
    copy = folder / f"tried-{os.getpid()}"
    shutil.copytree(folder / "image", copy)
    try:
        return recover(copy, facts["promised"], may_replace=facts["may_replace"])
    finally:
        shutil.rmtree(copy)
