"""Connections from which nothing comes end; others go on."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from central.stalled import end_stalled
from tests.system.program import PATIENCE_S

SILENCE_S = 0.3


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def pair(stack: ExitStack, address: str = "127.0.0.1") -> tuple[socket.socket, socket.socket]:
    """A client and what the server has of it; the port is listened at for the whole test."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = stack.enter_context(socket.create_server((address, 0), family=family))
    client = stack.enter_context(socket.create_connection(listening.getsockname()[:2]))
    accepted = stack.enter_context(listening.accept()[0])
    for one in (client, accepted):
        one.settimeout(PATIENCE_S)
    client.sendall(b"{")
    assert accepted.recv(1) == b"{"
    return client, accepted


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_who_says_nothing_more_is_not_waited_for(stack: ExitStack, address: str) -> None:
    silent, waited_for = pair(stack, address)
    talking, heard = pair(stack, address)
    time.sleep(SILENCE_S)
    talking.sendall(b"}")
    assert heard.recv(1) == b"}"
    assert end_stalled(SILENCE_S / 2) == 1
    assert waited_for.recv(1) == b""
    waited_for.sendall(b"late")  # an answer still arrives
    assert silent.recv(4) == b"late"
    talking.sendall(b"!")
    assert heard.recv(1) == b"!"


def test_connections_to_others_are_none_of_its_business(stack: ExitStack) -> None:
    """To PostgreSQL, for instance: the port that is listened at is not in this process."""
    client, accepted = pair(stack)
    elsewhere = stack.enter_context(socket.socket())
    elsewhere.settimeout(PATIENCE_S)
    left, right = socket.socketpair()
    stack.enter_context(left)
    stack.enter_context(right)
    time.sleep(SILENCE_S)
    assert end_stalled(SILENCE_S / 2) == 1
    accepted.sendall(b"x")
    assert client.recv(1) == b"x"  # the client's own end was left alone
    left.sendall(b"y")
    assert right.recv(1) == b"y"
