"""The statements of the feed of changes (`central.reading.feed`)."""

HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_KEY = "changed, device_id, ledger_id, seq, hash"


def _key(row: str, of_hash: str | None) -> str:
    return f"{row}.changed, {row}.device_id, {row}.ledger_id, {row}.seq, {of_hash or row}.hash"


def _between(kind: int, row: str, of_hash: str | None = None) -> str:
    """After the cursor, before the horizon; `kind` orders changes of one row: 0 = it went, 1 = it is, 2 = a repeat."""
    return f"""
{row}.changed >= %(stamp)s AND {row}.changed < %(horizon)s
AND ({_key(row, of_hash)}, {kind})
  > (%(stamp)s::bigint, %(device)s::text, %(ledger)s::bytea, %(seq)s::bigint, %(hash)s::bytea, %(kind)s::int)
"""


def _until(kind: int, row: str, of_hash: str | None = None) -> str:
    return f"""
{_between(kind, row, of_hash)}
AND ({_key(row, of_hash)})
 <= (%(end_stamp)s::bigint, %(end_device)s::text, %(end_ledger)s::bytea, %(end_seq)s::bigint, %(end_hash)s::bytea)
AND (%(terminal)s::text IS NULL OR {row}.device_id = %(terminal)s)
"""


def _in_units(row: str) -> str:
    return f"(%(units)s::bigint[] IS NULL OR {row}.unit_id = ANY(%(units)s))"


# The last row that is looked at for a page.
END = f"""
SELECT {_KEY}, 9 FROM central_rating r WHERE {_between(1, "r")} ORDER BY {_KEY} OFFSET %(window)s LIMIT 1
"""
_WANTED = """
(%(since)s::timestamptz IS NULL OR CASE WHEN r.certain THEN r.hour >= %(since)s
    ELSE r.time_high_ms >= %(since_ms)s::bigint END)
AND (%(until)s::timestamptz IS NULL OR CASE WHEN r.certain THEN r.hour < %(until)s
    ELSE coalesce(r.time_low_ms, 0) < %(until_ms)s::bigint END)
AND (%(flagged)s::boolean OR r.flags = 0)
AND (%(uncertain)s::boolean OR r.certain)
"""
_RATINGS = f"""
SELECT r.changed, r.device_id, r.ledger_id, r.seq, r.hash, 1 AS kind, r.counted, r.level, r.unit_id, r.counter_id,
       r.hour, r.certain, r.time_low_ms, r.time_high_ms, r.flags, NULL::bytea AS of, NULL::int[] AS counts
  FROM central_rating r
 WHERE {_until(1, "r")} AND {_in_units("r")} AND {_WANTED}
   AND (%(counted)s::boolean IS NULL OR r.counted = %(counted)s)
 ORDER BY r.changed, r.device_id, r.ledger_id, r.seq, r.hash LIMIT %(limit)s
"""
# Of one that the reader still sees, or that went from him again later, nothing is told here.
_GONE = f"""
SELECT g.changed, g.device_id, g.ledger_id, g.seq, g.hash, 0, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL
  FROM central_gonerating g
 WHERE %(whole)s::boolean AND {_until(0, "g")} AND {_in_units("g")}
   AND NOT EXISTS (SELECT FROM central_rating r
                    WHERE r.device_id = g.device_id AND r.ledger_id = g.ledger_id AND r.seq = g.seq
                      AND r.hash = g.hash AND {_in_units("r")})
   AND NOT EXISTS (SELECT FROM central_gonerating l
                    WHERE l.device_id = g.device_id AND l.ledger_id = g.ledger_id AND l.seq = g.seq
                      AND l.hash = g.hash AND {_in_units("l")} AND (l.changed, l.id) > (g.changed, g.id))
 ORDER BY g.changed, g.device_id, g.ledger_id, g.seq, g.hash LIMIT %(limit)s
"""
# The hash of the entry is its identity, as that of a rating's; and it is where, and when, the rating of its visit is.
_REPEATS = f"""
SELECT p.changed, p.device_id, p.ledger_id, p.seq, e.hash, 2, false, NULL, r.unit_id, r.counter_id, r.hour, r.certain,
       r.time_low_ms, r.time_high_ms, r.flags, a.hash, ARRAY[p.n1, p.n2, p.n3, p.n4, p.n5]
  FROM central_repeat p
  JOIN central_entry e ON e.device_id = p.device_id AND e.ledger_id = p.ledger_id AND e.seq = p.seq
  LEFT JOIN central_entry a ON a.device_id = p.device_id AND a.ledger_id = p.ledger_id AND a.seq = p.of
  LEFT JOIN central_rating r
    ON r.device_id = p.device_id AND r.ledger_id = p.ledger_id AND r.seq = p.of AND r.hash = a.hash
 WHERE %(repeats)s::boolean AND {_until(2, "p", "e")}
   AND {_in_units("r")} AND {_WANTED} AND (%(counted)s::boolean IS NULL OR r.counted = %(counted)s)
 ORDER BY p.changed, p.device_id, p.ledger_id, p.seq, e.hash LIMIT %(limit)s
"""
_ORDER = "changed, device_id, ledger_id, seq, hash, kind"
FOUND = f"""
WITH found AS (
    SELECT * FROM (({_RATINGS}) UNION ALL ({_GONE}) UNION ALL ({_REPEATS})) either
     ORDER BY {_ORDER} LIMIT %(limit)s
)
SELECT f.*, u.name, c.name
  FROM found f
  LEFT JOIN central_unit u ON u.id = f.unit_id
  LEFT JOIN central_counter c ON c.id = f.counter_id
 ORDER BY {", ".join(f"f.{name}" for name in _ORDER.split(", "))}
"""
# A unit that came into what the reader sees brings ratings that he was not told of; one that went takes some with it.
MOVED = """
SELECT unit_id FROM central_movedunit
 WHERE changed >= %(seen)s AND changed < %(horizon)s
   AND (unit_id = ANY(%(units)s)) <> coalesce(before = ANY(%(units)s), false) LIMIT 1
"""
