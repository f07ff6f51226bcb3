"""How each fault comes about."""

from hardware.events import Source, TroubleKind
from kiosk.faults import FaultCode
from tests.kiosk.controller.terminal import Terminal


def broken_by(code: FaultCode, t: Terminal) -> Terminal:
    """Bring a terminal with touch and GPIO into a fault, as it comes in life."""
    match code:
        case FaultCode.CARD_SLOW:
            t.commit_s = None
            return t.press(4).after(10.0)
        case FaultCode.NO_INPUT:
            for source in t.inputs:
                t.trouble(TroubleKind.LOST, source, active=True)
            return t
        case FaultCode.BUTTON_STUCK:
            return t.trouble(TroubleKind.STUCK, Source.GPIO, active=True, level=2)
        case FaultCode.BUTTON_CHATTERING:
            for _ in range(40):
                t.press(2, Source.GPIO).after(0.2)
            return t.after(5.0)
        case FaultCode.INPUT_LOST:
            return t.trouble(TroubleKind.LOST, Source.GPIO, active=True)
    return t.broke(code)
