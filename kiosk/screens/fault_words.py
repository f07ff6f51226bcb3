"""What each fault is called on the screen: for the technician on the telephone, and short enough to be read out."""

from assets.texts import Texts
from kiosk.codes import CODES
from kiosk.faults import FaultCode


def fault_words(code: FaultCode, _: Texts) -> str:
    """A fault in a few words, lower case: it follows the code and a dash."""
    return CODES[code].words.render(_)


def fault_sentence(code: FaultCode | None, _: Texts) -> str:
    """What the citizen is asked to do, and what the technician is told."""
    if code is None:
        return _("Please tell the officer at the counter.")
    sentence = _("Please tell the officer at the counter. Code: {code} – {what}")
    return sentence.format(code=code.value, what=fault_words(code, _))
