"""What is counted step by step, whatever comes and however it is cut, is what counting everything anew gives."""

import threading
from dataclasses import dataclass, field

import msgspec
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central import clock, server
from central.counting.admit import admit
from central.counting.recount import check, repair
from central.counting.rows import Owner
from central.ingest.ingest import ingest
from central.models import Anchor as AnchorRow
from central.models import EvolvingKey, HourlyCount, Ledger, Press, Rating
from central.votes import votes
from kiosk.ledger import evolve
from kiosk.ledger.anchors import Source
from sync import keys
from sync.clock import HOUR_MS
from sync.protocol import ProtocolError
from tests.central import makers
from tests.central.chains import DAY, HOUR, MINUTE, NOON_MS, Chain

pytestmark = pytest.mark.usefixtures("database")

FIRST_KEY = bytes(range(32))


@dataclass
class World:
    """A terminal that does everything a terminal may do, and what an attacker may do with one."""

    chain: Chain
    chains: list[Chain] = field(default_factory=list)
    lost: list[Chain] = field(default_factory=list)

    def deliver(self, chain: Chain, size: int, tag: bool = True) -> None:
        held = Ledger.objects.filter(device_id=chain.device, ledger_id=chain.ledger_id).first()
        after = 0 if held is None else min(held.size, len(chain.entries))
        batch = chain.batch(after, min(len(chain.entries), after + size), tag)
        try:
            ingest(chain.ledger_id, batch, msgspec.json.encode(batch))
        except ProtocolError:
            assert chain in self.lost  # a history that was left
            return
        assert check(chain.device) == []

    def replace(self, brought: int, enrolled: bool) -> None:
        """The ledger is closed; its last entries are brought over into a new one."""
        old = self.chain
        new = Chain(old.device, old.central, old.key)
        self.chain = new
        self.chains.append(new)
        new.boot(
            continues={"file": "f", "reason": "r", "ledger": old.ledger_id.hex(), "seq": len(old.entries)}
        )
        if enrolled and old.evolving is not None:
            new.evolving = old.evolving.for_new_ledger(new.ledger_id).after(new.head)
        new.carry(old, old.entries[-brought:])

    def put_back(self, entries: int) -> None:
        """An older copy of the ledger goes on."""
        if not self.chain.entries:
            return
        self.lost.append(self.chain)
        self.chains.remove(self.chain)
        self.chain = self.chain.copied()
        self.chains.append(self.chain)
        del self.chain.entries[max(1, len(self.chain.entries) - entries) :]
        self.chain.evolving = None
        self.lost.append(self.chain)
        self.chain.boot_n = self.chain.entries[-1].boot_n + 1


def world() -> World:
    key = keys.generate("device")
    device = makers.device(key)
    chain = Chain(device.pk, server.this().key, key)
    EvolvingKey.objects.create(
        device=device, first_key=FIRST_KEY, evolve_check=evolve.check_of(FIRST_KEY), created_at=clock.now()
    )
    Ledger.objects.create(device=device, ledger_id=chain.ledger_id, admitted=True)
    return World(chain, [chain])


# Everything happens in the time before now, on a day or two around noon.
NOW_MS = NOON_MS - 40 * 24 * HOUR_MS
Step = tuple[str, int]


def step(name: str, numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), numbers)


some = st.integers(0, 6)
level = st.integers(1, 5)
PRESSES = [
    step("rate", level),
    step("rate", some),
    step("correct", some),
    step("void", some),
    step("refuse", some),
]
DELIVERIES = [step("deliver", st.integers(1, 9)), step("deliver", st.just(500))]
TIMES = [
    step("anchor", st.integers(-3, 30)),
    step("ntp", some),
    step("wait", st.sampled_from([MINUTE, HOUR, 9 * HOUR, 3 * DAY])),
    step("reboot", st.integers(-2, 2)),
]
HISTORIES = [
    step("replace", st.integers(1, 30)),
    step("put_back", st.integers(1, 5)),
    step("deliver_older", st.integers(1, 9)),
    step("admit", some),
]
TAGS = [step("bad_tag", some), step("enrol", some), step("deliver_untagged", st.integers(1, 9))]
CONFIGS = [step("configure", st.integers(1, 4))]


def scripts(*steps: st.SearchStrategy[Step]) -> st.SearchStrategy[list[Step]]:
    return st.lists(st.one_of(*steps), min_size=8, max_size=50)


def do(world: World, name: str, number: int) -> None:
    chain = world.chain
    match name:
        case "rate":
            chain.rate(number)
        case "correct":
            chain.correct(max(1, len(chain.entries) - number), 1 + number % 6)
        case "void":
            chain.void(max(1, len(chain.entries) - number))
        case "configure":
            chain.configure(number, unit=number, counter=10 * number)
        case "anchor":
            chain.anchor(NOW_MS + number * HOUR_MS, error_ms=50 + number % 3)
        case "ntp":
            chain.anchor(NOW_MS, source=Source.NTP)
        case "wait":
            chain.boottime_ns += number
        case "reboot":
            chain.reboot()
            chain.boot_n = max(1, chain.boot_n - 1 + number)
        case "enrol":
            chain.enrol(FIRST_KEY)
        case "refuse":
            chain.add("refused", {"counts": {"1": number}})
        case "deliver":
            world.deliver(chain, number)
        case "deliver_untagged":
            world.deliver(chain, number, tag=False)
        case "deliver_older":
            world.deliver(world.chains[0], number)
        case "replace":
            world.replace(number, enrolled=number % 2 == 0)
        case "put_back":
            world.put_back(number)
        case "bad_tag":
            if chain.evolving is not None:
                chain.evolving = chain.evolving.after(b"another")
        case "admit":
            waiting = (
                Ledger.objects.filter(device_id=chain.device, admitted=False).order_by("ledger_id").first()
            )
            if waiting is not None:
                admit(Owner(chain.device, bytes(waiting.ledger_id)), "test")
                assert check(chain.device) == []


def play(script: list[Step]) -> None:
    found = world()
    found.chain.enrol(FIRST_KEY)
    found.chain.configure(1)
    for name, number in script:
        do(found, name, number)
    for chain in found.chains:
        found.deliver(chain, 500)
    for ledger in Ledger.objects.filter(device_id=found.chain.device, admitted=False):
        admit(Owner(ledger.device_id, bytes(ledger.ledger_id)), "test")
    assert check(found.chain.device) == []


anything = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@anything
@given(scripts(step("rate", level), *TIMES, *DELIVERIES))
def test_times_step_by_step_and_anew_agree(script: list[Step]) -> None:
    play(script)


@anything
@given(scripts(*PRESSES, *HISTORIES, *DELIVERIES))
def test_histories_step_by_step_and_anew_agree(script: list[Step]) -> None:
    play(script)


@anything
@given(
    scripts(step("rate", level), step("replace", st.integers(1, 30)), step("admit", some), *TAGS, *DELIVERIES)
)
def test_tags_step_by_step_and_anew_agree(script: list[Step]) -> None:
    play(script)


@anything
@given(scripts(*PRESSES, *CONFIGS, *TIMES, *HISTORIES, *TAGS, *DELIVERIES))
def test_everything_step_by_step_and_anew_agree(script: list[Step]) -> None:
    play(script)


def delivered() -> World:
    found = world()
    chain = found.chain
    chain.configure(1)
    chain.anchor(NOW_MS)
    rating = chain.rate(3)
    chain.rate(5)
    chain.correct(rating.seq, 4)
    found.deliver(chain, 9)
    return found


def test_a_wrong_count_is_found_and_put_right() -> None:
    device = delivered().chain.device
    HourlyCount.objects.filter(level=4).update(n=7)
    Rating.objects.filter(level=5).delete()
    Press.objects.all().delete()
    AnchorRow.objects.update(utc_ms=1)
    Ledger.objects.update(refused_presses=9)
    lines = "\n".join(check(device))
    for word in ("a count", "rating 4 is missing", "central_press", "central_anchor", "refused presses"):
        assert word in lines
    assert "level" not in lines
    assert repair(device)
    assert check(device) == []
    assert {row.level: row.n for row in HourlyCount.objects.all()} == {4: 1, 5: 1}


def test_a_count_that_is_right_is_left_alone() -> None:
    device = delivered().chain.device
    assert repair(device) == []


def test_what_is_looked_at_is_one_moment_while_terminals_go_on_delivering() -> None:
    """Counting anew takes several statements; what arrives between them must not look like a mistake."""
    found = delivered()
    done = threading.Event()

    def look() -> None:
        try:
            while not done.is_set():
                differences.extend(check(found.chain.device))
                looks.append(len(list(votes(found.chain.device))))
        finally:
            connection.close()

    differences: list[str] = []
    looks: list[int] = []
    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(100):
        for _ in range(5):
            found.chain.rate(2)
        found.deliver(found.chain, len(found.chain.entries))
    done.set()
    looking.join()
    assert len(looks) > 1
    assert looks == sorted(looks)
    assert differences == []
