"""What each fault is called on the screen: for the technician on the telephone, and short enough to be read out."""

from assets.texts import Texts
from kiosk.faults import FaultCode


def fault_words(code: FaultCode, _: Texts) -> str:
    """A fault in a few words, lower case: it follows the code and a dash."""
    match code:
        case FaultCode.LEDGER_ERROR:
            return _("error writing to the memory card")
        case FaultCode.DISK_FULL:
            return _("memory card full")
        case FaultCode.READ_ONLY:
            return _("memory card cannot be written")
        case FaultCode.CARD_SLOW:
            return _("memory card too slow")
        case FaultCode.NO_PERMISSION:
            return _("no permission to the data folder")
        case FaultCode.NO_INPUT:
            return _("all buttons are disconnected")
        case FaultCode.BUTTON_STUCK:
            return _("a button is stuck")
        case FaultCode.BUTTON_CHATTERING:
            return _("a button is chattering")
        case FaultCode.INPUT_LOST:
            return _("some buttons are disconnected")


def fault_sentence(code: FaultCode | None, _: Texts) -> str:
    """What the citizen is asked to do, and what the technician is told."""
    if code is None:
        return _("Please tell the officer at the counter.")
    sentence = _("Please tell the officer at the counter. Code: {code} – {what}")
    return sentence.format(code=code.value, what=fault_words(code, _))
