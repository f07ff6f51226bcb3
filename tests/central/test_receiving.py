"""What comes on a stick ends where a push ends: once, whatever races with it; what cannot be taken is told plainly."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from central import clock, server
from central.counting.recount import check
from central.ingest.ingest import ingest
from central.models import (
    Alarm,
    AlarmKind,
    Device,
    DeviceKey,
    DeviceStatus,
    Entry,
    Evidence,
    Ledger,
    Rating,
    Receipt,
)
from central.receiving import NotReceived, receive
from kiosk.messages.notes import PublicKey, parse_note
from sync import keys, sealing
from sync.contact import Settings
from sync.exporting import export
from sync.protocol import Batch, decoded
from sync.store import Store
from tests.central.pulling import asked
from tests.central.pulling.asked import votes
from tests.sync.world import entries

pytestmark = pytest.mark.usefixtures("database")


class Scene:
    """A terminal without a network, and a stick."""

    def __init__(self, folder: Path) -> None:
        self.where, self.device = asked.terminal(folder / "terminal")
        self.stick = folder / "stick"
        self.stick.mkdir()
        votes(self.where, 1, 2, 3, 4, 5)

    def carried(self, first: int | None = None) -> Path:
        path = export(self.where, self.stick, first).path
        assert path is not None
        return path

    def copied(self) -> Path:
        aside = self.where.place.data_dir.with_name("older")
        shutil.copytree(self.where.place.data_dir, aside)
        return aside

    def put_back(self, aside: Path) -> None:
        for name in ("ledger.db", "evolve.key"):
            shutil.copy2(aside / "ledger" / name, self.where.place.ledger.with_name(name))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    found = Scene(tmp_path)
    yield found
    assert check(found.device.pk) == []


def held() -> list[bytes]:
    return [bytes(digest) for digest in Entry.objects.order_by("seq").values_list("hash", flat=True)]


def known(where: Settings) -> list[bytes]:
    return [entry.hash for entry in entries(where)]


def ratings() -> int:
    return Rating.objects.filter(counted=True).count()


def batches(path: Path) -> list[tuple[bytes, Batch, bytes]]:
    """What a push of the same entries would carry."""
    with path.open("rb") as file:
        header = sealing.header_of(file)
        bodies = [sealing.opened(box, server.this().key) for box in sealing.boxes(file, header)]
    return [(bytes.fromhex(header.ledger), decoded(body, Batch), body) for body in bodies]


def test_everything_is_taken_in_and_counted_once_however_often_it_is_received(scene: Scene) -> None:
    path = scene.carried()
    received = receive(path)
    assert (received.new, received.header.device) == (len(known(scene.where)), scene.device.pk)
    assert (held(), ratings()) == (known(scene.where), 5)
    assert Ledger.objects.get().tag_state == "good"
    assert receive(path).new == 0
    assert ratings() == 5


def test_a_later_file_brings_what_is_new_and_an_older_one_nothing(scene: Scene) -> None:
    older = scene.carried()
    receive(older)
    votes(scene.where, *[4] * 1_100)
    newer = scene.carried()
    assert receive(newer).new == 1_102  # and that a program began and ended
    assert receive(older).new == 0
    assert (held(), ratings()) == (known(scene.where), 1_105)


def test_it_may_race_with_a_push_of_the_same_entries(scene: Scene) -> None:
    votes(scene.where, *[4] * 1_600)
    path, done = scene.carried(), []

    def push() -> None:
        for ledger_id, batch, body in batches(path):
            done.append(ingest(ledger_id, batch, body).new)
        connections.close_all()

    def carry() -> None:
        done.append(receive(path).new)
        connections.close_all()

    together = [threading.Thread(target=push), threading.Thread(target=carry), threading.Thread(target=carry)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join(120)
    assert len(done) == len(batches(path)) + 2
    assert sum(done) == len(known(scene.where))
    assert (held(), ratings()) == (known(scene.where), 1_605)


def test_what_was_delivered_meanwhile_by_the_network_is_no_gap_and_no_fork(scene: Scene) -> None:
    path = scene.carried()
    (pushed,) = batches(path)
    ingest(*pushed)
    assert receive(path).new == 0


def test_a_file_that_begins_after_what_is_held_says_which_one_is_missing(scene: Scene) -> None:
    with pytest.raises(NotReceived, match=r"--since 1$"):
        receive(scene.carried(first=4))
    assert held() == []


def test_another_history_is_a_fork_with_evidence_and_overwrites_nothing(scene: Scene) -> None:
    aside = scene.copied()
    votes(scene.where, 5, 5)
    receive(scene.carried())
    before = held()
    scene.put_back(aside)
    votes(scene.where, 1, 1, 1)
    with pytest.raises(NotReceived, match="FORK"):
        receive(scene.carried())
    assert Alarm.objects.get().kind == AlarmKind.FORK
    assert Evidence.objects.count() == 1
    assert held() == before


def test_a_ledger_that_contradicts_its_receipt_is_written_whole_and_so_convicts_itself(scene: Scene) -> None:
    aside = scene.copied()
    votes(scene.where, 5, 5)
    receive(scene.carried())
    size = len(held())
    with Store(scene.where.place.database) as store:  # as if the receipt had come back by the network
        store.delivered(parse_note(Receipt.objects.get().note), server.this().key.public)
    scene.put_back(aside)
    votes(scene.where, *[1] * 10)
    with pytest.raises(
        NotReceived, match="--since 1"
    ):  # what comes after says no more than that it does not fit
        receive(scene.carried(first=size + 1))
    with pytest.raises(NotReceived, match="FORK"):
        receive(scene.carried())


def test_a_file_for_another_server_is_told_by_its_key(scene: Scene, tmp_path: Path) -> None:
    path = scene.carried()
    stranger = keys.generate("central").public
    with Store(scene.where.place.database) as store:
        store.pin(stranger)
    content = path.read_bytes()
    with path.open("rb") as file:
        header = sealing.header_of(file)
    assert header.central == server.this().key.public.key_id
    other = tmp_path / "other.sealed"
    said = header.text().replace(header.central, stranger.key_id)
    note = scene.where.place.key().sign(said).render().encode() + b"\n"
    other.write_bytes(note + content.partition(b"\n\n")[2].partition(b"\n\n")[2])
    groups = "-".join(stranger.key_id[n : n + 4] for n in range(0, 16, 4))
    with pytest.raises(NotReceived, match=groups):
        receive(other)
    assert held() == []


@pytest.mark.parametrize(
    ("status", "says"), [(DeviceStatus.REVOKED, "revoked"), (DeviceStatus.PENDING, "accepted")]
)
def test_a_revoked_or_pending_terminal_brings_nothing_in(
    scene: Scene, status: DeviceStatus, says: str
) -> None:
    Device.objects.update(status=status, revoked_at=clock.now())
    with pytest.raises(NotReceived, match=says):
        receive(scene.carried())
    assert held() == []


def test_a_terminal_whose_key_is_not_known_brings_nothing_in(scene: Scene) -> None:
    DeviceKey.objects.update(public_key=PublicKey("device", bytes(range(32))).raw, key_id="0" * 16)
    from central.ingest import held as holding

    holding._known.cache_clear()
    with pytest.raises(NotReceived, match="not known"):
        receive(scene.carried())
    assert held() == []


def test_what_is_no_sealed_export_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "ảnh.jpg"
    with pytest.raises(NotReceived, match="cannot be read"):
        receive(path)
    for content in (b"", b"\xff\xd8" * 9_000, b"hailong/sealed/1\n" * 2_000):
        path.write_bytes(content)
        with pytest.raises(NotReceived, match=r"not a sealed export|damaged"):
            receive(path)


def test_a_file_that_was_copied_by_half_changes_nothing(scene: Scene) -> None:
    votes(scene.where, *[4] * 600)
    path = scene.carried()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 100])
    with pytest.raises(NotReceived, match="not whole"):
        receive(path)
    assert held() == []
