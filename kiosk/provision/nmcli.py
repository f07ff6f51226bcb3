"""The network by NetworkManager's own command, nmcli(1).

Connections are made beside the one in use and take its place once they stand: a wrong password leaves a terminal as
connected as it was. A password travels by standard input, never as an argument, which everybody could read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from kiosk.config.phrase import Phrase
from kiosk.provision.errors import PartFailed
from kiosk.provision.processes import TOO_LONG, Ran, Run, run
from kiosk.provision.works import Connect, Network, Online, Wifi

NAME = "hailong"
"""Of the connection that is made here."""

_DRAFT = "hailong-new"
_ACTIVATION_S = 45
_NO_SUCH = 10
"""nmcli(1), exit status: “Connection, device, or access point does not exist”."""

_PLACES: Mapping[str, Online] = {"full": Online.YES, "portal": Online.PORTAL, "none": Online.NO}
_WAYS: Mapping[str, str] = {
    "ethernet": "ethernet",
    "wifi": "wifi",
    "802-11-wireless": "wifi",
    "802-3-ethernet": "ethernet",
}

_FAILURES: tuple[tuple[re.Pattern[str], str, Phrase], ...] = (
    (
        re.compile(
            r"secrets were required|pre-shared key may be incorrect|psk: property is invalid", re.IGNORECASE
        ),
        "password",
        Phrase("The password of the Wi-Fi is not right. Please type it once more."),
    ),
    (
        re.compile(r"ssid.*not.*found|no network with ssid|network could not be found", re.IGNORECASE),
        "ssid",
        Phrase(
            "This Wi-Fi network cannot be heard here. Please choose another one, or bring the terminal closer."
        ),
    ),
    (
        re.compile(r"ip configuration could not be reserved", re.IGNORECASE),
        "address",
        Phrase(
            "The network gives no address. Please check the cable and the router, or set a fixed address from whoever "
            "runs the network."
        ),
    ),
    (
        re.compile(r"no suitable device|device.*not (available|found|ready)|carrier", re.IGNORECASE),
        "way",
        Phrase("There is no connection to be made: is the cable in, is the Wi-Fi device switched on?"),
    ),
    (
        re.compile(r"not authorized|insufficient privileges|permission", re.IGNORECASE),
        "way",
        Phrase("This user may not change the network. Please start with: sudo hailong provision"),
    ),
)
_TIMEOUT = Phrase("The network did not answer in time. Please check the cable or the Wi-Fi, and try again.")
_OTHER = Phrase("No connection could be made. ({reason})")


class NetworkManager:
    """See `NetworkPart`.

    Args:
        run: Runs nmcli.
        activation_s: How long a connection may take to stand.
    """

    def __init__(self, run: Run = run, activation_s: float = _ACTIVATION_S) -> None:
        self._run = run
        self._activation_s = activation_s

    def see(self, *, scan: bool) -> Network:
        """See `NetworkPart`."""
        if scan:
            # A Raspberry Pi's Wi-Fi is switched off until somebody wants it; where there is none, this does nothing.
            self._call(["radio", "wifi", "on"])
        devices = [
            row
            for row in _rows(self._asked("--fields", "DEVICE,TYPE,STATE,CONNECTION", "device"))
            if len(row) == 4
        ]
        has_wifi = any(kind == "wifi" for _device, kind, _state, _connection in devices)
        wifi = tuple(self._wifi()) if scan and has_wifi else ()
        for device, kind, state, connection in devices:
            if kind in _WAYS and state == "connected":
                name = self._ssid(connection) if kind == "wifi" else ""
                return Network(self._online(), _WAYS[kind], name, self._address(device), has_wifi, wifi)
        return Network(Online.NO, has_wifi=has_wifi, wifi=wifi)

    def connect(self, plan: Connect) -> Network:
        """See `NetworkPart`."""
        self._remove(_DRAFT)
        try:
            self._asked("connection", "add", *_profile(plan))
            if plan.password:
                self._keep_password(plan.password)
            self._asked("--wait", str(round(self._activation_s)), "connection", "up", "id", _DRAFT)
        except PartFailed:
            self._remove(_DRAFT)
            self._go_on()
            raise
        # From here on the new one would come up by itself after a power cut, whatever it is called.
        self._asked("connection", "modify", "id", _DRAFT, "connection.autoconnect", "yes")
        self._remove(NAME)
        self._asked("connection", "modify", "id", _DRAFT, "connection.id", NAME)
        return self.see(scan=False)

    def disconnect(self) -> None:
        """See `NetworkPart`."""
        self._remove(_DRAFT)
        self._remove(NAME)

    def _go_on(self) -> None:
        """With the connection from before, where there is one; whatever comes of it, the failure is what counts."""
        self._call(["connection", "up", "id", NAME])

    def _remove(self, name: str) -> None:
        ran = self._call(["connection", "delete", "id", name])
        if ran.code not in (0, _NO_SUCH):
            raise _failure(ran)

    def _keep_password(self, password: str) -> None:
        """By the editor, which reads its commands from standard input; it ends well whatever it was told."""
        commands = f"set wifi-sec.psk {password}\nsave persistent\nquit\n"
        ran = self._call(["connection", "edit", "id", _DRAFT], commands)
        if "error:" in (ran.out + ran.err).lower():
            # What it says repeats the password.
            raise PartFailed(
                Phrase("The password of the Wi-Fi is not right. Please type it once more."), "password"
            )
        if ran.code != 0:
            raise PartFailed(_TIMEOUT, "way")

    def _online(self) -> Online:
        said = self._asked("networking", "connectivity", "check").strip()
        return _PLACES.get(said, Online.LINK)

    def _address(self, device: str) -> str:
        said = self._asked("--fields", "IP4.ADDRESS,IP6.ADDRESS", "device", "show", device)
        rows = [row for row in _rows(said) if len(row) > 1]
        return next((":".join(row[1:]) for row in rows), "")

    def _ssid(self, connection: str) -> str:
        said = self._asked("--fields", "802-11-wireless.ssid", "connection", "show", "id", connection)
        rows = list(_rows(said))
        return rows[0][1] if rows and len(rows[0]) > 1 else connection

    def _wifi(self) -> Iterator[Wifi]:
        said = self._asked("--fields", "SSID,SIGNAL,SECURITY", "device", "wifi", "list", "--rescan", "yes")
        strongest: dict[str, Wifi] = {}
        for row in _rows(said):
            if len(row) == 3 and row[0] and row[1].isdecimal():
                found = Wifi(row[0], int(row[1]), row[2] not in ("", "--"))
                if found.ssid not in strongest or strongest[found.ssid].signal < found.signal:
                    strongest[found.ssid] = found
        yield from sorted(strongest.values(), key=lambda wifi: -wifi.signal)

    def _asked(self, *arguments: str) -> str:
        ran = self._call(arguments)
        if ran.code != 0:
            raise _failure(ran)
        return ran.out

    def _call(self, arguments: Sequence[str], text: str = "") -> Ran:
        try:
            return self._run(["nmcli", "--terse", *arguments], text, self._activation_s + 15)
        except OSError as error:
            raise PartFailed(
                Phrase(
                    "NetworkManager is not there, so the network cannot be set from here. Please set it the way this "
                    "machine is used to, and leave this step out."
                )
            ) from error


def _profile(plan: Connect) -> list[str]:
    """The arguments that make the connection, but for the password."""
    kind = "ethernet" if plan.ssid is None else "wifi"
    arguments = ["type", kind, "con-name", _DRAFT, "ifname", "*"]
    if plan.ssid is not None:
        arguments += ["ssid", plan.ssid, "wifi.hidden", "yes" if plan.hidden else "no"]
        if plan.password:
            arguments += ["wifi-sec.key-mgmt", "wpa-psk"]
    arguments += ["connection.autoconnect", "no", "connection.autoconnect-priority", "10"]
    if plan.address:
        family = "ipv6" if ":" in plan.address else "ipv4"
        arguments += [f"{family}.method", "manual", f"{family}.addresses", plan.address]
        if plan.gateway:
            arguments += [f"{family}.gateway", plan.gateway]
        for server in filter(None, plan.dns.split(",")):
            arguments += [f"+{'ipv6' if ':' in server else 'ipv4'}.dns", server]
    return arguments


def _failure(ran: Ran) -> PartFailed:
    if ran.code == TOO_LONG or "timeout" in ran.err.lower():
        return PartFailed(_TIMEOUT, "way")
    for pattern, about, phrase in _FAILURES:
        if pattern.search(ran.err):
            return PartFailed(phrase, about)
    lines = ran.err.strip().splitlines() or [str(ran.code)]
    return PartFailed(Phrase(_OTHER.msgid, {"reason": lines[-1][:200]}), "way")


def _rows(terse: str) -> Iterator[list[str]]:
    """The fields of each line; within a field nmcli writes a backslash before a colon and before a backslash."""
    for line in terse.splitlines():
        fields, characters = [""], iter(line)
        for character in characters:
            if character == ":":
                fields.append("")
            else:
                fields[-1] += next(characters, "") if character == "\\" else character
        yield fields
