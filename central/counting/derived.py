"""What entries say of other entries, kept beside them so that counting need not read everything again."""

from collections.abc import Callable
from dataclasses import dataclass, field

from central.arrays import Array, BigInts, Bools, Ints, SmallInts, Texts
from central.counting.meaning import Anchored, Configured, Corrected, Meaning, Rated, Repeated, Voided
from central.counting.projection import Record
from central.counting.rows import Owner
from central.session import Row, Session, Writer

_TABLES: dict[str, dict[str, Callable[..., Array]]] = {
    "central_configinforce": {"seq": BigInts, "revision": Ints, "unit_id": BigInts, "counter_id": BigInts},
    "central_anchor": {
        "seq": BigInts,
        "boot_n": BigInts,
        "at_ns": BigInts,
        "utc_ms": BigInts,
        "error_ms": BigInts,
        "source": Texts,
        "binding": Bools,
    },
    "central_press": {"seq": BigInts, "of": BigInts, "level": SmallInts},
    "central_repeat": {"seq": BigInts, "of": BigInts} | {f"n{level}": Ints for level in range(1, 6)},
    "central_boot": {
        "boot_n": BigInts,
        "first_seq": BigInts,
        "last_seq": BigInts,
        "last_boottime_ns": BigInts,
    },
}
_BOOT_GROWS = """
ON CONFLICT (device_id, ledger_id, boot_n) DO UPDATE
   SET last_seq = greatest(central_boot.last_seq, EXCLUDED.last_seq),
       last_boottime_ns = greatest(central_boot.last_boottime_ns, EXCLUDED.last_boottime_ns)
"""


_STATEMENTS = {
    table: f"INSERT INTO {table} (device_id, ledger_id, {', '.join(columns)})"
    f" SELECT %s, %s, * FROM unnest({', '.join(['%s'] * len(columns))})"
    f" {_BOOT_GROWS if table == 'central_boot' else 'ON CONFLICT DO NOTHING'}"
    for table, columns in _TABLES.items()
}


@dataclass
class Derived:
    """Rows of those tables, for a part of a ledger or for all of it."""

    configs: list[Row] = field(default_factory=list)
    anchors: list[Row] = field(default_factory=list)
    presses: list[Row] = field(default_factory=list)
    repeats: list[Row] = field(default_factory=list)
    boots: dict[int, list[int]] = field(default_factory=dict)

    def learn(self, record: Record, meaning: Meaning, in_force: bool) -> None:
        """Take one more entry in.

        Args:
            record: The entry.
            meaning: What it says.
            in_force: Where it is a configuration: whether it is in force from here on.
        """
        seq = record.seq
        match meaning:
            case Rated():
                pass  # by far the most
            case Configured(revision, unit_id, counter_id) if in_force:
                self.configs.append((seq, revision, unit_id, counter_id))
            case Anchored(anchor, binding):
                place = (record.boot_n, anchor.at_ns, anchor.utc_ms, anchor.error_ms)
                self.anchors.append((seq, *place, anchor.source.value, binding))
            case Corrected(of, level):
                self.presses.append((seq, of, level))
            case Voided(of):
                self.presses.append((seq, of, None))
            case Repeated(of, counts):
                self.repeats.append((seq, of, *counts))
        boot = self.boots.setdefault(record.boot_n, [seq, seq, record.boottime_ns])
        boot[1], boot[2] = seq, max(boot[2], record.boottime_ns)

    def tables(self) -> dict[str, list[Row]]:
        """The rows by table, without device and ledger."""
        boots = [(boot_n, *rest) for boot_n, rest in self.boots.items()]
        return dict(
            zip(_TABLES, (self.configs, self.anchors, self.presses, self.repeats, boots), strict=True)
        )

    def store(self, writer: Writer, owner: Owner) -> None:
        """Keep them beside what is there."""
        for table, rows in self.tables().items():
            if rows:
                kinds = _TABLES[table].values()
                columns = zip(*rows, strict=True)
                arrays = [kind(column) for kind, column in zip(kinds, columns, strict=True)]
                writer.run(_STATEMENTS[table], (*owner, *arrays))


def stored(session: Session, owner: Owner) -> dict[str, list[Row]]:
    """What is kept, by table."""
    where = "WHERE device_id = %s AND ledger_id = %s"
    asked = {
        table: session.run(f"SELECT {', '.join(columns)} FROM {table} {where}", owner)
        for table, columns in _TABLES.items()
    }
    return {table: cursor.fetchall() for table, cursor in asked.items()}


def remove(session: Session, owner: Owner) -> None:
    """Forget what is kept, to keep it anew. Raises `psycopg.Error`."""
    for table in _TABLES:
        session.run(f"DELETE FROM {table} WHERE device_id = %s AND ledger_id = %s", owner)
