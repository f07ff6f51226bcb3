"""This server is sent nowhere but to terminals of the networks that an administrator has listed."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from central.pulling import guard
from central.pulling.guard import Lookup, NotAllowed, Policy, Target, networks_of, target, usable

TERMINALS = Policy(networks_of("10.0.0.0/8 2001:db8::/32"))
HERE = Policy(networks_of("10.0.0.0/8"), loopback=True)


def finds(*answers: str) -> Lookup:
    return lambda _host, _port: answers


@pytest.mark.parametrize(
    ("url", "address", "port"),
    [
        ("https://10.1.2.3:8443", "10.1.2.3", 8443),
        ("https://10.1.2.3", "10.1.2.3", 443),
        ("https://[2001:db8::7]:9", "2001:db8::7", 9),
        ("https://[::ffff:10.1.2.3]:9", "10.1.2.3", 9),
    ],
)
def test_a_terminal_in_a_listed_network_is_asked(url: str, address: str, port: int) -> None:
    assert target(url, TERMINALS) == Target(url, ip_address(address), port)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0.1.2.3", "[::]", "169.254.169.254",
        "[fe80::1]", "[fe80::1%25eth0]", "224.0.0.1", "[ff02::1]", "255.255.255.255", "240.0.0.1", "192.168.1.1",
        "8.8.8.8", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[2001:0:7f00:1::]", "[::ffff:169.254.169.254]",
        "[fd00::1]",
    ],
)  # fmt: skip
def test_nothing_else_is_connected_to(address: str) -> None:
    with pytest.raises(NotAllowed):
        target(f"https://{address}:8443", TERMINALS)


@pytest.mark.parametrize(
    "network", ["0.0.0.0/0 ::/0", "127.0.0.0/8 169.254.0.0/16 fe80::/10 ::1/128 224.0.0.0/4"]
)
@pytest.mark.parametrize(
    "address", ["127.0.0.1", "[::1]", "169.254.169.254", "[fe80::1]", "224.0.0.1", "0.0.0.0", "[::]"]
)
def test_not_even_where_somebody_has_listed_everything(network: str, address: str) -> None:
    with pytest.raises(NotAllowed):
        target(f"https://{address}:8443", Policy(networks_of(network)))


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "127.0.0.53"])
def test_this_machine_is_asked_by_a_server_for_this_machine(address: str) -> None:
    assert target(f"https://{address}:8443", HERE).address.is_loopback
    for never in ("169.254.169.254", "0.0.0.0", "[fe80::1]"):
        with pytest.raises(NotAllowed):
            target(f"https://{never}:8443", HERE)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3", "ftp://10.1.2.3", "10.1.2.3:8443", "https://", "https://10.1.2.3/path", "https://10.1.2.3?q",
        "https://10.1.2.3#f", "https://user@10.1.2.3", "https://10.1.2.3:0", "https://10.1.2.3:65536", "https://10.1.2.3:x",
        "https://10.1.2.3\\@x", "https://10.1.2.3\r\nX: y", "https://1 2", "https://é.vn", f"https://{'a' * 200}.vn", "https://[::1",
        "file:///etc/passwd", "https://10.1.2.3/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_terminal_is_not_kept_and_not_asked(url: str) -> None:
    assert usable(url) == ""
    with pytest.raises(NotAllowed):
        target(url, TERMINALS)


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to() -> None:
    answers = iter([("10.1.2.3",), ("127.0.0.1",)])

    def lookup(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    found = target("https://terminal.example:8443", TERMINALS, lookup)
    assert found.address == ip_address("10.1.2.3")  # whatever the name's server says a moment later
    with pytest.raises(NotAllowed):
        target("https://terminal.example:8443", TERMINALS, lookup)


@pytest.mark.parametrize(
    "answers", [("10.1.2.3", "127.0.0.1"), ("169.254.169.254",), ("8.8.8.8", "10.1.2.3"), ()]
)
def test_a_name_with_any_other_address_is_not_asked(answers: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        target("https://terminal.example", TERMINALS, finds(*answers))


def test_a_name_that_nobody_knows_is_said() -> None:
    def lookup(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(NotAllowed, match=r"terminal\.example is not known"):
        target("https://terminal.example", TERMINALS, lookup)


def test_networks_are_listed_with_blanks_or_commas() -> None:
    assert networks_of("10.0.0.0/8, 192.0.2.1") == (ip_network("10.0.0.0/8"), ip_network("192.0.2.1/32"))
    assert networks_of("") == ()
    with pytest.raises(ValueError, match="host bits"):
        networks_of("10.0.0.1/8")


def test_a_refusal_names_the_address_and_the_remedy() -> None:
    with pytest.raises(NotAllowed, match=r"192\.168\.1\.1 .*--pull-allow"):
        guard.target("https://192.168.1.1", Policy())
