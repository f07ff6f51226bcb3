"""What a terminal says of itself is kept, judged the same in one row and in a query, and found among thousands."""

from datetime import timedelta

import pytest
from django.utils import translation

from assets.texts import Texts
from central import clock, health
from central.models import Alarm, AlarmKind, Device, DeviceHealth, DeviceStatus
from central.web.faults import FAULTS
from kiosk.codes import CODES
from kiosk.faults import FaultCode
from sync.protocol import Health
from tests.central import makers
from tests.central.terminal import Terminal, enrolled, problem

pytestmark = pytest.mark.usefixtures("database")

WELL = Health(10**10, 10**11, 48.3, False, [], "central", None, 3600, "10000000abcdef01")


def ailing(**said: object) -> Device:
    """A terminal that is heard, and says this of itself."""
    device = makers.device()
    Device.objects.filter(pk=device.pk).update(last_seen_at=clock.now())
    health.note(device.pk, Health(**said))  # type: ignore[arg-type]
    return Device.objects.select_related("health").get(pk=device.pk)


def found(name: str) -> set[str]:
    return set(Device.objects.filter(health.conditions()[name]).values_list("pk", flat=True))


def test_a_heartbeat_says_how_a_terminal_is_and_the_last_word_counts() -> None:
    terminal = Terminal()
    enrolled(terminal)
    assert terminal.heartbeat().status_code == 200  # an old program says nothing
    assert not DeviceHealth.objects.exists()
    said = {
        "disk_free": 1,
        "disk_size": 2,
        "temperature_c": 80.5,
        "undervoltage": True,
        "faults": ["H2", "D2"],
    }
    assert terminal.heartbeat(health=said | {"clock": "none", "oldest_s": 90_000}).status_code == 200
    row = DeviceHealth.objects.get()
    assert (row.disk_free, row.temperature_c, row.faults, row.clock) == (1, 80.5, ["H2", "D2"], "none")
    assert terminal.heartbeat(health={"board_serial": "a\0b\nc"}).status_code == 200
    row = DeviceHealth.objects.get()
    assert (row.disk_free, row.faults, row.clock, row.board_serial) == (None, [], "", "abc")
    assert problem(terminal.heartbeat(health={"faults": ["level 5"]})) == "400.2"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("faults", {"faults": ["H2"]}),
        ("voltage", {"undervoltage": True}),
        ("hot", {"temperature_c": 80.0}),
        ("disk", {"disk_free": health.LITTLE_BYTES - 1}),
        ("clock", {"clock": "none"}),
        ("backlog", {"oldest_s": health.OLD_S}),
    ],
)
def test_each_illness_is_found_and_said_and_nothing_else(name: str, said: dict[str, object]) -> None:
    well, ill = ailing(clock="central", disk_free=10**10, temperature_c=79.9, oldest_s=60), ailing(**said)
    assert found(name) == {ill.pk}
    assert (list(health.wrong(ill)), list(health.wrong(well))) == ([name], [])
    assert list(Device.objects.filter(health.ill())) == [ill]
    assert all(not found(other) for other in set(health.WORDS) - {name})


def test_a_silent_one_and_one_with_an_alarm_are_ill_and_who_is_not_in_use_is_not() -> None:
    silent, alarmed = makers.device(), ailing()
    Alarm.objects.create(device=alarmed, kind=AlarmKind.GAP, opened_at=clock.now())
    gone = makers.device(status=DeviceStatus.REVOKED)
    health.note(gone.pk, Health(faults=["D1"]))
    makers.device(status=DeviceStatus.RESERVED)
    assert (found(health.SILENT), found(health.ALARMS)) == ({silent.pk}, {alarmed.pk})
    assert list(health.wrong(silent)) == [health.SILENT]
    assert list(health.wrong(gone)) == []
    assert set(Device.objects.filter(health.ill())) == {silent, alarmed}
    Alarm.objects.update(closed_at=clock.now())
    Device.objects.filter(pk=silent.pk).update(last_seen_at=clock.now() - timedelta(minutes=14))
    assert not Device.objects.filter(health.ill()).exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_fault_of_the_ledger_has_the_words_that_the_terminal_has(language: str) -> None:
    texts = Texts(language)
    with translation.override(language):
        said = {code: str(text) for code, text in FAULTS.items()}
    assert said == {code.value: CODES[code].words.render(texts) for code in FaultCode}
