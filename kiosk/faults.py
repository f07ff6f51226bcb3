"""The codes of what can stop a terminal, as the citizen's screen, the ledger and the log name them.

The citizen reads what to do; the technician reads the code. D = data, H = hands (inputs), K = the kiosk program.
What each is called and what to do about it is in `kiosk.codes`.
"""

from enum import StrEnum


class FaultCode(StrEnum):
    """Short enough to be read out over the telephone."""

    LEDGER_ERROR = "D1"  # the ledger cannot be written: input/output error
    DISK_FULL = "D2"
    READ_ONLY = "D3"
    CARD_SLOW = "D4"  # a COMMIT took longer than 10 s
    NO_PERMISSION = "D5"  # the data folder or the ledger belongs to somebody else
    NO_INPUT = "H1"  # every input that is configured is lost
    BUTTON_STUCK = "H2"
    BUTTON_CHATTERING = "H3"
    INPUT_LOST = "H4"  # one input is lost, others go on


class ProgramCode(StrEnum):
    """What is wrong with the program itself: on its plain pages, never in the ledger."""

    BAD_CONFIGURATION = "K1"
    CRASH_LOOP = "K2"  # the fifth start within a minute
    DRAWING_FAILED = "K3"
    DATA_FORGETFUL = "K4"  # the data folder is on a file system that a power cut empties
    DATA_MISSING = "K5"  # the partition for the data is not mounted
    NO_PANEL = "K6"


Code = FaultCode | ProgramCode
