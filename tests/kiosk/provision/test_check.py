"""The page of the last check, as a technician reads it."""

import pytest

from assets.texts import Texts
from kiosk.provision.stages.check import Check
from kiosk.provision.steps import OPEN, State, Step
from kiosk.provision.works import Checked


@pytest.mark.parametrize(
    ("checked", "said"),
    [
        (Checked(True, ("! Clock",)), "The terminal can be put into service. Warnings (!) may stand."),
        (Checked(False, ("! Clock", "✗ Pad")), "What has a cross must be put right. Warnings (!) may stand."),
        (Checked(True, ("All is well.",)), "All is well."),
    ],
    ids=["warnings", "errors", "well"],
)
def test_the_last_check_says_first_what_must_be_put_right_and_what_may_stand(
    checked: Checked, said: str
) -> None:
    page = Check().page(State(dict.fromkeys(Step, OPEN), seen=(checked,)))
    assert page.lines[0].render(Texts("en")) == said
    assert len(page.lines) == len(checked.lines) + (said != checked.lines[0])
