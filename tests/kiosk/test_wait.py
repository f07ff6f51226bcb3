"""The thread sleeps in the kernel, and everything that must wake it does."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.wait import DisplayLost, Waiter, display_sockets, open_sockets

NEVER_S = 60.0
"""Reaching this limit is a hang, not a slow machine."""


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end of a display connection, and the server's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def pending_wakes(waiter: Waiter) -> int:
    """Bytes in the pipe; takes them out."""
    try:
        return len(os.read(waiter._reading, 1 << 20))
    except BlockingIOError:
        return 0


def test_open_sockets_are_seen_and_other_files_are_not(tmp_path: Path) -> None:
    before = open_sockets()
    with socket.socket(socket.AF_UNIX) as one, (tmp_path / "file").open("w") as file:
        assert open_sockets() - before == {one.fileno()}
        assert file.fileno() not in open_sockets()
    assert open_sockets() == before


@pytest.mark.parametrize(
    ("address", "environ", "taken"),
    [
        (".X11-unix/X7", {}, True),
        ("wayland-0", {}, True),
        ("hailong-wayland", {"WAYLAND_DISPLAY": "hailong-wayland"}, True),
        ("hailong-wayland", {"WAYLAND_DISPLAY": "/run/user/1/hailong-wayland"}, True),
        ("bus", {}, False),
        ("ibus/dbus-x1", {}, False),
    ],
)
def test_only_connections_to_a_display_are_waited_on(
    tmp_path: Path, address: str, environ: dict[str, str], taken: bool
) -> None:
    path = tmp_path / address
    path.parent.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(path))
        server.listen()
        before = open_sockets() - {client.fileno()}
        client.connect(str(path))
        accepted, _ = server.accept()
        with accepted:
            found = display_sockets(before - {server.fileno()}, environ)
            assert (client.fileno() in found) == taken
            assert server.fileno() not in found


def test_an_abstract_x_socket_and_a_tcp_one_are_displays_and_netlink_is_not() -> None:
    name = f"\0/tmp/hailong-{os.getpid()}/.X11-unix/X7"
    before = open_sockets()
    with (
        socket.socket(socket.AF_UNIX) as server,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_INET) as tcp,
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as udev,
    ):
        server.bind(name)
        server.listen()
        unix.connect(name)
        found = display_sockets(before, {})
        assert found == {unix.fileno(), tcp.fileno()}
        assert udev.fileno() not in found


def test_a_wake_before_the_wait_ends_it() -> None:
    waiter = Waiter()
    waiter.wake()
    waiter.wait()
    assert pending_wakes(waiter) == 0
    waiter.close()


def test_any_number_of_wakes_never_blocks_and_makes_one_wake_up() -> None:
    waiter = Waiter()
    for _ in range(100_000):
        waiter.wake()
    waiter.wait()
    assert pending_wakes(waiter) == 0
    waiter.close()


def test_a_wake_from_another_thread_ends_a_wait_without_limit() -> None:
    waiter = Waiter()
    for _ in range(200):
        thread = threading.Thread(target=waiter.wake)
        thread.start()
        waiter.wait()
        thread.join()
    waiter.close()


def test_a_wake_from_a_signal_handler_ends_a_wait_without_limit() -> None:
    waiter = Waiter()
    before = signal.signal(signal.SIGALRM, lambda *_: waiter.wake())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        waiter.wait()
    finally:
        signal.signal(signal.SIGALRM, before)
        waiter.close()


def test_the_display_ends_a_wait(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    waiter = Waiter([ours.fileno()], window=True)
    assert not waiter.polls
    theirs.send(b"event")
    waiter.wait()
    waiter.check()
    waiter.close()


def test_time_ends_a_wait_and_a_rest_below_a_millisecond_is_slept() -> None:
    waiter = Waiter()
    for timeout_s in (0.0, -1.0, 1e-9, 0.02):
        waiter.wait(timeout_s)
    waiter.close()


def test_a_window_without_a_socket_is_looked_at_again_and_again() -> None:
    waiter = Waiter((), window=True)
    assert waiter.polls
    waiter.wait()  # would never return without the poll
    waiter.wait(NEVER_S)
    waiter.close()


def test_without_a_window_only_wakes_and_time_count() -> None:
    waiter = Waiter()
    assert not waiter.polls
    waiter.check()
    waiter.close()


def test_a_display_that_closes_is_an_error_at_once_and_at_every_later_use(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    waiter = Waiter([ours.fileno()], window=True)
    waiter.check()
    threading.Timer(0.05, theirs.close).start()
    with pytest.raises(DisplayLost, match="display server"):
        waiter.wait()
    with pytest.raises(DisplayLost):
        waiter.check()
    waiter.close()


def test_a_descriptor_that_is_not_open_any_more_is_an_error() -> None:
    ours, theirs = socket.socketpair()
    waiter = Waiter([ours.fileno()], window=True)
    ours.close()
    with pytest.raises(DisplayLost):
        waiter.wait()
    theirs.close()
    waiter.close()


def test_check_takes_no_wake_up_away(pair: tuple[socket.socket, socket.socket]) -> None:
    waiter = Waiter([pair[0].fileno()], window=True)
    waiter.wake()
    waiter.check()
    waiter.wait()
    waiter.close()


def test_close_is_idempotent_and_a_late_wake_is_harmless() -> None:
    descriptors = set(os.listdir("/proc/self/fd"))  # noqa: PTH208 (no path is meant)
    waiter = Waiter()
    waiter.close()
    waiter.close()
    waiter.wake()
    assert set(os.listdir("/proc/self/fd")) == descriptors  # noqa: PTH208
    with pytest.raises(ValueError, match="closed"):
        waiter.wait()


def test_closing_while_threads_wake_is_harmless() -> None:
    for _ in range(50):
        waiter = Waiter()
        threads = [threading.Thread(target=waiter.wake) for _ in range(4)]
        for thread in threads:
            thread.start()
        waiter.close()
        for thread in threads:
            thread.join()
