"""What a batch is refused with, beyond errors of its form.

ProtocolError           docs/protocol.md, *Problems*
├── KeyRevoked          401.1: signed by a key that another one has replaced
├── MissingBefore       409.1: entries before the batch are missing
└── OtherHistory        409.2: what the terminal signed contradicts what is held
"""

from sync.protocol import ProtocolError


class KeyRevoked(ProtocolError):
    """The key was the terminal's."""

    def __init__(self, key_id: str) -> None:
        super().__init__("401.1", f"the key {key_id} is no longer the terminal's")
        self.key_id = key_id


class MissingBefore(ProtocolError):
    """Central holds less than the batch begins after: `size` entries, the last one's hash is `head`."""

    def __init__(self, size: int, head: bytes) -> None:
        super().__init__("409.1", f"central holds {size} entries: go back to there")
        self.size, self.head = size, head


class OtherHistory(ProtocolError):
    """Central holds another entry at a seq that the terminal signed. `receipt`: the last one for this ledger."""

    def __init__(self, detail: str, receipt: str | None) -> None:
        super().__init__("409.2", detail)
        self.receipt = receipt
