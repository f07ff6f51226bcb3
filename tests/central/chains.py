"""Ledgers as a terminal would make them, entry by entry, without a terminal."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from central.counting.projection import Record
from kiosk.ledger import evolve
from kiosk.ledger.anchors import Anchor, Source
from kiosk.ledger.chain import GENESIS, Entry, link
from kiosk.ledger.evolve import Evolving
from kiosk.ledger.kinds import Json
from kiosk.ledger.salvage import salvaged
from kiosk.messages.statements import Checkpoint, ConfigStatement, TimeStatement
from sync import keys
from sync.keys import SigningKey
from sync.protocol import Batch, sent

S = 10**9
MINUTE, HOUR, DAY = 60 * S, 3_600 * S, 86_400 * S
NOON_MS = 1_795_582_800_000
"""2026-11-25T05:00:00Z, noon in Viet Nam."""


@dataclass(eq=False)
class Chain:
    """A ledger. `key` signs its checkpoints; uptime goes on by a second an entry."""

    device: str
    central: SigningKey
    key: SigningKey = field(default_factory=lambda: keys.generate("device"))
    ledger_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    entries: list[Entry] = field(default_factory=list)
    boot_n: int = 1
    boottime_ns: int = 10 * S
    evolving: Evolving | None = None

    def copied(self) -> "Chain":
        """The same entries, to go on by themselves."""
        return replace(self, entries=list(self.entries))

    def add(self, kind: str, body: Json | bytes, boottime_ns: int | None = None) -> Entry:
        """One more entry."""
        if boottime_ns is None:
            self.boottime_ns += S
            boottime_ns = self.boottime_ns
        else:
            self.boottime_ns = max(self.boottime_ns, boottime_ns)
        payload = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        prev, seq = self.head, len(self.entries) + 1
        digest = link(prev, self.ledger_id, seq, self.boot_n, boottime_ns, kind, payload)
        entry = Entry(seq, self.boot_n, boottime_ns, kind, payload, prev, digest)
        self.entries.append(entry)
        if self.evolving is not None:
            self.evolving = self.evolving.after(digest)
        return entry

    def reboot(self) -> None:
        """The next boot, of which nothing is known yet."""
        self.boot_n, self.boottime_ns = self.boot_n + 1, 5 * S

    def boot(self, **more: Json) -> Entry:
        """What a program writes when it becomes the writer."""
        return self.add("boot", {"boot_id": str(self.boot_n), "program": "hailong 0.1", **more})

    def rate(self, level: Json = 4, boottime_ns: int | None = None) -> Entry:
        """A rating."""
        return self.add("rating", {"level": level, "source": "touch"}, boottime_ns)

    def correct(self, of: int, level: Json) -> Entry:
        """A correction."""
        return self.add("correction", {"of": of, "level": level, "source": "touch"})

    def void(self, of: int) -> Entry:
        """A press is taken back."""
        return self.add("void", {"of": of})

    def configure(self, revision: int, unit: int = 1, counter: int = 1, device: str | None = None) -> Entry:
        """Central's word of whom ratings belong to."""
        said = ConfigStatement(device or self.device, revision, str(unit), str(counter))
        signed = self.central.sign(said.text()).render()
        return self.add("config", {"origin": "central", "revision": revision, "signed": signed})

    def anchor(self, utc_ms: int, error_ms: int = 50, source: Source = Source.CENTRAL) -> Entry:
        """What time it is now."""
        self.boottime_ns += S
        anchor = Anchor(self.boottime_ns, utc_ms, error_ms, source)
        body: dict[str, Json] = {
            "source": anchor.source.value,
            "at_ns": anchor.at_ns,
            "utc_ms": utc_ms,
            "error_ms": error_ms,
        }
        if source is Source.CENTRAL:
            body["signed"] = self.central.sign(TimeStatement(bytes(16), utc_ms).text()).render()
        return self.add("clock_anchor", body, self.boottime_ns)

    def enrol(self, first_key: bytes) -> Entry:
        """The evolving key begins."""
        self.evolving = evolve.begin(first_key, len(self.entries) + 1)
        check = evolve.check_of(first_key)
        return self.add("enrolled", {"device": self.device, "url": "http://x", "evolve_check": check})

    def carry(self, other: "Chain", entries: Sequence[Entry] | None = None) -> None:
        """Bring entries of a closed ledger over."""
        for entry in other.entries if entries is None else entries:
            self.add("salvaged", dict(salvaged(entry, other.ledger_id).body))

    @property
    def head(self) -> bytes:
        """Hash of the last entry."""
        return self.entries[-1].hash if self.entries else GENESIS

    def checkpoint(self, size: int | None = None) -> str:
        """Where it ends, or ended, signed."""
        size = len(self.entries) if size is None else size
        head = self.entries[size - 1].hash if size else GENESIS
        return self.key.sign(Checkpoint(self.ledger_id, size, head).text()).render()

    def batch(self, after: int = 0, until: int | None = None, tag: bool = True) -> Batch:
        """Consecutive entries."""
        until = len(self.entries) if until is None else until
        at_end = tag and self.evolving is not None and until == len(self.entries)
        return Batch(
            after,
            [sent(entry) for entry in self.entries[after:until]],
            self.checkpoint(until),
            self.evolving.tag.hex() if at_end and self.evolving is not None else None,
        )

    def records(self, received_ms: int, flags: int = 0) -> list[Record]:
        """As central sees them."""
        return [record(entry, received_ms, flags) for entry in self.entries]


def record(entry: Entry, received_ms: int, flags: int = 0) -> Record:
    """An entry as central sees it."""
    return Record(
        entry.seq,
        entry.boot_n,
        entry.boottime_ns,
        entry.kind,
        entry.payload,
        entry.prev,
        entry.hash,
        received_ms,
        flags,
    )
