"""What a command ends with, and what is remembered of a failure."""

import pytest

from sync.errors import (
    AlreadyEnrolled,
    Fault,
    KioskAway,
    KioskRefused,
    LocalFault,
    NotEnrolled,
    OtherAddress,
    Refused,
    SyncError,
    Trouble,
    Unreachable,
    WrongCentral,
)
from sync.moment import Moment
from sync.outcome import exit_code, outcome_of
from sync.progress import Outcome, Progress
from sync.protocol import Problem


@pytest.mark.parametrize(
    ("error", "kind", "code", "ends_with"),
    [
        (Unreachable(Trouble.NAME, "x"), "unreachable", "name", 3),
        (Unreachable(Trouble.BUSY, "x", 5.0), "unreachable", "busy", 3),
        (Refused(Problem(403, "403.2")), "refused", "403.2", 4),
        (NotEnrolled("x"), "not_enrolled", "", 4),
        (WrongCentral("x"), "wrong_central", "", 4),
        (OtherAddress("x"), "other_address", "", 4),
        (AlreadyEnrolled("x"), "already_enrolled", "", 4),
        (LocalFault(Fault.KEY, "x"), "local", "key", 2),
        (KioskAway("x"), "kiosk", "", 2),
        (KioskRefused("x"), "kiosk_refused", "", 2),
    ],
)
def test_every_failure_has_an_exit_code_and_a_name(
    error: SyncError, kind: str, code: str, ends_with: int
) -> None:
    outcome = outcome_of(error)
    assert (outcome.kind, outcome.code, exit_code(error)) == (kind, code, ends_with)


def test_what_a_server_says_is_remembered_in_part_only() -> None:
    outcome = outcome_of(Refused(Problem(400, "400." + "9" * 5000, "t", "d" * 50_000)))
    assert len(outcome.detail) <= 500
    assert len(outcome.code) <= 10


def test_what_a_server_says_is_one_line_of_a_log() -> None:
    outcome = outcome_of(Refused(Problem(400, "400.9", "t", "d\nINFO sync.run: connected\x1b[2J\u2028")))
    assert outcome.detail.isprintable()
    assert len(outcome_of(Refused(Problem(400, "400.9", "\n" * 5000))).detail) <= 500


def test_since_when_it_goes_well_or_not() -> None:
    well, bad = Outcome(), Outcome("unreachable", "name", "")
    progress = Progress()
    for second, (outcome, since, failures) in enumerate(
        [
            (well, 0, 0),
            (well, 0, 0),
            (bad, 2, 1),
            (bad, 2, 2),
            (Outcome("local", "key"), 2, 3),
            (well, 5, 0),
            (bad, 6, 1),
        ]
    ):
        progress = progress.after(outcome, Moment("b", second))
        assert (progress.since, progress.failures, progress.tries) == (
            Moment("b", since),
            failures,
            second + 1,
        )
