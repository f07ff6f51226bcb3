"""Browsers that ask this server by its name."""

from django.test import Client


def browser(address: str = "192.0.2.1") -> Client:
    """Nobody's, at an address."""
    return Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR=address)
