"""Central's key is replaced: a terminal believes the new one because the one that it has pinned says so."""

import pytest

from kiosk.ledger.membership import Membership
from kiosk.messages import wire
from kiosk.messages.notes import Note, PublicKey
from kiosk.messages.statements import CentralKeyRotation
from sync import keys
from sync.contact import Settings
from sync.enrolling import enrol
from sync.errors import Unreachable, WrongCentral
from sync.keys import SigningKey
from sync.once import deliver
from sync.store import Store
from sync.tickets import ticket
from tests.sync.reference import CODE, Reference
from tests.sync.test_rotating import held
from tests.sync.world import entries, office, votes


def both(old: SigningKey, new: SigningKey, text: str) -> Note:
    return old.sign(text).with_signature(new.sign(text).signatures[0])


def rotated(central: Reference) -> None:
    central.former, central.key = central.key, keys.generate("central")


def pinned(where: Settings) -> PublicKey:
    with Store(where.place.database) as store:
        identity = store.identity()
    assert identity is not None
    return identity.central


def test_a_terminal_goes_over_to_the_new_key_and_delivers_when_the_old_one_is_retired(
    terminal: Settings, central: Reference
) -> None:
    old = central.key.public
    deliver(terminal)
    rotated(central)
    deliver(terminal)
    deliver(terminal)
    assert pinned(terminal) == central.key.public != old
    central.former = None
    votes(terminal, 2)
    deliver(terminal)
    assert held(central) == 5
    assert all(good for _seq, good in central.tags)
    kinds = [entry.kind for entry in entries(terminal)]
    assert (kinds.count("key_rotation"), kinds.count("enrolled")) == (1, 2)


def test_what_was_delivered_before_is_not_sent_again(terminal: Settings, central: Reference) -> None:
    deliver(terminal)
    rotated(central)
    deliver(terminal)
    with Store(terminal.place.database) as store:
        (ledger_id,) = central.ledgers
        assert store.cursor(ledger_id).seq == len(central.ledgers[ledger_id])
        store.pin(central.key.public)
        assert store.cursor(ledger_id).seq == len(central.ledgers[ledger_id])


def test_where_only_a_retired_key_signs_nothing_is_believed(terminal: Settings, central: Reference) -> None:
    deliver(terminal)
    old = central.key
    rotated(central)
    deliver(terminal)
    deliver(terminal)
    central.key, central.former = old, None
    votes(terminal, 1)
    with pytest.raises(Unreachable):
        deliver(terminal)


def test_the_kiosk_believes_the_pinned_key_alone(terminal: Settings, central: Reference) -> None:
    old, new, stranger = central.key, keys.generate("central"), keys.generate("central")
    text = CentralKeyRotation(old.public.key_id, new.public).text()
    by_stranger = CentralKeyRotation(stranger.public.key_id, new.public).text()
    with office(terminal) as own:

        def put(note: Note) -> type[object]:
            return type(own.handle(wire.PutCentralKey(note.render())))

        for wrong in (
            old.sign(text),
            new.sign(text),
            both(stranger, new, text),
            both(stranger, new, by_stranger),
            both(old, stranger, text),
            both(old, new, by_stranger),
        ):
            assert put(wrong) is wire.Refused
        assert put(both(old, new, text)) is wire.Done
        assert put(both(old, new, text)) is wire.Done
        head = own.handle(wire.GetHead())
        assert isinstance(head, wire.Head)
        assert head.central == new.public.raw.hex()
        assert (
            put(both(old, stranger, CentralKeyRotation(old.public.key_id, stranger.public).text()))
            is wire.Refused
        )
        config = CentralKeyRotation(old.public.key_id, new.public).text()
        assert type(own.handle(wire.PutConfig(old.sign(config).render()))) is wire.Refused
    assert sum(entry.kind == "key_rotation" for entry in entries(terminal)) == 1


def test_the_new_key_is_pinned_after_a_restart_and_where_enrolment_json_or_sync_db_was_lost(
    terminal: Settings, central: Reference
) -> None:
    rotated(central)
    deliver(terminal)
    for lost in (terminal.place.ledger.with_name("enrolment.json"), terminal.place.database):
        lost.unlink()
        with office(terminal) as own:
            head = own.handle(wire.GetHead())
        assert isinstance(head, wire.Head)
        assert head.central == central.key.public.raw.hex()
    central.former = None
    deliver(terminal)
    assert pinned(terminal) == central.key.public
    membership = Membership(terminal.place.ledger.parent)
    membership.load()
    assert membership.enrolment is not None
    assert membership.enrolment.central == central.key.public


def test_a_terminal_that_goes_on_after_a_repair_is_handed_over_by_the_enrolment_itself(
    terminal: Settings, central: Reference
) -> None:
    old = central.key
    rotated(central)

    def again() -> None:
        enrol(terminal, ticket(central.url, CODE), terminal.place.key(), same_ledger=True)

    former, central.former = central.former, keys.generate("central")
    with pytest.raises(WrongCentral):
        again()
    central.former = former
    again()
    assert pinned(terminal) == central.key.public != old.public
    central.former = None
    deliver(terminal)
    assert held(central) == 3
