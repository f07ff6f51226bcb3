"""A pad on a real pseudo-terminal with the source that reads it."""

from hardware.events import Press, Trouble, TroubleKind
from hardware.fakes.pad import PtyPad
from hardware.pad import Backoff, PadMode, PadSettings, SerialPad
from tests.hardware.inbox import Inbox

SOON = Backoff(0.02, 0.1)
PATTERN = r"KEY(?P<level>[1-5])"


class Bench:
    """A pad, the source that reads it, and what it says."""

    def __init__(self, pad: PtyPad, mode: PadMode = PadMode.FRAMED) -> None:
        self.pad = pad
        self.inbox = Inbox()
        self.source = SerialPad(PadSettings(str(pad.path), mode, pattern=PATTERN), backoff=SOON)

    def press(self) -> Press:
        event = self.inbox.next()
        assert isinstance(event, Press)
        return event

    def trouble(self) -> Trouble:
        event = self.inbox.next()
        assert isinstance(event, Trouble)
        assert event.kind is TroubleKind.LOST
        return event
