"""Units and counters by their names, as people type them."""

import unicodedata

import pytest
from django.db import connection

from central import configs, registry
from central.embedded import Cluster
from central.models import AuditLog, Counter, Field, Unit
from kiosk.messages.notes import parse_note
from kiosk.messages.statements import config_of
from tests.central import makers
from tests.together import at_once

UNIT, COUNTER = "UBND phường Sông Công", "Quầy 1 – Đất đai"
WHO = registry.Actor()


@pytest.fixture(autouse=True)
def _empty(database: Cluster) -> None:
    assert database.runs()


@pytest.mark.parametrize(
    "typed",
    [
        unicodedata.normalize("NFD", UNIT),
        "  UBND  phường\tSông\u00a0Công\n",
        UNIT,
    ],
)
def test_a_name_is_the_same_however_it_was_typed(typed: str) -> None:
    first = registry.counter_named(UNIT, COUNTER, WHO)
    assert registry.counter_named(typed, unicodedata.normalize("NFD", COUNTER), WHO) == first
    assert (Unit.objects.get().name, Counter.objects.get().name) == (UNIT, COUNTER)
    assert AuditLog.objects.filter(action="create").count() == 2


def test_what_was_typed_decomposed_is_kept_composed() -> None:
    registry.counter_named(unicodedata.normalize("NFD", UNIT), COUNTER, WHO)
    assert Unit.objects.get().name == UNIT


@pytest.mark.parametrize(
    ("unit", "counter", "words"),
    [
        ("", COUNTER, "unit cannot be made"),
        (" ", COUNTER, "unit cannot be made"),
        (UNIT, "", "counter cannot be made"),
        ("ă" * 301, COUNTER, "at most 300 characters"),
        (UNIT, "ă" * 301, "at most 300 characters"),
        ("UBND\x07", COUNTER, "control characters"),
        (UNIT, "\udcff", "control characters"),
        ("9" * 5000, COUNTER, "at most 300 characters"),
    ],
)
def test_what_cannot_be_a_name_is_said_and_nothing_is_made(unit: str, counter: str, words: str) -> None:
    with pytest.raises(registry.BadName, match=words):
        registry.counter_named(unit, counter, WHO)
    assert not Unit.objects.exists()
    assert not AuditLog.objects.exists()


def test_the_same_new_counter_asked_for_at_once_is_made_once() -> None:
    for n in range(10):
        found: list[int] = []

        def ask(unit: str = f"{UNIT} {n}", found: list[int] = found) -> None:
            try:
                found.append(registry.counter_named(unit, COUNTER, WHO).pk)
            finally:
                connection.close()

        at_once([ask] * 8)
        assert len(found) == 8
        assert set(found) == {Counter.objects.get(unit__name=f"{UNIT} {n}").pk}


def test_whatever_is_kept_of_a_counter_its_terminal_can_read() -> None:
    """A configuration that the terminal refuses would leave its ratings uncounted."""
    device = makers.device()
    counter = device.counter
    counter.field = Field.objects.create(name="Đất\tđai")
    counter.department, counter.question = "Bộ phận\nmột cửa", "Ông/bà\r\ncó hài lòng?"
    counter.labels = ["Rất\tkém", "", "", "", ""]
    counter.save()
    configs.tell(device.pk)
    device.refresh_from_db()
    made = configs.current(device)
    assert made is not None
    said = config_of(parse_note(made.note))
    assert (said.field, said.department, said.question) == (
        "Đất đai",
        "Bộ phận một cửa",
        "Ông/bà có hài lòng?",
    )
    assert said.labels[0] == "Rất kém"
