"""The frames that a five-button pad and the terminal exchange; the rules are in ``docs/pad-protocol.md``.

Pure: bytes in, frames out. The framer takes bytes as they come, in pieces or several frames at once, with noise
between them. Every kind of frame has one fixed length and no frame can hold a whole other one, so a start byte
in the noise never hides a good frame that begins after it.
"""

import binascii
from dataclasses import dataclass

from hardware.events import Level

START = 0xA5
VERSION = 2
"""The newest version of the protocol; a terminal takes every pad from version 1 on."""

FIRST_WITH_STORED = 2
"""The first version in which a pad may say that it shows STORED."""

HELLO = 0x01
BUTTON = 0x02
HEARTBEAT = 0x03
ACK = 0x81
STORED = 0x82

LENGTHS = {HELLO: 4, BUTTON: 4, HEARTBEAT: 3, ACK: 2, STORED: 2}
"""Bytes of type, sequence and payload, for each type: the length byte must have this value."""

CHECKSUM = 2  # bytes
OVERHEAD = 2 + CHECKSUM  # start and length, too
LONGEST = max(LENGTHS.values()) + OVERHEAD
ALL_BUTTONS = (1 << len(Level)) - 1
SHOWS_STORED = 0x80
"""In the byte of the buttons that are down: this pad has lights, and wants to be told STORED."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Pad → terminal: the pad has just started, and waits for the acknowledgement.

    Attributes:
        sequence: 0 to 255; the pad counts on from here.
        version: Of the protocol.
        held: The buttons that are down now.
        shows_stored: Whether it wants to be told when a rating of its own is stored.
    """

    sequence: int
    version: int
    held: frozenset[Level]
    shows_stored: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """Pad → terminal: a button went down or up. The pad repeats it until it is acknowledged."""

    sequence: int
    level: Level
    down: bool


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Pad → terminal, every second: I am here, and these buttons are down. Not acknowledged."""

    sequence: int
    held: frozenset[Level]
    shows_stored: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """Terminal → pad: the frame with this sequence was received."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Terminal → pad: a rating of this pad is on the disk. The same for every level; not acknowledged."""

    sequence: int = 0


Frame = Hello | Button | Heartbeat | Ack | Stored


def checksum(data: bytes) -> int:
    """CRC-16/IBM-3740: polynomial 0x1021, initial value 0xFFFF, not reflected, no final XOR."""
    return binascii.crc_hqx(data, 0xFFFF)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame.

    Raises:
        ValueError: a number does not fit into its byte, or STORED is wanted in a version that has none.
    """
    if isinstance(frame, Hello) and frame.shows_stored and frame.version < FIRST_WITH_STORED:
        raise ValueError(f"version {frame.version} of the protocol has no STORED")
    match frame:
        case Hello(sequence, version, held, shows_stored):
            body = bytes((HELLO, sequence, version, _mask(held, shows_stored)))
        case Button(sequence, level, down):
            body = bytes((BUTTON, sequence, level, down))
        case Heartbeat(sequence, held, shows_stored):
            body = bytes((HEARTBEAT, sequence, _mask(held, shows_stored)))
        case Ack(sequence):
            body = bytes((ACK, sequence))
        case Stored(sequence):
            body = bytes((STORED, sequence))
    checked = bytes((len(body),)) + body
    return bytes((START,)) + checked + checksum(checked).to_bytes(2, "big")


class Framer:
    """Finds the frames in a stream of bytes. Keeps at most `LONGEST` - 1 bytes between two calls.

    Attributes:
        dropped: Bytes that belonged to no frame, since the beginning.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._spent = 0  # how many bytes of the rest were part of a frame already
        self.dropped = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes; the frames that became complete, in order."""
        stream = self._rest + data
        frames: list[Frame] = []
        at, used = 0, self._spent  # everything before `used` was part of a frame or is counted as dropped
        unfinished: int | None = None
        while (at := stream.find(START, at)) >= 0:
            length = _length(stream, at)
            if length is None:
                if unfinished is None:
                    unfinished = at
                at += 1
                continue
            frame = _decode(stream[at : at + length]) if length else None
            if frame is None:
                at += 1
                continue
            frames.append(frame)
            self.dropped += max(0, at - used)
            used = at + length
            # A frame that lost its end may have taken the first bytes of the next one for its checksum.
            at = used - CHECKSUM
            unfinished = None  # a start before this frame would reach into it, so it was noise
        keep = len(stream) if unfinished is None else unfinished
        self.dropped += max(0, keep - used)
        self._rest, self._spent = stream[keep:], max(0, used - keep)
        return frames

    def clear(self) -> None:
        """Forget an unfinished frame: what comes next is from another connection."""
        self.dropped += len(self._rest) - self._spent
        self._rest, self._spent = b"", 0


def _length(stream: bytes, at: int) -> int | None:
    """Length of the frame that starts at `at`; 0 when none can start there; None when that is open yet."""
    if len(stream) - at < 3:
        if len(stream) - at == 2 and stream[at + 1] not in LENGTHS.values():
            return 0
        return None
    body = LENGTHS.get(stream[at + 2])
    if body is None or stream[at + 1] != body:
        return 0
    return body + OVERHEAD if len(stream) - at >= body + OVERHEAD else None


def _decode(whole: bytes) -> Frame | None:
    """The frame, or None when the checksum or a value is wrong."""
    if int.from_bytes(whole[-2:], "big") != checksum(whole[1:-2]):
        return None
    kind, sequence, *payload = whole[2:-2]
    match kind, payload:
        case (_, [version, held]) if kind == HELLO and _is_mask(held):
            shows_stored = bool(held & SHOWS_STORED)
            if shows_stored and version < FIRST_WITH_STORED:
                return None
            return Hello(sequence, version, _levels(held), shows_stored)
        case (_, [level, down]) if kind == BUTTON and 1 <= level <= len(Level) and down <= 1:
            return Button(sequence, Level(level), bool(down))
        case (_, [held]) if kind == HEARTBEAT and _is_mask(held):
            return Heartbeat(sequence, _levels(held), bool(held & SHOWS_STORED))
        case (_, []) if kind == ACK:
            return Ack(sequence)
        case (_, []) if kind == STORED:
            return Stored(sequence)
    return None


def _mask(held: frozenset[Level], shows_stored: bool) -> int:
    """Bit 0 for the worst level to bit 4 for the best; bit 7 for the lights."""
    return sum(1 << (level - 1) for level in held) | (SHOWS_STORED if shows_stored else 0)


def _is_mask(byte: int) -> bool:
    return not byte & ~(ALL_BUTTONS | SHOWS_STORED)


def _levels(mask: int) -> frozenset[Level]:
    return frozenset(level for level in Level if mask & (1 << (level - 1)))
