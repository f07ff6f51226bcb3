"""Every code with its words: the one list that the screens, ``hailong doctor`` and ``docs/codes.md`` are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from kiosk.config.phrase import Phrase
from kiosk.faults import Code, FaultCode, ProgramCode
from kiosk.mounts import PUT_IT_IN, USE_A_PARTITION


class Shown(Enum):
    """How a code shows at the terminal itself."""

    STOPPED = auto()  # the page that nothing is taken
    QUIET = auto()  # the technician's mark alone; ratings go on
    PROBLEMS = auto()  # the page of problems, before the program ends
    PLAIN = auto()  # plain text in the place of the screens; ratings go on
    DARK = auto()  # nothing at all: there is no screen that could


@dataclass(frozen=True, slots=True)
class Explanation:
    """One row of the table.

    Attributes:
        words: A few words, lower case: on the screen they follow the code and a dash.
        shown: How it shows.
        remedy: What the technician does.
        checks: The checks of ``hailong doctor`` that look for its cause.
        hwtest: Whether ``hailong hwtest`` names the input or the button.
    """

    words: Phrase
    shown: Shown
    remedy: Phrase
    checks: tuple[Phrase, ...]
    hwtest: bool = False


_DISK = Phrase("Disk")
_LEDGER = Phrase("Ledger")
_INPUTS = (Phrase("GPIO buttons"), Phrase("Pad"), Phrase("Permissions for devices"))
_SCREEN = (Phrase("Display"), Phrase("Font"), Phrase("Faces"))

CODES: Mapping[Code, Explanation] = {
    FaultCode.LEDGER_ERROR: Explanation(
        Phrase("error writing to the memory card"),
        Shown.STOPPED,
        Phrase("The card is failing: export the ledger (hailong ledger export), then replace the card."),
        (_DISK, _LEDGER),
    ),
    FaultCode.DISK_FULL: Explanation(
        Phrase("memory card full"),
        Shown.STOPPED,
        Phrase(
            "Make room on the card; the terminal goes on by itself within 5 s. The ledger must not be deleted."
        ),
        (_DISK,),
    ),
    FaultCode.READ_ONLY: Explanation(
        Phrase("memory card cannot be written"),
        Shown.STOPPED,
        Phrase(
            "The file system has met an error: switch off, check the card with fsck on another machine, and replace it "
            "if it has errors."
        ),
        (_DISK,),
    ),
    FaultCode.CARD_SLOW: Explanation(
        Phrase("memory card too slow"),
        Shown.STOPPED,
        Phrase("The card did not answer within 10 s. Replace it if that happens again."),
        (_LEDGER,),
    ),
    FaultCode.NO_PERMISSION: Explanation(
        Phrase("no permission to the data folder"),
        Shown.STOPPED,
        Phrase("Give the data folder back to the terminal's user; sudo hailong doctor prints the command."),
        (Phrase("Data folder"),),
    ),
    FaultCode.NO_INPUT: Explanation(
        Phrase("all buttons are disconnected"),
        Shown.STOPPED,
        Phrase(
            "Plug the buttons or the pad in; a pad is found again by itself. If they are in: sudo hailong doctor says "
            "why they cannot be opened."
        ),
        _INPUTS,
        hwtest=True,
    ),
    FaultCode.BUTTON_STUCK: Explanation(
        Phrase("a button is stuck"),
        Shown.QUIET,
        Phrase("Free the button, or look for a contact that is always closed."),
        (_LEDGER,),
        hwtest=True,
    ),
    FaultCode.BUTTON_CHATTERING: Explanation(
        Phrase("a button is chattering"),
        Shown.QUIET,
        Phrase(
            "Replace the button or its cable; until it has been quiet for 60 s, its presses are only counted."
        ),
        (_LEDGER,),
        hwtest=True,
    ),
    FaultCode.INPUT_LOST: Explanation(
        Phrase("some buttons are disconnected"),
        Shown.QUIET,
        Phrase(
            "Plug them in; a pad is found again by itself. If they are in: sudo hailong doctor. A pad in the mode "
            "“pattern” also counts as lost when no line fits pad.pattern; the log says so."
        ),
        _INPUTS,
        hwtest=True,
    ),
    ProgramCode.BAD_CONFIGURATION: Explanation(
        Phrase("the configuration is wrong"),
        Shown.PROBLEMS,
        Phrase("Put right what the page names, with file and line; then run hailong config check."),
        (Phrase("Configuration"),),
    ),
    ProgramCode.CRASH_LOOP: Explanation(
        Phrase("the program has been started five times within a minute"),
        Shown.PLAIN,
        Phrase(
            "Run sudo hailong doctor --report and send the report, with the log (journalctl -u hailong-kiosk), to "
            "whoever maintains the terminal."
        ),
        _SCREEN,
    ),
    ProgramCode.DRAWING_FAILED: Explanation(
        Phrase("a screen could not be drawn"),
        Shown.PLAIN,
        Phrase(
            "Run sudo hailong doctor; where font and faces are well, install hailong again and send the log to whoever "
            "maintains the terminal."
        ),
        _SCREEN,
    ),
    ProgramCode.DATA_FORGETFUL: Explanation(
        Phrase("a power cut would lose the ratings"), Shown.PROBLEMS, USE_A_PARTITION, (_DISK,)
    ),
    ProgramCode.DATA_MISSING: Explanation(
        Phrase("the partition for the data is missing"), Shown.PROBLEMS, PUT_IT_IN, (_DISK,)
    ),
    ProgramCode.NO_PANEL: Explanation(
        Phrase("no panel is found"),
        Shown.DARK,
        Phrase(
            "See that the panel has power and that its cable is in at both ends; the terminal goes on by itself. "
            "sudo hailong doctor says what the system sees."
        ),
        (Phrase("Display"),),
    ),
}

_NOT_NOW = Phrase("This device is not taking ratings for now")

PROBLEM_TITLES: Mapping[ProgramCode, Phrase] = {
    ProgramCode.BAD_CONFIGURATION: Phrase("The configuration is not right"),
    ProgramCode.DATA_FORGETFUL: _NOT_NOW,
    ProgramCode.DATA_MISSING: _NOT_NOW,
}
"""Above the page of problems."""


def named(code: Code) -> Phrase:
    """``D2 – memory card full``."""
    return Phrase("{code} – {words}", {"code": code.value, "words": CODES[code].words})
