import pytest

from central.counting.meaning import Trust
from sync import keys
from sync.keys import SigningKey
from tests.central.chains import NOON_MS, Chain

DEVICE = "4T8JQ2ZK7M"


@pytest.fixture(scope="session")
def central_key() -> SigningKey:
    return keys.generate("central")


@pytest.fixture
def trust(central_key: SigningKey) -> Trust:
    return Trust(DEVICE, (central_key.public,), NOON_MS - 86_400_000)


@pytest.fixture
def chain(central_key: SigningKey) -> Chain:
    return Chain(DEVICE, central_key)
