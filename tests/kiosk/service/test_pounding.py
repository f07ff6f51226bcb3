"""A page that a technician has left open is pounded upon: nobody gets behind the PIN, and soon it is shut."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from assets.texts import Texts
from hardware.events import Source, Tap
from kiosk.controller.rules import S
from kiosk.controller.state import Attend, Attended, Examined
from kiosk.leaf import Leaf, TryPin
from kiosk.ledger.kinds import Kind
from kiosk.screens.painter import Painter
from kiosk.screens.wording import Wording
from kiosk.service.gate import NAME, Gate
from kiosk.service.pin import hash_of
from kiosk.view import ScreenName
from tests.kiosk.controller.terminal import FACTS, Terminal
from tests.kiosk.fakes import FakeClock

PIN = "4711"
MOST_LOOKED_AT = 10
"""In the ten minutes after which the page is shut in any case: 3 at once, then 30, 60, 120 and 240 s apart."""


@pytest.mark.parametrize("seed", range(3))
def test_eight_touches_a_second_anywhere_on_the_glass(tmp_path: Path, seed: int) -> None:
    draw, texts = random.Random(seed), Texts("vi")  # noqa: S311 - nothing secret
    painter = Painter((800, 480), 0.192, texts, Wording.from_texts(texts))
    t = Terminal().gesture()
    t.tell(Examined(replace(FACTS, items=(Leaf.INPUTS, Leaf.RESTART))))
    clock = FakeClock(now_ns=t.now_ns)
    gate = Gate(hash_of(PIN, 2), tmp_path / NAME, clock)
    began_ns, looked_at = t.now_ns, 0
    while t.shows(ScreenName.SERVICE):
        x, y = draw.randrange(800), draw.randrange(480)
        hit = [
            name
            for name, place in painter.service_sheet(t.view).targets
            if place.x <= x < place.right and place.y <= y < place.bottom and name != "close"
        ]
        asked = len(t.asked)
        for name in hit:
            t.tell(Tap(name, t.now_ns, Source.TOUCH))
        for effect in t.asked[asked:]:
            assert isinstance(effect, Attend)
            assert isinstance(effect.errand, TryPin)
            looked_at += 1
            if effect.errand.pin != PIN:  # it could be guessed, once in ten thousand times
                t.tell(Attended(gate.try_pin(effect.errand.pin)))
        t.after(0.125)
        clock.now_ns = t.now_ns
        assert t.view.service is None or t.view.service.menu.leaf in (Leaf.STATUS, Leaf.PIN)
    assert 3 <= looked_at <= MOST_LOOKED_AT
    assert t.now_ns - began_ns <= 601 * S
    assert {str(body.get("menu", body.get("page"))) for body in t.of(Kind.SERVICE)} <= {
        "opened",
        "closed",
        "wrong_pin",
    }
