"""One code lets in one terminal, once."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.http import HttpResponse

from central import clock, codes, registry, server
from central.api.enrol import _address
from central.enrolment import Applicant, enrol
from central.models import (
    Alarm,
    AlarmKind,
    AuditLog,
    Device,
    DeviceKey,
    DeviceStatus,
    EnrolmentCode,
    EvolvingKey,
    Ledger,
)
from kiosk.ledger.evolve import check_of
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import Checkpoint, config_of
from sync import keys
from sync.protocol import PublicKey, verified_receipt
from tests.central import makers
from tests.central.terminal import LEDGER, Terminal, enrolled, problem
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")


def reserved() -> Device:
    return makers.device(status=DeviceStatus.RESERVED)


def test_a_terminal_is_accepted_with_its_configuration_and_a_receipt() -> None:
    terminal = Terminal()
    said = enrolled(terminal)
    device = Device.objects.get(pk=said["device"])
    assert (said["status"], device.status, said["url"]) == ("accepted", "accepted", server.this().public_url)
    central = PublicKey("central", bytes.fromhex(said["central"]["public_key"]))
    assert central.name == said["central"]["name"]
    verified_receipt(said["receipt"], Checkpoint(LEDGER, 0, bytes(32)), [central])
    note = parse_note(said["config"])
    assert note.is_signed_by(central)
    config = config_of(note)
    assert (config.device, config.revision, config.counter) == (device.pk, 1, "Quầy 1")
    assert config.unit == "UBND phường Sông Công"
    assert config.counter_id == str(device.counter_id)
    assert EvolvingKey.objects.get(device=device).evolve_check == check_of(bytes.fromhex(said["first_key"]))
    assert Ledger.objects.get(device=device).admitted
    assert AuditLog.objects.filter(action="enrol", object_id=device.pk).count() == 1


def test_without_accept_it_is_pending_and_has_no_configuration() -> None:
    said = enrolled(Terminal(), accept=False)
    assert (said["status"], said["config"]) == ("pending", None)


def test_an_answer_that_was_lost_is_given_again_to_the_same_key_only() -> None:
    terminal, code = Terminal(), codes.make(reserved(), accept=True).text
    first, second = terminal.enrol(code), terminal.enrol(code)
    assert second.status_code == 200
    assert {**json.loads(first.content), "receipt": 0} == {**json.loads(second.content), "receipt": 0}
    assert problem(Terminal().enrol(code)) == "403.3"
    assert (DeviceKey.objects.count(), EvolvingKey.objects.count()) == (1, 1)


def test_a_code_is_understood_as_people_type_it() -> None:
    assert Terminal().enrol(codes.make(reserved(), accept=True).text.lower()).status_code == 200


def wrong(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def test_five_wrong_proofs_burn_a_code() -> None:
    code = codes.make(reserved(), accept=True).text
    for _ in range(5):
        assert problem(Terminal().enrol(wrong(code))) == "403.3"
    assert problem(Terminal().enrol(code)) == "403.3"
    assert EnrolmentCode.objects.get().burnt_at is not None


def test_four_wrong_proofs_do_not() -> None:
    code = codes.make(reserved(), accept=True).text
    for _ in range(4):
        assert problem(Terminal().enrol(wrong(code))) == "403.3"
    assert Terminal().enrol(code).status_code == 200


def test_a_code_is_good_for_a_day_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    code = codes.make(reserved(), accept=True).text
    with pytest.raises(ValueError, match="24 hours"):
        codes.make(reserved(), accept=True, good_for=timedelta(hours=25))
    later = clock.now() + timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert problem(Terminal().enrol(code)) == "403.3"


def test_a_new_code_burns_the_one_before() -> None:
    device = reserved()
    old = codes.make(device, accept=True).text
    codes.make(device, accept=True)
    assert problem(Terminal().enrol(old)) == "403.3"


def test_a_ticket_that_was_printed_before_a_revocation_lets_nobody_in() -> None:
    device = reserved()
    code = codes.make(device, accept=True).text
    registry.revoke(device.pk, registry.Actor())
    assert problem(Terminal().enrol(code)) == "403.3"
    assert Terminal().enrol(codes.make(device, accept=True).text).status_code == 200


def test_a_revocation_and_an_enrolment_that_meet_do_not_wait_for_each_other() -> None:
    device = reserved()
    code = codes.make(device, accept=True).text
    answers: list[HttpResponse] = []

    def ask() -> None:
        answers.append(Terminal().enrol(code))
        connection.close()

    asking = threading.Thread(target=ask)
    with transaction.atomic():
        Device.objects.select_for_update().get(pk=device.pk)  # as a revocation begins
        asking.start()
        with connection.cursor() as cursor:
            waiting = 0
            while not waiting:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                waiting = cursor.fetchone()[0]
        EnrolmentCode.objects.filter(device=device).update(burnt_at=clock.now())
    asking.join()
    assert problem(answers[0]) == "403.3"


def test_ten_tries_a_minute_are_answered_for_each_address(monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now().replace(second=10)
    monkeypatch.setattr(clock, "now", lambda: start)
    code = codes.make(reserved(), accept=True).text
    for _ in range(10):
        assert problem(Terminal().enrol("0" * 12)) == "403.3"
    refused = Terminal().enrol(code)
    assert (problem(refused), refused.headers["Retry-After"]) == ("429.1", "50")
    assert Terminal("192.0.2.2").enrol(code).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=1))
    assert problem(Terminal().enrol("0" * 12)) == "403.3"


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", "::"),
        ("unknown", "::"),
    ],
)
def test_an_address_is_understood_as_proxies_write_it(told: str, meant: str) -> None:
    assert _address(told) == meant


TRIES = 625
"""Of each of sixteen threads: ten thousand."""


def test_of_ten_thousand_who_try_one_code_at_once_exactly_one_is_let_in() -> None:
    code = codes.make(reserved(), accept=True).text
    outcomes: list[str] = []

    def try_it() -> None:
        for _ in range(TRIES):
            key = keys.generate("device")
            checkpoint = key.sign(Checkpoint(LEDGER, 0, bytes(32)).text())
            try:
                outcomes.append(enrol(code, Applicant(key.public, LEDGER, checkpoint, "", "")).device.pk)
            except Exception as error:  # noqa: BLE001 - every outcome is looked at
                outcomes.append(str(getattr(error, "code", error)))
        connection.close()

    at_once([try_it] * 16)
    assert outcomes.count("403.3") == 16 * TRIES - 1
    assert outcomes.count(Device.objects.get().pk) == 1
    assert DeviceKey.objects.count() == 1


def test_what_is_not_signed_as_it_should_be_uses_nothing_up() -> None:
    code = codes.make(reserved(), accept=True).text
    one, other = Terminal(), Terminal()
    assert problem(one.enrol(code, public_key=other.key.public.raw.hex())) == "401.1"
    assert problem(one.enrol(code, checkpoint=other.checkpoint())) == "401.1"
    assert problem(one.enrol(code, checkpoint=one.checkpoint(size=1))) == "400.3"
    assert problem(one.enrol(code, checkpoint=one.checkpoint(ledger_id=bytes(16)))) == "400.3"
    assert problem(one.enrol(code, public_key="00" * 31)) == "400.2"
    assert problem(one.post("/api/v1/enrol", b"{}")) == "400.2"
    assert EnrolmentCode.objects.get().used_at is None


def test_another_board_under_a_known_device_is_an_alarm() -> None:
    terminal = Terminal()
    device = Device.objects.get(pk=enrolled(terminal)["device"])
    code = codes.make(device, accept=True).text
    assert terminal.enrol(code, board_serial="1000000000000002").status_code == 200
    assert Alarm.objects.get().kind == AlarmKind.SERIAL


def test_a_device_that_is_enrolled_anew_with_another_key_no_longer_speaks_with_the_old_one() -> None:
    terminal, successor = Terminal(), Terminal()
    device = Device.objects.get(pk=enrolled(terminal)["device"])
    assert successor.enrol(codes.make(device, accept=True).text).status_code == 200
    assert problem(terminal.heartbeat()) == "403.2"
    assert successor.heartbeat().status_code == 200


def test_a_key_is_one_device() -> None:
    terminal = Terminal()
    enrolled(terminal)
    assert problem(terminal.enrol(codes.make(reserved(), accept=True).text)) == "409.3"


def test_a_terminal_that_goes_on_stays_accepted_and_its_new_board_is_noted() -> None:
    terminal = Terminal()
    device = Device.objects.get(pk=enrolled(terminal)["device"])
    first = EvolvingKey.objects.get(device=device)

    answer = terminal.enrol(codes.make(device, accept=False).text, board_serial="2000")
    said = json.loads(answer.content)

    device.refresh_from_db()
    assert (said["device"], said["status"], device.board_serial) == (device.pk, "accepted", "2000")
    assert EvolvingKey.objects.filter(device=device).count() == 2
    assert check_of(bytes.fromhex(said["first_key"])) != first.evolve_check
    line = AuditLog.objects.filter(action="enrol", object_id=device.pk).latest("id")
    assert line.before is not None
    assert line.after is not None
    assert (line.before["board_serial"], line.after["board_serial"]) == (
        "10000000abcdef01",
        "2000",
    )
    assert config_of(parse_note(said["config"])).revision == 1


def test_the_same_terminal_with_another_key_waits_for_an_administrator() -> None:
    device = Device.objects.get(pk=enrolled(Terminal())["device"])
    answer = Terminal().enrol(codes.make(device, accept=False).text)
    assert json.loads(answer.content)["status"] == "pending"
