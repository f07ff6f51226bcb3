"""A running server with one enrolled terminal, whose ledger is made here."""

from pathlib import Path

import msgspec
import requests

from kiosk.messages.notes import PublicKey
from sync import keys
from sync.protocol import Batch, compressed
from tests.central import served
from tests.central.chains import Chain
from tests.central.served import RemoteTerminal
from tests.central.terminal import LEDGER
from tests.system.program import PATIENCE_S

UNIT, COUNTER = "UBND phường Sông Công", "Quầy 1"


def send(url: str, chain: Chain, batch: Batch) -> requests.Response:
    return requests.post(
        f"{url}/api/v1/ledgers/{chain.ledger_id.hex()}/entries",
        data=compressed(msgspec.json.encode(batch)),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
        timeout=PATIENCE_S,
    )


class Place:
    """A server with one enrolled terminal, and what the terminal was told."""

    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url
        self.code = served.said("device", "add", "--unit", UNIT, "--counter", COUNTER, "--accept", data=data)
        terminal = RemoteTerminal(url)
        self.told = terminal.enrol(self.code["code"]).json()
        self.central = PublicKey("central", bytes.fromhex(self.told["central"]["public_key"]))
        # Whatever signs for central here is not asked: its word comes from the server.
        self.chain = Chain(self.told["device"], keys.generate("central"), terminal.key, LEDGER)

    def begin(self) -> Chain:
        """The terminal's first entries: enrolled, and configured by central."""
        self.chain.boot()
        self.chain.enrol(bytes.fromhex(self.told["first_key"]))
        self.configure(self.chain)
        return self.chain

    def lines(self, *arguments: str) -> list[str]:
        done = served.run(*arguments, data=self.data)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def configure(self, chain: Chain) -> None:
        chain.add("config", {"origin": "central", "revision": 1, "signed": self.told["config"]})
