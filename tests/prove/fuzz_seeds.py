"""What the fuzzers begin with: one of everything that is right."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from hardware.events import Level
from hardware.frames import Ack, Button, Heartbeat, Hello, Stored, encode
from kiosk.ledger.kinds import Kind
from kiosk.messages import wire
from kiosk.messages.statements import ConfigStatement, TimeStatement
from sync import keys
from sync.protocol import compressed
from sync.rotating import statement
from tests.central.chains import NOON_MS, Chain

DEVICE = "4T8JQ2ZK7M"


def seeds() -> Mapping[str, Sequence[bytes]]:
    """By target."""
    central = keys.generate("central")
    chain = Chain(DEVICE, central)
    chain.boot()
    chain.enrol(secrets.token_bytes(32))
    chain.configure(1)
    for n in range(3):
        chain.rate(n + 1)
    chain.correct(4, 5)
    chain.void(5)
    chain.anchor(NOON_MS)
    chain.add(Kind.REFUSED, b"\xff\xfe")
    bodies = [msgspec.json.encode(chain.batch(after)) for after in (0, 3, len(chain.entries))]
    said = TimeStatement(bytes(16), NOON_MS), ConfigStatement(DEVICE, 1, "1", "1", unit="Phường Bạch Mai")
    notes = [central.sign(one.text()).render() for one in said]
    rotation = statement(DEVICE, chain.key, keys.generate("device")).render()
    first = chain.checkpoint()
    frames = [
        encode(one)
        for one in (
            Hello(1, 1, frozenset(Level)),
            Button(2, Level.GOOD, True),
            Heartbeat(3, frozenset(), False, False),
            Ack(4),
            Stored(5),
        )
    ]
    requests = (
        wire.GetHead(),
        wire.GetNonce(),
        wire.PutAnchor(notes[0]),
        wire.PutConfig(notes[1]),
        wire.PutKeyRotation(rotation, chain.key.public.raw.hex()),
        wire.PutEnrolment(DEVICE, "http://127.0.0.1:1", central.public.raw.hex(), secrets.token_hex(32)),
    )
    return {
        "batch": [*bodies, *map(compressed, bodies)],
        "checkpoint": [text.encode() for text in (first, *notes, rotation)],
        "frame": [*frames, b"".join(frames)],
        "message": [wire.encode(one) for one in requests],
        "planted": [b""],
    }


def write(folder: Path) -> None:
    """One folder a target."""
    for name, found in seeds().items():
        (folder / name).mkdir(parents=True)
        for number, data in enumerate(found):
            (folder / name / str(number)).write_bytes(data)
