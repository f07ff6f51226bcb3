"""Tables, triggers and views of ``ledger.db``.

The database itself refuses what the promises forbid: an entry is never changed, removed, replaced, inserted
out of order or chained to the wrong predecessor, whatever program tries. (Whoever owns the file can drop the
triggers; then the chain tells.)
"""

SCHEMA_VERSION = 1
"""`PRAGMA user_version`. A ledger with a higher one is refused untouched."""

APPLICATION_ID = 0x48C3C06C
"""`PRAGMA application_id`: tells ``file`` and us that this database is a ledger."""

PAGE_BYTES = 4096
"""SQLite's page size (its default since 3.12): a ledger's file never has fewer bytes."""

_VOIDED = (
    "EXISTS (SELECT 1 FROM entry AS v"
    " WHERE v.kind = 'void' AND json_extract(CAST(v.payload AS TEXT), '$.of') = +{0}.seq AND v.seq > {0}.seq)"
)
"""Only what comes later can be about an entry.

The plus takes the column's type from the comparison: with it SQLite would not look into the index."""

ENTRY = """CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    boot_n INTEGER NOT NULL,
    boottime_ns INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT"""
"""The table of entries by itself."""

SCHEMA = f"""
CREATE TABLE ledger (
    ledger_id BLOB NOT NULL CHECK (length(ledger_id) = 16)
) STRICT;

{ENTRY};

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER entry_follows_the_last BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
  OR NEW.prev IS NOT coalesce((SELECT hash FROM entry WHERE seq = NEW.seq - 1), zeroblob(32))
BEGIN SELECT raise(ABORT, 'an entry follows the last one: seq without a gap, prev its hash'); END;

CREATE TRIGGER ledger_has_one_id BEFORE INSERT ON ledger WHEN (SELECT count(*) FROM ledger) > 0
BEGIN SELECT raise(ABORT, 'a ledger has one id for ever'); END;

CREATE TRIGGER ledger_id_is_never_changed BEFORE UPDATE ON ledger
BEGIN SELECT raise(ABORT, 'a ledger has one id for ever'); END;

CREATE TRIGGER ledger_id_is_never_removed BEFORE DELETE ON ledger
BEGIN SELECT raise(ABORT, 'a ledger has one id for ever'); END;

CREATE INDEX entry_boot ON entry (seq) WHERE kind = 'boot';
CREATE INDEX entry_config ON entry (seq) WHERE kind = 'config';
CREATE INDEX entry_salvaged ON entry (seq) WHERE kind = 'salvaged';
CREATE INDEX entry_correction ON entry (json_extract(CAST(payload AS TEXT), '$.of'), seq)
    WHERE kind = 'correction';
CREATE INDEX entry_void ON entry (json_extract(CAST(payload AS TEXT), '$.of'), seq) WHERE kind = 'void';

-- A void takes back one press. What counts is the last press of a rating that stands: a correction, or its own.
CREATE VIEW counted_rating AS
SELECT r.seq,
       json_extract(CAST(stands.payload AS TEXT), '$.level') AS level,
       r.boot_n,
       r.boottime_ns,
       json_extract(CAST(r.payload AS TEXT), '$.wall') AS wall,
       json_extract(CAST(r.payload AS TEXT), '$.synced') AS synced
  FROM entry AS r
  JOIN entry AS stands ON stands.seq = coalesce(
           (SELECT c.seq FROM entry AS c
             WHERE c.kind = 'correction' AND json_extract(CAST(c.payload AS TEXT), '$.of') = +r.seq
               AND c.seq > r.seq AND NOT {_VOIDED.format("c")}
             ORDER BY c.seq DESC LIMIT 1),
           CASE WHEN NOT {_VOIDED.format("r")} THEN r.seq END)
 WHERE r.kind = 'rating';
"""
"""Runs in one transaction. `counted_rating` is for humans: ``sqlite3 -readonly ledger.db``."""

INSERT = (
    "INSERT INTO entry (seq, boot_n, boottime_ns, kind, payload, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
COLUMNS = "seq, boot_n, boottime_ns, kind, payload, prev, hash"
