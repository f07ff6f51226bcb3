"""Attacks on what a terminal delivers, by somebody who has its signing key. Central's own ingest is asked."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from kiosk.ledger import evolve
from kiosk.ledger.chain import Entry
from kiosk.ledger.evolve import Evolving
from kiosk.ledger.kinds import Json, parse
from sync import keys
from sync.protocol import Batch, ProtocolError
from tests.central.chains import DAY, NOON_MS, Chain
from tests.prove.tamper_stage import NothingChanged, Stage, Undetected


class Attacked:
    """A terminal with a delivered ledger, and central's view of it.

    Args:
        stage: Decides.
        votes: So many are delivered.
    """

    def __init__(self, stage: Stage, votes: int | None = None) -> None:
        from tests.central.delivered import delivering

        self.dice = stage.dice
        self.terminal = delivering()
        self.chain = self.terminal.chain
        self.chain.boot()
        self.chain.enrol(self.terminal.first_key)
        self.configure(self.chain)
        self.vote(self.chain, votes or self.dice.randint(2, 8))
        self.terminal.send()

    def configure(self, chain: Chain) -> None:
        """As central has signed it."""
        counter = self.terminal.device.counter
        chain.configure(1, counter.unit_id, counter.pk)

    def vote(self, chain: Chain, number: int) -> None:
        """So many people."""
        for _ in range(number):
            chain.rate(self.dice.randint(1, 5), chain.boottime_ns + self.dice.randint(1, 10**11))

    def twin(self, size: int | None = None) -> Chain:
        """A copy of the terminal's disk and keys, as it was at that size."""
        entries = self.chain.entries[: len(self.chain.entries) if size is None else size]
        found = replace(self.chain, entries=list(entries), boottime_ns=entries[-1].boottime_ns)
        state = evolve.begin(self.terminal.first_key, 2)
        for entry in entries[1:]:
            state = state.after(entry.hash)
        return replace(found, evolving=state)

    def refused(self, batch: Batch, chain: Chain, *codes: str) -> None:
        """Central refuses it with one of these codes, and holds what it held."""
        before = self.held()
        try:
            self.terminal.send(batch, chain)
        except ProtocolError as error:
            if error.code not in codes:
                raise NothingChanged(f"refused for another reason: {error.code} {error}") from error
        else:
            raise Undetected("central takes it")
        if self.held() != before:
            raise Undetected("central refuses, and has changed")

    def held(self) -> tuple[list[bytes], int]:
        """Hashes in order, and how many ratings are counted."""
        from central.models import Entry as Row
        from central.models import HourlyCount

        rows = Row.objects.filter(device=self.terminal.device).order_by("ledger_id", "seq")
        counts = HourlyCount.objects.filter(device=self.terminal.device).values_list("n", flat=True)
        return [bytes(digest) for digest in rows.values_list("hash", flat=True)], sum(counts)

    def alarmed(self, *kinds: str) -> None:
        """These alarms are open."""
        from central.models import Alarm

        found = set(Alarm.objects.filter(device=self.terminal.device).values_list("kind", flat=True))
        if not set(kinds) <= found:
            raise Undetected(f"alarms {sorted(found)}, not {sorted(kinds)}")

    def tag_is(self, *states: str) -> None:
        """What central says of the tags."""
        from central.models import Ledger

        found = Ledger.objects.get(device=self.terminal.device, ledger_id=self.chain.ledger_id).tag_state
        if found not in states:
            raise Undetected(f"the tag passes for {found}")

    def flagged(self, after: int) -> None:
        """Every rating after this entry says that it is in doubt."""
        from central.flags import Flag
        from central.models import Rating

        rated = Rating.objects.filter(device=self.terminal.device, seq__gt=after).values_list(
            "flags", flat=True
        )
        if not rated or not all(flags & Flag.TAG_BROKEN for flags in rated):
            raise Undetected("ratings in doubt are not flagged")


def _differ(ours: Sequence[Entry], theirs: Sequence[Entry]) -> None:
    if [entry.hash for entry in ours] == [entry.hash for entry in theirs]:
        raise NothingChanged("both histories are the same")


def old_image(stage: Stage) -> None:
    """An older image of the card is put back, and people go on voting."""
    found = Attacked(stage)
    size = stage.dice.randint(4, len(found.chain.entries) - 1)
    old = found.twin(size)
    found.vote(old, stage.dice.randint(1, 5))
    _differ(old.entries, found.chain.entries[: len(old.entries)])
    found.refused(old.batch(stage.dice.randint(0, size)), old, "409.2")
    found.alarmed("fork")


def clone(stage: Stage) -> None:
    """Two copies of the card, both alive."""
    found = Attacked(stage)
    other = found.twin()
    size = len(other.entries)
    found.vote(found.chain, stage.dice.randint(1, 4))
    found.vote(other, stage.dice.randint(1, 4))
    _differ(other.entries, found.chain.entries)
    found.terminal.send()
    found.refused(other.batch(size), other, "409.2")
    found.vote(found.chain, 1)
    found.terminal.send()
    found.alarmed("clone")


def replay(stage: Stage) -> None:
    """A batch of the past again, as it was, for another ledger, or under another key."""
    found = Attacked(stage)
    size = len(found.chain.entries)
    first = stage.dice.randint(0, size - 1)
    until = stage.dice.randint(first + 1, size)
    batch = found.chain.batch(first, until, tag=False)
    way = stage.dice.choice(("again", "ledger", "key"))
    if way == "again":
        before = found.held()
        found.terminal.send(batch)
        if found.held() != before:
            raise Undetected("it counts twice")
    elif way == "ledger":
        found.refused(batch, replace(found.chain, ledger_id=secrets.token_bytes(16)), "400.3")
    else:
        stranger = replace(found.chain, key=keys.generate("device"))
        found.refused(stranger.batch(first, until), found.chain, "401.1")


def rewrite_and_send(stage: Stage) -> None:
    """What has a receipt is rewritten with all keys, and sent again."""
    found = Attacked(stage)
    size = len(found.chain.entries)
    victim = stage.dice.randint(4, size)
    forged = found.twin(victim - 1)
    for entry in found.chain.entries[victim - 1 :]:
        body = parse(entry.payload)
        level = int(str(body["level"]))
        forged.add(
            entry.kind, body | {"level": level % 5 + 1 if entry.seq == victim else level}, entry.boottime_ns
        )
    found.vote(forged, stage.dice.randint(0, 2))
    _differ(forged.entries[:size], found.chain.entries)
    # After the receipt only: the entries do not fit the checkpoint. From before it: another history.
    found.refused(forged.batch(stage.dice.randint(0, size)), forged, "409.2", "400.3")


def _with_tail(stage: Stage) -> tuple[Attacked, int, Evolving]:
    """A terminal with votes that central does not hold yet, and the key that lies on its disk now."""
    found = Attacked(stage)
    size = len(found.chain.entries)
    found.vote(found.chain, stage.dice.randint(2, 6))
    assert found.chain.evolving is not None
    return found, size, found.chain.evolving


def _rewritten(found: Attacked, size: int, end: int) -> Chain:
    """The chain with another tail: some vote in it has another level."""
    forged = replace(found.twin(size), evolving=None)
    victim = found.dice.randint(size + 1, end)
    for entry in found.chain.entries[size:end]:
        level = int(str(parse(entry.payload)["level"]))
        body: dict[str, Json] = {"level": level % 5 + 1 if entry.seq == victim else level, "source": "touch"}
        forged.add("rating", body, entry.boottime_ns)
    _differ(forged.entries, found.chain.entries)
    return forged


def _sent_with(found: Attacked, forged: Chain, size: int, tag: bytes) -> None:
    batch = msgspec.structs.replace(forged.batch(size), tag=tag.hex())
    found.terminal.send(batch, forged)
    found.tag_is("broken")
    found.alarmed("tag")
    found.flagged(size)


def rewrite_tail(stage: Stage) -> None:
    """Votes that central does not hold yet are rewritten by somebody with root and the signing key."""
    found, size, now = _with_tail(stage)
    forged = _rewritten(found, size, len(found.chain.entries))
    guess = Evolving(size, now.key, found.twin(size).evolving.tag)  # type: ignore[union-attr]
    for entry in forged.entries[size:]:
        guess = guess.after(entry.hash)
    _sent_with(found, forged, size, stage.dice.choice((now.tag, guess.tag, secrets.token_bytes(32))))


def rewrite_and_append(stage: Stage) -> None:
    """The same, and then the program goes on from there with the key of now."""
    found, size, now = _with_tail(stage)
    forged = _rewritten(found, size, len(found.chain.entries))
    forged.evolving = now
    found.vote(forged, stage.dice.randint(1, 5))
    _sent_with(found, forged, size, forged.evolving.tag)


def truncate_and_continue(stage: Stage) -> None:
    """Votes that central does not hold yet are cut off, and the program goes on from there with the key of now."""
    found, size, now = _with_tail(stage)
    end = stage.dice.randint(size, len(found.chain.entries) - 1)
    forged = replace(found.twin(end), evolving=now)
    found.vote(forged, stage.dice.randint(1, 5))
    _differ(forged.entries, found.chain.entries)
    assert forged.evolving is not None
    _sent_with(found, forged, size, forged.evolving.tag)


def tag_left_out(stage: Stage) -> None:
    """A tail is rewritten and sent without a tag: it is never vouched for, and says so ("pending")."""
    found, size, _now = _with_tail(stage)
    forged = _rewritten(found, size, len(found.chain.entries))
    found.terminal.send(forged.batch(size, tag=False), forged)
    found.tag_is("pending")


def forged_anchor_entry(stage: Stage) -> None:
    """A time in the ledger that central has not said: the votes of that boot are not dated by it."""
    from central.flags import Flag
    from central.models import Rating

    found = Attacked(stage)
    size = len(found.chain.entries)
    found.chain.reboot()
    found.vote(found.chain, 2)
    claimed_ms = NOON_MS - stage.dice.randint(1, 400) * (DAY // 10**6)
    if stage.dice.random() < 0.5:
        honest, found.chain.central = found.chain.central, stage.stranger
        found.chain.anchor(claimed_ms)
        found.chain.central = honest
    else:
        told = replace(found.chain, entries=list(found.chain.entries), evolving=None).anchor(NOON_MS)
        found.chain.add("clock_anchor", parse(told.payload) | {"utc_ms": claimed_ms}, told.boottime_ns)
    found.terminal.send()
    rated = Rating.objects.filter(device=found.terminal.device, seq__gt=size)
    if not rated or not all(row.flags & Flag.UNANCHORED for row in rated):
        raise Undetected("votes are dated by it")


def forged_config_entry(stage: Stage) -> None:
    """A configuration in the ledger that central has not signed for this terminal: votes stay where they belong."""
    from central.models import Rating

    found = Attacked(stage)
    size = len(found.chain.entries)
    elsewhere = found.terminal.device.counter_id + 1
    if stage.dice.random() < 0.5:
        honest, found.chain.central = found.chain.central, stage.stranger
        found.chain.configure(2, elsewhere, elsewhere)
        found.chain.central = honest
    else:
        found.chain.configure(2, elsewhere, elsewhere, device="0123456789")
    found.vote(found.chain, 2)
    found.terminal.send()
    rated = Rating.objects.filter(device=found.terminal.device, seq__gt=size, counted=True)
    if [row.counter_id for row in rated] != [found.terminal.device.counter_id] * 2:
        raise Undetected("votes count elsewhere")
