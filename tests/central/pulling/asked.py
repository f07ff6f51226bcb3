"""A terminal with a real ledger that is asked, and its rows at central."""

import secrets
from pathlib import Path

from central import clock, configs, server
from central.models import Device, EvolvingKey, Ledger
from kiosk.clock import SystemClock
from kiosk.ledger import evolve
from kiosk.ledger.office import opened
from kiosk.messages import wire
from sync.contact import Settings
from sync.place import Place
from sync.protocol import ACCEPTED
from sync.store import Identity, Store
from tests.central import makers
from tests.kiosk.ledger.terminal import vote
from tests.sync.world import PROGRAM, SHORT


def terminal(folder: Path) -> tuple[Settings, Device]:
    """Enrolled, with the configuration of its counter."""
    where = Settings(Place(folder), "", "", PROGRAM, SystemClock(), SHORT)
    device = makers.device(where.place.key_or_new())
    first_key, here = secrets.token_bytes(32), server.this()
    EvolvingKey.objects.create(
        device=device, first_key=first_key, evolve_check=evolve.check_of(first_key), created_at=clock.now()
    )
    configs.issue(device)
    config = configs.current(device)
    assert config is not None
    url, public = "https://central.example", here.key.public
    with opened(folder, where.clock, PROGRAM) as own:
        enrolment = wire.PutEnrolment(device.pk, url, public.raw.hex(), first_key.hex(), config.note)
        assert isinstance(own.handle(enrolment), wire.Done)
        assert own._keeper.ledger_id is not None
        Ledger.objects.create(device=device, ledger_id=own._keeper.ledger_id, admitted=True)
    with Store(where.place.database) as store:
        store.enrol(Identity(device.pk, url, public, ACCEPTED))
    return where, device


def votes(where: Settings, *levels: int) -> None:
    """Ratings, as a kiosk keeps them."""
    with opened(where.place.data_dir, where.clock, PROGRAM) as own:
        own._keeper.append([vote(level) for level in levels])
