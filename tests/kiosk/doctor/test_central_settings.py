"""What central sets is named; what does not fit any more is a warning with a remedy."""

from dataclasses import replace
from pathlib import Path

from assets.texts import Texts
from kiosk.config.model import build
from kiosk.config.options import defaults
from kiosk.doctor.central_settings import check, refused_by
from kiosk.doctor.finding import Verdict
from kiosk.messages.wire import RefusedConfig
from tests.kiosk.ledger.central import STATEMENT

OWN = build(defaults())


def test_nothing_is_said_where_central_has_said_nothing() -> None:
    assert check(OWN, None) == []


def test_what_central_sets_is_named() -> None:
    [finding] = check(OWN, replace(STATEMENT, settings={"sound.volume": 90}))
    assert finding.verdict is Verdict.OK
    assert finding.seen.render(Texts("en")) == (
        "Revision 1 sets: texts.unit, texts.counter, texts.question, sound.volume."
    )


def test_what_does_not_fit_is_a_warning_that_names_it() -> None:
    said = replace(STATEMENT, revision=4, settings={"sound.quiet_from": "21:00"})
    [finding] = check(OWN, said)
    assert finding.verdict is Verdict.WARNING
    assert "Revision 4 does not fit this terminal: sound.quiet_from:" in finding.seen.render(Texts("en"))
    assert finding.remedy is not None


def test_what_the_kiosk_has_refused_is_a_warning_until_a_newer_one_is_in_use() -> None:
    refused = RefusedConfig(2, "sound.volume: …")
    [newer, used] = check(OWN, STATEMENT, refused)
    assert newer.verdict is Verdict.WARNING
    assert newer.seen.render(Texts("en")) == "Revision 2 was refused: sound.volume: …"
    assert used.verdict is Verdict.OK
    assert [finding.verdict for finding in check(OWN, None, refused)] == [Verdict.WARNING]
    assert [finding.verdict for finding in check(OWN, replace(STATEMENT, revision=2), refused)] == [
        Verdict.OK
    ]


def test_where_no_kiosk_can_be_asked_nothing_is_known(tmp_path: Path) -> None:
    assert refused_by(tmp_path) is None
