"""What each fault is called on the screen: for the technician on the telephone, and short enough to be read out."""

from assets.texts import Texts
from kiosk.codes import CODES
from kiosk.faults import FaultCode


def fault_words(code: FaultCode, _: Texts) -> str:
    """A fault in a few words, lower case: it follows the code and a dash."""
    return CODES[code].words.render(_)


def fault_note(code: FaultCode, _: Texts) -> str:
    """What the technician is told, in one line."""
    return _("Code: {code} – {what}").format(code=code.value, what=fault_words(code, _))
