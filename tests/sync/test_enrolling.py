"""An enrolment is kept whole, or not at all; and whoever is not central enrols nobody."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from kiosk.ledger.kinds import Kind, parse
from kiosk.messages.statements import Checkpoint
from sync import keys
from sync.contact import Settings
from sync.enrolling import AGAIN_S, Enrolled, enrol, until_confirmed
from sync.errors import (
    AlreadyEnrolled,
    LocalFault,
    NotConfirmed,
    Refused,
    SyncError,
    Trouble,
    Unreachable,
    WrongCentral,
)
from sync.once import deliver
from sync.protocol import CentralKey, EnrolAnswer, EnrolRequest
from sync.store import Store
from sync.tickets import Ticket
from tests.sync.certificates import MORNING, YEAR, Authority
from tests.sync.reference import CODE, DEVICE, FIRST_KEY, NOW_MS, Reference, serving
from tests.sync.world import clock_of, entries, votes

STRANGER = keys.generate("central")
DAY_MS = 86_400_000


def ask(
    where: Settings,
    central: Reference,
    code: str = CODE,
    pin: str | None = None,
    ca: str | None = None,
    **more: bool,
) -> Enrolled:
    return enrol(where, Ticket(central.url, code, pin), where.place.key_or_new(), ca, **more)


def nothing_kept(where: Settings) -> bool:
    """Whether the terminal belongs to nobody, and its ledger says so."""
    with Store(where.place.database) as store:
        unknown = store.identity() is None
    return (
        unknown
        and not where.place.ca.exists()
        and Kind.ENROLLED not in {entry.kind for entry in entries(where)}
    )


def test_an_accepted_terminal_knows_who_it_is_and_says_so_in_its_chain(where: Settings) -> None:
    votes(where, 1)
    with serving(Reference()) as central:
        found = ask(where, central, pin=central.key.public.key_id)
        assert found.identity.central == central.key.public
        assert (found.identity.device, found.identity.status) == (DEVICE, "accepted")
        assert found.config is not None
        assert found.config.counter == "Quầy 1"
    said = {entry.kind: parse(entry.payload) for entry in entries(where)}
    assert said["enrolled"]["public_key"] == central.key.public.raw.hex()
    assert said["enrolled"]["url"] == central.url
    assert FIRST_KEY.hex() not in str(said)
    assert said["config"]["origin"] == "central"
    assert said["clock_anchor"]["source"] == "central"


def test_a_pending_terminal_asks_until_it_is_accepted_and_then_is_configured(where: Settings) -> None:
    with serving(Reference(status="pending")) as central:
        found = ask(where, central)
        assert (found.identity.status, found.config) == ("pending", None)
        votes(where, 2)
        assert deliver(where).status == "pending"
        central.status = "accepted"
        done = deliver(where)
        assert (done.status, done.waiting.votes) == ("accepted", 0)
        kinds = [entry.kind for entry in entries(where)]
    assert kinds.index("config") > kinds.index("rating")


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_code(where: Settings) -> None:
    class Deaf(Reference):
        def enrol(self, request: EnrolRequest) -> EnrolAnswer:
            answer = super().enrol(request)
            if len(self.served) == 1:
                raise OSError
            return answer

    with serving(Deaf()) as central:
        with pytest.raises(Unreachable):
            ask(where, central)
        assert nothing_kept(where)
        assert ask(where, central).identity.device == DEVICE
        again = ask(where, central)  # also when everything was kept the first time
        assert again.identity.device == DEVICE
    assert [entry.kind for entry in entries(where)].count("enrolled") == 1


def test_a_wrong_code_enrols_nobody(where: Settings) -> None:
    with serving(Reference()) as central, pytest.raises(Refused) as found:
        ask(where, central, code="000000000000")
    assert found.value.problem.code == "403.3"
    assert nothing_kept(where)


def test_another_server_than_the_one_on_the_sheet_enrols_nobody(where: Settings) -> None:
    with serving(Reference()) as central, pytest.raises(WrongCentral):
        ask(where, central, pin=STRANGER.public.key_id)
    assert nothing_kept(where)


def test_nobody_there_enrols_nobody(where: Settings) -> None:
    with pytest.raises(Unreachable) as found:
        ask(where, Reference(url="http://127.0.0.1:9"))
    assert found.value.trouble is Trouble.REFUSED
    assert nothing_kept(where)


Spoil = Callable[[Reference, EnrolAnswer], EnrolAnswer]


def _replaced(**members: object) -> Spoil:
    return lambda _, answer: msgspec.structs.replace(answer, **members)


def receipt_by_another(_: Reference, answer: EnrolAnswer) -> EnrolAnswer:
    return msgspec.structs.replace(answer, receipt=STRANGER.cosign(STRANGER.sign("x\n"), 5).render())


def receipt_for_another_ledger(central: Reference, answer: EnrolAnswer) -> EnrolAnswer:
    other = central.key.sign(Checkpoint(bytes(16), 0, bytes(32)).text())
    return msgspec.structs.replace(answer, receipt=central.cosigned(other))


def config_by_another(central: Reference, answer: EnrolAnswer) -> EnrolAnswer:
    assert central.config is not None
    return msgspec.structs.replace(answer, config=STRANGER.sign(central.config.text()).render())


def config_for_another(central: Reference, answer: EnrolAnswer) -> EnrolAnswer:
    assert central.config is not None
    other = replace(central.config, device="0000000000")
    return msgspec.structs.replace(answer, config=central.key.sign(other.text()).render())


@pytest.mark.parametrize(
    "spoil",
    [
        receipt_by_another,
        receipt_for_another_ledger,
        config_by_another,
        config_for_another,
        _replaced(receipt=""),
        _replaced(config="nonsense"),
        _replaced(first_key="00"),
        _replaced(first_key="zz" * 32),
        _replaced(url="http://central.example"),
        _replaced(url=""),
        _replaced(device="../../etc"),
        _replaced(device=""),
        _replaced(central=CentralKey("hailong-central-0000000000000000", "00" * 32)),
        _replaced(central=CentralKey(STRANGER.public.name, "zz")),
        _replaced(central=CentralKey("other", STRANGER.public.raw.hex())),
    ],
)
def test_an_answer_that_does_not_hold_together_enrols_nobody(where: Settings, spoil: Spoil) -> None:
    class Spoilt(Reference):
        def enrol(self, request: EnrolRequest) -> EnrolAnswer:
            return spoil(self, super().enrol(request))

    with serving(Spoilt()) as central, pytest.raises(SyncError):
        ask(where, central)
    assert nothing_kept(where)


def test_a_terminal_stays_where_it_is_unless_it_is_told_to_leave(where: Settings) -> None:
    with serving(Reference()) as first:
        ask(where, first)
        votes(where, 2)
        deliver(where)

        class Second(Reference):
            def enrol(self, request: EnrolRequest) -> EnrolAnswer:
                return msgspec.structs.replace(super().enrol(request), device="0" * 10, config=None)

        with serving(Second()) as second:
            with pytest.raises(AlreadyEnrolled):
                ask(where, second)
            assert deliver(where).waiting.votes == 0
            with Store(where.place.database) as store:
                known = store.identity()
            assert known is not None
            assert known.central == first.key.public
            assert ask(where, second, replace=True).identity.device == "0" * 10
            done = deliver(where)
            (held,) = second.ledgers.values()
            assert held == entries(where)[: done.size]  # from the first entry on
    with Store(where.place.database) as store:
        assert len(store.receipts(next(iter(first.ledgers)))) == 1


@pytest.mark.parametrize("mode", [0o640, 0o666])
def test_a_key_that_others_may_read_enrols_nobody(where: Settings, mode: int) -> None:
    where.place.key_or_new()
    where.place.key_file.chmod(mode)
    with serving(Reference()) as central, pytest.raises(LocalFault, match="chmod 600"):
        ask(where, central)


# --- TLS, with a clock that may be wrong


def test_with_a_pinned_authority_a_terminal_without_a_clock_enrols_and_delivers(
    where: Settings, tmp_path: Path
) -> None:
    """The machine's clock is a year behind and nobody vouches for it; the certificate is newer than its image."""
    clock_of(where).wall = int((MORNING - YEAR).timestamp() * 1e9)
    authority = Authority(begins=MORNING - YEAR / 2)
    with serving(Reference(), authority.context(tmp_path)) as central:
        ask(where, central, ca=authority.pem)
        assert where.place.ca.read_text() == authority.pem
        votes(where, 2)
        assert deliver(where).waiting.votes == 0
        clock_of(where).reboot("another boot")
        votes(where, 1)
        assert deliver(where).waiting.votes == 0


def test_with_a_pinned_authority_a_clock_that_was_set_wrong_is_not_asked(
    where: Settings, tmp_path: Path
) -> None:
    """Whoever plays time server to a terminal does not cut it off from central."""
    clock_of(where).wall = int((MORNING - YEAR).timestamp() * 1e9)
    clock_of(where).synced = True
    authority = Authority(begins=MORNING - YEAR / 2)
    with serving(Reference(), authority.context(tmp_path)) as central:
        ask(where, central, ca=authority.pem)
        clock_of(where).reboot("another boot")
        votes(where, 2)
        assert deliver(where).waiting.votes == 0


@pytest.mark.parametrize("off_ms", [-31 * DAY_MS, 31 * DAY_MS])
def test_a_certificate_that_is_out_of_its_time_by_central_s_own_word_enrols_nobody(
    where: Settings, tmp_path: Path, off_ms: int
) -> None:
    authority = Authority()
    central = Reference(now_ms=lambda: NOW_MS + off_ms)
    with serving(central, authority.context(tmp_path)), pytest.raises(Unreachable) as found:
        ask(where, central, ca=authority.pem)
    assert found.value.trouble is Trouble.CERTIFICATE_TIME
    assert nothing_kept(where)


def test_a_certificate_that_expires_later_stops_the_delivery_and_a_new_one_lets_it_go_on(
    where: Settings, tmp_path: Path
) -> None:
    authority, central = Authority(), Reference()
    with serving(central, authority.context(tmp_path)):
        ask(where, central, ca=authority.pem)
        port = int(central.url.rpartition(":")[2])
        votes(where, 1)
        clock_of(where).advance(31 * DAY_MS / 1000)
        central.now_ms = lambda: NOW_MS + 31 * DAY_MS
        with pytest.raises(Unreachable) as found:
            deliver(where)
        assert found.value.trouble is Trouble.CERTIFICATE_TIME
        assert central.ledgers == {}
    with serving(central, authority.context(tmp_path, ends=MORNING + YEAR), port=port):
        assert deliver(where).waiting.votes == 0


def test_without_a_pin_and_without_a_clock_it_waits_and_says_so(where: Settings, tmp_path: Path) -> None:
    with serving(Reference(), Authority().context(tmp_path)) as central, pytest.raises(Unreachable) as found:
        ask(where, central)
    assert found.value.trouble is Trouble.CLOCK
    assert nothing_kept(where)


@pytest.mark.parametrize(
    ("host", "other", "expected"),
    [
        ("127.0.0.1", True, Trouble.CERTIFICATE),
        ("central.example", False, Trouble.CERTIFICATE_NAME),
    ],
)
def test_another_authority_or_another_host_enrols_nobody(
    where: Settings, tmp_path: Path, host: str, other: bool, expected: Trouble
) -> None:
    authority = Authority()
    pinned = Authority() if other else authority
    with (
        serving(Reference(), authority.context(tmp_path, host=host)) as central,
        pytest.raises(Unreachable) as found,
    ):
        ask(where, central, ca=pinned.pem)
    assert found.value.trouble is expected
    assert central.served == []
    assert nothing_kept(where)


def test_the_authority_of_an_earlier_enrolment_is_not_taken_for_another_server(
    where: Settings, tmp_path: Path
) -> None:
    authority = Authority()
    with serving(Reference(), authority.context(tmp_path)) as first:
        ask(where, first, ca=authority.pem)
    with serving(Reference()) as second:
        ask(where, second, replace=True)
        assert not where.place.ca.exists()
        votes(where, 1)
        assert deliver(where).waiting.votes == 0


def without_code(where: Settings, central: Reference) -> Enrolled:
    return enrol(where, Ticket(central.url, None), where.place.key_or_new())


def test_without_a_code_it_is_enrolled_as_soon_as_somebody_has_confirmed_its_key(where: Settings) -> None:
    waited: list[float] = []
    with serving(Reference()) as central:

        def somebody(seconds: float) -> None:
            waited.append(seconds)
            clock_of(where).advance(seconds)
            if len(waited) == 3:
                central.confirmed.add(where.place.key_or_new().public.raw.hex())

        found = until_confirmed(lambda: without_code(where, central), where.clock, 60, somebody)
    assert (found.identity.device, found.identity.status) == (DEVICE, "accepted")
    assert waited == [AGAIN_S] * 3
    assert [entry.kind for entry in entries(where)].count("enrolled") == 1


def test_where_nobody_confirms_it_ends_when_the_time_is_up_and_nothing_is_kept(where: Settings) -> None:
    with serving(Reference()) as central, pytest.raises(NotConfirmed):
        until_confirmed(
            lambda: without_code(where, central), where.clock, 12, lambda s: clock_of(where).advance(s)
        )
    assert nothing_kept(where)
    assert central.served.count("/api/v1/enrol") == 3


def test_a_network_that_fails_while_it_waits_is_waited_for(where: Settings) -> None:
    where_to = Reference(url="http://127.0.0.1:9")
    waits = 0

    def somebody(seconds: float) -> None:
        nonlocal waits
        waits += 1
        clock_of(where).advance(seconds)

    with pytest.raises(Unreachable):
        until_confirmed(lambda: without_code(where, where_to), where.clock, 12, somebody)
    assert waits == 2


def test_what_waiting_does_not_mend_ends_it_at_once(where: Settings) -> None:
    with serving(Reference()) as central, pytest.raises(Refused):
        until_confirmed(
            lambda: ask(where, central, code="000000000000"),
            where.clock,
            60,
            lambda _s: pytest.fail("it waits"),
        )
