"""A terminal replaces its key: whatever happens in between, central knows whoever signs, and every vote arrives."""

from dataclasses import replace

import pytest

from kiosk.messages import wire
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import key_rotation_of
from sync import rotate as rotation
from sync.contact import Settings
from sync.errors import NotEnrolled, Unreachable
from sync.once import deliver
from sync.rotating import statement
from tests.sync.reference import DEVICE, Problem, Reference
from tests.sync.world import entries, office, settings, votes


def said(where: Settings) -> list[str]:
    return [entry.payload.decode() for entry in entries(where) if entry.kind == "key_rotation"]


def held(central: Reference) -> int:
    return sum(entry.kind == "rating" for ledger in central.ledgers.values() for entry in ledger)


def test_a_new_key_is_used_once_central_has_signed_for_the_entry_that_says_so(
    terminal: Settings, central: Reference
) -> None:
    before = terminal.place.key().public
    done = rotation.rotate(terminal)
    now = terminal.place.key().public
    assert (done.before, done.now, done.done) == (before.key_id, now.key_id, True)
    assert now != before
    assert central.device_key == now
    assert terminal.place.next_key() is None
    votes(terminal, 2)
    deliver(terminal)
    assert held(central) == 5
    assert len(said(terminal)) == 1
    assert central.tags
    assert all(good for _seq, good in central.tags)


def test_without_central_the_rotation_waits_and_then_goes_on_by_itself(
    terminal: Settings, central: Reference
) -> None:
    before = terminal.place.key().public

    def away(_method: str, _path: str) -> None:
        raise OSError

    central.interfere, usual = away, central.interfere
    with pytest.raises(Unreachable):
        rotation.rotate(terminal)
    assert terminal.place.key().public == before
    assert terminal.place.next_key() is not None
    central.interfere = usual
    deliver(terminal)
    assert terminal.place.key().public == central.device_key != before
    assert held(central) == 3


def test_a_rotation_that_is_begun_again_is_the_same_one(terminal: Settings, central: Reference) -> None:
    wanted = terminal.place.next_key(make=True)
    assert wanted is not None
    again = terminal.place.next_key(make=True)
    assert again is not None
    assert again.public == wanted.public
    rotation.rotate(terminal)
    assert central.device_key == wanted.public


@pytest.mark.parametrize("lost", ["/entries", "/heartbeat"])
def test_an_answer_that_is_lost_leaves_the_terminal_a_key_that_central_takes(
    terminal: Settings, central: Reference, lost: str
) -> None:
    answered: list[str] = []

    def once(_method: str, path: str) -> None:
        if path.endswith(lost) and not answered:
            answered.append(path)
            raise Problem("503.1")

    central.interfere = once
    with pytest.raises(Unreachable):
        rotation.rotate(terminal)
    deliver(terminal)
    deliver(terminal)
    assert answered
    assert terminal.place.key().public == central.device_key
    assert held(central) == 3


def test_central_asks_for_another_key_and_gets_it_in_the_same_contact(
    terminal: Settings, central: Reference
) -> None:
    before = terminal.place.key().public
    central.rotate = before.key_id
    deliver(terminal)
    assert terminal.place.key().public == central.device_key != before
    now = terminal.place.key().public
    deliver(terminal)
    assert terminal.place.key().public == now


def test_another_key_than_the_one_that_is_meant_stays(terminal: Settings, central: Reference) -> None:
    before = terminal.place.key().public
    central.rotate = "0123456789abcdef"
    deliver(terminal)
    assert terminal.place.key().public == before
    assert said(terminal) == []


def test_a_central_server_that_was_put_back_to_before_the_rotation_is_healed_with_the_key_before(
    terminal: Settings, central: Reference
) -> None:
    deliver(terminal)
    kept, key = {ledger: list(held) for ledger, held in central.ledgers.items()}, central.device_key
    rotation.rotate(terminal)
    votes(terminal, 2)
    deliver(terminal)
    new = central.device_key
    central.ledgers, central.device_key, central.receipts, central.next_key = kept, key, {}, None
    deliver(terminal)
    assert held(central) == 5
    votes(terminal, 1)
    deliver(terminal)
    assert held(central) == 6
    assert central.device_key == new == terminal.place.key().public


def test_the_kiosk_takes_a_rotation_of_this_terminal_alone_and_each_once(
    terminal: Settings,
) -> None:
    old, new = terminal.place.key(), terminal.place.next_key(make=True)
    other = settings(terminal.place.data_dir.with_name("another")).place.key_or_new()
    assert new is not None
    good = statement(DEVICE, old, new)
    with office(terminal) as own:

        def put(note: str, key: str = old.public.raw.hex()) -> type[object]:
            return type(own.handle(wire.PutKeyRotation(note, key)))

        assert put(good.render(), other.public.raw.hex()) is wire.Refused
        assert put(good.render(), "00") is wire.Refused
        assert put(statement("0123456789", old, new).render()) is wire.Refused
        assert put(old.sign(good.text).render()) is wire.Refused
        assert put(new.sign(good.text).render()) is wire.Refused
        assert put("nothing\n") is wire.Refused
        assert put(good.render()) is wire.Done
        assert put(good.render()) is wire.Done
    (entry,) = said(terminal)
    assert key_rotation_of(good, old.public).new == new.public
    assert parse_note(good.render()).text in entry.encode().decode("unicode_escape")


def test_a_terminal_that_nobody_has_enrolled_has_no_key_to_replace(
    terminal: Settings,
) -> None:
    alone = replace(terminal, place=settings(terminal.place.data_dir.with_name("alone")).place)
    with pytest.raises(NotEnrolled):
        rotation.rotate(alone)
    assert alone.place.next_key() is None
