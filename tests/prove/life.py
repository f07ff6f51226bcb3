"""What may happen to a terminal and its central; hypothesis chooses in which order. See `tests.prove.life_run`."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from central.models import DeviceStatus
from sync.errors import Refused
from tests.prove.life_world import World

levels = st.integers(1, 5)
losses = st.lists(st.sampled_from(("request", "answer", None)), min_size=1, max_size=4)


class Life(RuleBasedStateMachine):
    """One life. `steps` and `sums` count what happened in all of them."""

    steps: ClassVar[Counter[str]] = Counter()
    sums: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hailong-life-"))
        self.world = World(self.folder)
        self.revoked = False

    @rule(levels=st.lists(levels, min_size=1, max_size=8))
    def press(self, levels: list[int]) -> None:
        """People vote."""
        self.steps["press"] += 1
        for level in levels:
            self.world.press(level)

    @rule(levels=st.lists(levels, min_size=1, max_size=8))
    def press_and_push(self, levels: list[int]) -> None:
        """People vote, and it is delivered."""
        self.press(levels)
        self.push()

    @rule(level=levels)
    def correct(self, level: int) -> None:
        """Somebody corrects."""
        self.steps["correct"] += 1
        self.world.correct(level)

    @rule()
    def push(self) -> None:
        """A contact that nothing disturbs."""
        self.steps["push"] += 1
        error = self.world.push()
        if self.revoked:
            assert isinstance(error, Refused), error
            assert error.problem.code == "403.2"

    @rule(losses=losses)
    def cut(self, losses: list[str | None]) -> None:
        """A contact that is cut."""
        self.steps["cut"] += 1
        self.world.push(losses)

    @rule(clean=st.booleans())
    def reboot(self, clean: bool) -> None:
        """Off and on, in good order or not."""
        self.steps["reboot"] += 1
        self.world.reboot(clean=clean)

    @rule(seconds=st.integers(-400 * 86_400, 400 * 86_400), synced=st.booleans())
    def step_clock(self, seconds: int, synced: bool) -> None:
        """The wall clock jumps."""
        self.steps["clock step"] += 1
        self.world.clock.wall = max(0, self.world.clock.wall + seconds * 10**9)
        self.world.clock.synced = synced

    @rule(seconds=st.integers(1, 20_000))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.steps["time passes"] += 1
        self.world.clock.advance(seconds)

    @rule()
    def revoke(self) -> None:
        """An administrator revokes the terminal, or takes it back."""
        self.steps["revoke"] += 1
        self.revoked = not self.revoked
        self.world.set_status(DeviceStatus.REVOKED if self.revoked else DeviceStatus.ACCEPTED)

    @rule()
    def copy_card(self) -> None:
        """Somebody makes an image of the card."""
        self.steps["image of the card"] += 1
        self.world.copy_card()

    @rule(only_ledger=st.booleans())
    def put_card_back(self, only_ledger: bool) -> None:
        """The image is put back."""
        self.steps["old card put back"] += self.world.put_card_back(only_ledger=only_ledger)

    @rule()
    def back_central_up(self) -> None:
        """A dump of central."""
        self.steps["dump of central"] += 1
        self.world.back_central_up()

    @rule()
    def restore_central(self) -> None:
        """The dump is restored."""
        restored = self.world.restore_central()
        self.steps["old database restored"] += restored
        if restored:
            self.world.set_status(DeviceStatus.REVOKED if self.revoked else DeviceStatus.ACCEPTED)

    def teardown(self) -> None:
        """What has come of it."""
        try:
            wrong = self.world.settle() or self.world.wrong()
            assert not wrong, wrong
            self.sums["votes"] += len(self.world.acknowledged)
            self.sums["gone"] += len(self.world.gone)
        finally:
            self.world.close()
            shutil.rmtree(self.folder)
