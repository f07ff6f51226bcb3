"""What comes out: votes, statements of completeness, alarms for silence."""

import csv
import json
from datetime import timedelta

import pytest

from central import clock, server, silence
from central import votes as found
from central.completeness import device as completeness
from central.completeness.note import signed
from central.models import Alarm, AlarmKind, Device, Entry
from kiosk.messages.notes import PublicKey, parse_note
from tests.central.chains import NOON_MS, Chain
from tests.central.delivered import Delivered

PAST_MS = NOON_MS - 30 * 86_400_000


def begun(delivered: Delivered) -> Chain:
    chain = delivered.chain
    chain.rate(1)
    chain.configure(1, delivered.device.counter.unit_id, delivered.device.counter_id)
    chain.anchor(PAST_MS)
    chain.rate(4)
    chain.rate(6)
    voided = chain.rate(2)
    chain.void(voided.seq)
    chain.add("refused", {"counts": {"2": 3}})
    chain.reboot()
    chain.rate(5)
    return chain


def test_counted_ratings_come_out_with_place_and_time(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send()
    lines = [json.loads(line) for line in found.as_jsonl(found.votes())]
    assert [list(line) for line in lines] == [list(found.COLUMNS)] * 2
    assert lines[0] == {
        "device": terminal.device.pk,
        "ledger_id": chain.ledger_id.hex(),
        "seq": 4,
        "level": 4,
        "unit": "UBND phường Sông Công",
        "counter": "Quầy 1",
        "time_low": "2026-10-26T05:00:00.949Z",
        "time_high": "2026-10-26T05:00:01.051Z",
        "flags": 0,
    }
    assert (lines[1]["seq"], lines[1]["level"], lines[1]["flags"]) == (9, 5, 4)
    assert list(found.votes("0000000000")) == []


def test_a_table_is_harmless_in_a_spreadsheet(terminal: Delivered) -> None:
    begun(terminal)
    terminal.device.counter.name = '=HYPERLINK("x")'
    terminal.device.counter.save()
    terminal.send()
    lines = list(found.as_csv(found.votes()))
    assert lines[0].startswith("\ufeffdevice,")
    rows = list(csv.DictReader([lines[0].removeprefix("\ufeff"), *lines[1:]]))
    assert [row["counter"] for row in rows] == ['\'=HYPERLINK("x")'] * 2
    assert rows[1]["level"] == "5"


def test_the_statement_of_completeness_can_be_verified_with_the_public_key_alone(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 8))
    public = PublicKey("central", server.this().key.public.raw)
    rendered = signed(completeness.statement(terminal.device.pk))
    note = parse_note(rendered)
    assert note.is_signed_by(public)
    head, line = note.text.splitlines()
    assert head == "hailong/complete/1"
    said = json.loads(line)
    assert said["device"] == terminal.device.pk
    names = ("recorded", "held", "missing", "ratings", "counted", "uncertain", "uncountable", "refused")
    assert [said[name] for name in names] == [8, 8, 0, 4, 1, 0, 1, 3]
    assert said["ledgers"][0]["head"] == chain.entries[7].hash.hex()
    altered = parse_note(rendered.replace('"counted":1', '"counted":9'))
    assert not altered.is_signed_by(public)


def test_what_the_terminal_signed_and_central_lacks_is_missing(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 4))
    with pytest.raises(Exception, match="go back"):
        terminal.send(chain.batch(8))
    said = completeness.statement(terminal.device.pk)
    assert (said.recorded, said.held, said.missing) == (9, 4, 5)


def test_what_another_ledger_brought_is_told_of(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 5))
    new = terminal.successor()
    new.boot()
    new.carry(chain)
    terminal.send(chain=new)
    said = completeness.statement(terminal.device.pk)
    old = next(one for one in said.ledgers if one.ledger == chain.ledger_id.hex())
    assert (old.held, old.brought, old.ratings, old.counted) == (5, 4, 5, 1)
    assert [one.admitted for one in said.ledgers].count(False) == 1


def test_there_is_no_statement_of_nobody() -> None:
    with pytest.raises(LookupError):
        completeness.statement("0000000000")


def alarms(kind: AlarmKind) -> int:
    return Alarm.objects.filter(kind=kind, closed_at=None).count()


def test_a_terminal_that_is_not_heard_is_told_of_until_it_is(terminal: Delivered) -> None:
    terminal.chain.boot()
    terminal.send()
    assert silence.look() == 0
    Device.objects.update(last_seen_at=clock.now() - timedelta(hours=73))
    assert silence.look() == silence.look() == 1
    assert alarms(AlarmKind.SILENCE) == 1
    terminal.chain.boot()
    terminal.send()
    assert silence.look() == 0
    assert alarms(AlarmKind.SILENCE) == 0
    Device.objects.update(status="revoked", revoked_at=clock.now(), last_seen_at=None)
    assert silence.look() == 0


def test_a_tag_that_does_not_come_is_told_of(
    terminal: Delivered,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal.chain.enrol(terminal.first_key)
    terminal.chain.boot()
    terminal.send(terminal.chain.batch(tag=False))
    silence.look()
    assert alarms(AlarmKind.TAG) == 0
    assert Entry.objects.exists()
    later = clock.now() + timedelta(hours=73)
    monkeypatch.setattr(clock, "now", lambda: later)
    silence.look()
    assert alarms(AlarmKind.TAG) == 1
