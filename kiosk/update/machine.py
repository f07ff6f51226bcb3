"""The machine that an update is really done with: dpkg and systemd. With Python's own library only."""

import logging
import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.update.driver import Kiosk
from kiosk.update.files import Files
from kiosk.update.model import Outcome, Package, State

log = logging.getLogger(__name__)

KIOSK = "hailong-kiosk.service"
WATCH = "hailong-update-watch"
PYTHON = "/usr/bin/python3"

_DPKG_S = 900
_SYSTEMCTL_S = 60
_LOCK_TRIES, _LOCK_S = 60, 2.0
_LOCKED = re.compile(r"\block(ed)?\b")
"""In what dpkg says then, and not in the name of hailong-clock.service."""
_LONGEST = 300
_SURROUNDINGS = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}


@dataclass(frozen=True, slots=True)
class DebianMachine:
    """See `kiosk.update.driver.Machine`.

    Attributes:
        files: What is on the disk.
        root: Where packages are installed; another than `/` is for tests.
    """

    files: Files
    root: Path = Path("/")

    def load(self) -> State | None:
        """See `kiosk.update.driver.Machine`."""
        return self.files.load()

    def save(self, state: State) -> None:
        """See `kiosk.update.driver.Machine`."""
        log.info(
            "update from %s to %s: %s%s",
            state.old,
            state.new,
            state.phase,
            f", {state.reason}" if state.reason else "",
        )
        self.files.save(state)

    def clear(self, state: State, outcome: Outcome, reason: str) -> None:
        """See `kiosk.update.driver.Machine`."""
        log.info("update from %s to %s: %s%s", state.old, state.new, outcome, f", {reason}" if reason else "")
        self.files.clear(state, outcome, reason)

    def install(self, package: Package) -> str:
        """See `kiosk.update.driver.Machine`. Waits while another program uses dpkg."""
        file = self.files.package(package)
        if not file.exists() and package is Package.PREVIOUS:
            file = self.files.current  # it was put back already, and the power went before that was written
        command = ["dpkg", f"--root={self.root}", "--force-confold", "--force-downgrade"]
        if package is Package.PREVIOUS:
            command.append("--force-depends")  # it has worked here, whatever dpkg says is missing
        command += ["--install", str(file)]
        for _ in range(_LOCK_TRIES):
            failure = _run(command, _DPKG_S)
            if not _LOCKED.search(failure):
                break
            self.sleep(_LOCK_S)
        os.sync()
        return failure

    def watch(self, *, after_boot: bool) -> None:
        """See `kiosk.update.driver.Machine`. Raises `OSError`."""
        command = ["systemd-run", f"--unit={WATCH}", "--collect", "--no-block", "--quiet"]
        if after_boot:
            command.append(f"--property=After={KIOSK}")
        failure = _run([*command, PYTHON, "-I", str(self.files.updater), "--watch"], _SYSTEMCTL_S)
        if failure:
            raise OSError(f"nobody can be set to watch the kiosk: {failure}")

    def kiosk(self) -> Kiosk:
        """See `kiosk.update.driver.Machine`."""
        command = ["systemctl", "show", "--property=ActiveState,InvocationID", KIOSK]
        try:
            done = subprocess.run(  # noqa: S603 - systemd's own program
                command, env=_SURROUNDINGS, capture_output=True, text=True, timeout=_SYSTEMCTL_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("systemctl: %s", error)
            return Kiosk(ready=False, invocation="")
        said = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
        state = said.get("ActiveState", "")
        return Kiosk(state == "active", said.get("InvocationID", ""), state in ("inactive", "failed"))

    def start_kiosk(self) -> None:
        """See `kiosk.update.driver.Machine`."""
        failure = _run(["systemctl", "--no-block", "start", KIOSK], _SYSTEMCTL_S)
        if failure:
            log.warning("the kiosk cannot be started: %s", failure)

    def now_s(self) -> float:
        """See `kiosk.update.driver.Machine`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `kiosk.update.driver.Machine`."""
        time.sleep(seconds)


def ran(
    command: Sequence[str], environ: Mapping[str, str], within_s: float
) -> subprocess.CompletedProcess[str]:
    """One of Debian's own programs, to its end.

    Raises:
        OSError: There is no such program.
        subprocess.TimeoutExpired: It did not end in time.
    """
    return subprocess.run(  # noqa: S603 - Debian's own programs
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=within_s,
        check=False,
    )


def _run(command: list[str], within_s: float) -> str:
    """Why a command failed, in one line; empty = it did not."""
    try:
        done = ran(command, _SURROUNDINGS, within_s)
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not end within {within_s:.0f} s"
    except OSError as error:
        return f"{command[0]}: {error}"
    if done.returncode == 0:
        return ""
    said = " ".join((done.stderr or done.stdout).split())
    return f"{command[0]} ended with {done.returncode}: {said}"[:_LONGEST]
