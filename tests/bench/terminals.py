"""Terminals for the benches of central: enrolled, with votes that look like those of a counter."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import msgspec

from kiosk.clock import rfc3339
from sync import keys
from sync.protocol import compressed
from tests.central import served
from tests.central.chains import NOON_MS, Chain
from tests.prove.evidence import ON_DISK


@dataclass(frozen=True)
class Server:
    """A running server, whose database this process can look into."""

    url: str
    database_url: str
    data: Path


@contextmanager
def server(workers: int) -> Iterator[Server]:
    """`hailong-central serve` with its embedded PostgreSQL, in a folder on a disk."""
    above = Path(tempfile.mkdtemp(prefix="hailong-bench-", dir=ON_DISK))
    above.chmod(0o711)
    data = above / "data"
    try:
        with served.serving(data, "--workers", str(workers)) as program:
            yield Server(served.url(program), django_on(data), data)
            forget()
    finally:
        shutil.rmtree(above)


def django_on(data: Path) -> str:
    """Set Django up on the server's database."""
    from central.embedded import Cluster
    from central.place import Place
    from central.runner import runner

    url = Cluster(Place(data).postgresql, runner()).url
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "central.settings",
        "HAILONG_CENTRAL_DATA_DIR": str(data),
        "DATABASE_URL": url,
    }
    django.setup()
    return url


def forget() -> None:
    """Let go of the server's database."""
    from django.db import connections

    connections.close_all()


class Voter:
    """A terminal with a chain that is enrolled, configured and knows the time, and has delivered that.

    Args:
        seed: Another number, other votes.
    """

    def __init__(self, seed: int) -> None:
        from central import clock, server
        from central.ingest.ingest import ingest
        from central.models import EvolvingKey, Ledger
        from kiosk.ledger.evolve import check_of
        from tests.central import makers

        self._dice = random.Random(seed)  # noqa: S311 - repeatable
        key = keys.generate("device")
        device = makers.device(key)
        first_key = self._dice.randbytes(32)
        check = check_of(first_key)
        EvolvingKey.objects.create(
            device=device, first_key=first_key, evolve_check=check, created_at=clock.now()
        )
        self.chain = Chain(device.pk, server.this().key, key)
        Ledger.objects.create(device=device, ledger_id=self.chain.ledger_id, admitted=True)
        self.chain.boot()
        self.chain.enrol(first_key)
        self.chain.configure(1, device.counter.unit_id, device.counter_id)
        self.chain.anchor(NOON_MS - 30 * 86_400_000)
        batch = self.chain.batch()
        ingest(self.chain.ledger_id, batch, msgspec.json.encode(batch))

    def vote(self, n: int) -> None:
        """So many ratings, some seconds or minutes apart."""
        for _ in range(n):
            self.chain.boottime_ns += self._dice.randint(8_000_000_000, 300_000_000_000)
            level = self._dice.choices((1, 2, 3, 4, 5), (3, 5, 12, 35, 45))[0]
            wall = rfc3339((NOON_MS - 30 * 86_400_000) * 1_000_000 + self.chain.boottime_ns)
            body = {"level": level, "source": "touch", "wall": wall, "synced": True}
            self.chain.add("rating", msgspec.json.encode(body), self.chain.boottime_ns)

    def request(self, n: int) -> tuple[str, bytes]:
        """A batch of so many new votes: the path, and the compressed body."""
        after = len(self.chain.entries)
        self.vote(n)
        body = compressed(msgspec.json.encode(self.chain.batch(after)))
        return f"/api/v1/ledgers/{self.chain.ledger_id.hex()}/entries", body
