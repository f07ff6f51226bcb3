"""PostgreSQL's own programs for dumps: which of them fit a database, and running them."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from central.runner import packaged

DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_PIECE = 1 << 20
_WITH_TLS = {"require", "verify-ca", "verify-full"}


class ToolError(Exception):
    """A program is missing, or has failed. The message says which, and what it said."""


@dataclass(frozen=True, slots=True)
class Tool:
    """pg_dump or pg_restore.

    Attributes:
        program: Its path.
        major: Its version.
        database: Where it connects to; without the password.
        environment: With the password, which a list of processes does not show.
    """

    program: Path
    major: int
    database: str
    environment: dict[str, str]

    @contextmanager
    def output(self, *arguments: str) -> Iterator[IO[bytes]]:
        """Run it while the block reads what it writes. Raises `ToolError` where it fails, and `OSError`."""
        with self._started(*arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as program:
            yield cast("IO[bytes]", program.stdout)

    def feed(self, source: IO[bytes], *arguments: str) -> None:
        """Run it on what a stream holds. Raises as `output`."""
        with (
            self._started(*arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as program,
            suppress(BrokenPipeError),  # one that ends early says itself why
            cast("IO[bytes]", program.stdin) as stream,
        ):
            shutil.copyfileobj(source, stream, _PIECE)

    @contextmanager
    def _started(self, *arguments: str, stdin: int, stdout: int) -> Iterator["subprocess.Popen[bytes]"]:
        command = [str(self.program), *arguments, f"--dbname={self.database}"]
        with TemporaryFile() as errors:
            with subprocess.Popen(  # noqa: S603 - PostgreSQL's own
                command, env=self.environment, stdin=stdin, stdout=stdout, stderr=errors
            ) as program:
                try:
                    yield program
                except BaseException:
                    program.kill()
                    raise
            if program.returncode:
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip().splitlines()[-4:]
                raise ToolError(f"{self.program.name} failed: {' '.join(said)}")


def tool(name: str, url: str, server: int, least: int, *, embedded: bool) -> Tool:
    """The program that fits a database.

    Args:
        name: `pg_dump` or `pg_restore`.
        url: The database.
        server: Its major version.
        least: The oldest major version of the program that will do.
        embedded: The database came with us, so the program that came with us fits.

    Raises:
        ToolError: There is none; says what to install.
    """
    found = conninfo_to_dict(url)
    password = found.pop("password", None)
    environment = {"PATH": os.defpath, "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("PG")}
    if password:
        environment["PGPASSWORD"] = str(password)
    # Those that came with us speak no TLS.
    ours = [packaged() / name] if embedded or found.get("sslmode") not in _WITH_TLS else []
    for program in ours if embedded else [*_installed(name), *ours]:
        major = _major(program)
        if major is not None and major >= least:
            return Tool(program, major, make_conninfo("", **found), environment)
    wanted = max(server, least)
    raise ToolError(
        f"no {name} of PostgreSQL {least} or newer is here: apt install postgresql-client-{wanted}"
    )


def server_major(url: str) -> int:
    """The major version of a database. Raises `psycopg.Error`."""
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10_000


def _installed(name: str) -> Iterable[Path]:
    if found := shutil.which(name):
        yield Path(found)
    versions = (folder for folder in DEBIAN.glob("*") if folder.name.isdecimal())
    for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True):
        yield folder / "bin" / name


def _major(program: Path) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    found = _VERSION.search(said.stdout)
    return int(found[1]) if found else None
