"""Settings of terminals at central: signed once for each change, refused whole, shown with what a terminal refuses."""

import json

import pytest

from central import configs, configuring, registry, server
from central.models import AuditLog, Counter, Device, DeviceStatus, Unit
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import ConfigStatement, config_of
from sync import keys
from sync.settings import BadSettings
from tests.central import makers
from tests.central.terminal import Terminal, enrolled

pytestmark = pytest.mark.usefixtures("database")
WHO = registry.Actor()


def said_to(device: Device) -> ConfigStatement:
    device.refresh_from_db()
    found = configs.current(device)
    assert found is not None
    return config_of(parse_note(found.note))


def test_a_change_is_signed_once_and_told_with_the_next_heartbeat() -> None:
    terminal = Terminal()
    enrolled(terminal)
    device = Device.objects.get()
    for _ in range(2):
        issued = configuring.configure_device(device.pk, {"sound.volume": 20, "texts.unit": "UBND"}, WHO)
        assert issued is not None
        assert issued.revision == 2
    assert AuditLog.objects.filter(action="settings").count() == 1
    told = json.loads(terminal.heartbeat(config_revision=1).content)["config"]
    statement = config_of(parse_note(told))
    assert (statement.settings, statement.unit, statement.counter) == ({"sound.volume": 20}, "UBND", "Quầy 1")
    configuring.configure_device(device.pk, {}, WHO)
    assert (said_to(device).settings, said_to(device).unit) == ({}, "UBND phường Sông Công")


def test_what_a_terminal_uses_and_refuses_is_known() -> None:
    terminal = Terminal()
    enrolled(terminal)
    reason = "sound.volume: phải là một số nguyên\x00\u202e…"
    terminal.heartbeat(config_revision=1, refused={"revision": 2, "reason": reason})
    device = Device.objects.get()
    assert (device.config_used, device.config_refused) == (1, 2)
    assert device.config_reason == "sound.volume: phải là một số nguyên  …"
    terminal.heartbeat(config_revision=3)
    device.refresh_from_db()
    assert (device.config_used, device.config_refused, device.config_reason) == (3, None, "")
    for bad in ({"revision": 0}, {"revision": 2, "reason": "x" * 301}, "no", {"reason": ""}):
        assert terminal.heartbeat(refused=bad).status_code == 400


@pytest.mark.parametrize(
    "raw",
    [
        {"sound.volume": 101},
        {"sound.loudspeaker": "HDMI"},
        {"colour": "red"},
        {"visit.repeat_interval_s": 2},
        {"labels.level_1": "x" * 10_000},
        {"texts.question": "a\u202eb"},
        {"sound.volume": 20, "screen.theme": None},
    ],
)
def test_what_is_not_right_changes_nothing(raw: dict[str, object]) -> None:
    device = makers.device()
    configs.tell(device.pk)
    with pytest.raises(BadSettings):
        configuring.configure_device(device.pk, raw, WHO)
    assert (said_to(device).revision, device.settings) == (1, {})
    assert not AuditLog.objects.exists()


def test_a_terminal_that_is_not_accepted_gets_them_when_it_is_and_a_revoked_one_never() -> None:
    device = makers.device(status=DeviceStatus.PENDING)
    assert configuring.configure_device(device.pk, {"language": "en"}, WHO) is None
    registry.accept(device.pk, WHO)
    assert said_to(device).settings == {"language": "en"}
    registry.revoke(device.pk, WHO)
    with pytest.raises(registry.NotPossible):
        configuring.configure_device(device.pk, {}, WHO)


def test_the_nearest_word_counts() -> None:
    device = makers.device()
    counter = device.counter
    above = Unit.objects.create(name="UBND tỉnh", settings={"language": "en", "labels.level_1": "Kém"})
    Unit.objects.filter(pk=counter.unit_id).update(parent=above, settings={"language": "vi"})
    Counter.objects.filter(pk=counter.pk).update(labels=["", "", "Tạm", "", ""], settings={"sound.volume": 5})
    Device.objects.update(settings={"sound.volume": 7, "labels.level_3": "Được"})
    configs.tell(device.pk)
    found = said_to(device)
    assert found.settings == {"language": "vi", "sound.volume": 7}
    assert found.labels == ("Kém", "", "Được", "", "")
    device = Device.objects.get()
    assert configs.applying(device)["labels.level_1"].by == above
    assert configs.inherited(device)["sound.volume"].by == counter


def test_what_a_unit_says_reaches_every_terminal_below_with_its_next_heartbeat() -> None:
    terminal = Terminal()
    enrolled(terminal)
    unit = Unit.objects.get()
    above = Unit.objects.create(name="UBND tỉnh")
    Unit.objects.filter(pk=unit.pk).update(parent=above)
    configuring.configure(above, {"screen.theme": "contrast"}, WHO)
    assert Device.objects.get().config_due
    told = json.loads(terminal.heartbeat(config_revision=1).content)["config"]
    assert config_of(parse_note(told)).settings == {"screen.theme": "contrast"}
    assert not Device.objects.get().config_due
    configuring.configure(above, {"screen.theme": "contrast"}, WHO)
    assert json.loads(terminal.heartbeat(config_revision=2).content)["config"] is None, "nothing is new"


def test_settings_above_that_do_not_fit_to_some_below_are_refused_with_its_name() -> None:
    device = makers.device()
    unit = device.counter.unit
    configuring.configure_device(
        device.pk, {"visit.repeat_interval_s": 1, "visit.correction_window_s": 1}, WHO
    )
    configuring.configure(
        unit, {"visit.correction_window_s": 4}, WHO
    )  # the terminal says otherwise, and fits
    configuring.configure_device(device.pk, {"visit.repeat_interval_s": 4.5}, WHO)
    with pytest.raises(configuring.NotTogether, match=device.pk):
        configuring.configure(unit, {"visit.correction_window_s": 5}, WHO)
    unit.refresh_from_db()
    assert unit.settings == {"visit.correction_window_s": 4.0}


def test_what_a_terminal_has_not_taken_is_signed_by_the_key_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that trusts the new key alone would refuse it; it says the same, so it is the same revision."""
    terminal = Terminal()
    device = enrolled(terminal)["device"]
    new = keys.generate("central")
    monkeypatch.setattr(server.Server, "keys", server.Keys(new, None))
    configs.tell(device)
    assert json.loads(terminal.heartbeat(config_revision=1).content)["config"] is None
    told = parse_note(json.loads(terminal.heartbeat(config_revision=0).content)["config"])
    assert (config_of(told).revision, told.is_signed_by(new.public)) == (1, True)
