"""Whatever answers, nothing is lost and nothing believed: afterwards the terminal is as it was, counters aside."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.messages import wire
from kiosk.messages.notes import Note
from kiosk.messages.statements import Checkpoint
from sync import keys
from sync.connect import OwnKiosk
from sync.contact import Settings, contact
from sync.errors import Refused, SyncError, Trouble, Unreachable
from sync.protocol import Batch, HeartbeatAnswer, HeartbeatRequest, Receipt, signed_checkpoint
from sync.store import Store
from tests.kiosk.ledger.terminal import vote
from tests.sync import world
from tests.sync.hostile import Behaviour, Slow, hostile, http, nothing, reset, says
from tests.sync.reference import Problem, Reference, serving
from tests.sync.world import enrolled, settings, state, votes

PORTAL = b"<html><body>Wi-Fi: xin m\xe1\xbb\x9di \xc4\x91\xc4\x83ng nh\xe1\xba\xadp</body></html>"
OTHER = keys.generate("central")


@dataclass
class Attacked:
    """A terminal whose central server is played by somebody else.

    Attributes:
        where: The terminal; enrolled, with three ratings that nobody has.
        central: The true server.
        own: The writer of the ledger.
    """

    where: Settings
    central: Reference
    own: OwnKiosk

    def contact(self) -> None:
        with Store(self.where.place.database) as store:
            contact(self.where.terminal(self.own, store), heartbeat=True)

    def state(self) -> list[object]:
        """Everything that a delivery could spoil."""
        folder = self.where.place.folder
        with Store(self.where.place.database) as store:
            receipts, identity = store.receipts(self.ledger_id()), store.identity()
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".key", ".pem")}
        return [state(self.where.place.ledger), state(self.where.place.database), receipts, identity, files]

    def ledger_id(self) -> bytes:
        head = self.own.ask(wire.GetHead())
        assert isinstance(head, wire.Head)
        return bytes.fromhex(head.ledger_id)


def attacked(tmp_path: Path, central: Reference, attack: Callable[[Attacked], SyncError]) -> SyncError:
    """A terminal meets an attack, and afterwards the true server again: what the attack ended with."""
    where = settings(tmp_path / "data")
    with serving(central):
        enrolled(where, central)
        port = int(central.url.rpartition(":")[2])
        votes(where, 1)
        with world.office(where) as own:
            there = Attacked(where, central, OwnKiosk(own))
            there.contact()  # one batch is delivered, so that there is something to take back
            own._keeper.append([vote(), vote()])
    with world.office(where) as own:
        there = Attacked(where, central, OwnKiosk(own))
        before = there.state()
        error = attack(there)
        assert there.state() == before
        with serving(central, port=port):
            there.contact()
        (held,) = central.ledgers.values()
        assert held == world.entries(where)[: len(held)]
        assert [entry.kind for entry in held].count("rating") == 3
    return error


def played_by(behave: Behaviour) -> Callable[[Attacked], SyncError]:
    """The attack of whoever listens at central's address."""

    def attack(there: Attacked) -> SyncError:
        with (
            hostile(behave, port=int(there.central.url.rpartition(":")[2])),
            pytest.raises(SyncError) as found,
        ):
            there.contact()
        return found.value

    return attack


# --- whoever is not central at all


def with_length(body: bytes, length: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % length + body


STRANGERS: dict[str, tuple[Behaviour, Trouble]] = {
    "html 200": (says(http("200 OK", PORTAL, content_type="text/html")), Trouble.NOT_CENTRAL),
    "html that says JSON": (says(http("200 OK", PORTAL)), Trouble.NOT_CENTRAL),
    "empty 200": (says(http("200 OK")), Trouble.NOT_CENTRAL),
    "OK": (says(http("200 OK", b"OK", content_type="text/plain")), Trouble.NOT_CENTRAL),
    "204": (says(b"HTTP/1.1 204 No Content\r\n\r\n"), Trouble.NOT_CENTRAL),
    "301": (says(http("301 Moved", b"", "Location: http://127.0.0.1:1/")), Trouble.REDIRECT),
    "302 of a captive portal": (
        says(http("302 Found", PORTAL, "Location: http://login.invalid/?next=x")),
        Trouble.REDIRECT,
    ),
    "307": (says(http("307 Temporary", b"", "Location: http://127.0.0.1:1/")), Trouble.REDIRECT),
    "308": (says(http("308 Permanent", b"", "Location: /elsewhere")), Trouble.REDIRECT),
    "400": (says(http("400 Bad Request", b"bad")), Trouble.NOT_CENTRAL),
    "401": (says(http("401 Unauthorized", b"", "WWW-Authenticate: Basic realm=x")), Trouble.NOT_CENTRAL),
    "403": (says(http("403 Forbidden", PORTAL, content_type="text/html")), Trouble.NOT_CENTRAL),
    "404": (says(http("404 Not Found")), Trouble.NOT_CENTRAL),
    "407": (says(http("407 Proxy Authentication Required")), Trouble.NOT_CENTRAL),
    "429": (says(http("429 Too Many Requests", b"", "Retry-After: 60")), Trouble.BUSY),
    "500": (says(http("500 Internal Server Error", PORTAL)), Trouble.BUSY),
    "502": (says(http("502 Bad Gateway", PORTAL, content_type="text/html")), Trouble.BUSY),
    "503": (says(http("503 Service Unavailable", b"", "Retry-After: 60")), Trouble.BUSY),
    "half a JSON": (says(with_length(b'{"receipt": "hailong/led', 500)), Trouble.CUT),
    "half a JSON that ends": (says(http("200 OK", b'{"receipt": "hailong/led')), Trouble.NOT_CENTRAL),
    "no HTTP": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), Trouble.CUT),
    "too long": (says(http("200 OK", b"x" * 70_000)), Trouble.NOT_CENTRAL),
    "hangs up": (nothing, Trouble.CUT),
    "resets": (reset, Trouble.CUT),
    "never": (Slow(b"", 0.1, first_s=3.0), Trouble.TIMEOUT),
    "one byte a second": (Slow(http("200 OK", b"{}" * 500), 0.2), Trouble.TIMEOUT),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_an_answer_of_somebody_else_changes_nothing(tmp_path: Path, name: str) -> None:
    behave, trouble = STRANGERS[name]
    error = attacked(tmp_path, Reference(), played_by(behave))
    assert isinstance(error, Unreachable)
    assert error.trouble is trouble


def test_nobody_there_changes_nothing(tmp_path: Path) -> None:
    def attack(there: Attacked) -> SyncError:
        with pytest.raises(SyncError) as found:
            there.contact()
        return found.value

    error = attacked(tmp_path, Reference(), attack)
    assert isinstance(error, Unreachable)
    assert error.trouble is Trouble.REFUSED


def test_a_name_that_is_gone_changes_nothing(tmp_path: Path) -> None:
    def attack(there: Attacked) -> SyncError:
        with Store(there.where.place.database) as store:
            known = store.identity()
            assert known is not None
            store.enrol(replace(known, url="http://localhost.invalid"))
        with pytest.raises(SyncError) as found:
            there.contact()
        with Store(there.where.place.database) as store:
            store.enrol(known)
        return found.value

    error = attacked(tmp_path, Reference(), attack)
    assert isinstance(error, Unreachable)
    assert error.trouble is Trouble.NAME


# --- whoever speaks the protocol


class Forger(Reference):
    """Somebody in central's place: knows everything that ever travelled, and sometimes even has its key.

    Attributes:
        forge: Makes a receipt for a checkpoint.
    """

    forge: Callable[["Forger", bytes, Batch, Checkpoint], str]

    def push(self, ledger_id: bytes, batch: Batch) -> Receipt:
        sent = signed_checkpoint(batch.checkpoint).checkpoint
        return Receipt(type(self).forge(self, ledger_id, batch, sent))

    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatAnswer:
        sent = signed_checkpoint(request.checkpoint).checkpoint
        batch = Batch(0, [], request.checkpoint)
        return HeartbeatAnswer("accepted", receipt=type(self).forge(self, sent.ledger_id, batch, sent))


Forge = Callable[[Forger, bytes, Batch, Checkpoint], str]


def cosigned(key: keys.SigningKey, checkpoint: Checkpoint) -> str:
    return key.cosign(Note(checkpoint.text()), 1_795_309_200).render()


def earlier(forger: Forger, ledger_id: bytes, _: Batch, __: Checkpoint) -> str:
    return forger.receipts[ledger_id]


def by_another(_: Forger, __: bytes, batch: Batch, ___: Checkpoint) -> str:
    return OTHER.cosign(signed_checkpoint(batch.checkpoint).note, 1_795_309_200).render()


def fewer(forger: Forger, _: bytes, __: Batch, sent: Checkpoint) -> str:
    return cosigned(forger.key, replace(sent, size=sent.size - 1))


def more(forger: Forger, _: bytes, __: Batch, sent: Checkpoint) -> str:
    return cosigned(forger.key, replace(sent, size=sent.size + 1))


def another_head(forger: Forger, _: bytes, __: Batch, sent: Checkpoint) -> str:
    return cosigned(forger.key, replace(sent, head=bytes(32)))


def another_ledger(forger: Forger, _: bytes, __: Batch, sent: Checkpoint) -> str:
    return cosigned(forger.key, replace(sent, ledger_id=bytes(16)))


def our_own(_: Forger, __: bytes, batch: Batch, ___: Checkpoint) -> str:
    return batch.checkpoint


def a_signature_only(forger: Forger, _: bytes, __: Batch, sent: Checkpoint) -> str:
    return forger.key.sign(sent.text()).render()


def cut(forger: Forger, _: bytes, __: Batch, sent: Checkpoint) -> str:
    return cosigned(forger.key, sent)[:-30]


def nothing_said(_: Forger, __: bytes, ___: Batch, ____: Checkpoint) -> str:
    return ""


def endless(_: Forger, __: bytes, ___: Batch, ____: Checkpoint) -> str:
    return "x" * 60_000


FORGERIES: list[Forge] = [
    earlier,
    by_another,
    fewer,
    more,
    another_head,
    another_ledger,
    our_own,
    a_signature_only,
    cut,
    nothing_said,
    endless,
]


def in_the_place_of(central: Reference, forger: Reference, there: Attacked) -> SyncError:
    """The terminal talks to the forger, who knows what central knows."""
    forger.key, forger.device_key = central.key, central.device_key
    forger.ledgers = {ledger_id: list(held) for ledger_id, held in central.ledgers.items()}
    forger.receipts = dict(central.receipts)
    with serving(forger, port=int(central.url.rpartition(":")[2])), pytest.raises(SyncError) as found:
        there.contact()
    return found.value


@pytest.mark.parametrize("forge", FORGERIES)
def test_what_is_no_receipt_for_what_was_sent_delivers_nothing(tmp_path: Path, forge: Forge) -> None:
    central, forger = Reference(), type("One", (Forger,), {"forge": forge})()
    error = attacked(tmp_path, central, lambda there: in_the_place_of(central, forger, there))
    assert isinstance(error, Unreachable)
    assert error.trouble is Trouble.NO_RECEIPT


@pytest.mark.parametrize("forge", FORGERIES)
def test_nor_does_it_by_heartbeat(tmp_path: Path, forge: Forge) -> None:
    class Quiet(Forger):
        def push(self, _: bytes, __: Batch) -> Receipt:
            raise AssertionError("a pending terminal pushes nothing")

    central, forger = Reference(), type("One", (Quiet,), {"forge": forge})()

    def attack(there: Attacked) -> SyncError:
        with Store(there.where.place.database) as store:
            store.set_status("pending")  # a pending terminal begins with the heartbeat
        try:
            return in_the_place_of(central, forger, there)
        finally:
            with Store(there.where.place.database) as store:
                store.set_status("accepted")

    error = attacked(tmp_path, central, attack)
    assert isinstance(error, Unreachable)
    assert error.trouble is Trouble.NO_RECEIPT


@pytest.mark.parametrize(
    "problem",
    [
        Problem("400.1"),
        Problem("400.2"),
        Problem("400.3"),
        Problem("400.5"),
        Problem("401.1"),
        Problem("404.1"),
        Problem("405.1"),
        Problem("409.1"),
        Problem("409.1", size=-5, head="00" * 32),
        Problem("409.1", size=10**15, head="00" * 32),
        Problem("409.1", size=0, head="ff" * 32),
        Problem("409.2"),
        Problem("409.2", receipt="nonsense"),
        Problem("413.1"),
        Problem("415.1"),
        Problem("429.1", "3"),
        Problem("500.1"),
        Problem("503.1", "Sun, 22 Nov 2026 01:00:00 GMT"),
    ],
    ids=lambda problem: f"{problem.code} {problem.members or ''}",
)
def test_a_problem_changes_nothing(tmp_path: Path, problem: Problem) -> None:
    def always(_: str, __: str) -> None:
        raise problem

    central, forger = Reference(), Reference(interfere=always)
    error = attacked(tmp_path, central, lambda there: in_the_place_of(central, forger, there))
    if isinstance(error, Refused):
        assert error.problem.code == problem.code
    else:
        assert isinstance(error, Unreachable)
        assert error.trouble is Trouble.BUSY
        assert problem.code in error.detail


def test_an_answer_that_is_lost_is_asked_for_again(tmp_path: Path) -> None:
    """Central has stored the batch and signed; the terminal never hears of it."""
    central = Reference()

    def attack(there: Attacked) -> SyncError:
        class Deaf(Reference):
            def push(self, ledger_id: bytes, batch: Batch) -> Receipt:
                super().push(ledger_id, batch)
                raise OSError

        deaf = Deaf()
        error = in_the_place_of(central, deaf, there)
        central.ledgers = deaf.ledgers
        return error

    error = attacked(tmp_path, central, attack)
    assert isinstance(error, Unreachable)
    assert error.trouble is Trouble.CUT
