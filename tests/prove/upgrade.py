"""``scripts/prove upgrade``: the first package, with a long ledger of its own, and today's installed over it.

The first package is built from the first commit that had one, so this needs the repository's history. Everything is
done in a Debian of its own; the server is today's, as a server is updated before its terminals.
"""

import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.drain import counted, database
from tests.bench.idle import wait_verified
from tests.central import served
from tests.package.debian import BOOKWORM, ENVIRON, PATIENCE_S, ROOT, System, build, end, unpacked
from tests.prove.evidence import ON_DISK, Evidence, table
from tests.system.program import Program

FIRST = "09bbc8150d5a1d00ac64d6900950dd4768f07df7"
"""The first commit from which a package can be built; nothing has been released yet."""
GOAL_READY_S = 10.0
"""From the start of the process to the first vote on the disk. No promise of the product's: a start is told from a walk
through a million entries by it."""

_DATA = "/var/lib/hailong"
_CONFIGURATION = "/etc/hailong/hailong.toml"
_USER = "hailong-kiosk"
_PART = 5
"""The upgrade comes when this part of the entries is at the server."""
_BATCH = 10_000
_FILL = """
import sys
from pathlib import Path
from kiosk.clock import SystemClock
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.office import opened

wanted, batch = int(sys.argv[2]), int(sys.argv[3])
with opened(Path(sys.argv[1]), SystemClock(), "hailong 0.1.0") as office:
    keeper = office._keeper
    while (left := wanted - keeper.head.seq) > 0:
        levels = (1 + number % 5 for number in range(min(batch, left)))
        keeper.append([Draft(Kind.RATING, {"level": level, "source": "touch"}) for level in levels])
    keeper.follow()
"""


class Failed(Exception):
    """A step did not do what it should; what follows would say nothing."""


@dataclass
class Found:
    """What was found. Seconds where a name says so."""

    entries: int = 0
    ratings: int = 0
    size_mb: float = 0.0
    cursor: int = 0
    install_s: float = 0.0
    changed: int = 0
    cursor_kept: bool = False
    configuration_kept: bool = False
    intact: bool = False
    verify_s: float = 0.0
    ready_s: float = 0.0
    vote_s: float = 0.0
    verified_s: float = 0.0
    at_central: int = 0
    counted: int = 0


def run(entries: int, evidence: bool) -> int:
    """Upgrade and report; the exit code is 0 when every goal was reached."""
    with tempfile.TemporaryDirectory(prefix="hailong-upgrade-", dir=ON_DISK) as place:
        folder = Path(place)
        first, today = _first_package(folder / "first"), build(BOOKWORM, folder)
        with unpacked(BOOKWORM, folder) as system, served.data_folder("central") as central:
            found = _upgraded(system, first, today, central, entries)
            version = system.run("hailong", "--version").stdout.strip()
        _say(f"{found}\n")
        if evidence:
            _say(f"written: {_page(found, entries, folder, version).write()}\n")
    return 0 if _reached(found, entries) else 1


def _reached(found: Found, entries: int) -> bool:
    kept = found.changed == 0 and found.cursor_kept and found.configuration_kept and found.intact
    whole = found.entries >= entries and found.counted == found.at_central == found.ratings
    return kept and whole and found.vote_s <= GOAL_READY_S


def _first_package(folder: Path) -> Path:
    """Built as it was then, by its own script. Raises `Failed` in a clone without the history."""
    folder.mkdir()
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", FIRST], capture_output=True, check=False)
    if archive.returncode:
        raise Failed(f"commit {FIRST} is not in this clone: git fetch --unshallow")
    subprocess.run(["tar", "--extract", "--directory", folder], input=archive.stdout, check=True)
    command = [str(folder / "scripts/build-deb"), "--output", str(folder / "dist"), "--version", "0.0.9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"the first package was not built: {done.stderr}")
    return Path(done.stdout.strip())


def _upgraded(system: System, first: Path, today: Path, central: Path, entries: int) -> Found:
    found = Found()
    system.install(first)
    configuration = '[texts]\ncounter = "Quầy 7"\n\n[inputs]\nkeyboard = false\n'
    system.path(_CONFIGURATION).write_text(configuration, encoding="utf-8")
    added = served.said("device", "add", "--unit", "U", "--counter", "C", "--accept", data=central)
    with served.serving(central) as server, database(central.parent) as rows:
        _run(system, _USER, "hailong", "enrol", served.url(server), str(added["code"]))
        _say(f"writing {entries:,} entries by the first version …\n")
        _run(system, _USER, "/opt/hailong/bin/python3", "-c", _FILL, _DATA, str(entries), str(_BATCH))
        _say("delivering a part of them …\n")
        command = [*system.prefix(_USER), "hailong", "sync", "once"]
        delivery = subprocess.Popen(command, env=ENVIRON, stdin=subprocess.DEVNULL)
        while counted(rows) < entries // _PART:
            if delivery.poll() is not None:
                raise Failed(f"the delivery of the first version ended: {delivery.returncode}")
            time.sleep(0.2)
        end(delivery)
        found.cursor = _cursor(system)
        found.size_mb = system.path(f"{_DATA}/ledger/ledger.db").stat().st_size / 1e6
        before = _files(system)

        _say("upgrading …\n")
        began_s = time.monotonic()
        system.install(today)
        found.install_s = time.monotonic() - began_s
        after = _files(system)
        found.changed = len(before.items() ^ after.items())
        found.cursor_kept = 0 < found.cursor == _cursor(system)
        found.configuration_kept = system.path(_CONFIGURATION).read_text(encoding="utf-8") == configuration
        began_s = time.monotonic()
        _run(system, _USER, "hailong", "ledger", "verify")  # or `Failed`
        found.intact = True
        found.verify_s = time.monotonic() - began_s
        _start(system, found)

        _say("delivering the rest …\n")
        _run(system, _USER, "hailong", "sync", "once")
        with _ledger(system) as ledger:
            found.entries = _number(ledger, "SELECT max(seq) FROM entry")
            found.ratings = _number(ledger, "SELECT count(*) FROM entry WHERE kind = 'rating'")
        found.at_central = int(rows.execute("SELECT count(*) FROM central_rating").fetchall()[0][0])
        found.counted = counted(rows)
    return found


def _start(system: System, found: Found) -> None:
    """Today's program on that ledger: when it says ready, when the first vote is kept, when the chain is checked."""
    with _ledger(system) as ledger:
        head = _number(ledger, "SELECT max(seq) FROM entry")
    began_s = time.monotonic()
    arguments = ("demo", "--headless", "--events", "--presses", "4,2", "--data-dir", _DATA)
    program = Program(arguments, ENVIRON, command=(*system.prefix(_USER), "hailong"))
    try:
        program.until("ready", PATIENCE_S)
        found.ready_s = time.monotonic() - began_s
        program.until("rating_stored", PATIENCE_S)
        found.vote_s = time.monotonic() - began_s
        path = system.path(f"{_DATA}/ledger/ledger.db")
        found.verified_s = wait_verified(path, head, PATIENCE_S) - began_s
    finally:
        end(program.process)
        program.close()


@contextmanager
def _ledger(system: System) -> Iterator[sqlite3.Connection]:
    path = system.path(f"{_DATA}/ledger/ledger.db")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def _cursor(system: System) -> int:
    """The last entry for which the delivery has a receipt; 0 = there is none."""
    path = system.path(f"{_DATA}/sync/sync.db")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return _number(connection, "SELECT max(size) FROM cursor")


def _number(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0] or 0)


def _files(system: System) -> dict[str, tuple[int, int, int, str]]:
    """Mode, owner, group and contents of everything in the data folder."""
    found = {}
    for path in sorted(system.path(_DATA).rglob("*")):
        stat = path.lstat()
        digest = ""
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        found[str(path)] = (stat.st_mode, stat.st_uid, stat.st_gid, digest)
    return found


def _run(system: System, user: str, *command: str) -> str:
    done = subprocess.run(
        [*system.prefix(user), *command],
        env=ENVIRON,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Failed(
            f"{' '.join(command[:4])}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout


def _page(found: Found, entries: int, folder: Path, version: str) -> Evidence:
    goals = [
        ("entries of the first version that are there, the chain intact", f"≥ {entries:,}",
         f"{found.entries:,}, {'intact' if found.intact else 'NOT intact'}"),
        ("files of the data folder that the upgrade changed, in contents, owner or mode", "0", f"{found.changed:,}"),
        ("the delivery's place, in the middle of it, is as before", "yes", _yes(found.cursor_kept)),
        ("the configuration is as before", "yes", _yes(found.configuration_kept)),
        ("ratings of the terminal that central did not have and count at the end", "0",
         f"{found.ratings - min(found.at_central, found.counted):,}"),
        ("start of today's program to the first vote on the disk", f"≤ {GOAL_READY_S:g} s", f"{found.vote_s:.1f} s"),
    ]  # fmt: skip
    facts = [
        ("ledger of the first version", f"{found.size_mb:,.0f} MB"),
        ("delivered when the upgrade came, up to entry", f"{found.cursor:,}"),
        ("`apt install` of today's package", f"{found.install_s:.1f} s"),
        ("start to `ready`", f"{found.ready_s:.1f} s"),
        ("start to the `verified` entry: the whole chain was checked, behind the screen", f"{found.verified_s:.1f} s"),
        ("`hailong ledger verify`", f"{found.verify_s:.1f} s"),
    ]  # fmt: skip
    return Evidence(
        name="upgrade",
        title="The first version's package, with a long ledger, and today's over it",
        story=(
            f"Nothing has been released yet. The first package is that of commit {FIRST[:7]}, the first from which one "
            "can be built; it was built from there, by its own script, and installed in a clean Debian “bookworm”. "
            "Its own program was enrolled at a real central server (today's) and wrote the ledger; its own delivery "
            "was killed in the middle. Then today's package was installed by `apt install`, started, and delivered "
            "the rest."
        ),
        tables=[table(("", "goal", "result"), goals), table(("", ""), facts)],
        command=f"scripts/prove upgrade --entries {entries} --evidence",
        folder=folder,
        extra=[("the package over it", version)],
    )


def _yes(fact: bool) -> str:
    return "yes" if fact else "NO"


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
