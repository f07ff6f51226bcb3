"""A configuration is used whole or refused whole; the reason is there for central, and the one before stays."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.clock import Clock
from kiosk.commands.start import local_of
from kiosk.config.load import load
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Kind, own_fields
from kiosk.ledger.office import Office
from kiosk.messages import wire
from kiosk.messages.statements import LEVELS, ConfigStatement, Setting
from tests.kiosk.fakes import FakeClock
from tests.kiosk.ledger.central import STATEMENT, Central, revised, unsigned
from tests.kiosk.ledger.terminal import stored

VIETNAMESE = re.compile("[àạảậếệịộợủứ]")
SETTINGS: dict[str, Setting] = {
    "language": "en",
    "languages": ["vi"],
    "screen.theme": "contrast",
    "sound.enabled": False,
    "sound.quiet_from": "11:30",
    "sound.quiet_until": "13:00",
    "visit.correction_window_s": 0,
    "visit.repeat_interval_s": 2.5,
}


def statement(revision: int, **settings: Setting) -> ConfigStatement:
    """One whose keys have two underscores for a point."""
    return replace(
        revised(revision), settings={key.replace("__", "."): value for key, value in settings.items()}
    )


class Terminal:
    """An office with the real rules."""

    def __init__(self, folder: Path, clock: Clock, **local: float) -> None:
        arguments = {key.replace("__", "."): value for key, value in local.items()}
        config = load(environment={}, system_file=None, arguments=arguments).config
        self.folder = folder
        self.keeper = Keeper(folder, clock, "hailong test", local_of(config))
        self.keeper.open()
        self.office = Office(self.keeper)

    def put(self, note: str) -> wire.Answer:
        return self.office.handle(wire.PutConfig(note))

    def head(self) -> wire.Head:
        answer = self.office.handle(wire.GetHead())
        assert isinstance(answer, wire.Head)
        return answer

    def configs(self) -> list[dict[str, object]]:
        return [dict(own_fields(e.payload)) for e in stored(self.folder) if e.kind == Kind.CONFIG]


@pytest.fixture
def put_up(folder: Path, clock: FakeClock, central: Central) -> Iterator[Terminal]:
    made = Terminal(folder, clock)
    assert made.office.handle(central.enrolment()) == wire.Done()
    yield made
    made.keeper.close(clean=False)


def test_each_applied_revision_has_an_entry_that_survives_a_restart_and_a_new_ledger(
    put_up: Terminal, central: Central, clock: FakeClock
) -> None:
    for revision in (2, 3):
        assert put_up.put(central.config(replace(revised(revision), settings=SETTINGS))) == wire.Done()
    assert [body.get("revision") for body in put_up.configs()] == [None, 1, 2, 3]
    assert put_up.head().refused is None
    put_up.keeper.close(clean=False)
    again = Terminal(put_up.folder, clock)
    membership = again.keeper.lasting.membership
    assert membership.statement == replace(revised(3), settings=SETTINGS)
    again.keeper.condemn("a test")
    assert again.head().config_revision == 3
    assert [body.get("revision") for body in again.configs()] == [3], "it begins with what is in use"
    again.keeper.close(clean=False)


BAD: dict[str, tuple[ConfigStatement, str]] = {
    "unknown": (statement(2, screen__colour="red"), "screen.colour"),
    "hardware": (statement(2, sound__loudspeaker="HDMI"), "sound.loudspeaker"),
    "path": (statement(2, data_dir="/var/lib/hailong"), "data_dir"),
    "network": (statement(2, sync__proxy=""), "sync.proxy"),
    "type": (statement(2, sound__enabled="false"), "sound.enabled"),
    "range": (statement(2, sound__volume=101), "sound.volume"),
    "NaN": (statement(2, visit__thanks_s=float("nan")), "visit.thanks_s"),
    "infinity": (statement(2, visit__thanks_s=float("inf")), "visit.thanks_s"),
    "language": (statement(2, language="xx"), "language"),
    "together": (statement(2, visit__repeat_interval_s=2), "visit.repeat_interval_s"),
    "quiet hours": (statement(2, sound__quiet_from="21:00"), "sound.quiet_from"),
    "bidi": (replace(revised(2), unit="UBND \u202egnôhp"), "texts.unit"),
    "isolate": (replace(revised(2), labels=("\u2066Tốt", "", "", "", "")), "labels.level_1"),
    "line": (replace(revised(2), counter="Quầy\u20281"), "texts.counter"),
    "DEL": (replace(revised(2), question="Hài\x7flòng?"), "texts.question"),
    "control": (replace(revised(2), question="Hài\x85lòng?"), "texts.question"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_part_spoils_the_whole_and_the_old_one_stays(
    put_up: Terminal, central: Central, name: str
) -> None:
    bad, about = BAD[name]
    # What is right in it is not used either.
    bad = replace(bad, settings={"screen.theme": "contrast", **bad.settings})
    assert isinstance(put_up.put(central.config(bad)), wire.Refused)
    head = put_up.head()
    assert head.config_revision == 1
    assert head.refused is not None
    assert (head.refused.revision, about in head.refused.reason) == (2, True), head.refused
    assert 0 < len(head.refused.reason) <= 300
    assert VIETNAMESE.search(head.refused.reason)
    assert [body.get("revision") for body in put_up.configs()] == [None, 1]
    assert put_up.put(central.config(revised(3))) == wire.Done()
    assert put_up.head().refused is None


def test_what_cannot_be_a_statement_is_refused_and_reported(put_up: Terminal, central: Central) -> None:
    good = revised(2)
    notes = {
        "label": replace(good, labels=("x" * 10_000, *("",) * (LEVELS - 1))),
        "unit": replace(good, unit="x" * 301),
        "control": replace(good, unit="a\tb"),
        "nested": replace(good, settings={"screen.theme": [["a"]]}),  # type: ignore[list-item]
        "null": replace(good, settings={"screen.theme": None}),  # type: ignore[dict-item]
        "many": replace(good, settings={f"k{n}": 1 for n in range(101)}),
        "list": replace(good, settings={"languages": ["vi"] * 21}),
        "another device": replace(good, device="ABCDEFGH00"),
    }
    for n, bad in enumerate(notes.values(), 2):
        assert isinstance(put_up.put(central.config(replace(bad, revision=n))), wire.Refused)
        refused = put_up.head().refused
        assert refused is not None
        assert refused.revision == n
    assert put_up.head().config_revision == 1


def test_the_word_of_an_old_key_is_refused_and_reported(put_up: Terminal, central: Central) -> None:
    old = Central()
    assert isinstance(put_up.put(old.config(revised(7))), wire.Refused)
    refused = put_up.head().refused
    assert refused is not None
    assert refused.revision == 7
    assert put_up.put(central.config(revised(2))) == wire.Done(), "the key in use can still be heard"
    assert put_up.head().refused == refused, "and what the other one wanted is not forgotten"
    assert put_up.put(central.config(revised(7))) == wire.Done()
    assert put_up.head().refused is None


def test_what_is_replayed_or_older_is_no_news(put_up: Terminal, central: Central) -> None:
    first, second = central.config(revised(2)), central.config(revised(3))
    for note in (first, second, second):
        assert put_up.put(note) == wire.Done()
    assert isinstance(put_up.put(first), wire.Refused)
    assert isinstance(put_up.put(central.config(STATEMENT)), wire.Refused)
    assert isinstance(put_up.put(central.config(replace(revised(3), unit="Khác"))), wire.Refused)
    assert isinstance(put_up.put(unsigned(first)), wire.Refused)
    assert (put_up.head().config_revision, put_up.head().refused) == (3, None)


@pytest.mark.parametrize("size", [17_000, 70_000, 1_000_000])
def test_what_is_far_too_large_is_refused(put_up: Terminal, central: Central, size: int) -> None:
    assert isinstance(put_up.put(central.config(replace(revised(2), unit="x" * size))), wire.Refused)
    assert (put_up.head().config_revision, put_up.head().refused) == (1, None)


def test_an_enrolment_whose_configuration_does_not_fit_is_one_all_the_same(
    folder: Path, clock: FakeClock, central: Central
) -> None:
    made = Terminal(folder, clock)
    assert made.office.handle(central.enrolment(statement(1, sound__volume=500))) == wire.Done()
    head = made.head()
    assert (head.device is not None, head.config_revision) == (True, 0)
    assert head.refused is not None
    assert head.refused.revision == 1
    assert made.put(central.config(statement(2, sound__volume=50))) == wire.Done()
    made.keeper.close(clean=False)


def test_one_that_does_not_fit_any_more_is_reported_while_it_is_in_use(
    put_up: Terminal, central: Central, clock: FakeClock
) -> None:
    assert put_up.put(central.config(statement(2, visit__correction_window_s=4))) == wire.Done()
    put_up.keeper.close(clean=False)
    changed = Terminal(put_up.folder, clock, visit__repeat_interval_s=3.5, visit__correction_window_s=1.0)
    head = changed.head()
    assert (head.config_revision, head.refused is not None) == (2, True)
    assert head.refused is not None
    assert "visit.correction_window_s" in head.refused.reason
    changed.keeper.close(clean=False)
