"""A technician reads how it goes, with every time as honest as the clock."""

from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.config.phrase import printable
from sync.contact import Settings
from sync.errors import Fault, SyncError, Trouble
from sync.moment import Moment, Timekeeper
from sync.once import deliver
from sync.progress import Outcome, Progress, Why
from sync.status import lines, when
from sync.store import Store
from sync.words import _FAULTS, _TROUBLES, explained, with_detail
from tests.kiosk.fakes import MORNING_NS, FakeClock
from tests.kiosk.ledger.terminal import vote
from tests.sync import world
from tests.sync.reference import Problem, Reference
from tests.sync.world import clock_of, enrolled, settings, votes

ENGLISH = Texts("en")


def said(where: Settings) -> str:
    return "\n".join(phrase.render(ENGLISH) for phrase in lines(where.place, where.clock))


def kept(where: Settings, progress: Progress) -> None:
    with Store(where.place.database) as store:
        store.keep(progress)


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    return settings(tmp_path / "data")


def test_in_an_empty_folder_it_says_so_and_leaves_it_empty(where: Settings) -> None:
    assert "belongs to no central server" in said(where)
    assert "There is no ledger in this data folder" in said(where)
    assert not where.place.data_dir.exists()


def test_a_terminal_that_was_never_enrolled_says_what_is_waiting(where: Settings) -> None:
    votes(where, 3)
    assert "belongs to no central server" in said(where)
    assert "3 ratings are waiting (5 entries)" in said(where)
    assert not where.place.folder.exists()


def test_when_all_is_well_it_says_since_when_and_up_to_where(where: Settings, central: Reference) -> None:
    enrolled(where, central)
    votes(where, 2)
    done = deliver(where)
    clock_of(where).advance(90)
    text = said(where)
    assert f"Terminal 4T8J-Q2ZK-7M at {central.url}" in text
    assert "Online since at 08:00 22/11/2026 (1 min ago); last contact at 08:00 22/11/2026" in text
    assert "No rating is waiting" in text
    assert (
        f"receipt is for all entries up to {done.size}, given at 08:00 22/11/2026 by the server's clock"
        in text
    )
    assert "“hailong sync run” is not running" in text


def test_ratings_of_a_closed_ledger_wait_until_they_are_brought_over(
    where: Settings, central: Reference
) -> None:
    enrolled(where, central)
    with world.office(where) as own:
        own._keeper.append([vote()])
        own._keeper.condemn("a test")
    assert "1 closed ledgers are not yet brought over" in said(where)
    deliver(where)
    assert "brought over" not in said(where)


def test_a_failure_is_told_with_its_remedy_and_since_when(where: Settings, central: Reference) -> None:
    enrolled(where, central)
    votes(where, 2)
    central.interfere = _busy
    for _ in range(3):
        with pytest.raises(SyncError):
            deliver(where)
        clock_of(where).advance(120)
    text = said(where)
    assert "Not online since at 08:00 22/11/2026 (6 min ago), 3 tries, the last one at 08:04" in text
    assert "cannot take anything just now" in text
    assert "503.1" in text
    assert "2 ratings are waiting" in text
    assert "There is no receipt yet." in text


def _busy(_: str, path: str) -> None:
    if "time" not in path and "enrol" not in path:
        raise Problem("503.1")


def test_the_oldest_vote_has_an_age_in_its_own_boot_and_honest_words_in_another(where: Settings) -> None:
    with world.office(where) as own:
        own._keeper.append([vote()])
        clock_of(where).advance(7300)
        assert "the oldest 2 h 1 min ago (the clock is not set)" in said(where)
        clock_of(where).synced = True
        assert "the oldest at 08:00 22/11/2026 (2 h 1 min ago)" in said(where)
    clock_of(where).reboot("another")
    assert "the oldest at a time that is not certain" in said(where)
    clock_of(where).synced = True
    votes(where, 1)
    assert "the oldest at a time that is not certain" in said(where)  # the first one still


def test_a_vote_of_another_boot_with_a_clock_that_was_right_has_its_time(where: Settings) -> None:
    clock_of(where).synced = True
    votes(where, 1)
    clock_of(where).reboot("another")
    clock_of(where).synced = False
    assert "the oldest at 08:00 22/11/2026." in said(where)


NOW = Moment("first-boot", 5_000_000_000)


@pytest.mark.parametrize(
    ("moment", "synced", "expected"),
    [
        (NOW, False, "0 s ago (the clock is not set)"),
        (Moment("first-boot", 5_000_000_000 - 3_000_000_000), False, "3 s ago (the clock is not set)"),
        (Moment("first-boot", -(86_400 * 3) * 10**9), True, "at 07:59 19/11/2026 (3 days ago)"),
        (NOW, True, "at 08:00 22/11/2026 (0 s ago)"),
        (Moment("first-boot", 9_000_000_000), False, "0 s ago (the clock is not set)"),
        (Moment("other", 5, MORNING_NS // 1_000_000), False, "at 08:00 22/11/2026"),
        (Moment("other", 5), True, "at a time that is not certain"),
    ],
)
def test_a_moment_is_told_as_far_as_it_is_known(moment: Moment, synced: bool, expected: str) -> None:
    times = Timekeeper(FakeClock(synced=synced), None)
    assert when(moment, times).render(ENGLISH) == expected


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (Why.HEARTBEAT, "Next contact in 4 min, or 2 seconds after a rating."),
        (Why.PENDING, "whether an administrator has accepted the terminal"),
        (Why.BACKOFF, "Next try in 4 min"),
        (Why.KIOSK, "The kiosk is not running; it is looked for every 5 s."),
    ],
)
def test_while_it_runs_it_says_when_the_next_try_is_and_why(
    where: Settings, central: Reference, why: Why, expected: str
) -> None:
    enrolled(where, central)
    votes(where, 1)
    with where.place.serving():
        kept(where, Progress(next_at=Moment("first-boot", 5_000_000_000 + 290 * 10**9), why=why))
        assert expected in said(where)


def test_a_receipt_without_a_date_and_one_that_cannot_be_read_are_told_all_the_same(
    where: Settings, central: Reference
) -> None:
    enrolled(where, central)
    votes(where, 1)
    assert deliver(where).waiting.votes == 0  # central has said what time it is, and now it goes mad
    votes(where, 1)
    central.now_ms = lambda: 10**19
    assert deliver(where).waiting.votes == 0
    assert "given at 07:00 31/12/9999" in said(where)
    with Store(where.place.database) as store, store._transaction() as connection:
        connection.execute("UPDATE receipt SET note = 'x' || note")
    assert "There is no receipt yet" in said(where)


def test_a_next_try_of_another_boot_is_none(where: Settings, central: Reference) -> None:
    enrolled(where, central)
    with where.place.serving():
        kept(where, Progress(next_at=Moment("other", 5), why=Why.HEARTBEAT))
        assert "is looked for" in said(where)


def test_a_file_that_cannot_be_read_is_told(where: Settings) -> None:
    votes(where, 1)
    where.place.folder.mkdir()
    where.place.database.write_bytes(b"x" * 5000)
    assert "The delivery cannot write its own file" in said(where)
    assert where.place.database.read_bytes() == b"x" * 5000


def test_every_trouble_fault_and_kind_has_words_of_its_own() -> None:
    assert set(_TROUBLES) == set(Trouble)
    assert set(_FAULTS) == set(Fault)
    kinds = [
        "unreachable",
        "refused",
        "local",
        "not_enrolled",
        "kiosk",
        "kiosk_refused",
        "wrong_central",
        "other_address",
        "",
    ]
    spoken = [explained(Outcome(kind, "name" if kind == "unreachable" else "key")).msgid for kind in kinds]
    spoken.append(explained(Outcome("already_enrolled")).msgid)
    assert len(set(spoken)) == len(spoken)
    for kind, code in (("unreachable", "new"), ("local", "new"), ("new", "")):
        assert explained(Outcome(kind, code)).msgid == "It did not work."


def test_what_a_server_says_cannot_confuse_a_terminal() -> None:
    phrase = with_detail(Outcome("refused", "400.9", "\x1b[2J evil"))
    assert "\x1b" not in printable(phrase.render(ENGLISH))
