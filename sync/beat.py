"""What a terminal says of itself: by itself in a heartbeat, or when it is asked (docs/protocol.md)."""

from kiosk.clock import Clock
from kiosk.messages import wire
from kiosk.messages.statements import Checkpoint
from sync.health import health_of
from sync.keys import SigningKey
from sync.protocol import HeartbeatRequest, RefusedConfig
from sync.source import Source
from sync.store import Store


def beat_of(
    ledger: Source, store: Store, key: SigningKey, head: wire.Head, program: str, pull: str, clock: Clock
) -> HeartbeatRequest:
    """The body of a heartbeat.

    Args:
        ledger: The one that `head` is of.
        store: Open.
        key: The device's.
        head: Where the chain ends.
        program: Name and version.
        pull: The address at which central may pull; empty = none.
        clock: The machine's clocks.

    Raises:
        LocalFault: The store cannot be read.
    """
    identity = store.identity()
    waiting = ledger.waiting(store.cursor(ledger.ledger_id).seq)
    end = Checkpoint(ledger.ledger_id, head.seq, bytes.fromhex(head.hash))
    checkpoint = key.sign(end.text()).render()
    refused = None if head.refused is None else RefusedConfig(head.refused.revision, head.refused.reason)
    return HeartbeatRequest(
        checkpoint,
        head.config_revision,
        program,
        waiting.entries,
        pull or None,
        refused=refused,
        central=None if identity is None else identity.central.key_id,
        health=health_of(ledger, waiting, head, store.path.parent, clock),
    )
