"""A new key is known from the entry on that both keys signed; the old one is good until the new one is seen."""

import json
from datetime import timedelta

import pytest
from django.db.models import F

from central import registry
from central.ingest.rotation import ON_ITS_WAY
from central.models import Alarm, AlarmKind, AuditLog, DeviceKey, HourlyCount
from kiosk.messages.notes import Note
from sync import keys
from sync.keys import SigningKey
from sync.protocol import ProtocolError
from sync.rotating import statement
from tests.central.delivered import Delivered, delivering
from tests.central.terminal import Terminal, enrolled, problem

pytestmark = pytest.mark.usefixtures("database")


def rotated(to: Delivered, note: Note | None = None) -> SigningKey:
    """The terminal says that it has another key; it goes on with the old one."""
    new = keys.generate("device")
    said = statement(to.device.pk, to.chain.key, new) if note is None else note
    to.chain.add("key_rotation", {"signed": said.render()})
    return new


def good(to: Delivered) -> set[str]:
    return set(DeviceKey.objects.filter(device=to.device, revoked_at=None).values_list("key_id", flat=True))


def later() -> None:
    """What was on its way has come."""
    DeviceKey.objects.exclude(revoked_at=None).update(revoked_at=F("revoked_at") - ON_ITS_WAY)


def test_both_keys_are_good_until_the_new_one_has_signed_a_batch() -> None:
    terminal = delivering()
    old = terminal.chain.key
    terminal.chain.boot()
    new = rotated(terminal)
    terminal.send()
    assert good(terminal) == {old.public.key_id, new.public.key_id}
    terminal.chain.rate()
    terminal.send()
    assert good(terminal) == {old.public.key_id, new.public.key_id}
    terminal.chain.key = new
    terminal.chain.rate()
    terminal.send()
    assert good(terminal) == {new.public.key_id}
    assert AuditLog.objects.get(action="key").after == {"key_id": new.public.key_id}


def test_a_key_that_was_replaced_is_refused_and_using_it_is_an_alarm_unless_it_was_on_its_way() -> None:
    terminal = delivering()
    old = terminal.chain.key
    new = rotated(terminal)
    terminal.send()
    copied = terminal.chain.copied()
    copied.rate()
    terminal.chain.key = new
    terminal.chain.rate()
    terminal.send()
    with pytest.raises(ProtocolError, match="no longer") as refused:
        terminal.send(chain=copied)
    assert refused.value.code == "401.1"
    assert not Alarm.objects.exists()
    later()
    for _ in range(2):
        with pytest.raises(ProtocolError, match="no longer"):
            terminal.send(chain=copied)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.device, alarm.detail) == (
        AlarmKind.KEY,
        terminal.device,
        {"key_id": old.public.key_id},
    )


def test_the_same_rotation_once_more_in_a_ledger_that_took_the_place_changes_nothing() -> None:
    terminal = delivering()
    new = rotated(terminal)
    terminal.send()
    again = terminal.successor()
    again.boot()
    again.add("key_rotation", {"signed": statement(terminal.device.pk, terminal.chain.key, new).render()})
    terminal.send(chain=again)
    assert len(good(terminal)) == 2
    assert AuditLog.objects.filter(action="key").count() == 1


def test_what_is_not_signed_by_a_key_of_this_terminal_and_by_the_new_one_replaces_nothing() -> None:
    terminal, stranger = delivering(), delivering()
    old, new, device = terminal.chain.key, keys.generate("device"), terminal.device.pk
    right = statement(device, old, new)
    wrong = [
        old.sign(right.text),
        new.sign(right.text),
        statement(device, stranger.chain.key, new),
        statement(stranger.device.pk, old, new),
        statement(device, keys.generate("device"), new),
        Note(right.text),
        statement(device, old, stranger.chain.key),
    ]
    for note in wrong:
        rotated(terminal, note)
    terminal.chain.add("key_rotation", {"signed": None})
    terminal.chain.add("key_rotation", b"\xff")
    terminal.send()
    assert good(terminal) == {old.public.key_id}
    assert good(stranger) == {stranger.chain.key.public.key_id}


def test_two_rotations_before_anything_was_delivered_end_with_the_last_key() -> None:
    terminal = delivering()
    first = terminal.chain.key
    second = rotated(terminal)
    terminal.chain.key = second
    third = rotated(terminal)
    terminal.chain.key = first
    terminal.send()
    terminal.chain.key = third
    terminal.chain.rate()
    terminal.send()
    assert third.public.key_id in good(terminal)
    assert second.public.key_id not in good(terminal)


def test_votes_before_and_after_a_rotation_count() -> None:
    terminal = delivering()
    counter = terminal.device.counter
    terminal.chain.configure(1, counter.unit_id, counter.pk)
    terminal.chain.rate()
    new = rotated(terminal)
    terminal.send()
    terminal.chain.key = new
    terminal.chain.rate()
    terminal.send()
    assert sum(HourlyCount.objects.values_list("n", flat=True)) == 2


def test_a_heartbeat_by_the_new_key_ends_the_old_one_too() -> None:
    terminal = Terminal()
    device = enrolled(terminal)["device"]
    old, new = terminal.key, keys.generate("device")
    known = DeviceKey.objects.get()
    DeviceKey.objects.create(
        device_id=device,
        key_id=new.public.key_id,
        public_key=new.public.raw,
        valid_from=known.valid_from,
        replaces=known,
    )
    assert terminal.heartbeat().status_code == 200
    terminal.key = new
    assert terminal.heartbeat().status_code == 200
    terminal.key = old
    assert problem(terminal.heartbeat()) == "401.1"
    assert not Alarm.objects.exists()
    DeviceKey.objects.exclude(revoked_at=None).update(revoked_at=F("revoked_at") - timedelta(minutes=2))
    assert problem(terminal.heartbeat()) == "401.1"
    assert Alarm.objects.get().kind == AlarmKind.KEY


def test_a_terminal_that_enrols_again_while_its_rotation_is_under_way_keeps_both_keys() -> None:
    from central import codes
    from central.models import Device

    terminal = Terminal()
    device = Device.objects.get(pk=enrolled(terminal)["device"])
    new, known = keys.generate("device"), DeviceKey.objects.get()
    DeviceKey.objects.create(
        device=device,
        key_id=new.public.key_id,
        public_key=new.public.raw,
        valid_from=known.valid_from,
        replaces=known,
    )
    assert terminal.enrol(codes.make(device, accept=True).text).status_code == 200
    terminal.key = new
    assert terminal.heartbeat().status_code == 200


def test_who_is_asked_for_another_key_hears_so_for_the_key_that_is_meant() -> None:
    terminal = Terminal()
    device = enrolled(terminal)["device"]
    assert json.loads(terminal.heartbeat().content)["rotate"] is None
    registry.rotate(device, registry.Actor())
    key_id = terminal.key.public.key_id
    assert json.loads(terminal.heartbeat().content)["rotate"] == key_id
    DeviceKey.objects.update(key_id="0" * 16)
    assert AuditLog.objects.get(action="rotate").after == {"rotate_key": key_id}


def test_who_is_not_accepted_is_not_asked_for_another_key() -> None:
    terminal = Terminal()
    device = enrolled(terminal, accept=False)["device"]
    with pytest.raises(registry.NotPossible):
        registry.rotate(device, registry.Actor())
