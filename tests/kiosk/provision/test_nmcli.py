"""What nmcli is told, and what its answers mean; `tests/system/test_network.py` asks a real NetworkManager."""

from collections.abc import Sequence

import pytest

from kiosk.provision.errors import PartFailed
from kiosk.provision.nmcli import NetworkManager
from kiosk.provision.processes import TOO_LONG, Ran
from kiosk.provision.works import Connect, Network, Online, Wifi

WELL = Ran(0, "", "")
DEVICES = (
    "eth0:ethernet:unavailable:\nwlan0:wifi:connected:văn phòng\nlo:loopback:connected (externally):lo\n"
)
AIR = "UBND xã:40:WPA2\nUBND xã:80:WPA2\n:90:WPA2\nKhách\\:1:30:--\nTrống:20:\n"


class Nmcli:
    """Answers by the first words that fit."""

    def __init__(self, **answers: Ran) -> None:
        self.answers = {
            "device wifi list": Ran(0, AIR, ""),
            "device show": Ran(0, "IP4.ADDRESS[1]:192.168.1.7/24\nIP6.ADDRESS[1]:fe80\\:\\:1/64\n", ""),
            "connectivity check": Ran(0, "full\n", ""),
            "connection show": Ran(0, "802-11-wireless.ssid:UBND xã\n", ""),
            "connection delete": Ran(10, "", "Error: unknown connection."),
            "--fields DEVICE": Ran(0, DEVICES, ""),
        } | {name.replace("_", " "): ran for name, ran in answers.items()}
        self.calls: list[str] = []
        self.typed = ""

    def __call__(self, arguments: Sequence[str], text: str, timeout_s: float) -> Ran:
        assert timeout_s > 0
        call = " ".join(arguments)
        self.calls.append(call)
        self.typed += text
        return next((ran for words, ran in self.answers.items() if words in call), WELL)


def test_what_is_connected_is_seen_with_its_name_and_how_far_it_leads() -> None:
    seen = NetworkManager(Nmcli()).see(scan=True)
    wifi = (Wifi("UBND xã", 80, True), Wifi("Khách:1", 30, False), Wifi("Trống", 20, False))
    assert seen == Network(Online.YES, "wifi", "UBND xã", "192.168.1.7/24", True, wifi)


@pytest.mark.parametrize(
    ("said", "online"),
    [("portal", Online.PORTAL), ("limited", Online.LINK), ("unknown", Online.LINK), ("none", Online.NO)],
)
def test_a_login_page_is_told_from_a_way_out(said: str, online: Online) -> None:
    assert NetworkManager(Nmcli(connectivity_check=Ran(0, f"{said}\n", ""))).see(scan=False).online is online


def test_wifi_that_is_switched_off_is_switched_on_before_it_is_looked_for() -> None:
    nmcli = Nmcli()
    NetworkManager(nmcli).see(scan=False)
    assert not [call for call in nmcli.calls if "radio" in call]
    NetworkManager(nmcli).see(scan=True)
    order = [call for call in nmcli.calls if "radio" in call or "wifi list" in call]
    assert order[0] == "nmcli --terse radio wifi on"
    assert len(order) == 2


def test_nothing_connected_is_no_network() -> None:
    nmcli = Nmcli(**{"--fields DEVICE": Ran(0, "eth0:ethernet:unavailable:\n", "")})
    assert NetworkManager(nmcli).see(scan=True) == Network(Online.NO)


def test_a_password_is_never_an_argument() -> None:
    nmcli = Nmcli()
    NetworkManager(nmcli).connect(Connect("UBND xã", "rất bí mật"))
    assert "rất bí mật" not in "\n".join(nmcli.calls)
    assert "set wifi-sec.psk rất bí mật\n" in nmcli.typed


def test_the_new_connection_takes_the_place_of_the_old_one_only_once_it_stands() -> None:
    nmcli = Nmcli()
    NetworkManager(nmcli).connect(Connect())
    order = [call for call in nmcli.calls if " up " in call or "delete" in call or "modify" in call]
    assert [call.split("nmcli --terse ")[1] for call in order] == [
        "connection delete id hailong-new",
        "--wait 45 connection up id hailong-new",
        "connection modify id hailong-new connection.autoconnect yes",
        "connection delete id hailong",
        "connection modify id hailong-new connection.id hailong",
    ]


def test_a_failure_leaves_the_connection_from_before() -> None:
    nmcli = Nmcli(
        **{"connection up id hailong-new": Ran(4, "", "Error: Connection activation failed: (7) x")}
    )
    with pytest.raises(PartFailed):
        NetworkManager(nmcli).connect(Connect())
    assert "nmcli --terse connection delete id hailong" not in nmcli.calls
    assert nmcli.calls[-2:] == [
        "nmcli --terse connection delete id hailong-new",
        "nmcli --terse connection up id hailong",
    ]


@pytest.mark.parametrize(
    ("ran", "about", "words"),
    [
        (
            Ran(4, "", "Error: Connection activation failed: (7) Secrets were required, but not provided."),
            "password",
            "password of the Wi-Fi is not right",
        ),
        (
            Ran(4, "", "Error: Connection activation failed: (53) The Wi-Fi network could not be found."),
            "ssid",
            "cannot be heard here",
        ),
        (
            Ran(4, "", "Error: Connection activation failed: (5) IP configuration could not be reserved"),
            "address",
            "gives no address",
        ),
        (
            Ran(4, "", "Error: Connection activation failed: No suitable device found"),
            "way",
            "is the cable in",
        ),
        (Ran(4, "", "Error: Not authorized to control networking."), "way", "sudo hailong provision"),
        (Ran(3, "", "Error: Timeout expired (45 seconds)"), "way", "did not answer in time"),
        (Ran(TOO_LONG, "", ""), "way", "did not answer in time"),
        (Ran(8, "", "Error: NetworkManager is not running."), "way", "No connection could be made"),
    ],
    ids=lambda value: value.err if isinstance(value, Ran) else None,
)
def test_each_failure_is_told_with_what_to_do(ran: Ran, about: str, words: str) -> None:
    with pytest.raises(PartFailed) as raised:
        NetworkManager(Nmcli(**{"connection up id hailong-new": ran})).connect(Connect("UBND", "12345678"))
    assert raised.value.about == about
    assert words in raised.value.problem.msgid


def test_a_password_that_networkmanager_refuses_is_not_repeated() -> None:
    said = Ran(0, "nmcli> set wifi-sec.psk ngắn\nError: Failed to save: psk: property is invalid\n", "")
    with pytest.raises(PartFailed) as raised:
        NetworkManager(Nmcli(connection_edit=said)).connect(Connect("UBND", "ngắn"))
    assert raised.value.about == "password"
    assert not raised.value.problem.values


def test_a_machine_without_networkmanager_is_told_so() -> None:
    def missing(arguments: Sequence[str], text: str, timeout_s: float) -> Ran:
        del arguments, text, timeout_s
        raise FileNotFoundError(2, "No such file or directory")

    with pytest.raises(PartFailed) as raised:
        NetworkManager(missing).see(scan=False)
    assert "NetworkManager is not there" in raised.value.problem.msgid
