"""``scripts/prove fuzz``: nothing that anybody sends makes a parser stumble, or central answer with 5xx.

Atheris (coverage-guided) feeds the parsers; schemathesis asks a real ``hailong-central serve`` whatever its own OpenAPI
schema allows and does not allow.
"""

import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.central import served
from tests.prove.evidence import Evidence, table
from tests.prove.fuzz_seeds import write as write_seeds
from tests.prove.served_central import central

PARSERS = ("batch", "checkpoint", "frame", "message")
PLANTED = "planted"
_LONGEST_BYTES = 4096
_PATIENCE_S = 7_200
_OPERATIONS = 5


@dataclass(frozen=True)
class Fuzzed:
    """What came of a parser: how often it was run, how many lines' edges were reached, the report of a crash."""

    runs: int
    coverage: int
    crash: str


def fuzz(target: str, runs: int, seed: int, folder: Path) -> Fuzzed:
    """Feed a parser so often."""
    corpus, artifacts = folder / "corpus" / target, folder / "found" / target
    artifacts.mkdir(parents=True)
    options = [
        f"-runs={runs}",
        f"-seed={seed}",
        f"-max_len={_LONGEST_BYTES}",
        f"-artifact_prefix={artifacts}/",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.prove.fuzz_target", target, *options, str(corpus)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PATIENCE_S,
    )
    finished = re.search(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    crash = (
        "" if done.returncode == 0 and finished else (done.stdout + done.stderr)[-2_000:] or "it ended early"
    )
    return Fuzzed(int(finished[1]) if finished else 0, int(covered[-1]) if covered else 0, crash)


@dataclass(frozen=True)
class Asked:
    """What came of the API: how many cases, and what schemathesis said when something was wrong."""

    cases: int
    report: str


def ask(cases: int, seed: int) -> Asked:
    """Ask a real central so many times at least."""
    with ExitStack() as stack:
        folder = stack.enter_context(served.data_folder())
        port = served.free_port()
        url = f"http://127.0.0.1:{port}"
        server = stack.enter_context(central(folder, port, url))
        server.device("Quầy 1")
        total, number = 0, seed
        while total < cases:
            each = max(1, (cases - total) // _OPERATIONS)
            done = _schemathesis(url, min(each, 2_000), number)
            found = re.search(r"([\d,]+) generated", done.stdout)
            total += int(found[1].replace(",", "")) if found else 0
            number += 1
            if done.returncode or not found:
                return Asked(total, (done.stdout + done.stderr)[-4_000:])
        code = server.stop()
    return Asked(total, "" if code == 0 else f"central ended with {code}")


def _schemathesis(url: str, each: int, seed: int) -> "subprocess.CompletedProcess[str]":
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{url}/api/v1/openapi.json",
        "--checks=not_a_server_error",
        f"--max-examples={each}",
        f"--seed={seed}",
        "--mode=all",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--no-color",
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S)


def run(runs: int, cases: int, seed: int, evidence: bool) -> int:
    """Feed and ask, report; 0 = nothing stumbled, and what was planted was found."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hailong-fuzz-") as place:
        write_seeds(Path(place) / "corpus")
        planted = fuzz(PLANTED, max(runs, 100_000), seed, Path(place))
        found = {name: fuzz(name, runs, seed, Path(place)) for name in PARSERS}
    asked = ask(cases, seed)
    for name, one in found.items():
        sys.stdout.write(
            f"fuzz {name}: {one.runs} executions, coverage {one.coverage}, {_verdict(one.crash)}\n"
        )
    sys.stdout.write(f"fuzz planted mistake: {'found' if 'planted' in planted.crash else 'NOT found'}\n")
    sys.stdout.write(f"fuzz api: {asked.cases} cases, {_verdict(asked.report)}\n")
    if evidence:
        _page(found, planted, asked, runs, cases, seed, time.monotonic() - began_s).write()
    good = all(not one.crash and one.runs >= runs for one in found.values())
    return 0 if good and "planted" in planted.crash and not asked.report and asked.cases >= cases else 1


def _verdict(trouble: str) -> str:
    return f"STUMBLED:\n{trouble}" if trouble else "nothing found"


def _page(
    found: dict[str, Fuzzed], planted: Fuzzed, asked: Asked, runs: int, cases: int, seed: int, took_s: float
) -> Evidence:
    rows = [
        (name, f"≥ {runs:,}", f"{one.runs:,}", f"{one.coverage:,}", "NO" if one.crash else "yes")
        for name, one in found.items()
    ]
    return Evidence(
        name="fuzz",
        title="What nobody would send",
        story=(
            "Atheris fed the parsers with bytes, beginning with right ones and looking which reach new code: a batch "
            "(packed or not, to the hashes of its entries), a signed note with all that it may say, frames of a "
            "serial pad (whole and byte by byte), and lines on the kiosk's socket. Each may refuse in its own words; "
            "any other exception counts. A parser with a planted mistake had to be found out. Then schemathesis asked "
            "a real `hailong-central serve` what its OpenAPI schema allows and does not allow; no answer may be 5xx. "
            "It has no key of a terminal, so most of what it sends is refused; after ten tries a minute all "
            "enrolments are."
        ),
        tables=[
            table(("parser", "executions, goal", "executions", "edges reached", "withstood"), rows),
            table(
                ("", "goal", "result"),
                [
                    ("cases of schemathesis", f"≥ {cases:,}", f"{asked.cases:,}"),
                    ("answers 5xx", 0, "0" if not asked.report else "see the run"),
                    ("planted mistake", "found", "found" if "planted" in planted.crash else "NOT found"),
                ],
            ),
            table(("", "number"), [("seconds", f"{took_s:,.0f}")]),
        ],
        command=f"scripts/prove fuzz --runs {runs} --cases {cases} --seed {seed} --evidence",
        folder=Path(tempfile.gettempdir()),
    )
