"""How the terminal reaches the central server: cable or Wi-Fi, an address, a proxy."""

import ipaddress
from collections.abc import Mapping
from dataclasses import replace

from kiosk.config.address_kinds import ProxyUrl
from kiosk.config.errors import Refused
from kiosk.config.kinds import Value
from kiosk.config.phrase import Phrase
from kiosk.provision.page import Choice, Entry, Keys, Page
from kiosk.provision.sheet import TITLES
from kiosk.provision.stage import Ask, Complete, Next, Perform, text
from kiosk.provision.steps import State, Step
from kiosk.provision.works import (
    Connect,
    Disconnect,
    Network,
    Online,
    OptionsSet,
    Outcome,
    SeeNetwork,
    SetOptions,
    Work,
)

_PROXY = Phrase("Is there a proxy on the way to the internet? Most networks have none.")
_AFTERWARDS = ("portal", "unsure")
_SHORTEST_PASSWORD, _LONGEST_PASSWORD = 8, 63
"""Of WPA (IEEE 802.11i); 64 hexadecimal digits are the key itself."""


class Net:
    """See `Stage`."""

    title = TITLES[Step.NETWORK]

    def opened(self, state: State) -> Next:
        """See `Stage`."""
        del state
        return Perform(SeeNetwork())

    def page(self, state: State) -> Page:
        """See `Stage`."""
        seen = state.last(Network) or Network(Online.NO)
        match state.question:
            case "ssid":
                found = tuple(Choice(f"={wifi.ssid}", _wifi(wifi.ssid, wifi.signal)) for wifi in seen.wifi)
                other = (
                    Choice("other", Phrase("Another network, whose name is hidden")),
                    Choice("again", Phrase("Look again")),
                )
                lines = (
                    (Phrase("Please choose the Wi-Fi network."),)
                    if found
                    else (Phrase("No Wi-Fi was found."),)
                )
                return Page(self.title, lines, (*found, *other))
            case "hidden":
                return Page(self.title, entry=Entry(Keys.TEXT, Phrase("Name of the Wi-Fi network")))
            case "password":
                name = Phrase("Wi-Fi network: {name}", {"name": _ssid(state)})
                return Page(
                    self.title, (name,), entry=Entry(Keys.TEXT, Phrase("Password of the Wi-Fi"), secret=True)
                )
            case "address":
                return Page(
                    self.title,
                    (Phrase("How does the terminal get its address?"),),
                    (
                        Choice("automatic", Phrase("By itself (usual)")),
                        Choice("fixed", Phrase("A fixed address, from whoever runs the network")),
                    ),
                )
            case "fixed":
                label = Phrase("Address with its prefix, such as 192.168.1.20/24")
                return Page(self.title, entry=Entry(Keys.ADDRESS, label))
            case "gateway":
                return Page(self.title, entry=Entry(Keys.ADDRESS, Phrase("Gateway, such as 192.168.1.1")))
            case "dns":
                label = Phrase("DNS servers, apart by commas; may be left empty")
                return Page(self.title, entry=Entry(Keys.ADDRESS, label))
            case "proxy":
                now = str(state.options.get("sync.proxy", ""))
                return Page(
                    self.title,
                    (_PROXY,),
                    (Choice("none", Phrase("There is none")),),
                    Entry(Keys.ADDRESS, Phrase("Its address, such as http://10.0.0.1:3128"), now),
                )
            case "portal":
                return Page(
                    self.title,
                    (
                        Phrase(
                            "This network shows a login page before it lets anybody out. A terminal cannot log in."
                        ),
                        Phrase(
                            "Please ask whoever runs the network to let this terminal through without login, or take "
                            "another network."
                        ),
                    ),
                    (Choice("again", Phrase("Look again")), Choice("other", Phrase("Take another network"))),
                )
            case "unsure":
                return Page(
                    self.title,
                    (
                        _how(seen),
                        Phrase(
                            "Nothing beyond this network has answered yet. Where there is no internet, that is as it "
                            "should be; else please check address and gateway with whoever runs the network."
                        ),
                    ),
                    (
                        Choice("again", Phrase("Look again")),
                        Choice("other", Phrase("Another address")),
                        Choice("keep", Phrase("Leave it so")),
                    ),
                )
            case _:
                return Page(self.title, (_how(seen),), _ways(seen))

    def answered(self, state: State, value: str) -> Next:
        """See `Stage`."""
        typed = value.strip()
        match state.question:
            case "way":
                return _way(value)
            case "ssid":
                return self._ssid(state, value)
            case "hidden":
                return (
                    Ask("password")
                    if typed
                    else Ask("hidden", Phrase("Please type the name of the network."))
                )
            case "password":
                fits = value == "" or _SHORTEST_PASSWORD <= len(value.encode()) <= _LONGEST_PASSWORD + 1
                wrong = Phrase("A Wi-Fi password has 8 to 63 characters. Please type it once more.")
                return Ask("address") if fits else Ask("password", wrong)
            case "address":
                return Ask("fixed") if value == "fixed" else Ask("proxy")
            case "fixed":
                wrong = Phrase("That is no address with a prefix. An example: 192.168.1.20/24")
                return Ask("gateway") if _is_interface(typed) else Ask("fixed", wrong)
            case "gateway":
                wrong = Phrase(
                    "The gateway must be in the same network as the address. An example: 192.168.1.1"
                )
                return Ask("dns") if _is_gateway(typed, state.draft["fixed"]) else Ask("gateway", wrong)
            case "dns":
                right = all(_is_address(one) for one in _list(typed))
                wrong = Phrase("Please type addresses apart by commas, such as 8.8.8.8, 1.1.1.1")
                return Ask("proxy") if right else Ask("dns", wrong)
            case "proxy":
                return _proxy(typed)
            case "unsure" if value != "again":
                return Complete(_lines(state)) if value == "keep" else Ask("address")
            case _:
                return Perform(SeeNetwork()) if value == "again" else Ask("way")

    def _ssid(self, state: State, value: str) -> Next:
        if value == "again":
            return Perform(SeeNetwork(scan=True))
        if value == "other":
            return Ask("hidden")
        seen = state.last(Network)
        secured = any(wifi.secured for wifi in (seen.wifi if seen else ()) if f"={wifi.ssid}" == value)
        return Ask("password" if secured else "address")

    def worked(self, state: State, work: Work, outcome: Outcome) -> Next:
        """See `Stage`."""
        if isinstance(outcome, OptionsSet):
            seen = state.last(Network)
            if state.draft.get("way") == "keep" and seen is not None and seen.online is Online.PORTAL:
                return Ask("portal")
            if state.draft.get("way") == "keep":
                return Complete(_lines(state))
            return Perform(_plan(state))
        if isinstance(outcome, Network) and (isinstance(work, Connect) or state.question in _AFTERWARDS):
            if outcome.online is Online.PORTAL:
                return Ask("portal")
            # A fixed address stands as soon as the cable is in, right or wrong.
            unsure = state.draft.get("address") == "fixed" and outcome.online is not Online.YES
            return Ask("unsure") if unsure else Complete(_lines(state))
        return Ask("ssid" if isinstance(work, SeeNetwork) and work.scan else "way")

    def undone(self, before: Mapping[str, Value]) -> Work | None:
        """See `Stage`."""
        del before
        return Disconnect()


def _way(value: str) -> Next:
    match value:
        case "wifi":
            return Perform(SeeNetwork(scan=True))
        case "ethernet":
            return Ask("address")
        case "again":
            return Perform(SeeNetwork())
        case _:
            return Ask("proxy")


def _proxy(typed: str) -> Next:
    url = "" if typed in ("none", "") else typed
    if url:
        try:
            ProxyUrl().read(url)
        except Refused as refusal:
            return Ask("proxy", refusal.phrases[0])
    return Perform(SetOptions({"sync.proxy": url}))


def _ways(seen: Network) -> tuple[Choice, ...]:
    keep = (Choice("keep", Phrase("Leave it so")),) if seen.address else ()
    wifi = (Choice("wifi", Phrase("Wi-Fi")),) if seen.has_wifi else ()
    return (*keep, Choice("ethernet", Phrase("Network cable")), *wifi, Choice("again", Phrase("Look again")))


def _how(seen: Network) -> Phrase:
    if not seen.address:
        return Phrase("The terminal is not connected yet. Please plug the network cable in, or choose Wi-Fi.")
    where = {"name": seen.name, "address": seen.address}
    if seen.way == "wifi":
        return Phrase("Connected by Wi-Fi {name}, address {address}.", where)
    return Phrase("Connected by cable, address {address}.", where)


def _wifi(name: str, signal: int) -> Phrase:
    if signal < 40:
        return Phrase("{name} (weak)", {"name": name})
    return text(name)


def _ssid(state: State) -> str:
    chosen = state.draft.get("ssid", "")
    return state.draft.get("hidden", "") if chosen == "other" else chosen.removeprefix("=")


def _plan(state: State) -> Connect:
    draft = state.draft
    plan = Connect()
    if draft.get("way") == "wifi":
        plan = replace(
            plan, ssid=_ssid(state), password=draft.get("password", ""), hidden=draft.get("ssid") == "other"
        )
    if draft.get("address") == "fixed":
        plan = replace(
            plan,
            address=draft["fixed"].strip(),
            gateway=draft["gateway"].strip(),
            dns=",".join(_list(draft["dns"])),
        )
    return plan


def _lines(state: State) -> tuple[Phrase, ...]:
    seen = state.last(Network) or Network(Online.NO)
    proxy = str(state.options.get("sync.proxy", ""))
    lines = [_how(seen)]
    if proxy:
        lines.append(Phrase("Proxy: {proxy}", {"proxy": proxy}))
    return tuple(lines)


def _list(typed: str) -> list[str]:
    return [one for one in typed.replace(";", ",").replace(" ", ",").split(",") if one]


def _is_address(typed: str) -> bool:
    try:
        ipaddress.ip_address(typed)
    except ValueError:
        return False
    return True


def _is_interface(typed: str) -> bool:
    try:
        return "/" in typed and ipaddress.ip_interface(typed).network.num_addresses > 1
    except ValueError:
        return False


def _is_gateway(typed: str, interface: str) -> bool:
    """One may be left out: not every network leads further."""
    if not typed:
        return True
    own = ipaddress.ip_interface(interface.strip())
    return _is_address(typed) and ipaddress.ip_address(typed) in own.network and typed != str(own.ip)
