"""What is examined: one terminal, with its configuration and the account that the kiosk has."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.config.errors import Problem
from kiosk.config.model import Config
from kiosk.doctor.account import Account
from kiosk.doctor.machine import Machine
from kiosk.doctor.running import RunningKiosk
from kiosk.messages.statements import ConfigStatement
from kiosk.messages.wire import RefusedConfig


@dataclass(frozen=True)
class Subject:
    """Everything that a check may ask for.

    Attributes:
        machine: The machine.
        config: What applies here; the built-in values where the configuration is wrong.
        problems: What is wrong with the configuration.
        account: Whose rights count.
        kiosk: The kiosk that runs on the data folder, if one does.
        headless: Whether this terminal is meant to have no screen.
        demo: Whether the data folder is that of a demo, which may be anywhere.
        own: The configuration without central's settings; None = the same.
        statement: Central's configuration in use; None = there is none.
        refused: The one that the kiosk has refused last; None = none, as far as is known.
    """

    machine: Machine
    config: Config
    problems: tuple[Problem, ...]
    account: Account
    kiosk: RunningKiosk | None
    headless: bool = False
    demo: bool = False
    own: Config | None = None
    statement: ConfigStatement | None = None
    refused: RefusedConfig | None = None

    @property
    def ledger_folder(self) -> Path:
        """Where the ledger is, or will be."""
        return self.config.data_dir / "ledger"
