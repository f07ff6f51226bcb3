"""What a service manager is told (sd_notify(3)); nothing where there is none."""

import os
import socket


def is_service() -> bool:
    """Whether a service manager started this process and waits to be told."""
    return "NOTIFY_SOCKET" in os.environ


def tell(state: str) -> None:
    """Send a state such as ``READY=1`` to who started this service. Raises `OSError` where it does not listen.

    Args:
        state: Lines as systemd wants them.
    """
    named = os.environ.get("NOTIFY_SOCKET")
    if not named:
        return
    address = "\0" + named[1:] if named.startswith("@") else named
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notifier:
        notifier.connect(address)
        notifier.sendall(state.encode())
