"""Whatever happens in whatever order, every press is accounted for and nobody is thanked for nothing."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hardware.events import Source, Tap, TroubleKind
from kiosk.faults import FaultCode
from kiosk.ledger.kinds import Kind
from kiosk.view import PRESSED, ScreenName
from tests.kiosk.controller.terminal import Terminal

LEVELS = st.integers(1, 5)
HOLDING = [Source.GPIO, Source.PAD]
DISK = st.sampled_from([FaultCode.DISK_FULL, FaultCode.READ_ONLY, FaultCode.LEDGER_ERROR])


class AnyDay(RuleBasedStateMachine):
    """Citizens, children, bad contacts and bad cards, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.t = Terminal()
        self.presses = 0
        self.broken = False

    @rule(level=LEVELS, source=st.sampled_from(list(Source)))
    def a_press(self, level: int, source: Source) -> None:
        self.t.press(level, source)
        self.presses += 1

    @rule(first=LEVELS, second=LEVELS)
    def two_at_once(self, first: int, second: int) -> None:
        self.t.both(first, second)
        self.presses += 2

    @rule(level=LEVELS, times=st.integers(2, 50), gap_s=st.floats(0.001, 2.0))
    def pounding(self, level: int, times: int, gap_s: float) -> None:
        for _ in range(times):
            self.t.press(level, Source.GPIO).after(gap_s)
        self.presses += times

    @rule(seconds=st.floats(0.001, 90))
    def time_passes(self, seconds: float) -> None:
        self.t.after(seconds)

    @rule(seconds=st.sampled_from([0.0, 0.01, 4.0, 12.0]))
    def the_card_takes_so_long(self, seconds: float) -> None:
        self.t.commit_s = seconds

    @precondition(lambda self: not self.broken)
    @rule(code=DISK)
    def the_disk_breaks(self, code: FaultCode) -> None:
        self.broken = True
        self.t.fails = code
        self.t.broke(code)

    @precondition(lambda self: self.broken)
    @rule()
    def the_disk_recovers(self) -> None:
        self.broken = False
        self.t.fails = None
        self.t.available()

    @rule(kind=st.sampled_from(list(TroubleKind)), active=st.booleans())
    def an_input_ails(self, kind: TroubleKind, active: bool) -> None:
        self.t.trouble(kind, Source.GPIO, active=active, level=3 if kind is TroubleKind.STUCK else None)

    @rule(first=st.sampled_from([1, 5]), apart_s=st.floats(0.05, 8.0), source=st.sampled_from(HOLDING))
    def a_technician_holds_both(self, first: int, apart_s: float, source: Source) -> None:
        votes = self.t.after(0.2).counted()  # no button makes two presses in less
        # What a citizen has changed twice within a second is not written yet, and so is no vote to compare with.
        visit = self.t.state.visit
        is_written = visit is None or visit.wanted is None
        is_prompt = (
            self.t.commit_s == 0.0 and not self.broken and not self.t.waiting and not self.t.state.owed
        ) and is_written
        self.t.hold(first, 6 - first, apart_s, source)
        self.presses += 2
        if is_prompt and self.t.shows(ScreenName.SERVICE):
            self.t.after(1.0)
            assert self.t.counted() == votes, (
                "their own presses were never votes, and nobody else's were touched"
            )

    @rule()
    def the_corners_are_held(self) -> None:
        self.t.gesture()

    @rule()
    def the_page_is_closed(self) -> None:
        self.t.tell(Tap("close", self.t.now_ns, Source.TOUCH))

    @invariant()
    def nobody_is_thanked_for_nothing(self) -> None:
        if self.t.shows(ScreenName.THANKED):
            assert self.t.of(Kind.RATING)

    @invariant()
    def the_thank_you_says_nothing_of_the_level(self) -> None:
        if self.t.view.name not in PRESSED:
            assert self.t.view.pressed is None

    def teardown(self) -> None:
        self.t.fails = None
        if self.broken:
            self.t.available()
        self.t.after(200)
        assert self.t.presses_kept() == self.presses
        assert self.t.shows(ScreenName.IDLE)


AnyDay.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyDay = AnyDay.TestCase
