"""The pad's side of ``docs/pad-protocol.md``, without pins, ports and clock.

Written in what MicroPython and Python have in common, so that the same file runs on a Pico and in tests. Times
are milliseconds on any clock that never steps back; buttons are bits, bit 0 for button 1 to bit 4 for button 5, and
bit 5 for button 6, which asks for another language.
"""

START = 0xA5
VERSION = 3

HELLO = 0x01
BUTTON = 0x02
HEARTBEAT = 0x03
ACK = 0x81
STORED = 0x82
GLOW = 0x83
DARK = 0x84
SHOWS_LIGHTS = 0xC0  # STORED, and GLOW and DARK

BUTTONS = 6
ANSWER_BYTES = 6  # every frame from the terminal has so many

SETTLE_MS = 5
HELLO_MS = 200
HEARTBEAT_MS = 1000
REPEAT_MS = 100
GIVE_UP_MS = 2000
MOST_UNACKNOWLEDGED = 8
BLINK_MS = 150
BLINKS = 3
DARK_AFTER_MS = 4000  # without GLOW: the terminal has gone


def checksum(data: bytes) -> int:
    """CRC-16/IBM-3740; MicroPython has no `crc_hqx`."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        value &= 0xFFFF
    return value


def frame(kind: int, sequence: int, payload: bytes = b"") -> bytes:
    """The bytes of a frame."""
    checked = bytes((len(payload) + 2, kind, sequence)) + payload
    value = checksum(checked)
    return bytes((START,)) + checked + bytes((value >> 8, value & 0xFF))


class Answers:
    """Finds the terminal's frames in what comes over the line."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> "list[tuple[int, int]]":
        """The (type, sequence) of each frame that became complete."""
        stream = self._rest + data
        found = []
        at = stream.find(b"\xa5")
        while 0 <= at <= len(stream) - ANSWER_BYTES:
            whole = stream[at : at + ANSWER_BYTES]
            if whole[2] in (ACK, STORED, GLOW, DARK) and whole == frame(whole[2], whole[3]):
                found.append((whole[2], whole[3]))
                at += ANSWER_BYTES - 2  # the checksum may be the start of the next frame
            else:
                at += 1
            at = stream.find(b"\xa5", at)
        self._rest = stream[at:] if at >= 0 else b""
        return found


class Contacts:
    """The contacts, of which a new state counts when it has lasted `SETTLE_MS`."""

    def __init__(self, closed: int) -> None:
        self.down = closed
        self._changing_since = [-1] * BUTTONS

    def sample(self, now_ms: int, closed: int) -> "list[tuple[int, int]]":
        """The (button 1 to 6, 1 down or 0 up) of each change."""
        edges = []
        for place in range(BUTTONS):
            bit = 1 << place
            since_ms = self._changing_since[place]
            if not (closed ^ self.down) & bit:
                self._changing_since[place] = -1
            elif since_ms < 0:
                self._changing_since[place] = now_ms
            elif now_ms - since_ms >= SETTLE_MS:
                self._changing_since[place] = -1
                self.down ^= bit
                edges.append((place + 1, 1 if self.down & bit else 0))
        return edges


class Unacknowledged:
    """A BUTTON frame on its way."""

    def __init__(self, sequence: int, wire: bytes, born_ms: int, sent_ms: int) -> None:
        self.sequence = sequence
        self.wire = wire
        self.born_ms = born_ms
        self.sent_ms = sent_ms


class Pad:
    """Everything a pad does; call `turn` about every millisecond.

    Args:
        closed: The buttons that are down now.
        lights: Whether it has lights: they glow while a press would be kept, and blink when a rating is stored.
    """

    def __init__(self, closed: int = 0, lights: bool = True) -> None:
        self._contacts = Contacts(closed)
        self._answers = Answers()
        self._shows = SHOWS_LIGHTS if lights else 0
        self._greeted = False
        self._sequence = 0
        self._sign_due_ms = 0
        self._waiting = []  # type: list[Unacknowledged]
        self._blink_since_ms = -1
        self._glow_until_ms = 0

    def turn(self, now_ms: int, closed: int, heard: bytes = b"") -> bytes:
        """Take the buttons and what was heard; what is to be sent now."""
        for kind, sequence in self._answers.feed(heard):
            if kind == ACK:
                self._acknowledged(sequence)
            elif kind == STORED:
                self._blink_since_ms = now_ms
            else:
                self._glow_until_ms = now_ms + DARK_AFTER_MS if kind == GLOW else now_ms
        wire = b""
        for button, down in self._contacts.sample(now_ms, closed):
            wire += self._button(now_ms, button, down)
        return wire + self._repeat(now_ms) + self._sign(now_ms)

    def lit(self, now_ms: int) -> bool:
        """Whether the lights are on: all of them, or none. Dark while no terminal says that presses are kept."""
        if now_ms >= self._glow_until_ms:
            self._blink_since_ms = -1
            return False
        if self._blink_since_ms >= 0:
            phase = (now_ms - self._blink_since_ms) // BLINK_MS
            if phase < 2 * BLINKS:
                return phase % 2 == 1
            self._blink_since_ms = -1
        return True

    def _acknowledged(self, sequence: int) -> None:
        if not self._greeted:
            if sequence == 0:
                self._greeted = True
                self._sign_due_ms = 0
            return
        self._waiting = [one for one in self._waiting if one.sequence != sequence]

    def _button(self, now_ms: int, button: int, down: int) -> bytes:
        self._sequence = (self._sequence + 1) % 256
        wire = frame(BUTTON, self._sequence, bytes((button, down)))
        sent_ms = now_ms if self._greeted else now_ms - REPEAT_MS  # due at once when the terminal answers
        self._waiting = self._waiting[-(MOST_UNACKNOWLEDGED - 1) :]
        self._waiting.append(Unacknowledged(self._sequence, wire, now_ms, sent_ms))
        return wire if self._greeted else b""

    def _repeat(self, now_ms: int) -> bytes:
        self._waiting = [one for one in self._waiting if now_ms - one.born_ms < GIVE_UP_MS]
        wire = b""
        for one in self._waiting:
            if self._greeted and now_ms - one.sent_ms >= REPEAT_MS:
                one.sent_ms = now_ms
                wire += one.wire
        return wire

    def _sign(self, now_ms: int) -> bytes:
        """HELLO until the terminal has answered, and a heartbeat from then on."""
        if now_ms < self._sign_due_ms:
            return b""
        down = self._contacts.down | self._shows
        if self._greeted:
            self._sign_due_ms = now_ms + HEARTBEAT_MS
            return frame(HEARTBEAT, self._sequence, bytes((down,)))
        self._sign_due_ms = now_ms + HELLO_MS
        return frame(HELLO, 0, bytes((VERSION, down)))
