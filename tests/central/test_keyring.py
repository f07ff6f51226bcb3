"""This server's key is replaced while it serves: both sign, terminals hear of the new one, the old one ends."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from central import configs, identity, keyring, server
from central.counting.trust import trust_of
from central.models import AuditLog, Device, Entry, Identity, ServerKey
from central.receiving import NotReceived, receive
from kiosk.messages.notes import PublicKey, parse_note
from kiosk.messages.statements import central_key_rotation_of
from sync.exporting import export
from tests.central.delivered import delivering
from tests.central.pulling import asked
from tests.central.terminal import Terminal, enrolled

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: object) -> Iterator[None]:  # noqa: ARG001
    """A server with keys of its own; the database forgets them afterwards."""
    from central.place import Place

    before = server.this()
    monkeypatch.setattr(settings, "HAILONG", replace(before, place=Place(tmp_path / "central")))
    row = Identity.objects.get()
    raw, check = bytes(row.public_key), bytes(row.secret_check)
    Identity.objects.all().delete()
    ServerKey.objects.all().delete()
    identity.settle()
    yield
    Identity.objects.update(public_key=raw, secret_check=check)


def key_id() -> str:
    return server.this().key.public.key_id


def test_both_keys_sign_until_the_old_one_is_retired() -> None:
    terminal = delivering()
    old = server.this().key.public
    terminal.chain.boot()
    assert parse_note(terminal.send()).cosigned_at(old) is not None
    made = keyring.rotate("someone")
    new = server.this().key.public
    assert made == new.key_id != old.key_id
    terminal.chain.rate()
    receipt = parse_note(terminal.send())
    assert receipt.cosigned_at(old) is not None
    assert receipt.cosigned_at(new) is not None
    assert [(found.key_id, found.state) for found in keyring.listed()] == [
        (new.key_id, "present"),
        (old.key_id, "former"),
    ]
    with pytest.raises(keyring.NotNow, match="have not heard"):
        keyring.retire("someone")
    keyring.retire("someone", force=True)
    terminal.chain.rate()
    receipt = parse_note(terminal.send())
    assert receipt.cosigned_at(old) is None
    assert receipt.cosigned_at(new) is not None
    assert keyring.listed()[1].state == "retired"
    assert AuditLog.objects.filter(action="key", object_type="server").count() == 2


def test_who_has_pinned_the_old_key_is_handed_over_and_who_has_the_new_one_is_not() -> None:
    terminal = Terminal()
    said = enrolled(terminal)
    old = server.this().key.public
    device = Device.objects.get()
    assert device.central_key == old.key_id
    assert json.loads(terminal.heartbeat(central=old.key_id).content)["central_key"] is None
    keyring.rotate("someone")
    new = server.this().key.public
    answer = json.loads(terminal.heartbeat(central=old.key_id).content)
    note = parse_note(answer["central_key"])
    assert note.is_signed_by(old)
    assert central_key_rotation_of(note).new == new
    assert parse_note(answer["config"]).is_signed_by(old)
    assert parse_note(answer["config"]).is_signed_by(new)
    assert parse_note(answer["config"]).text == parse_note(said["config"]).text
    with pytest.raises(keyring.NotNow):
        keyring.retire("someone")
    assert json.loads(terminal.heartbeat(central=new.key_id).content)["central_key"] is None
    assert keyring.retire("someone") == old.key_id
    config = configs.current(Device.objects.get())
    assert config is not None
    assert not parse_note(configs.rendered(config)).is_signed_by(old)


def test_what_a_retired_key_signed_still_counts() -> None:
    terminal = delivering()
    old = server.this().key.public
    keyring.rotate("someone")
    keyring.retire("someone", force=True)
    trust = trust_of(terminal.device.pk, terminal.device.created_at)
    assert set(trust.central) == {old, server.this().key.public}


def test_one_rotation_at_a_time_and_nothing_to_retire_without_one() -> None:
    with pytest.raises(keyring.NotNow, match="no key"):
        keyring.retire("someone")
    keyring.rotate("someone")
    with pytest.raises(keyring.NotNow, match="still signs along"):
        keyring.rotate("someone")


@pytest.mark.parametrize("step", ["next", "former", "renamed"])
def test_a_rotation_that_is_interrupted_leaves_a_server_that_signs_and_goes_on(step: str) -> None:
    from sync.keys import link_over, load_or_make

    place, old = server.this().place, server.this().key.public
    load_or_make(place.next_key_file, "central")
    if step != "next":
        link_over(place.key_file, place.former_key_file)
    if step == "renamed":
        place.next_key_file.rename(place.key_file)
    identity.settle()
    assert old in {key.public for key in server.this().keys.all}
    assert bytes(Identity.objects.get().public_key) == server.this().key.public.raw
    if step == "renamed":
        assert key_id() != old.key_id
        assert ServerKey.objects.count() >= 2
    else:
        assert key_id() == old.key_id
        keyring.rotate("someone")
        assert key_id() != old.key_id
        assert server.this().keys.former is not None


def test_a_database_from_before_the_old_key_was_retired_is_still_this_server_s() -> None:
    old = server.this().key.public
    keyring.rotate("someone")
    keyring.retire("someone", force=True)
    Identity.objects.update(public_key=old.raw)
    ServerKey.objects.all().delete()
    identity.settle()
    assert bytes(Identity.objects.get().public_key) == server.this().key.public.raw
    assert {bytes(row.public_key) for row in ServerKey.objects.exclude(retired_at=None)} == {old.raw}
    Identity.objects.update(public_key=PublicKey("central", bytes(32)).raw)
    with pytest.raises(identity.ForeignDatabase):
        identity.settle()


def test_what_was_sealed_to_the_key_before_opens_until_that_is_retired(tmp_path: Path) -> None:
    where, _ = asked.terminal(tmp_path / "terminal")
    path = export(where, tmp_path).path
    assert path is not None
    keyring.rotate("someone")
    assert receive(path).new == Entry.objects.count() > 0
    keyring.retire("someone", force=True)
    with pytest.raises(NotReceived, match="retired"):
        receive(path)
