"""Attacks of somebody who has the terminal's disk, or its socket."""

import json
import sqlite3
from dataclasses import replace

import msgspec

from kiosk.ledger import schema
from kiosk.ledger.chain import Entry, link
from kiosk.ledger.kinds import parse
from kiosk.ledger.verify import rows, verify
from kiosk.messages import wire
from kiosk.messages.statements import Checkpoint, TimeStatement
from sync.protocol import BadReceipt, verified_receipt
from tests.prove.tamper_stage import NothingChanged, Stage, Undetected


def edit(stage: Stage) -> None:
    """One field of one entry is changed."""
    seq = stage.dice.randint(1, len(stage.entries))
    column = stage.dice.choice(("boot_n", "boottime_ns", "kind", "payload", "prev", "hash"))
    with stage.opened() as connection:
        (value,) = connection.execute(f"SELECT {column} FROM entry WHERE seq = ?", (seq,)).fetchone()
        connection.execute(f"UPDATE entry SET {column} = ? WHERE seq = ?", (_another(value, stage), seq))
        _must_show(stage, connection)


def _another(value: int | str | bytes, stage: Stage) -> int | str | bytes:
    if isinstance(value, int):
        return value + stage.dice.choice((-1, 1, 3_600 * 10**9))
    if isinstance(value, str):
        return stage.dice.choice([kind for kind in ("test", "rating", "void", "xyz") if kind != value])
    place = stage.dice.randrange(len(value))
    if value.startswith(b'{"level":') and stage.dice.random() < 0.5:
        return value[:9] + (b"5" if value[9:10] != b"5" else b"1") + value[10:]
    return value[:place] + bytes([value[place] ^ 1 << stage.dice.randrange(7)]) + value[place + 1 :]


def delete(stage: Stage) -> None:
    """Entries in the middle are gone; sometimes the others move up."""
    first = stage.dice.randint(1, len(stage.entries) - 1)
    last = min(len(stage.entries) - 1, first + stage.dice.randint(0, 5))
    with stage.opened() as connection:
        connection.execute("DELETE FROM entry WHERE seq BETWEEN ? AND ?", (first, last))
        if stage.dice.random() < 0.5:
            _move(connection, last, -(last - first + 1))
        _must_show(stage, connection)


def insert(stage: Stage) -> None:
    """A vote is put in between, with a right hash of its own."""
    after = stage.entries[stage.dice.randrange(len(stage.entries) - 1)]
    with stage.opened() as connection:
        _move(connection, after.seq, 1)
        connection.execute(schema.INSERT, _vote_after(stage, after))
        _must_show(stage, connection)


def _vote_after(stage: Stage, after: Entry) -> tuple[int, int, int, str, bytes, bytes, bytes]:
    payload = json.dumps({"level": stage.dice.randint(1, 5), "source": "touch"}).encode()
    seq, boottime_ns = after.seq + 1, after.boottime_ns + 1
    digest = link(after.hash, stage.ledger_id, seq, after.boot_n, boottime_ns, "rating", payload)
    return (seq, after.boot_n, boottime_ns, "rating", payload, after.hash, digest)


def reorder(stage: Stage) -> None:
    """Two entries change places."""
    one, other = stage.dice.sample(range(1, len(stage.entries) + 1), 2)
    with stage.opened() as connection:
        for now, then in ((one, -1), (other, one), (-1, other)):
            connection.execute("UPDATE entry SET seq = ? WHERE seq = ?", (then, now))
        _must_show(stage, connection)


def swap_levels(stage: Stage) -> None:
    """Two votes of different levels exchange what was voted: no sum changes."""
    votes = [entry for entry in stage.entries if entry.kind == "rating"]
    one = stage.dice.choice(votes)
    level = parse(one.payload)["level"]
    other = stage.dice.choice([entry for entry in votes if parse(entry.payload)["level"] != level])
    with stage.opened() as connection:
        for payload, seq in ((one.payload, other.seq), (other.payload, one.seq)):
            connection.execute("UPDATE entry SET payload = ? WHERE seq = ?", (payload, seq))
        _must_show(stage, connection)


def truncate(stage: Stage) -> None:
    """The end is cut off, a part of what has a receipt with it. The chain is right; the receipt convicts."""
    held = int(stage.receipts[-1].split("\n")[1])
    with stage.opened() as connection:
        connection.execute("DELETE FROM entry WHERE seq >= ?", (stage.dice.randint(2, held),))
        _must_differ(stage, connection)
        if stage.verdict(connection).first_bad is None:
            raise Undetected("the export passes for a whole one")


def rewrite_before_receipt(stage: Stage) -> None:
    """A vote that has a receipt is changed, and everything after it chained anew."""
    held = int(stage.receipts[-1].split("\n")[1])
    votes = [entry for entry in stage.entries[:held] if entry.kind == "rating"]
    victim = stage.dice.choice(votes)
    with stage.opened() as connection:
        prev = victim.prev
        for entry in stage.entries[victim.seq - 1 :]:
            payload = _another_level(entry.payload) if entry is victim else entry.payload
            digest = link(
                prev, stage.ledger_id, entry.seq, entry.boot_n, entry.boottime_ns, entry.kind, payload
            )
            sql = "UPDATE entry SET payload = ?, prev = ?, hash = ? WHERE seq = ?"
            connection.execute(sql, (payload, prev, digest, entry.seq))
            prev = digest
        _must_differ(stage, connection)
        if not verify(connection).intact:
            raise NothingChanged("the attacker has made a mistake: the chain is broken")
        if stage.verdict(connection).first_bad is None:
            raise Undetected("the export passes for the one that was signed for")


def _another_level(payload: bytes) -> bytes:
    body = parse(payload)
    level = body["level"]
    assert isinstance(level, int)
    return json.dumps(body | {"level": level % 5 + 1}).encode()


def _move(connection: sqlite3.Connection, after: int, by: int) -> None:
    connection.execute("UPDATE entry SET seq = -seq WHERE seq > ?", (after,))
    connection.execute("UPDATE entry SET seq = -seq + ? WHERE seq < 0", (by,))


def _must_differ(stage: Stage, connection: sqlite3.Connection) -> None:
    if list(rows(connection)) == list(stage.entries):
        raise NothingChanged("the ledger is what it was")


def _must_show(stage: Stage, connection: sqlite3.Connection) -> None:
    _must_differ(stage, connection)
    if verify(connection).intact:
        raise Undetected("the check of the chain finds nothing")
    try:
        found = stage.verdict(connection)
        passes = (
            found.first_bad is None and found.first == 1
        )  # it says of a piece that it begins in the middle
    except ValueError:  # CannotRead: what is no export convinces nobody
        passes = False
    if passes:
        raise Undetected("the independent verifier finds nothing in an export")


# --- the socket


def forged_anchor(stage: Stage) -> None:
    """A time that central has not said just now, through the socket."""
    nonce = stage.ask(wire.GetNonce())
    assert isinstance(nonce, wire.Nonce)
    utc_ms = stage.dice.randint(0, 4_000_000_000_000)
    statement = TimeStatement(bytes.fromhex(nonce.nonce), utc_ms)
    true = stage.central.sign(statement.text())
    false = stage.central.sign(TimeStatement(statement.nonce, utc_ms + 1).text())
    forged = stage.dice.choice(
        (
            stage.stranger.sign(statement.text()),
            replace(true, text=false.text),
            stage.central.sign(TimeStatement(stage.dice.randbytes(16), utc_ms).text()),
        )
    ).render()
    if forged == true.render():
        raise NothingChanged("that is what central has said")
    _must_refuse(stage, wire.PutAnchor(forged))


def forged_config(stage: Stage) -> None:
    """A configuration that central has not signed for this terminal, or an older one, through the socket."""
    newer = stage.revision + 1
    true = stage.config(newer, stage.central)
    text, _, signature = true.partition("\n\n")
    forged = stage.dice.choice(
        (
            stage.config(newer, stage.stranger),
            stage.config(newer, stage.central, "0123456789"),
            stage.config(0, stage.central),
            stage.config(newer, stage.device),
            text.replace('"unit_id":"1"', '"unit_id":"2"') + "\n\n" + signature,
        )
    )
    if forged == true:
        raise NothingChanged("that is what central has signed")
    _must_refuse(stage, wire.PutConfig(forged))
    if stage.dice.random() < 0.02:  # that the true one would have been taken
        if not isinstance(stage.ask(wire.PutConfig(true)), wire.Done):
            raise NothingChanged("the office refuses everything")
        stage.revision = newer


def foreign_receipt(stage: Stage) -> None:
    """A receipt of another server, or for something else, given to the delivery and to the socket."""
    seq = stage.dice.randint(1, len(stage.entries))
    sent = Checkpoint(stage.ledger_id, seq, stage.entries[seq - 1].hash)
    other = stage.dice.choice(
        (replace(sent, size=seq + 1), replace(sent, head=bytes(32)), replace(sent, ledger_id=bytes(16)))
    )
    by_stranger = stage.receipt(sent, stage.stranger)
    forged = stage.dice.choice((by_stranger, stage.receipt(other, stage.central)))
    if forged == stage.receipt(sent, stage.central):
        raise NothingChanged("that is a receipt")
    try:
        verified_receipt(forged, sent, [stage.central.public])
    except BadReceipt:
        _must_refuse(stage, stage.dice.choice((wire.PutReceipt, wire.PutFork))(by_stranger))
        return
    raise Undetected("it passes for a receipt")


def _must_refuse(stage: Stage, request: wire.Request) -> None:
    before = _head(stage)
    answer = stage.ask(request)
    if not isinstance(answer, wire.Refused):
        raise Undetected(f"the office answers {type(answer).__name__}")
    if _head(stage) != before:
        raise Undetected("the office refuses, and the ledger has changed")


def _head(stage: Stage) -> wire.Answer:
    """Without what central is told of a configuration that was refused: that is not the ledger's."""
    found = stage.ask(wire.GetHead())
    return msgspec.structs.replace(found, refused=None) if isinstance(found, wire.Head) else found
