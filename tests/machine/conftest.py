"""One machine for all tests: booting it is what takes time. Each test begins with it on, and idle."""

from collections.abc import Iterator

import pytest

from tests.machine.central import Central, year_ago
from tests.machine.central import central as served
from tests.machine.citizen import Citizen
from tests.machine.image import image
from tests.machine.screen import IDLE
from tests.machine.vm import WATCHDOG, Machine, Power, machine


@pytest.fixture(scope="session")
def hardware() -> Iterator[Machine]:
    """The machine, off."""
    with machine(image()) as found:
        yield found


@pytest.fixture
def terminal(hardware: Machine) -> Machine:
    """The machine, on and waiting for the next citizen. Its clock was a year back when it was switched on."""
    if not hardware.is_on:
        hardware.switch_on(Power(clock=year_ago(), more=WATCHDOG))
    Citizen(hardware).waits_for(IDLE)
    return hardware


@pytest.fixture
def central() -> Iterator[Central]:
    """A server that knows no terminal yet."""
    with served() as found:
        yield found


@pytest.fixture
def citizen(terminal: Machine) -> Iterator[Citizen]:
    """Somebody in front of it."""
    found = Citizen(terminal)
    yield found
    found.leaves()
