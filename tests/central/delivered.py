"""An accepted terminal with a ledger of the enrolment, and ways to deliver."""

import secrets
from dataclasses import dataclass

import msgspec

from central import clock, server
from central.ingest.ingest import ingest
from central.models import Device, EvolvingKey, Ledger
from kiosk.ledger import evolve
from sync import keys
from sync.protocol import Batch
from tests.central import makers
from tests.central.chains import Chain


@dataclass
class Delivered:
    """A terminal: its device row, its chain, and what happens to what it sends."""

    device: Device
    chain: Chain
    first_key: bytes

    def send(self, batch: Batch | None = None, chain: Chain | None = None) -> str:
        """Deliver a batch, or everything that is not held yet; says the receipt."""
        chain = chain or self.chain
        if batch is None:
            ledger = Ledger.objects.filter(device=self.device, ledger_id=chain.ledger_id).first()
            batch = chain.batch(0 if ledger is None else ledger.size)
        return ingest(chain.ledger_id, batch, msgspec.json.encode(batch)).receipt

    def successor(self) -> Chain:
        """A new ledger of the same terminal."""
        return Chain(self.chain.device, self.chain.central, self.chain.key)


def delivering() -> Delivered:
    """A terminal whose ledger is that of its enrolment."""
    key = keys.generate("device")
    device = makers.device(key)
    chain = Chain(device.pk, server.this().key, key)
    first_key = secrets.token_bytes(32)
    EvolvingKey.objects.create(
        device=device, first_key=first_key, evolve_check=evolve.check_of(first_key), created_at=clock.now()
    )
    Ledger.objects.create(device=device, ledger_id=chain.ledger_id, admitted=True)
    return Delivered(device, chain, first_key)
