"""Takes in what was carried on a stick: each batch of it goes the way of a pushed one, and both may race."""

import re
from dataclasses import dataclass
from pathlib import Path

from central import server
from central.ingest.errors import MissingBefore, OtherHistory
from central.ingest.ingest import ingest
from sync import sealing
from sync.keys import SigningKey
from sync.protocol import Batch, ProtocolError, decoded
from sync.sealing import Header, NotForThisKey, NotSealed


class NotReceived(Exception):
    """A file, or the rest of it, was not taken in. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a file brought.

    Attributes:
        header: What stands ahead in it.
        new: Entries that were not held before.
    """

    header: Header
    new: int


def receive(path: Path) -> Received:
    """Take a sealed export in. Doing it again changes nothing.

    Raises:
        NotReceived: It cannot be read, is for another server, or what it says cannot be taken.
        django.db.Error: The database did not take it; what was stored before stays stored.
    """
    try:
        with path.open("rb") as file:
            header = sealing.header_of(file)
            key = _key(header)
            sealing.check_whole(file, header)
            after, new = header.after, 0
            for box in sealing.boxes(file, header):
                body = sealing.opened(box, key)
                batch = decoded(body, Batch)
                if batch.after != after:
                    raise NotSealed("the batches in it do not follow one another")
                new += _taken(header, batch, body)
                after += len(batch.entries)
    except OSError as error:
        raise NotReceived(f"it cannot be read: {error.strerror or error}") from error
    except (NotSealed, NotForThisKey) as error:
        raise NotReceived(str(error)) from error
    except ProtocolError as error:
        raise NotReceived(_explained(header, error)) from error
    if after != header.size:
        raise NotReceived(f"it says that it ends at entry {header.size}, and ends at {after}")
    return Received(header, new)


def _key(header: Header) -> SigningKey:
    """The key that the file is sealed to. Raises `NotReceived`: this server has not got it."""
    keys = server.this().keys.all
    for key in keys:
        if key.public.key_id == header.central:
            return key
    ours = " and ".join(_in_groups(key.public.key_id) for key in keys)
    raise NotReceived(
        f"it is sealed for the server with the key {_in_groups(header.central)}; this server's key is {ours}. Take it "
        "to that server. If that was a key of this one and was retired, let the terminal write the file again after it "
        "has heard of the new key."
    )


def _taken(header: Header, batch: Batch, body: bytes) -> int:
    try:
        return ingest(bytes.fromhex(header.ledger), batch, body).new
    except MissingBefore as gap:
        raise NotReceived(
            f"this server holds {gap.size} entries of this ledger, and the file begins after entry {batch.after}. "
            f"Receive the file before it first, or write one at the terminal with --since {gap.size + 1}"
        ) from gap
    except OtherHistory as fork:
        raise NotReceived(
            f"FORK: this server holds another history of the ledger of terminal {header.device}. The ledger was put "
            "back or changed, or the card was copied. Nothing that is held was changed, and the file's entries are not "
            "taken; an alarm is open, and what the terminal has signed is kept beside it as evidence"
        ) from fork


def _explained(header: Header, error: ProtocolError) -> str:
    match error.code:
        case "401.1":
            return f"the terminal that wrote it is not known here by its key: {error.detail}"
        case "403.1":
            return (
                f"the terminal {header.device} waits to be accepted: compare its key and accept it, then receive the "
                "file again"
            )
        case "403.2":
            return f"the terminal {header.device} is revoked: nothing of it is taken in"
        case "400.3":
            return (
                "it does not continue what this server holds: the ledger was put back or changed, or the file. Let the "
                "terminal write all of it (--since 1); receiving that shows which"
            )
        case _other:
            return f"what is in it cannot be taken ({error.code}): {error.detail}"


def _in_groups(key_id: str) -> str:
    return "-".join(re.findall("....", key_id))
