"""The frames that a pad with five or six buttons and the terminal exchange; the rules are in ``docs/pad-protocol.md``.

Pure: bytes in, frames out. The framer takes bytes as they come, in pieces or several frames at once, with noise
between them. Every kind of frame has one fixed length and no frame can hold a whole other one, so a start byte
in the noise never hides a good frame that begins after it.
"""

import binascii
from dataclasses import dataclass

from hardware.events import AnyButton, Level, OtherButton

START = 0xA5
VERSION = 3
"""The newest version of the protocol; a terminal takes every pad from version 1 on."""

FIRST_WITH_STORED = 2
"""The first version in which a pad may say that it shows STORED."""

FIRST_WITH_GLOW = 3
"""The first version in which a pad may say that it shows GLOW and DARK, and may have a sixth button."""

SEQUENCES = 256
"""255 is followed by 0."""

HELLO = 0x01
BUTTON = 0x02
HEARTBEAT = 0x03
ACK = 0x81
STORED = 0x82
GLOW = 0x83
DARK = 0x84

LENGTHS = {HELLO: 4, BUTTON: 4, HEARTBEAT: 3, ACK: 2, STORED: 2, GLOW: 2, DARK: 2}
"""Bytes of type, sequence and payload, for each type: the length byte must have this value."""

CHECKSUM = 2  # bytes
OVERHEAD = 2 + CHECKSUM  # start and length, too
LONGEST = max(LENGTHS.values()) + OVERHEAD
BUTTONS: dict[int, AnyButton] = {button.value: button for button in (*Level, *OtherButton)}
"""The buttons by their numbers, 1 for the worst level."""
SHOWS_STORED = 0x80
"""In the byte of the buttons that are down: this pad has lights, and wants to be told STORED."""
SHOWS_GLOW = 0x40
"""In the same byte: it also wants to be told GLOW and DARK."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Pad → terminal: the pad has just started, and waits for the acknowledgement.

    Attributes:
        sequence: 0 to 255; the pad counts on from here.
        version: Of the protocol.
        held: The buttons that are down now.
        shows_stored: Whether it wants to be told when a rating of its own is stored.
        shows_glow: Whether it wants to be told when its lights are to glow, and when not.
    """

    sequence: int
    version: int
    held: frozenset[AnyButton]
    shows_stored: bool = False
    shows_glow: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """Pad → terminal: a button went down or up. The pad repeats it until it is acknowledged."""

    sequence: int
    button: AnyButton
    down: bool


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Pad → terminal, every second: I am here, and these buttons are down. Not acknowledged."""

    sequence: int
    held: frozenset[AnyButton]
    shows_stored: bool = False
    shows_glow: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """Terminal → pad: the frame with this sequence was received."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Terminal → pad: a rating of this pad is on the disk. The same for every level; not acknowledged."""

    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Glow:
    """Terminal → pad: the buttons may be pressed, the lights glow. Once for each HEARTBEAT; not acknowledged."""

    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Dark:
    """Terminal → pad: votes cannot be kept, the lights are dark. Sent like `Glow`."""

    sequence: int = 0


Frame = Hello | Button | Heartbeat | Ack | Stored | Glow | Dark

_WITHOUT_PAYLOAD: dict[int, type[Ack | Stored | Glow | Dark]] = {
    ACK: Ack,
    STORED: Stored,
    GLOW: Glow,
    DARK: Dark,
}


def checksum(data: bytes) -> int:
    """CRC-16/IBM-3740: polynomial 0x1021, initial value 0xFFFF, not reflected, no final XOR."""
    return binascii.crc_hqx(data, 0xFFFF)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame.

    Raises:
        ValueError: a number does not fit into its byte, or HELLO has what its version has not.
    """
    match frame:
        case Hello(sequence, version):
            mask = _mask(frame)
            if mask & ~_mask_of_version(version):
                raise ValueError(f"version {version} of the protocol has no signs {mask:#04x}")
            body = bytes((HELLO, sequence, version, mask))
        case Button(sequence, button, down):
            body = bytes((BUTTON, sequence, button.value, down))
        case Heartbeat(sequence):
            body = bytes((HEARTBEAT, sequence, _mask(frame)))
        case _:
            kind = next(number for number, found in _WITHOUT_PAYLOAD.items() if isinstance(frame, found))
            body = bytes((kind, frame.sequence))
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
        case (_, [version, mask]) if kind == HELLO and not mask & ~_mask_of_version(version):
            return Hello(sequence, version, _held(mask), bool(mask & SHOWS_STORED), bool(mask & SHOWS_GLOW))
        case (_, [number, down]) if kind == BUTTON and number in BUTTONS and down <= 1:
            return Button(sequence, BUTTONS[number], bool(down))
        case (_, [mask]) if kind == HEARTBEAT:
            return Heartbeat(sequence, _held(mask), bool(mask & SHOWS_STORED), bool(mask & SHOWS_GLOW))
        case (_, []) if kind in _WITHOUT_PAYLOAD:
            return _WITHOUT_PAYLOAD[kind](sequence)
    return None


def _mask(frame: Hello | Heartbeat) -> int:
    """Bit 0 for the worst level to bit 4 for the best, bit 5 for the sixth button; bits 6 and 7 for the lights."""
    held = sum(1 << (button.value - 1) for button in frame.held)
    return held | (SHOWS_STORED if frame.shows_stored else 0) | (SHOWS_GLOW if frame.shows_glow else 0)


def _mask_of_version(version: int) -> int:
    """Every bit that a pad of this version may set."""
    mask = sum(1 << (level - 1) for level in Level)
    if version >= FIRST_WITH_STORED:
        mask |= SHOWS_STORED
    return 0xFF if version >= FIRST_WITH_GLOW else mask


def _held(mask: int) -> frozenset[AnyButton]:
    return frozenset(button for number, button in BUTTONS.items() if mask & (1 << (number - 1)))
