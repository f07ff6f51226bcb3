"""Tables, triggers and views of ``ledger.db``.

The database itself refuses what the promises forbid: an entry is never changed, removed, replaced, inserted
out of order or chained to the wrong predecessor, whatever program tries. (Whoever owns the file can drop the
triggers; then the chain tells.)
"""

import hashlib

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

_COUNTED = f"""SELECT r.seq,
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
 WHERE r.kind = 'rating'"""

COUNTED_RATING = f"CREATE VIEW counted_rating AS\n{_COUNTED}"
"""A void takes back one press. What counts is the last press of a rating that stands: a correction, or its own."""

WITH_COUNTED = f"WITH counted_rating AS (\n{_COUNTED})\n"
"""Before a question of ours: what counts, whatever the file's own view says."""

FORMER_VIEWS = frozenset(
    {
        "9e6c0aef4f735107fd17dbcd50eaedff5b3efb2f9ef1b0840fa9bd25064cd288",
        "ed9aa0228a8fdbbc2284010507e29e725e3470eeac5303815588fe89421b93a7",
    }
)
"""SHA-256 of the view's text as earlier versions of this program wrote it, hexadecimal.

The first did not know that a void takes back a correction, too; the second, that only what comes later can be about
an entry. Nothing else of the schema has changed since the first ledger. A view is no data, and every version writes and
reads every ledger: so this is no other `SCHEMA_VERSION`, which would keep a terminal from going back to one before.
"""


def is_former(view: str) -> bool:
    """Whether an earlier version of this program wrote a view's text."""
    return hashlib.sha256(view.encode()).hexdigest() in FORMER_VIEWS


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

{COUNTED_RATING};
"""
"""Runs in one transaction. `counted_rating` is for humans: ``sqlite3 -readonly ledger.db``."""

INSERT = (
    "INSERT INTO entry (seq, boot_n, boottime_ns, kind, payload, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
COLUMNS = "seq, boot_n, boottime_ns, kind, payload, prev, hash"
