"""The codes of faults that terminals report, in the words that they themselves have for them (docs/codes.md)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAULTS: Mapping[str, Promise] = {
    "D1": _("error writing to the memory card"),
    "D2": _("memory card full"),
    "D3": _("memory card cannot be written"),
    "D4": _("memory card too slow"),
    "D5": _("no permission to the data folder"),
    "H1": _("all buttons are disconnected"),
    "H2": _("a button is stuck"),
    "H3": _("a button is chattering"),
    "H4": _("some buttons are disconnected"),
}
"""`kiosk.faults.FaultCode`."""
CLOCKS: Mapping[str, Promise] = {
    "central": _("this server"),
    "ntp": _("time server (NTP) only"),
    "none": _("nobody, since the last start"),
}
