"""Central's word, as a terminal gets it: real keys, real notes."""

from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.ledger.keeper import Keeper
from kiosk.messages import wire
from kiosk.messages.statements import Checkpoint, ConfigStatement, TimeStatement
from sync.keys import SigningKey, generate

DEVICE = "0123456789"
FIRST_KEY = bytes(range(32))
NOW_MS = 1_795_309_200_000

STATEMENT = ConfigStatement(
    DEVICE,
    1,
    "unit-7",
    "counter-9",
    unit="UBND phường Sông Công",
    counter="Quầy 1",
    question="Hài lòng không?",
)


@dataclass
class Central:
    """A central server's keys and what it says with them."""

    key: SigningKey = field(default_factory=lambda: generate("central"))
    device_key: SigningKey = field(default_factory=lambda: generate("device"))

    def enrolment(
        self, statement: ConfigStatement | None = STATEMENT, **other: str | bool | None
    ) -> wire.PutEnrolment:
        """The message that follows an enrolment; `other` replaces fields of it."""
        fields: dict[str, Any] = {
            "device": DEVICE,
            "url": "https://central.example",
            "central_public_key": self.key.public.raw.hex(),
            "first_key": FIRST_KEY.hex(),
            "config": None if statement is None else self.config(statement),
        }
        return wire.PutEnrolment(**(fields | other))

    def config(self, statement: ConfigStatement) -> str:
        return self.key.sign(statement.text()).render()

    def time(self, nonce: str, utc_ms: int = NOW_MS) -> str:
        return self.key.sign(TimeStatement(bytes.fromhex(nonce), utc_ms).text()).render()

    def receipt(self, ledger_id: bytes, size: int, head: bytes) -> str:
        note = self.device_key.sign(Checkpoint(ledger_id, size, head).text())
        return self.key.cosign(note, NOW_MS // 1000).render()

    def receipt_for(self, keeper: Keeper) -> str:
        """For everything that a ledger holds now."""
        assert keeper.ledger_id is not None
        return self.receipt(keeper.ledger_id, keeper.head.seq, keeper.head.hash)


def revised(revision: int, question: str = STATEMENT.question) -> ConfigStatement:
    return replace(STATEMENT, revision=revision, question=question)


def unsigned(note: str) -> str:
    """The same text with the signature of somebody else's key of the same role."""
    text = note.rpartition("\n\n")[0] + "\n"
    return Central().key.sign(text).render()
