"""Keys typed at a terminal or into a pipe."""

import os
from collections.abc import Iterator

import pytest

from hardware.events import InputEvent, Press, Source
from hardware.terminal import TerminalKeys


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        os.close(descriptor)


@pytest.mark.parametrize("_time", range(20))
def test_what_was_typed_before_the_end_still_counts(pipe: tuple[int, int], _time: int) -> None:
    events: list[InputEvent] = []
    keys = TerminalKeys(pipe[0])
    keys.start(events.append)
    os.write(pipe[1], b"4x5\n1")
    keys.close()
    assert [(int(e.level), e.source) for e in events if isinstance(e, Press)] == [
        (4, Source.KEY),
        (5, Source.KEY),
        (1, Source.KEY),
    ]


def test_a_pipe_that_is_never_empty_does_not_keep_it_from_ending(pipe: tuple[int, int]) -> None:
    keys = TerminalKeys(pipe[0])
    os.set_blocking(pipe[1], False)
    events: list[InputEvent] = []

    def emit(event: InputEvent) -> None:
        events.append(event)
        os.write(pipe[1], b"1")  # for each one that is taken another one comes

    os.write(pipe[1], b"1")
    keys.start(emit)
    keys.close()
    assert not keys.alive()
    assert events
