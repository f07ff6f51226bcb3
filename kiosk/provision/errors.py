"""What a part of provisioning may fail with.

::

    PartFailed     it led nowhere; carries why, for the technician, and which question has to be answered anew
"""

from kiosk.config.phrase import Phrase


class PartFailed(Exception):
    """Everything is as it was.

    Attributes:
        problem: Why, and what to do.
        about: The question that has to be answered anew; empty = the one before.
    """

    def __init__(self, problem: Phrase, about: str = "") -> None:
        super().__init__(problem.msgid)
        self.problem, self.about = problem, about
