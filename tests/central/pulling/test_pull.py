"""What is fetched ends where a push ends; a terminal with another history is found out, and nothing is overwritten."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from central import clock, identity, server
from central.counting.recount import check
from central.models import Alarm, AlarmKind, Device, DeviceStatus, Entry, Evidence, Ledger, Rating, Receipt
from central.pulling import timetable
from central.pulling.guard import NotAllowed, Policy, networks_of
from central.pulling.pull import NoAddress, NotPulled, pull
from kiosk.messages import wire
from sync.contact import Settings
from sync.errors import Unreachable
from sync.resting import MaybeKiosk
from sync.store import Store
from tests.central.pulling import asked
from tests.central.pulling.asked import votes
from tests.sync.pull.puller import answering

pytestmark = pytest.mark.usefixtures("database")

HERE = Policy(loopback=True)
OLDER = {
    f"central_{name}"
    for name in (
        "identity",
        "unit",
        "counter",
        "device",
        "devicekey",
        "evolvingkey",
        "issuedconfig",
        "ledger",
    )
}
"""Tables with what was there before the terminal sent anything."""


class Scene:
    def __init__(self, folder: Path) -> None:
        self.where, self.device = asked.terminal(folder)
        votes(self.where, 1, 2, 3, 4, 5)

    def copied(self, name: str) -> Path:
        """The data folder as it is now."""
        aside = self.where.place.data_dir.with_name(name)
        shutil.copytree(self.where.place.data_dir, aside)
        return aside

    def put_back(self, aside: Path) -> None:
        """Its ledger, as it was then; what is beside it is not looked at here."""
        for name in ("ledger.db", "evolve.key"):
            shutil.copy2(aside / "ledger" / name, self.where.place.ledger.with_name(name))

    def pull(self) -> int:
        with answering(self.where, server.this().key) as puller:
            puller.session.close()
            Device.objects.filter(pk=self.device.pk).update(pull_url=puller.url)
            return pull(self.device.pk, HERE).n


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    found = Scene(tmp_path / "terminal")
    yield found
    assert check(found.device.pk) == []


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[wire.Request]:
    """What a kiosk would have been told."""
    heard: list[wire.Request] = []
    usual = MaybeKiosk.ask

    def ask(self: MaybeKiosk, request: wire.Request) -> wire.Answer:
        if isinstance(request, wire.GetHead | wire.GetNonce):
            return usual(self, request)
        heard.append(request)
        return wire.Done()

    monkeypatch.setattr(MaybeKiosk, "ask", ask)
    return heard


def held() -> list[bytes]:
    return [bytes(digest) for digest in Entry.objects.order_by("seq").values_list("hash", flat=True)]


def cursor(where: Settings) -> int:
    ledger_id = bytes(Ledger.objects.get().ledger_id)
    with Store(where.place.database) as store:
        return store.cursor(ledger_id).seq


def test_everything_is_fetched_once_and_counted_and_the_terminal_is_told(scene: Scene) -> None:
    n = scene.pull()
    assert n == Entry.objects.count() == cursor(scene.where)
    assert Rating.objects.filter(counted=True).count() == 5
    assert Ledger.objects.get().tag_state == "good"
    assert scene.pull() == 0
    votes(scene.where, 3)
    assert scene.pull() == 3  # and that a program began and ended
    device = Device.objects.get()
    assert (device.waiting, device.program) == (3, "hailong test")
    assert device.last_seen_at is not None


def test_more_than_a_batch_is_fetched_in_several(scene: Scene) -> None:
    votes(scene.where, *[4] * 1_200)
    assert scene.pull() == Entry.objects.count() > 1_200
    assert Receipt.objects.get().size == Entry.objects.count()


def test_a_central_that_was_put_back_fetches_the_rest_again(scene: Scene) -> None:
    scene.pull()
    before = held()

    with connection.cursor() as raw:
        names = {name for name in connection.introspection.table_names(raw) if name.startswith("central_")}
        deletes = "; ".join(f"DELETE FROM {name}" for name in sorted(names - OLDER))
        raw.execute(f"SET session_replication_role = replica; {deletes}; RESET session_replication_role")
    Ledger.objects.update(
        size=0, head=bytes(32), recorded=0, tag_seq=None, tag_key=None, tag=None, tag_state="none"
    )
    assert scene.pull() == len(before)
    assert held() == before


def test_a_ledger_that_was_put_back_is_an_alarm_and_the_terminal_is_shown_the_receipt(
    scene: Scene, put: list[wire.Request]
) -> None:
    aside = scene.copied("older")
    votes(scene.where, 5, 5)
    scene.pull()
    before, receipt = held(), Receipt.objects.get().note
    put.clear()
    scene.put_back(aside)
    with pytest.raises(NotPulled):
        scene.pull()
    assert Alarm.objects.get().kind == AlarmKind.RESTORED
    assert put[0] == wire.PutFork(receipt)
    assert held() == before


@pytest.mark.parametrize("more", [2, 3], ids=["as long", "longer"])
def test_another_history_is_an_alarm_with_evidence_and_overwrites_nothing(
    scene: Scene, put: list[wire.Request], more: int
) -> None:
    aside = scene.copied("older")
    votes(scene.where, 5, 5)
    scene.pull()
    before, receipt = held(), Receipt.objects.get().note
    put.clear()
    scene.put_back(aside)
    votes(scene.where, *[1] * more)
    with pytest.raises(NotPulled):
        scene.pull()
    assert Alarm.objects.get().kind == AlarmKind.FORK
    assert Evidence.objects.count() >= 1
    assert wire.PutFork(receipt) in put
    assert held() == before


def test_without_a_kiosk_the_terminal_says_that_it_must_wait(scene: Scene) -> None:
    aside = scene.copied("older")
    votes(scene.where, 5, 5)
    scene.pull()
    scene.put_back(aside)
    with pytest.raises(Unreachable, match=r"503\.1"):
        scene.pull()


@pytest.mark.parametrize("status", [DeviceStatus.PENDING, DeviceStatus.REVOKED])
def test_only_an_accepted_terminal_is_asked(scene: Scene, status: DeviceStatus) -> None:
    Device.objects.update(status=status, revoked_at=clock.now())
    with pytest.raises(NotPulled, match=status.value):
        scene.pull()


def test_a_terminal_without_an_address_and_one_at_a_forbidden_one_are_told_apart(scene: Scene) -> None:
    with pytest.raises(NoAddress, match="--pull"):
        pull(scene.device.pk, HERE)
    Device.objects.update(pull_url="https://169.254.169.254")
    with pytest.raises(NotAllowed):
        pull(scene.device.pk, HERE)
    with pytest.raises(NotPulled, match="no terminal"):
        pull("0000000000", HERE)


def test_the_timetable_asks_who_is_marked_when_it_is_due_and_says_what_failed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity.settle("http://127.0.0.1:8080")
    assert timetable.pull_due(60.0) == 0
    Device.objects.update(pull_wanted=True)
    with answering(scene.where, server.this().key) as puller:
        puller.session.close()
        Device.objects.update(pull_url=puller.url)
        assert timetable.pull_due(60.0) == 1
        assert timetable.pull_due(60.0) == 0
    device = Device.objects.get()
    assert (device.pull_trouble, Entry.objects.count()) != ("", 0)
    assert device.pulled_at is not None
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert timetable.pull_due(60.0) == 1
    assert Device.objects.get().pull_trouble.startswith("refused")


def test_which_addresses_may_be_asked_is_remembered_from_serve() -> None:
    identity.settle("https://central.example")
    identity.allow_pull("10.0.0.0/8")
    assert identity.pull_policy() == Policy(networks_of("10.0.0.0/8"), loopback=False)
    assert identity.pull_policy("192.0.2.1") == Policy(networks_of("192.0.2.1"), loopback=False)
    identity.settle("http://127.0.0.1:8080")
    identity.allow_pull("")
    assert identity.pull_policy() == Policy((), loopback=True)
