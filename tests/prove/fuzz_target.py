"""``python -m tests.prove.fuzz_target NAME [libFuzzer's options]``: bytes that nobody would send, for one parser.

Atheris looks which of them reach new lines, and goes on from there. A parser may refuse in its own words and in no
other way; any other exception ends this process with a report. A process of its own: libFuzzer never returns.
"""

import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["hardware", "kiosk", "sync"]):
    from hardware.frames import Frame, Framer
    from kiosk.config.central import objections
    from kiosk.config.model import build
    from kiosk.config.options import defaults
    from kiosk.ledger.chain import GENESIS
    from kiosk.messages import wire
    from kiosk.messages.notes import NoteError, PublicKey, parse_note
    from kiosk.messages.statements import checkpoint_of, claimed_revision, config_of, key_rotation_of, time_of
    from sync.protocol import Batch, ProtocolError, chained, decoded, decompressed, signed_checkpoint

LEDGER = bytes(range(16))
KEY = PublicKey("central", bytes(range(32)))
OBJECTIONS = objections(build(defaults()))


def batch(data: bytes) -> None:
    """A body, packed or not, as far as the hashes of its entries."""
    try:
        found = decoded(data if data[:1] == b"{" else decompressed(data), Batch)
        assert len(chained(found, LEDGER, GENESIS)) == len(found.entries)
        signed_checkpoint(found.checkpoint)
    except ProtocolError:
        return


def checkpoint(data: bytes) -> None:
    """A signed note, and all that it may say."""
    try:
        note = parse_note(data.decode("utf-8", "surrogateescape"))
    except NoteError:
        return
    assert parse_note(note.render()) == note
    note.is_signed_by(KEY)
    note.cosigned_at(KEY)
    claimed_revision(note)
    for statement in (checkpoint_of, time_of, key_rotation_of, lambda note: OBJECTIONS(config_of(note))):
        try:
            statement(note)
        except NoteError:
            continue


def frame(data: bytes) -> None:
    """What comes on a serial line, whole and byte by byte: it must be the same."""
    whole, piecewise = Framer(), Framer()
    pieces: list[Frame] = []
    for place in range(len(data)):
        pieces += piecewise.feed(data[place : place + 1])
    assert whole.feed(data) == pieces


def message(data: bytes) -> None:
    """A line on the kiosk's socket."""
    try:
        wire.decode_request(data)
    except wire.BadMessage:
        return


def planted(data: bytes) -> None:
    """No parser of ours: one with a mistake, which must be found."""
    if len(data) > 1 and data[0] == ord("{") and data[1] == ord("}"):
        raise IndexError("planted")


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (batch, checkpoint, frame, message, planted)
}


def main() -> None:
    """Until libFuzzer has had enough, or something is found."""
    name = sys.argv.pop(1)
    target = TARGETS[name]
    if name == "planted":
        target = atheris.instrument_func(target)
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
