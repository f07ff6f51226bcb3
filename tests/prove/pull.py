"""``scripts/prove pull``: who has no right to pull gets no byte of data, however the request is made."""

import base64
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from unittest import mock

import requests

from sync import keys
from sync.keys import SigningKey
from sync.pull.nonces import Nonces
from sync.signing import signed_headers
from tests.kiosk.fakes import FakeClock
from tests.prove.evidence import Evidence, table
from tests.sync.pull.puller import AT, JSON, Puller, answering
from tests.sync.world import clock_of, settings, votes

VOTES = 200
_A_CONNECTION = 20
_LOOK_EVERY = 250
"""Between two looks whether the server with the right still gets everything."""

Headers = dict[str, str]


@dataclass
class Stage:
    """A terminal that answers, a server that may ask, and somebody who may not but has seen that server's requests."""

    puller: Puller
    clock: FakeClock
    dice: random.Random
    seen: list[tuple[str, str, bytes, Headers]] = field(default_factory=list)

    def nonce(self) -> str:
        """A fresh one: everybody gets it with a refusal."""
        self.clock.advance(1)
        found = self.puller.send("GET", "/v1/status").headers["Hailong-Nonce"]
        self.clock.advance(1)
        return found

    def wanted(self) -> tuple[str, str, bytes]:
        """What somebody would like to have, or to do."""
        after = self.dice.randrange(VOTES)
        return self.dice.choice(
            [
                ("GET", "/v1/status", b""),
                ("GET", f"/v1/entries?after={after}&limit=500", b""),
                ("POST", "/v1/receipts", b'{"receipt": "x"}'),
            ]
        )

    def good(self) -> tuple[str, str, bytes, Headers]:
        """A request of the server's that would get in, if it were sent."""
        method, target, body = self.wanted()
        return method, target, body, self.puller.headers(method, target, body, self.nonce())


Attack = Callable[[Stage], requests.Response]


def unsigned(stage: Stage) -> requests.Response:
    """No signature."""
    method, target, body = stage.wanted()
    stage.clock.advance(1)
    return stage.puller.send(method, target, body, JSON)


def replayed(stage: Stage) -> requests.Response:
    """A request of the server's that was answered, once more, as it was."""
    method, target, body, headers = stage.dice.choice(stage.seen)
    stage.clock.advance(1)
    return stage.puller.send(method, target, body, headers)


def replayed_for_another(stage: Stage) -> requests.Response:
    """Its signature, for another request with a fresh nonce in it."""
    _, _, _, headers = stage.dice.choice(stage.seen)
    method, target, body = stage.wanted()
    old = headers["Signature-Input"].partition('nonce="')[2].partition('"')[0]
    fresh = headers["Signature-Input"].replace(old, stage.nonce())
    return stage.puller.send(method, target, body, headers | {"Signature-Input": fresh})


def _signed_by(stage: Stage, key: SigningKey, url: str | None = None) -> requests.Response:
    method, target, body = stage.wanted()
    where = (url or stage.puller.url) + target
    headers = dict(signed_headers(method, where, body, key, stage.nonce(), AT))
    return stage.puller.send(method, target, body, headers | JSON)


def other_key(stage: Stage) -> requests.Response:
    """Well signed, by a key that is not trusted; now and then under the name of the one that is."""
    other = keys.generate("central")
    if stage.dice.random() < 0.5:
        return _signed_by(stage, other)
    method, target, body = stage.wanted()
    headers = dict(signed_headers(method, stage.puller.url + target, body, other, stage.nonce(), AT))
    known = stage.puller.key.public.name
    renamed = headers["Signature-Input"].replace(other.public.name, known)
    return stage.puller.send(method, target, body, headers | {"Signature-Input": renamed})


def other_terminal(stage: Stage) -> requests.Response:
    """Well signed by the server, for another terminal: whoever it asks passes it on."""
    return _signed_by(stage, stage.puller.key, "https://10.9.9.9:8443")


def changed_target(stage: Stage) -> requests.Response:
    """A good request whose path or query is another."""
    _, target, _, headers = stage.good()
    changed = stage.dice.choice(
        [target + "0", target + "&x", "/v1/entries?after=1", target.replace("v1", "v2")]
    )
    return stage.puller.send("GET", changed if changed != target else target + "&", b"", headers)


def changed_method(stage: Stage) -> requests.Response:
    """A good request by another method."""
    method, target, body, headers = stage.good()
    return stage.puller.send("POST" if method == "GET" else "GET", target, body, headers)


def changed_body(stage: Stage) -> requests.Response:
    """A good request with another body, and sometimes the digest of it."""
    method, target, _, headers = stage.good()
    body = stage.dice.randbytes(20)
    if stage.dice.random() < 0.5:
        headers["Content-Digest"] = f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"
    return stage.puller.send(method, target, body, headers)


def flipped(stage: Stage) -> requests.Response:
    """A bit of the signature is another."""
    method, target, body, headers = stage.good()
    raw = bytearray(base64.b64decode(headers["Signature"].removeprefix("hailong=:").removesuffix(":")))
    raw[stage.dice.randrange(len(raw))] ^= 1 << stage.dice.randrange(8)
    headers["Signature"] = f"hailong=:{base64.b64encode(raw).decode()}:"
    return stage.puller.send(method, target, body, headers)


def fewer_components(stage: Stage) -> requests.Response:
    """A component less is said to be signed."""
    method, target, body, headers = stage.good()
    component = stage.dice.choice(['"@method" ', ' "@target-uri"', ' "content-digest"'])
    less = headers["Signature-Input"].replace(component, "")
    return stage.puller.send(method, target, body, headers | {"Signature-Input": less})


def no_nonce(stage: Stage) -> requests.Response:
    """Well signed by the server without a nonce of this terminal's: recorded elsewhere, or of its youth."""
    method, target, body = stage.wanted()
    nonce = stage.dice.choice(
        ["", "x" * 43, base64.urlsafe_b64encode(stage.dice.randbytes(32)).decode().rstrip("=")]
    )
    stage.clock.advance(1)
    headers = stage.puller.headers(method, target, body, nonce or "0")
    if not nonce:
        headers["Signature-Input"] = headers["Signature-Input"].replace(';nonce="0"', "")
    return stage.puller.send(method, target, body, headers)


def old_nonce(stage: Stage) -> requests.Response:
    """A good request that comes too late."""
    method, target, body, headers = stage.good()
    stage.clock.advance(121)
    return stage.puller.send(method, target, body, headers)


ATTACKS: tuple[Attack, ...] = (
    unsigned,
    replayed,
    replayed_for_another,
    other_key,
    other_terminal,
    changed_target,
    changed_method,
    changed_body,
    flipped,
    fewer_components,
    no_nonce,
    old_nonce,
)


def _no_matter(*_arguments: object) -> None:
    """Every nonce is good, always."""


MUTANTS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "nonces": lambda: mock.patch.object(Nonces, "redeem", _no_matter),
    "signatures": lambda: mock.patch("sync.pull.gate.verified_nonce", _as_claimed),
}


def _as_claimed(_method: str, _url: str, headers: Mapping[str, str], _body: bytes, _key: object) -> str:
    """Whatever says that it is signed is."""
    return headers["signature-input"].partition('nonce="')[2].partition('"')[0]


@dataclass
class Outcome:
    """What came of it."""

    tried: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    data_bytes: int = 0
    through: Counter[str] = field(default_factory=Counter)
    good: int = 0
    seconds: float = 0.0


@contextmanager
def _stage(seed: int) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="hailong-pull-") as folder:
        where = settings(Path(folder) / "terminal")
        votes(where, VOTES)
        with answering(where) as puller:
            yield Stage(puller, clock_of(where), random.Random(seed))  # noqa: S311 - to be repeatable


def _pull(stage: Stage) -> bool:
    """Whether the server with the right gets everything; what it sent is seen by others."""
    method, target, body = "GET", "/v1/entries?after=0&limit=500", b""
    headers = stage.puller.headers(method, target, body, stage.nonce())
    answer = stage.puller.send(method, target, body, headers)
    stage.seen.append((method, target, body, headers))
    status = (
        "GET",
        "/v1/status",
        b"",
        stage.puller.headers("GET", "/v1/status", b"", stage.nonce()),
    )
    told = stage.puller.send(*status)
    stage.seen.append(status)
    return answer.status_code == told.status_code == 200 and len(answer.json()["entries"]) >= VOTES


def attack(trials: int, seed: int) -> Outcome:
    """So many of all attacks together."""
    outcome, began_s = Outcome(), time.monotonic()
    with _stage(seed) as stage:
        outcome.good += _pull(stage)
        for n in range(trials):
            one = ATTACKS[n % len(ATTACKS)]
            if n % _A_CONNECTION == 0:
                stage.puller.session.close()  # one on which nothing good comes is ended after ten seconds
            answer = one(stage)
            name = one.__name__.replace("_", " ")
            outcome.tried[name] += 1
            is_problem = answer.headers.get("Content-Type") == "application/problem+json"
            code = answer.json()["code"] if is_problem else str(answer.status_code)
            outcome.answers[code] += 1
            if (
                not is_problem
                or code[:3] != "401"
                or set(answer.json()) != {"status", "code", "title", "detail"}
            ):
                outcome.data_bytes += len(answer.content)
                outcome.through[name] += 1
            if n % _LOOK_EVERY == _LOOK_EVERY - 1:
                outcome.good += _pull(stage)
    outcome.seconds = time.monotonic() - began_s
    return outcome


def run(trials: int, seed: int, mutant: str | None, evidence: bool) -> int:
    """Prove, report; 0 = not a byte."""
    if mutant is not None:
        with MUTANTS[mutant]():
            found = attack(trials, seed)
        caught = found.data_bytes > 0
        sys.stdout.write(f"mutant {mutant}: {'caught' if caught else 'NOT CAUGHT'}: {dict(found.through)}\n")
        return 0 if caught else 1
    outcome = attack(trials, seed)
    looks = 1 + trials // _LOOK_EVERY
    sys.stdout.write(
        f"pull: {trials} without a right, {outcome.data_bytes} bytes of data; answers {dict(outcome.answers)};"
        f" {outcome.good} of {looks} with a right got everything, in {outcome.seconds:.0f} s\n"
    )
    if evidence:
        sys.stdout.write(f"written: {_page(outcome, trials, seed, looks).write()}\n")
    return 0 if outcome.data_bytes == 0 and outcome.good == looks else 1


_STORY = """\
The pull API of a terminal with a ledger was asked over TLS, as `hailong sync run --pull` serves it, by somebody who has
everything but a right to it: who gets nonces as everybody does, has seen each request of the server that has the right,
and can make keys. The terminal's clock went on between two requests, so that the limit of one a second did not answer
instead (that it does is tested elsewhere). Any answer but a refusal with the four members of a problem would have
counted as data. Now and then the server with the right asked, and had to get every entry."""


def _page(outcome: Outcome, trials: int, seed: int, looks: int) -> Evidence:
    about = {one.__name__.replace("_", " "): " ".join((one.__doc__ or "").split()) for one in ATTACKS}
    caught = []
    for name, mutated in MUTANTS.items():
        with mutated():
            found = attack(10 * len(ATTACKS), seed)
        caught.append(
            (f"mutant: {name} are not looked at", "caught", "caught" if found.data_bytes else "NOT CAUGHT")
        )
    return Evidence(
        name="pull",
        title="Pulling without a right",
        story=_STORY,
        tables=[
            table(
                ("", "goal", "result"),
                [
                    ("bytes of data", "0", outcome.data_bytes),
                    ("requests without a right", f"≥ {trials:,}", f"{outcome.tried.total():,}"),
                    (
                        "pulls with a right that got everything",
                        f"{looks} of {looks}",
                        f"{outcome.good} of {looks}",
                    ),
                    *caught,
                ],
            ),
            table(
                ("request", "", "how often"),
                [(name, about[name], f"{n:,}") for name, n in outcome.tried.items()],
            ),
            table(("answer", "how often"), [(code, f"{n:,}") for code, n in sorted(outcome.answers.items())]),
        ],
        command=f"scripts/prove pull --trials {trials} --seed {seed} --evidence",
        folder=Path(tempfile.gettempdir()),
    )
