"""What ``scripts/demo`` shows: a server, a terminal that is enrolled at it, and delivery beside it.

Everything lies in the terminal's data folder and listens on loopback only. A second demonstration in the same folder
goes on with the same server, terminal and port.
"""

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self

from assets.texts import Texts
from kiosk.ledger.disk import replace_file

UNIT, COUNTER = "UBND phường Sông Công", "Quầy 3"
START_S, END_S = 120.0, 60.0

_EVENTS = "--events"
_SETPRIV = shutil.which("setpriv")
_OUTLIVED_BY_NOBODY = (_SETPRIV, "--pdeathsig", "TERM", "--") if _SETPRIV else ()
"""The kernel ends what this program has begun when it is killed and can end nothing itself: a server would keep its
port and its database. Of util-linux; elsewhere they run on."""


class CannotShow(Exception):
    """The demonstration cannot begin or go on. The message says what to do, in two languages."""


class Demonstration:
    """A server and a delivery, running while the block lasts.

    Args:
        folder: The terminal's data folder, absolute; central's is `central` in it.
        output: Where the terminal's lines go.
        notes: Where people are told of addresses and folders.

    Raises (from the block's beginning and `play`):
        CannotShow: A program did not start, or answered no.
    """

    def __init__(self, folder: Path, output: IO[str], notes: IO[str]) -> None:
        self._folder = folder
        self._central = folder / "central"
        self._output = output
        self._notes = notes
        self._running: list[subprocess.Popen[str]] = []
        self._before: dict[int, Any] = {}
        self._starting = False
        self._told: int | None = None

    def __enter__(self) -> Self:
        self._central.mkdir(parents=True, exist_ok=True)
        # Whoever ends this program before the terminal runs must not leave a server behind that keeps the port.
        self._before = {
            number: signal.signal(number, self._leave) for number in (signal.SIGTERM, signal.SIGHUP)
        }
        try:
            listening = self._serve()
            self._tell(listening)
            if not (self._central / "demo.device").exists():
                self._enrol()
            self._start("delivery", *_hailong("sync", "run", "--data-dir", str(self._folder)))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def play(self, arguments: Sequence[str]) -> int:
        """Run the terminal; its exit code.

        The summary of a list of presses gets what central has of them: `received`, ratings of this run, and `receipt`,
        the hash of the last entry that central has signed for.
        """
        before = self._votes_so_far() if any(word.startswith("--presses") for word in arguments) else 0
        terminal = self._begin(*_hailong("demo", "--data-dir", str(self._folder)), *arguments, stdin=None)
        with _handed_on(terminal):
            summary = self._copy_lines(terminal, wanted=_EVENTS in arguments or not self._output.isatty())
            code = terminal.wait()
        self._running.remove(terminal)
        if summary is not None:
            self._say_received(summary, before)
        return code

    def _copy_lines(self, terminal: "subprocess.Popen[str]", *, wanted: bool) -> dict[str, Any] | None:
        """Hand on what the terminal says, as it comes, but for the summary."""
        summary = None
        for line in terminal.stdout or ():
            said = _object(line)
            if said is not None and "counted" in said and "event" not in said:
                summary = said
            elif wanted or said is None:
                self._output.write(line)
                self._output.flush()
        return summary

    def _say_received(self, summary: dict[str, Any], before: int) -> None:
        delivered = self._deliver()
        summary |= {"received": self._votes() - before, "receipt": json.loads(delivered)["head"]}
        self._output.write(json.dumps(summary, ensure_ascii=False) + "\n")
        self._output.flush()

    def _deliver(self) -> str:
        return self._succeed(*_hailong("sync", "once", "--json", "--data-dir", str(self._folder)))

    def _votes_so_far(self) -> int:
        """With what was pressed while no server ran (`hailong demo` alone): it is not of this run."""
        self._deliver()
        return self._votes()

    def _votes(self) -> int:
        """How many ratings central counts."""
        votes = _central("votes", "--data-dir", str(self._central), "--format", "jsonl")
        return len(self._succeed(*votes).splitlines())

    def _serve(self) -> dict[str, Any]:
        port = self._port()
        arguments = ("--host", "127.0.0.1", "--port", str(port), "--data-dir", str(self._central))
        server = self._start("central", *_central("serve", *arguments))
        # A program that hangs is ended, and its silence is the answer.
        patience = threading.Timer(START_S, server.kill)
        patience.start()
        listening = _object(server.stdout.readline() if server.stdout else "")
        patience.cancel()
        if listening is None:
            raise CannotShow(self._complaint("central"))
        return listening

    def _port(self) -> int:
        """The same each time: the terminal has been told of it."""
        kept = self._central / "demo.port"
        if kept.exists():
            return int(kept.read_text(encoding="ascii"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        replace_file(kept, str(port).encode())
        return port

    def _enrol(self) -> None:
        place = ("--unit", UNIT, "--counter", COUNTER)
        kept = self._central / "demo.code"
        if not kept.exists():  # else the answer to this very code was lost: it is asked for again
            add = _central("device", "add", *place, "--accept", "--data-dir", str(self._central))
            replace_file(kept, self._succeed(*add).encode())
        device = json.loads(kept.read_text(encoding="utf-8"))
        try:
            self._succeed(*_hailong("enrol", device["url"], device["code"], "--data-dir", str(self._folder)))
        except CannotShow:
            kept.unlink()  # it may have been too old
            raise
        replace_file(self._central / "demo.device", device["device"].encode())
        kept.unlink()

    def _tell(self, listening: dict[str, Any]) -> None:
        for _ in _languages():
            self._say(_("Central server: {url}").format(url=listening["url"]))
            if listening.get("admin_login"):
                self._say(_("First login as administrator: {link}").format(link=listening["admin_login"]))

    def _say(self, line: str) -> None:
        self._notes.write(line + "\n")
        self._notes.flush()

    def _start(self, name: str, *command: str) -> "subprocess.Popen[str]":
        """A program beside the terminal, in a session of its own: Ctrl-C is for the terminal first."""
        with self._log_of(name).open("ab") as log:
            return self._begin(*command, stderr=log, start_new_session=True)

    def _begin(
        self,
        *command: str,
        stdin: int | None = subprocess.DEVNULL,
        stderr: IO[bytes] | int | None = None,
        start_new_session: bool = False,
    ) -> "subprocess.Popen[str]":
        """Every program of the demonstration begins here, so that none is left when it ends.

        A signal that comes between a program's birth and its being noted waits until it is noted.
        """
        self._starting = True
        try:
            program = subprocess.Popen(  # noqa: S603 - our own programs
                [*_OUTLIVED_BY_NOBODY, *command],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=start_new_session,
            )
            self._running.append(program)
        finally:
            self._starting = False
        if self._told is not None:
            sys.exit(128 + self._told)
        return program

    def _leave(self, number: int, _frame: FrameType | None) -> None:
        """The first signal ends the demonstration, further ones change nothing."""
        if self._told is None:
            self._told = number
            if not self._starting:
                sys.exit(128 + number)

    def _log_of(self, name: str) -> Path:
        return self._central / f"{name}.log"

    def _complaint(self, name: str) -> str:
        log = self._log_of(name)
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
        said = [
            _("The central server does not start. Its log: {path}").format(path=log) for _ in _languages()
        ]
        return "\n".join([*said, *last])

    def _succeed(self, *command: str) -> str:
        done = self._run(*command)
        if done.returncode:
            raise CannotShow(done.stderr.strip() or done.stdout.strip())
        return done.stdout

    def _run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        program = self._begin(*command, stderr=subprocess.PIPE)
        output, errors = program.communicate()
        self._running.remove(program)
        return subprocess.CompletedProcess(command, program.returncode, output, errors)

    def _end(self) -> None:
        """The delivery first, the server last, each in good order, however often one is told to end."""
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)
        while self._running:
            program = self._running.pop()
            program.terminate()
            try:
                program.wait(END_S)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
            for stream in (program.stdout, program.stderr):
                if stream is not None:
                    stream.close()
        for number, handler in self._before.items():
            signal.signal(number, handler)


class _handed_on:  # noqa: N801 - used like a function
    """SIGTERM is handed on to the terminal; Ctrl-C reaches it by itself. Both end this program after it."""

    def __init__(self, terminal: "subprocess.Popen[str]") -> None:
        self._terminal = terminal
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        self._before = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, self._hand_on),
            signal.SIGHUP: signal.signal(signal.SIGHUP, self._hand_on),
            signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        }

    def _hand_on(self, number: int, _frame: FrameType | None) -> None:
        if self._terminal.poll() is None:
            self._terminal.send_signal(number)

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _languages() -> tuple[Texts, Texts]:
    return Texts("vi"), Texts("en")


def _hailong(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "kiosk", *arguments)


def _central(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "central", *arguments)


def _object(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
