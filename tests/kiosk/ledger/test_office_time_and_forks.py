"""Time statements and receipts change what they should, and only central's do."""

from kiosk.ledger.kinds import Kind, own_fields
from kiosk.messages import wire
from tests.kiosk.ledger.central import DEVICE, NOW_MS, STATEMENT, Central, unsigned
from tests.kiosk.ledger.enrolled import Terminal
from tests.kiosk.ledger.terminal import intact, salvage_all, stored, vote, votes

# --- time


def test_an_anchor_is_about_the_middle_of_asking_and_seeing(enrolled: Terminal, central: Central) -> None:
    nonce, given_ns = enrolled.nonce(), enrolled.clock.now_ns
    enrolled.clock.advance(0.5)
    enrolled.done(wire.PutAnchor(central.time(nonce)))
    (body,) = enrolled.bodies(Kind.CLOCK_ANCHOR)
    assert body == {
        "source": "central",
        "at_ns": given_ns + 250_000_000,
        "utc_ms": NOW_MS,
        "error_ms": 251,
        "signed": central.time(nonce),
    }


def test_time_statements_of_others_or_for_other_nonces_change_nothing(
    enrolled: Terminal, central: Central
) -> None:
    earlier, nonce = enrolled.nonce(), enrolled.nonce()
    enrolled.refused(wire.PutAnchor(unsigned(central.time(nonce))))
    enrolled.refused(wire.PutAnchor(central.time(earlier)))
    enrolled.refused(wire.PutAnchor(central.time("00" * 16)))
    enrolled.refused(wire.PutAnchor(central.config(STATEMENT)))
    enrolled.done(wire.PutAnchor(central.time(nonce)))
    enrolled.refused(wire.PutAnchor(central.time(nonce)))  # used


def test_a_time_statement_that_took_minutes_is_refused(enrolled: Terminal, central: Central) -> None:
    nonce = enrolled.nonce()
    enrolled.clock.advance(121)
    enrolled.refused(wire.PutAnchor(central.time(nonce)))


def test_an_anchor_is_appended_when_it_says_something(enrolled: Terminal, central: Central) -> None:
    def anchors_after(seconds: float) -> int:
        enrolled.clock.advance(seconds)
        enrolled.done(wire.PutAnchor(central.time(enrolled.nonce(), NOW_MS)))
        return len(enrolled.bodies(Kind.CLOCK_ANCHOR))

    assert anchors_after(1) == 1
    assert anchors_after(60) == 1
    assert anchors_after(3_600) == 2  # an hour of drift is more than the way to central
    enrolled.restart()
    assert anchors_after(60) == 2  # what this boot has said is known after a start
    enrolled.clock.reboot("second-boot")
    enrolled.restart()
    assert anchors_after(1) == 3


def test_a_clock_that_is_synchronised_makes_an_anchor_of_its_own(terminal: Terminal) -> None:
    terminal.office.upkeep()
    assert terminal.bodies(Kind.CLOCK_ANCHOR) == []
    terminal.clock.synced = True
    for _ in range(3):
        terminal.office.upkeep()
        terminal.clock.advance(15)
    (body,) = terminal.bodies(Kind.CLOCK_ANCHOR)
    assert (body["source"], body["utc_ms"]) == ("ntp", 1_795_309_200_000)
    assert body["error_ms"] == 5_001
    assert "signed" not in body


# --- receipts, and a ledger that contradicts one


def test_a_receipt_is_remembered_only_for_what_this_ledger_holds(
    enrolled: Terminal, central: Central
) -> None:
    votes(enrolled.keeper, 2)
    ledger_id, head = enrolled.keeper.ledger_id, enrolled.keeper.head
    assert ledger_id is not None
    enrolled.refused(wire.PutReceipt(central.receipt(ledger_id, head.seq, bytes(32))))
    enrolled.refused(wire.PutReceipt(central.receipt(ledger_id, head.seq + 1, head.hash)))
    enrolled.refused(wire.PutReceipt(central.receipt(bytes(16), head.seq, head.hash)))
    enrolled.refused(wire.PutReceipt(Central().receipt(ledger_id, head.seq, head.hash)))
    enrolled.refused(wire.PutReceipt(central.device_key.sign("x\n").render()))
    enrolled.done(wire.PutReceipt(central.receipt(ledger_id, 0, bytes(32))))
    assert enrolled.keeper.lasting.receipts.of(ledger_id) is None
    enrolled.done(wire.PutReceipt(central.receipt_for(enrolled.keeper)))
    assert enrolled.keeper.lasting.receipts.of(ledger_id) == head


def test_what_has_a_receipt_stays_where_it_is_when_the_ledger_is_closed(
    enrolled: Terminal, central: Central
) -> None:
    votes(enrolled.keeper, 3)
    enrolled.done(wire.PutReceipt(central.receipt_for(enrolled.keeper)))
    size = enrolled.keeper.head.seq
    beyond = votes(enrolled.keeper, 2)
    enrolled.keeper.condemn("a test")
    salvage_all(enrolled.keeper)
    brought = [body for body in enrolled.bodies(Kind.SALVAGED) if "stored" in body]
    assert [(body["seq"], body["hash"]) for body in brought] == [(e.seq, e.hash.hex()) for e in beyond]
    last = enrolled.bodies(Kind.SALVAGED)[-1]
    assert (last["entries"], last["held"], last["missing"]) == (2, size, 0)


def test_a_fork_closes_the_ledger_and_the_next_one_says_everything_again(
    enrolled: Terminal, central: Central
) -> None:
    votes(enrolled.keeper, 3)
    enrolled.done(wire.PutReceipt(central.receipt_for(enrolled.keeper)))
    old_id, head = enrolled.keeper.ledger_id, votes(enrolled.keeper, 2)[-1]
    assert old_id is not None
    enrolled.refused(wire.PutFork(central.receipt_for(enrolled.keeper)))
    enrolled.refused(wire.PutFork(central.receipt(bytes(16), 5, bytes(32))))
    enrolled.refused(wire.PutFork(Central().receipt(old_id, head.seq, bytes(32))))
    enrolled.done(wire.PutFork(central.receipt(old_id, head.seq + 10, b"\1" * 32)))
    assert enrolled.keeper.ledger_id != old_id
    salvage_all(enrolled.keeper)
    opening = stored(enrolled.folder)[:3]
    assert [entry.kind for entry in opening] == ["boot", "enrolled", "config"]
    assert own_fields(opening[0].payload)["continues"] == {
        "file": "ledger.db.closed-1",
        "reason": f"central holds another entry {head.seq + 10} of it",
        "ledger": old_id.hex(),
        "seq": head.seq,
    }
    assert "evolve_check" not in own_fields(opening[1].payload)
    assert own_fields(opening[2].payload)["signed"] == central.config(STATEMENT)
    assert [body["seq"] for body in enrolled.bodies(Kind.SALVAGED) if "stored" in body] == [
        head.seq - 1,
        head.seq,
    ]
    assert enrolled.head().device == DEVICE
    enrolled.done(central.enrolment())
    enrolled.restart()
    assert len(enrolled.bodies(Kind.ENROLLED)) == 1
    assert intact(enrolled.folder)


def test_another_entry_at_the_same_place_is_a_fork_too(enrolled: Terminal, central: Central) -> None:
    ledger_id, entry = enrolled.keeper.ledger_id, votes(enrolled.keeper, 3)[1]
    assert ledger_id is not None
    enrolled.done(wire.PutFork(central.receipt(ledger_id, entry.seq, b"\1" * 32)))
    assert enrolled.keeper.ledger_id != ledger_id


# --- a ledger that was put back while nobody looked


def test_an_older_copy_of_the_ledger_is_put_aside_and_the_tags_go_on(enrolled: Terminal) -> None:
    votes(enrolled.keeper, 3)
    enrolled.keeper.close(clean=False)
    copies = {file.name: file.read_bytes() for file in enrolled.folder.glob("ledger.db*")}
    enrolled.start()
    votes(enrolled.keeper, 5)
    head = enrolled.head()
    enrolled.keeper.close(clean=False)
    for name, content in copies.items():
        (enrolled.folder / name).write_bytes(content)
    enrolled.start()
    enrolled.keeper.append([vote()])
    opening = own_fields(stored(enrolled.folder)[0].payload)
    assert isinstance(opening["continues"], dict)
    assert (opening["continues"]["ledger"], opening["continues"]["seq"]) == (head.ledger_id, head.seq)
    assert enrolled.head().tag is not None
