"""A terminal to examine: a fake tree for ``/sys``, ``/proc``, ``/dev`` and ``/etc``, and a real data folder."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hardware.errors import GpioUnavailable
from hardware.gpiochip import ChipLibrary
from kiosk.config.kinds import Value
from kiosk.config.model import Config, build
from kiosk.config.options import defaults
from kiosk.doctor.account import Account
from kiosk.doctor.machine import Machine
from kiosk.doctor.subject import Subject
from tests.kiosk.fakes import FakeClock

KIOSK = Account("hailong-kiosk", 990, frozenset({990}))


def no_lgpio() -> ChipLibrary:
    """As on a machine without it."""
    raise GpioUnavailable("lgpio is not installed")


def machine(root: Path, clock: FakeClock | None = None) -> Machine:
    """A machine of which only what is in `root` is known."""
    return Machine(
        root=root,
        environ={},
        clock=clock or FakeClock(synced=True),
        load_lgpio=no_lgpio,
        firmware=lambda: "",
    )


def configured(changes: Mapping[str, Value]) -> Config:
    """The built-in configuration with some options changed, by dotted key."""
    return build({**defaults(), **changes})


def subject(root: Path, **changes: Value) -> Subject:
    """A terminal with its data in ``root/data``; options by key with ``__`` for the point."""
    keys = {name.replace("__", "."): value for name, value in changes.items()}
    config = configured({"data_dir": root / "data", **keys})
    return Subject(machine(root), config, (), KIOSK, None)


def as_user(found: Subject, account: Account) -> Subject:
    """The same terminal, its kiosk run by somebody else."""
    return replace(found, account=account)


def put(root: Path, name: str, text: str) -> Path:
    """A file in the tree."""
    path = root / name.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
