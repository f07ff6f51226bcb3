"""What is taken in, what is refused, and that nothing is doubled or overwritten."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from central import clock
from central.ingest.errors import MissingBefore, OtherHistory
from central.models import (
    Alarm,
    AlarmKind,
    Device,
    DeviceKey,
    DeviceStatus,
    Entry,
    HourlyCount,
    Ledger,
    Rating,
    Receipt,
)
from kiosk.ledger.chain import GENESIS
from kiosk.messages.notes import parse_note
from sync import keys
from sync.protocol import Batch, ProtocolError, SentEntry, signed_checkpoint, verified_receipt
from tests.central import makers
from tests.central.chains import NOON_MS, Chain
from tests.central.delivered import Delivered


def refused(terminal: Delivered, batch: Batch, chain: Chain | None = None) -> str:
    before = list(Entry.objects.order_by("pk").values_list("pk", "hash"))
    with pytest.raises(ProtocolError) as caught:
        terminal.send(batch, chain)
    assert list(Entry.objects.order_by("pk").values_list("pk", "hash")) == before
    return caught.value.code


def held() -> list[bytes]:
    return [bytes(digest) for digest in Entry.objects.order_by("seq").values_list("hash", flat=True)]


def levels() -> Counter[int]:
    return Counter({row.level: row.n for row in HourlyCount.objects.all() if row.n})


def begun(terminal: Delivered, votes: int = 3) -> Chain:
    chain = terminal.chain
    chain.boot()
    chain.enrol(terminal.first_key)
    chain.configure(1, terminal.device.counter.unit_id, terminal.device.counter_id)
    for n in range(votes):
        chain.rate(1 + n % 5)
    return chain


def test_entries_are_kept_counted_and_signed_for(terminal: Delivered) -> None:
    chain = begun(terminal)
    batch = chain.batch()
    receipt = terminal.send(batch)
    note = verified_receipt(receipt, signed_checkpoint(batch.checkpoint).checkpoint, [chain.central.public])
    assert note.is_signed_by(chain.key.public)
    assert held() == [entry.hash for entry in chain.entries]
    assert [bytes(row.payload) for row in Entry.objects.order_by("seq")] == [e.payload for e in chain.entries]
    assert levels() == {1: 1, 2: 1, 3: 1}
    ledger = Ledger.objects.get()
    assert (ledger.size, bytes(ledger.head), ledger.recorded) == (6, chain.head, 6)
    assert Receipt.objects.get().note == receipt
    assert Rating.objects.filter(counted=True, counter=terminal.device.counter).count() == 3


def test_the_same_batch_again_gets_a_receipt_again_and_counts_once(terminal: Delivered) -> None:
    chain = begun(terminal)
    first = chain.batch(0, 4)
    terminal.send(first)
    terminal.send()
    again = terminal.send(first)
    assert verified_receipt(again, signed_checkpoint(first.checkpoint).checkpoint, [chain.central.public])
    terminal.send(chain.batch(2, 6))
    assert len(held()) == 6
    assert levels().total() == 3
    assert signed_checkpoint(Receipt.objects.get().note).checkpoint.size == 6


@pytest.mark.parametrize("sizes", [[1] * 6, [2, 4], [6], [5, 1]])
def test_it_does_not_matter_how_entries_are_cut_into_batches(terminal: Delivered, sizes: list[int]) -> None:
    chain = begun(terminal)
    after = 0
    for size in sizes:
        terminal.send(chain.batch(after, after + size))
        after += size
    assert levels() == {1: 1, 2: 1, 3: 1}


def test_an_empty_batch_at_the_end_gets_a_receipt(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 0))
    terminal.send()
    terminal.send(chain.batch(6))
    assert len(held()) == 6


def test_a_terminal_that_is_not_known_is_refused(terminal: Delivered) -> None:
    stranger = Chain(terminal.device.pk, terminal.chain.central, ledger_id=terminal.chain.ledger_id)
    stranger.boot()
    assert refused(terminal, stranger.batch()) == "401.1"


@pytest.mark.parametrize(
    ("status", "code"),
    [(DeviceStatus.PENDING, "403.1"), (DeviceStatus.REVOKED, "403.2"), (DeviceStatus.RESERVED, "403.1")],
)
def test_a_pending_or_revoked_terminal_is_refused(
    terminal: Delivered, status: DeviceStatus, code: str
) -> None:
    begun(terminal)
    Device.objects.update(status=status, revoked_at=terminal.device.created_at)
    assert refused(terminal, terminal.chain.batch()) == code


def test_a_revoked_key_is_no_key(terminal: Delivered) -> None:
    begun(terminal)
    terminal.device.keys.update(revoked_at=terminal.device.created_at)
    assert refused(terminal, terminal.chain.batch()) == "401.1"


def test_a_forged_checkpoint_is_refused(terminal: Delivered) -> None:
    batch = begun(terminal).batch()
    other = replace(terminal.chain, key=keys.generate("device")).checkpoint()
    name, forged = parse_note(batch.checkpoint), parse_note(other)
    renamed = replace(forged, signatures=(replace(forged.signatures[0], name=name.signatures[0].name),))
    assert refused(terminal, replace_batch(batch, checkpoint=renamed.render())) == "401.1"
    assert refused(terminal, replace_batch(batch, checkpoint=other)) == "401.1"
    for broken in ("", "x", batch.checkpoint[:-1], batch.checkpoint.replace("\n6\n", "\n06\n")):
        assert refused(terminal, replace_batch(batch, checkpoint=broken)) == "400.2"
    resized = batch.checkpoint.replace("\n6\n", "\n5\n")
    assert refused(terminal, replace_batch(batch, checkpoint=resized, entries=batch.entries[:5])) == "401.1"


def replace_batch(batch: Batch, **changes: object) -> Batch:
    import msgspec

    return msgspec.structs.replace(batch, **changes)


def test_stripped_reordered_and_altered_entries_are_refused(terminal: Delivered) -> None:
    batch = begun(terminal).batch()
    swapped = [*batch.entries[:3], batch.entries[4], batch.entries[3], *batch.entries[5:]]
    altered = [
        *batch.entries[:3],
        SentEntry(1, batch.entries[3].boottime_ns, "rating", '{"level":5}'),
        *batch.entries[4:],
    ]
    for entries in (
        batch.entries[:-1],
        batch.entries[1:],
        [],
        swapped,
        altered,
        [*batch.entries, batch.entries[-1]],
    ):
        assert refused(terminal, replace_batch(batch, entries=entries)) == "400.3"


def test_a_valid_checkpoint_over_another_chain_is_refused(terminal: Delivered) -> None:
    chain = begun(terminal)
    other = replace(chain, entries=[])
    other.boot()
    for level in (5, 5, 5, 5, 5):
        other.rate(level)
    assert refused(terminal, replace_batch(chain.batch(), checkpoint=other.checkpoint())) == "400.3"
    elsewhere = terminal.successor()
    elsewhere.entries = chain.entries
    assert refused(terminal, replace_batch(chain.batch(), checkpoint=elsewhere.checkpoint())) == "400.3"


def test_a_batch_beyond_what_is_held_is_told_where_to_go_back_to(terminal: Delivered) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 2))
    with pytest.raises(MissingBefore) as caught:
        terminal.send(chain.batch(4))
    assert (caught.value.size, caught.value.head) == (2, chain.entries[1].hash)
    assert Ledger.objects.get().recorded == 6
    assert not Alarm.objects.exists()
    terminal.send()
    assert levels().total() == 3


def test_a_gap_that_lasts_is_told_of_until_it_is_closed(
    terminal: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = begun(terminal)
    terminal.send(chain.batch(0, 2))

    def gap() -> list[str]:
        with pytest.raises(MissingBefore):
            terminal.send(chain.batch(4))
        return list(Alarm.objects.filter(closed_at=None).values_list("kind", flat=True))

    assert gap() == gap() == []
    later = clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert gap() == [AlarmKind.GAP]
    terminal.send()
    assert not Alarm.objects.filter(closed_at=None).exists()
    assert Ledger.objects.get().gap_since is None


def test_another_history_is_refused_and_kept_as_evidence(terminal: Delivered) -> None:
    chain = begun(terminal)
    put_back = replace(chain, entries=chain.entries[:4])
    receipt = terminal.send()
    put_back.rate(5)
    put_back.rate(5)
    put_back.rate(5)
    batch = put_back.batch(4)
    before = held()
    with pytest.raises(OtherHistory) as caught:
        terminal.send(batch)
    assert caught.value.receipt == receipt
    assert held() == before
    assert levels() == {1: 1, 2: 1, 3: 1}
    (alarm,) = Alarm.objects.all()
    assert alarm.kind == AlarmKind.FORK
    (evidence,) = alarm.evidence.all()
    assert evidence.checkpoint == batch.checkpoint
    assert bytes(evidence.body or b"").startswith(b'{"after":4')
    with pytest.raises(OtherHistory):
        terminal.send(batch)
    assert Alarm.objects.count() == alarm.evidence.count() == 1


def test_an_earlier_batch_again_leaves_the_newest_receipt_and_what_the_terminal_has_signed(
    terminal: Delivered,
) -> None:
    """Otherwise whoever plays old batches again could make central forget how much there must be."""
    chain = begun(terminal)
    terminal.send()
    for _ in range(5):
        chain.rate(5)
    with pytest.raises(MissingBefore):
        terminal.send(chain.batch(10))
    terminal.send(chain.batch(6, 7))
    newest = Receipt.objects.get().note
    terminal.send(chain.batch(0, 3))
    ledger = Ledger.objects.get()
    assert (ledger.size, ledger.recorded) == (7, 11)
    assert (Receipt.objects.get().note, Receipt.objects.get().size) == (newest, 7)


def test_a_signed_head_that_is_not_the_one_that_is_held_is_another_history(terminal: Delivered) -> None:
    chain = begun(terminal)
    put_back = replace(chain, entries=chain.entries[:4])
    terminal.send()
    put_back.rate(5)
    with pytest.raises(OtherHistory):
        terminal.send(put_back.batch(5))


def test_a_central_that_was_put_back_is_healed_by_its_terminals(terminal: Delivered) -> None:
    """Nothing is held of what the terminal has receipts for."""
    chain = begun(terminal)
    with pytest.raises(MissingBefore) as caught:
        terminal.send(chain.batch(5))
    assert (caught.value.size, caught.value.head) == (0, GENESIS)
    terminal.send(chain.batch(0))
    assert levels().total() == 3


def test_a_newer_kind_is_kept_and_not_counted(terminal: Delivered) -> None:
    chain = begun(terminal)
    chain.add("officer_shift", {"level": 5})
    chain.add("z" * 255, b"\xff\x00")
    terminal.send()
    assert held() == [entry.hash for entry in chain.entries]
    assert levels().total() == 3


@pytest.mark.parametrize("kind", ["", "a b", "tốt", "a\n", "a\0", "z" * 256])
def test_what_cannot_be_a_kind_is_no_batch(kind: str) -> None:
    import msgspec

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(
            msgspec.json.encode({"boot_n": 1, "boottime_ns": 1, "kind": kind, "payload": ""}), type=SentEntry
        )


@pytest.mark.parametrize("level", [0, 6, "5", None, True, 5.0, [5], -1])
def test_what_is_no_level_is_kept_not_counted_and_told_of(terminal: Delivered, level: object) -> None:
    chain = begun(terminal)
    chain.rate(level)  # type: ignore[arg-type]  # on purpose
    terminal.send()
    assert len(held()) == 7
    assert levels().total() == 3
    assert Ledger.objects.get().uncountable == 1


def test_a_test_press_never_counts_and_refused_presses_are_added_up(terminal: Delivered) -> None:
    chain = begun(terminal)
    chain.add("test", {"level": 5, "source": "touch"})
    chain.add("refused", {"counts": {"5": 4}, "ambiguous": 0})
    terminal.send()
    assert levels().total() == 3
    assert Ledger.objects.get().refused_presses == 4


@pytest.mark.parametrize("boottime_ns", [0, (1 << 63) - 1])
@pytest.mark.parametrize("anchored", [False, True])
def test_a_time_far_away_only_makes_the_time_uncertain(
    terminal: Delivered, boottime_ns: int, anchored: bool
) -> None:
    chain = begun(terminal)
    if anchored:
        chain.anchor(NOON_MS - 1)
        chain.boottime_ns = boottime_ns
    rating = chain.rate(5, boottime_ns)
    terminal.send()
    row = Rating.objects.get(seq=rating.seq)
    assert row.counted
    assert row.certain is (anchored and boottime_ns == 0)
    assert levels() == {1: 1, 2: 1, 3: 1, 5: 1}


def test_a_counter_that_central_has_lost_does_not_stop_a_terminal(terminal: Delivered) -> None:
    chain = terminal.chain
    chain.configure(1, 424242, 424243)
    chain.rate(5)
    terminal.send()
    assert HourlyCount.objects.get().counter_id == 424243


def test_the_board_of_one_terminal_says_nothing_of_another(terminal: Delivered) -> None:
    chain = terminal.chain
    chain.configure(1, device="0000000000")
    chain.rate(5)
    terminal.send()
    assert not HourlyCount.objects.exists()
    assert Rating.objects.get().counted is False


def test_a_key_that_belongs_to_another_terminal_after_a_backup_was_put_back_is_found_anew(
    terminal: Delivered,
) -> None:
    """The server ran on meanwhile: what it remembers of keys is from before."""
    key = terminal.chain.key
    terminal.chain.rate(5)
    terminal.send()
    DeviceKey.objects.all().delete()
    other = makers.device(key)
    chain = Chain(other.pk, terminal.chain.central, key)
    chain.rate(4)
    with pytest.raises(ProtocolError) as refused:
        terminal.send(chain.batch(), chain)
    assert refused.value.code == "401.1"
    assert terminal.send(chain.batch(), chain)
    assert Entry.objects.filter(device=other).count() == 1
