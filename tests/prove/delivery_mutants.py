"""Deliveries that break a promise: each must be found out. The product is wrapped; it has no switch for this."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

from kiosk.messages import wire
from sync import protocol
from sync.client import API, JSON
from sync.delivery import Delivery
from sync.errors import Trouble, Unreachable
from sync.plan import Planned, end_of

_push = Delivery._push


def _forget(delivery: Delivery, batch: Planned) -> None:
    """Take the batch for delivered, without a receipt."""
    delivery.store.go_back(batch.checkpoint.ledger_id, end_of(batch))


def _cursor_first(self: Delivery, batch: Planned) -> None:
    """The cursor moves before the receipt is there."""
    _forget(self, batch)
    _push(self, batch)


def _any_2xx(self: Delivery, batch: Planned) -> None:
    """2xx means delivered."""
    path = f"{API}/ledgers/{batch.checkpoint.ledger_id.hex()}/entries"
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    reply = self.client._channel.request("POST", path, protocol.compressed(batch.body), headers)
    if not 200 <= reply.status < 300:
        raise Unreachable(Trouble.NOT_CENTRAL, f"HTTP {reply.status}")
    _forget(self, batch)


def _drop_on_5xx(self: Delivery, batch: Planned) -> None:
    """What central answered with 5xx is not sent again."""
    try:
        _push(self, batch)
    except Unreachable as error:
        if error.trouble is not Trouble.BUSY:
            raise
        _forget(self, batch)


def _any_receipt(self: Delivery, batch: Planned) -> None:
    """A receipt is believed whatever it is for."""
    try:
        _push(self, batch)
    except Unreachable as error:
        if error.trouble is not Trouble.NO_RECEIPT:
            raise
        _forget(self, batch)


def _newest_only(self: Delivery, head: wire.Head, place: object) -> Planned | None:
    """After a failure only what is new is sent: what failed is skipped."""
    batch = _next(self, head, place)  # type: ignore[arg-type]
    if batch is not None:
        _forget(self, batch)
    return batch


_next = Delivery._next

MUTANTS: Mapping[str, tuple[str, object]] = {
    "cursor before the receipt": ("_push", _cursor_first),
    "2xx means delivered": ("_push", _any_2xx),
    "dropped on 5xx": ("_push", _drop_on_5xx),
    "any receipt is believed": ("_push", _any_receipt),
    "what failed is skipped": ("_next", _newest_only),
}


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """Every delivery of this process is that mutant, until the block ends."""
    method, replacement = MUTANTS[name]
    with mock.patch.object(Delivery, method, replacement):
        yield
